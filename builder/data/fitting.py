"""The preparation of a whole data set: one for each input field, one for each target that
is not learned as it is.

It is fitted on the training part alone, saved with the run, and used by training, evaluation, prediction and export.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from builder.core.settings import Settings
from builder.data.fields import InputField, InputKind, TargetKind, damaged
from builder.data.preparations.answer_text import TextAnswer, fit_texts
from builder.data.preparations.category import CategoryPreparation, fit_categories
from builder.data.preparations.columns import ColumnsPreparation, fit_columns
from builder.data.preparations.image import ImagePreparation, fit_images
from builder.data.preparations.index import IndexPreparation
from builder.data.preparations.number import NumberPreparation, fit_numbers, fit_steps
from builder.data.preparations.series import SeriesPreparation
from builder.data.preparations.sound import SoundPreparation
from builder.data.preparations.text import TextPreparation, vocabulary, way_of_dividing
from builder.data.preparations.vector import VectorPreparation
from builder.data.sources.source import Samples, Source, chosen

FieldPreparation = (
    ImagePreparation
    | TextPreparation
    | VectorPreparation
    | ColumnsPreparation
    | SeriesPreparation
    | IndexPreparation
    | SoundPreparation
)  # fmt: skip
TargetPreparation = NumberPreparation | CategoryPreparation | TextAnswer
# of each field, its raws; without names those of the only field
Raws = Mapping[str, Any] | Sequence[Any] | NDArray[Any]


class Preparation(Settings):
    """What a run does to its samples, by the names of fields and targets, in the order of the data's spec."""

    fields: dict[str, Annotated[FieldPreparation, Field(discriminator="kind")]]
    targets: dict[str, Annotated[TargetPreparation, Field(discriminator="kind")]] = Field(default_factory=dict)

    @property
    def only(self) -> FieldPreparation:
        """That of a data set with one field."""
        (preparation,) = self.fields.values()
        return preparation

    def apply(self, raws: Raws) -> dict[str, NDArray[Any]]:
        """The network's input for many raws, by field; fields of which none are given are left out."""
        given: Mapping[str, Any] = raws if isinstance(raws, Mapping) else {next(iter(self.fields)): raws}
        return {name: field.apply(given[name]) for name, field in self.fields.items() if name in given}

    def texts(self, name: str) -> TextAnswer:
        """That of a target that is a text."""
        found = self.targets[name]
        assert isinstance(found, TextAnswer)
        return found

    def scale(self, name: str) -> NumberPreparation:
        """That of a target which is a number, with the way back."""
        found = self.targets[name]
        assert isinstance(found, NumberPreparation)
        return found

    def counts(self, name: str) -> tuple[int, ...]:
        """How many samples of each class of a category the training part has; nothing of other targets."""
        found = self.targets.get(name)
        return found.counts if isinstance(found, CategoryPreparation) else ()

    def answer(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        """A target's values as the network learns them."""
        return self.targets[name].apply(values) if name in self.targets else values


_ADAPTER = TypeAdapter(Preparation)


def to_json(preparation: Preparation) -> bytes:
    """What is saved with a run."""
    return _ADAPTER.dump_json(preparation, indent=1)


def from_json(content: bytes) -> Preparation:
    """What `to_json` saved. Raises: Error M-DAMAGED, M-OLD (an earlier version wrote it)."""
    try:
        return _ADAPTER.validate_json(content)
    except ValidationError:
        raise damaged(content, old="kind") from None


def fit(source: Source, samples: Samples) -> Preparation:
    """Learn means, spreads and vocabularies from the training part alone."""
    train = samples.parts["train"]
    fields = {
        field.name: FITS[field.kind](field, source, chosen(samples.inputs[field.name], train))
        for field in samples.spec.inputs
    }
    targets = {
        target.name: TARGET_FITS[target.kind](source, samples.targets[target.name][train])
        for target in samples.spec.targets
        if target.kind in TARGET_FITS
    }
    return Preparation(fields=fields, targets=targets)


def divided_field(preparation: Preparation) -> tuple[str, TextPreparation]:
    """The texts that came divided into tokens: those of which tags tell."""
    found = ((name, field) for name, field in preparation.fields.items() if isinstance(field, TextPreparation))
    return next((name, field) for name, field in found if field.tokens == "given")


def _image(_field: InputField, source: Any, training: Any) -> ImagePreparation:
    return fit_images(training, source.normalise, source.fit, source.mean, source.std)


def _text(_field: InputField, source: Any, training: Any) -> TextPreparation:
    given = isinstance(training[0], tuple)
    tokens: Literal["words", "characters", "bpe", "given"] = "given" if given else source.tokens
    return TextPreparation(
        tokenizer=vocabulary(training, tokens, source.vocabulary_size),
        tokens=tokens,
        max_length=source.max_length,
        padding_side=source.padding_side,
        truncation_side=source.truncation_side,
        by=way_of_dividing(training) if given else "words",
    )


def _vector(field: InputField, source: Any, training: Any) -> VectorPreparation | ColumnsPreparation:
    if field.columns:
        return fit_columns(training, field.columns, source.missing)
    return VectorPreparation.fit(training)


def _series(field: InputField, _source: Any, training: Any) -> SeriesPreparation:
    return SeriesPreparation.fit(training, [column.name for column in field.columns])


def _index(field: InputField, _source: Any, _training: Any) -> IndexPreparation:
    return IndexPreparation(
        columns=tuple(column.name for column in field.columns),
        categories=tuple(column.categories for column in field.columns),
    )


def _sound(_field: InputField, source: Any, training: Any) -> SoundPreparation:
    return SoundPreparation.fit(training, each_band=source.normalise == "band", **source.preparation())


# by kind: learns from the field, the source's settings and the rows of the training part
FITS: dict[InputKind, Callable[[InputField, Any, Any], FieldPreparation]] = {
    "image": _image,
    "text": _text,
    "vector": _vector,
    "series": _series,
    "index": _index,
    "sound": _sound,
}
# kinds of target that are not learned as they are: learns from the source's settings and the training part's values
TARGET_FITS: dict[TargetKind, Callable[[Any, NDArray[Any]], TargetPreparation]] = {
    "category": lambda _source, values: fit_categories(values),
    "tags": lambda _source, values: fit_categories(values),
    "number": lambda _source, values: fit_numbers(values),
    "text": fit_texts,
    "forecast": lambda _source, values: fit_steps(values),
    "rating": lambda _source, values: fit_numbers(values),
}
