"""The preparation of a whole data set: one for each input field, one for each target that is a number.

It is fitted on the training part alone, saved with the run, and used by training, evaluation, prediction and export.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from builder.core.settings import Settings
from builder.data.columns import ColumnsPreparation, NumberPreparation, fit_columns, fit_numbers
from builder.data.fields import InputField, damaged
from builder.data.preparation import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    SMALLEST_STD,
    ImagePreparation,
    TextPreparation,
    VectorPreparation,
    vocabulary,
)
from builder.data.sources.source import Rows, Samples, Source, chosen

FieldPreparation = ImagePreparation | TextPreparation | VectorPreparation | ColumnsPreparation
# of each field, its raws; without names those of the only field
Raws = Mapping[str, Any] | Sequence[Any] | NDArray[Any]


class Preparation(Settings):
    """What a run does to its samples, by the names of fields and targets, in the order of the data's spec."""

    fields: dict[str, Annotated[FieldPreparation, Field(discriminator="kind")]]
    targets: dict[str, NumberPreparation] = Field(default_factory=dict)

    @property
    def only(self) -> FieldPreparation:
        """That of a data set with one field."""
        (preparation,) = self.fields.values()
        return preparation

    def apply(self, raws: Raws) -> dict[str, NDArray[Any]]:
        """The network's input for many raws, by field; fields of which none are given are left out."""
        given: Mapping[str, Any] = raws if isinstance(raws, Mapping) else {next(iter(self.fields)): raws}
        return {name: field.apply(given[name]) for name, field in self.fields.items() if name in given}

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
        field.name: _fit_field(field, source, chosen(samples.inputs[field.name], train))
        for field in samples.spec.inputs
    }
    numbers = [target.name for target in samples.spec.targets if target.kind == "number"]
    return Preparation(fields=fields, targets={name: fit_numbers(samples.targets[name][train]) for name in numbers})


def _fit_field(field: InputField, source: Any, training: Rows) -> FieldPreparation:
    if field.kind == "text":
        tokenizer = vocabulary(cast(list[str], training), source.tokens, source.vocabulary_size)
        return TextPreparation(tokenizer=tokenizer, tokens=source.tokens, max_length=source.max_length)
    if field.kind == "image":
        images = cast(NDArray[np.uint8], training)
        return _as_imagenet(images) if source.normalise == "imagenet" else _fit_images(images)
    if field.columns:
        names, categories = [c.name for c in field.columns], [c.categories for c in field.columns]
        return fit_columns(cast(NDArray[Any], training), names, categories, SMALLEST_STD)
    values = np.asarray(training, np.float64)
    mean, std = values.mean(axis=0), values.std(axis=0)
    return VectorPreparation(mean=tuple(mean.tolist()), std=tuple(np.where(std < SMALLEST_STD, 1.0, std).tolist()))


def _fit_images(images: NDArray[np.uint8]) -> ImagePreparation:
    """Means and spreads from counts of the 256 values: exact, and without a copy as floats."""
    height, width, channels = images.shape[1:]
    levels = np.arange(256) / 255
    means, stds = [], []
    for channel in range(channels):
        counts = sum(np.bincount(image.ravel(), minlength=256) for image in np.array_split(images[..., channel], 64))
        share = counts / (len(images) * height * width)
        mean = float(share @ levels)
        std = float(np.sqrt(share @ (levels - mean) ** 2))
        means.append(mean)
        stds.append(std if std >= SMALLEST_STD else 1.0)
    mode: Literal["grey", "colour"] = "grey" if channels == 1 else "colour"
    return ImagePreparation(size=(height, width), mode=mode, mean=tuple(means), std=tuple(stds))


def _as_imagenet(images: NDArray[np.uint8]) -> ImagePreparation:
    """The means and spreads with which torchvision's pretrained networks were trained; grey gets their average."""
    height, width, channels = images.shape[1:]
    if channels == 3:
        return ImagePreparation(size=(height, width), mode="colour", mean=IMAGENET_MEAN, std=IMAGENET_STD)
    mean, std = (sum(values) / 3 for values in (IMAGENET_MEAN, IMAGENET_STD))
    return ImagePreparation(size=(height, width), mode="grey", mean=(mean,), std=(std,))
