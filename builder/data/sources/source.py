"""What every data source has: settings, a quick description (`spec`) and the samples themselves (`load`)."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.settings import Floats, Settings
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec, InputField, InputKind, Part, Target
from builder.data.images import Fit, Normal, images_resized
from builder.data.sources.augmentations import ImageAugmentation
from builder.data.sources.split import at_most, split
from builder.data.stored import Stored

Progress = Callable[[float, str], None]  # share done, 0 to 1, and what is being done
Mode = Literal["own", "grey", "colour"]
Index = NDArray[np.int64]
Rows = NDArray[Any] | list[Any] | Stored  # texts are a list: of strings, or of tuples of tokens
LEAST_STD = 1e-3
FEWEST = 2  # rows that a class must have in the training part


def quiet(share: float, doing: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Samples:
    """All samples of a data set, before preparation: a column for each input field and each target of `spec`.

    Shape: inputs (N, H, W, C) uint8 for images (in memory, or `Stored` on disk), N strings or tuples of tokens for
    text, (N, F) float32 for vectors, (N, columns) float64 for vectors from a table (see `ColumnsPreparation`),
    (N, columns) int64 for index fields: the place of a word among its column's, from 1 on, or 0; targets (N,) int64 for
    categories, (N, 1) float32 0 or 1 for yes or no, (N, classes) for sets of labels, (N, columns) float32 for numbers,
    (N,) str as objects for texts, (N, L) int64 for tags, -100 where there is no token.
    `names` are file or row names, or empty. `notices` say what was skipped. `fingerprint` is the sha256 of inputs,
    targets and classes.
    """

    spec: DataSpec
    inputs: Mapping[str, Rows]
    targets: Mapping[str, NDArray[Any]]
    parts: Mapping[Part, Index]
    names: Sequence[str] = ()
    notices: list[Problem] = field(default_factory=list)
    fingerprint: str = ""

    @classmethod
    def single(
        cls,
        spec: DataSpec,
        inputs: Rows,
        labels: Index,
        parts: Mapping[Part, Index],
        names: Sequence[str] = (),
        notices: Sequence[Problem] = (),
    ) -> "Samples":
        """Samples of one input field and one target."""
        field, target = spec.inputs[0].name, spec.target.name
        content = fingerprint([inputs], [labels], spec)
        return cls(spec, {field: inputs}, {target: labels}, parts, names, list(notices), content)

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def only(self) -> Rows:
        """The inputs of a data set that has one field."""
        (rows,) = self.inputs.values()
        return rows

    @property
    def labels(self) -> NDArray[Any]:
        """The answers to the first target, where there is one."""
        return self.targets[self.spec.target.name]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the first target; none when it is a number."""
        return self.spec.target.classes if self.spec.targets else ()

    def of(self, part: Part) -> dict[str, Rows]:
        """The inputs of one part, in order, by field."""
        return {name: chosen(rows, self.parts[part]) for name, rows in self.inputs.items()}


def chosen(rows: Rows, index: Index) -> Rows:
    """Some rows of a field; stored ones are not read for that."""
    return [rows[i] for i in index] if isinstance(rows, list) else rows[index]


class Source(Settings):
    """Where samples come from and how they are split.

    The parts are disjoint and drawn from `seed`, stratified by class unless `split` says otherwise. A test part that
    belongs to the set is kept.
    """

    title: ClassVar[str]
    about: ClassVar[str]
    kind: ClassVar[InputKind]
    ignores: ClassVar[frozenset[str]] = frozenset()  # shared settings that change nothing here
    download_bytes: ClassVar[int] = 0  # of a set that is fetched when it is not on this machine
    generated: ClassVar[bool] = False  # made by a rule, so that something can be seen

    source: str
    validation: float = Field(0.1, ge=0.01, le=0.5, description="Share of the training part held back to watch it.")
    test: float = Field(0.2, ge=0.01, le=0.5, description="Share locked away for the end, where the set has no own.")
    split: Literal["stratified", "random"] = Field(
        "stratified", description="How parts are drawn: each class in its share, or without a look at the classes."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the split.")
    limit: int | None = Field(
        None,
        ge=2,
        description="At most so many samples of each part, to try quickly.",
        json_schema_extra={"unit": "samples"},
    )
    duplicates: Literal["keep", "drop"] = Field(
        "keep",
        description="Whether a sample that is there more than once stays so, or only once and in one part.",
        json_schema_extra={"advanced": True},
    )
    skip_unreadable: bool = Field(
        False,
        description="Go on without files that cannot be read; they are listed.",
        json_schema_extra={"advanced": True},
    )

    @abstractmethod
    def spec(self) -> DataSpec:
        """What the network receives and predicts, found without reading the bulk.

        Raises: Error when the data is missing or cannot be used.
        """

    def here(self) -> bool:
        """Whether loading needs no download."""
        return True

    @abstractmethod
    def load(self, progress: Progress = quiet) -> Samples:
        """All samples with their parts. Raises: Error when the data is missing, damaged or too little."""

    def divided(
        self,
        labels: Index,
        classes: Sequence[str] | None,
        own: Mapping[Part, Index] | None = None,
        groups: NDArray[Any] | None = None,
    ) -> dict[Part, Index]:
        """The parts of a set with these labels; `own` names what belongs to the set's own parts, and of `groups` each
        stays together. Without `classes`, labels only say what is alike.

        Raises: Error T-CLASS with fewer than 2 classes, fewer than 2 training rows of a class, or an empty part.
        """
        known = labels if self.split == "stratified" else np.zeros_like(labels)
        shares: dict[str, Any] = {"validation": self.validation, "test": self.test, "seed": self.seed}
        parts = split(known, own or {}, groups=groups, **shares)
        if classes is not None:
            require_classes(labels[parts["train"]], classes)
        require_parts(parts)
        return {part: at_most(self.limit, index, self.seed) for part, index in parts.items()}


class ImageSource(Source):
    """Images of one size, grey or in colour."""

    kind: ClassVar[InputKind] = "image"

    size: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Height and width that images are scaled to; empty keeps the set's own.",
        json_schema_extra={"unit": "pixels"},
    )
    mode: Mode = Field("own", description="Grey, colour, or as the set has it.")
    fit: Fit = Field(
        "stretch", description="Images of another shape are stretched, cropped to their middle, or padded with black."
    )
    normalise: Normal = Field(
        "own",
        description="By the mean and spread of the training part (own), of ImageNet, as pretrained networks expect, by "
        "given ones, or only scaled to 0..1 (unit), as losses between 0 and 1 need.",
    )
    mean: Floats = Field(
        (),
        description="Means for normalise = given, from 0 to 1: one, or one for each channel.",
        json_schema_extra={"advanced": True},
    )
    std: Floats = Field(
        (),
        description="Spreads for normalise = given: one, or one for each channel.",
        json_schema_extra={"advanced": True},
    )
    augmentation: ImageAugmentation = Field(
        default_factory=ImageAugmentation, description="Random changes while training."
    )

    def shape(self, own: tuple[int, int, int]) -> tuple[int, int, int]:
        """Height, width and channels after these settings, for images that are `own`."""
        height, width = (self.size, self.size) if self.size else own[:2]
        return height, width, {"own": own[2], "grey": 1, "colour": 3}[self.mode]

    def spec_of(self, own: tuple[int, int, int], classes: Sequence[str]) -> DataSpec:
        """The spec of a set whose images are `own` (height, width, channels)."""
        return self.spec_with(own, (Target("label", tuple(classes)),))

    def spec_with(self, own: tuple[int, int, int], targets: tuple[Target, ...]) -> DataSpec:
        """The spec of a set whose images are `own`, with any targets. Raises: Error G-RANGE, G-LOSS."""
        height, width, channels = self.shape(own)
        if self.normalise == "given":
            for name, values in (("mean", self.mean), ("std", self.std)):
                _require_given(name, values, channels)
        if self.augmentation.mixes and any(target.kind != "category" for target in targets):
            text = _("mixup and cutmix mix classes, and {target} is none. Set both to 0.")
            words = text.format(target=quote(next(target.name for target in targets if target.kind != "category")))
            raise Error.of([Problem("G-LOSS", words, param="augmentation")])
        spec = Spec((2, channels, height, width), "float32", "N C H W")
        return DataSpec((InputField("image", "image", spec, unit=self.normalise == "unit"),), targets)

    def samples(
        self, images: NDArray[np.uint8], labels: Index, classes: Sequence[str], own: Mapping[Part, Index] | None = None
    ) -> Samples:
        """The samples of a ready set: divided, shortened to `limit`, scaled to these settings."""
        images, labels, parts = shortened(images, labels, self.divided(labels, classes, own))
        height, width, channels = self.shape(cast(tuple[int, int, int], images.shape[1:]))
        images = images_resized(images, (height, width), channels, self.fit)
        return Samples.single(
            self.spec_of(cast(tuple[int, int, int], images.shape[1:]), classes), images, labels, parts
        )


def _require_given(name: str, values: Sequence[float], channels: int) -> None:
    """Raises: Error G-RANGE when there are no such values to normalise by."""
    if len(values) not in (1, channels):
        text = _("data: normalise is given, so {name} needs 1 number or {channels}; it has {n}.")
        words = text.format(name=name, channels=channels, n=len(values))
        raise Error.of([Problem("G-RANGE", words, param=name)])
    if name == "std" and min(values) < LEAST_STD:
        text = _("data: std is {value:g}; the least is {least:g}.")
        raise Error.of([Problem("G-RANGE", text.format(value=min(values), least=LEAST_STD), param="std")])


def shortened(
    inputs: NDArray[Any], labels: Index, parts: Mapping[Part, Index]
) -> tuple[NDArray[Any], Index, dict[Part, Index]]:
    """Only the rows that some part uses, with the parts renumbered."""
    used = np.unique(np.concatenate([*parts.values()]))
    if len(used) == len(labels):
        return inputs, labels, dict(parts)
    return inputs[used], labels[used], {part: np.searchsorted(used, index) for part, index in parts.items()}


def require_classes(training_labels: Index, classes: Sequence[str]) -> None:
    """Raises: Error T-CLASS with fewer than 2 classes, or a class with fewer than 2 training rows."""
    if len(classes) < 2:
        found = quote(classes[0]) if classes else _("none")
        text = _("Only one class was found: {found}. At least 2 are needed to tell apart.")
        raise Error("T-CLASS", text.format(found=found))
    counts = np.bincount(training_labels, minlength=len(classes))
    text = _("{name} has {n} in the training part; at least {least} are needed. Add some or leave the class out.")
    if problems := [
        Problem("T-CLASS", text.format(name=quote(name), n=n, least=FEWEST))
        for name, n in zip(classes, counts.tolist(), strict=True)
        if n < FEWEST
    ]:
        raise Error.of(problems)


def require_parts(parts: Mapping[Part, Index]) -> None:
    """Raises: Error T-CLASS when a part is empty: what is learned could not be measured."""
    for part, index in parts.items():
        if not len(index):
            text = _("Too few samples: nothing is left for the {part} part. Add some, at least 4 of a class.")
            raise Error("T-CLASS", text.format(part=_(part)))


def fingerprint(inputs: Iterable[Rows], targets: Iterable[NDArray[Any]], spec: DataSpec) -> str:
    """The sha256 of inputs, targets and classes."""
    digest = hashlib.sha256()
    for rows in inputs:
        if isinstance(rows, Stored):
            digest.update(rows.digest.encode())
        elif isinstance(rows, list) or rows.dtype == object:
            _take_in(digest, rows if isinstance(rows, list) else rows.ravel())
        else:
            digest.update(f"{rows.dtype.str} {rows.shape}".encode())
            digest.update(np.ascontiguousarray(rows).data)
    for values in targets:
        if values.dtype == object:
            _take_in(digest, values)
        else:
            digest.update(np.ascontiguousarray(values).data)
    for target in spec.targets:
        digest.update("\0".join((*target.classes, *target.columns)).encode("utf-8", "surrogatepass"))
    for column in (column for entry in spec.inputs for column in entry.columns):
        digest.update("\0".join(column.categories).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _take_in(digest: Any, texts: Iterable[str | tuple[str, ...]]) -> None:
    for text in texts:
        content = ("\0".join(text) if isinstance(text, tuple) else text).encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "little") + content)
