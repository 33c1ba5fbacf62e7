"""Samples as tensors, and batches in an order that depends on the seed and the epoch alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.data.augmentation import Augmenter, Batch
from builder.data.augmentation.images import Scale
from builder.data.fields import PARTS, DataSpec, InputField, Part
from builder.data.fitting import FieldPreparation, Preparation, fit
from builder.data.loading import load
from builder.data.preparations.image import ImagePreparation
from builder.data.sources.augmentations import Augmentation
from builder.data.sources.source import Progress, Samples, Source, quiet
from builder.data.stored import Stored

MOST_FLOAT = 1 << 30  # bytes of float32 images; larger sets stay uint8 and are converted a batch at a time
EVALUATED = 256  # samples a batch where nothing is learned


class Streamed:
    """Images on disk that are tensors as soon as some of them are chosen. Shape: (N, C, H, W) uint8"""

    def __init__(self, rows: Stored, device: str | torch.device = "cpu") -> None:
        self._rows, self._device = rows, device

    def __len__(self) -> int:
        return len(self._rows)

    def to(self, device: str | torch.device) -> "Streamed":
        """The same, read to another device."""
        return Streamed(self._rows, device)

    def index_select(self, _axis: int, index: Tensor) -> Tensor:
        """Some images, in this order."""
        return self._read(index.cpu().numpy())

    def __getitem__(self, part: slice) -> Tensor:
        return self._read(np.arange(*part.indices(len(self))))

    def soon(self, index: Tensor) -> None:
        """These images are chosen next."""
        self._rows.soon(index.cpu().numpy())

    def _read(self, index: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(self._rows.take(index)).to(self._device).permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Tensors:
    """Inputs and answers of one part, in the order of the data's fields and targets.

    Fields with a scale are images still in uint8.
    Shape: x each (N, ...) float32, int64 or uint8; y each (N,) int64 for categories, (N, columns) float32 for numbers
    """

    x: tuple[Tensor | Streamed, ...]
    y: tuple[Tensor, ...]
    scales: tuple[Scale | None, ...] = ()

    def __len__(self) -> int:
        return len(self.x[0])

    def to(self, device: str | torch.device) -> "Tensors":
        """The same on another device."""
        scales = tuple(scale and scale.to(device) for scale in self.scales)
        return Tensors(tuple(x.to(device) for x in self.x), tuple(y.to(device) for y in self.y), scales)

    def having(self, fields: Sequence[int], targets: Sequence[int]) -> "Tensors":
        """Some fields and targets by their places."""
        scales = tuple(self.scales[at] for at in fields) if any(self.scales) else ()
        return Tensors(tuple(self.x[at] for at in fields), tuple(self.y[at] for at in targets), scales)

    def at(self, index: Tensor) -> Batch:
        """The batch of these samples, ready for the network."""
        x = tuple([x.index_select(0, index) for x in self.x])
        return self._ready(x), tuple([y.index_select(0, index) for y in self.y])

    def soon(self, index: Tensor) -> None:
        """These samples are needed next: what is on disk may be fetched meanwhile."""
        for x in self.x:
            if isinstance(x, Streamed):
                x.soon(index)

    def between(self, start: int, end: int) -> Batch:
        """The batch of neighbouring samples."""
        return self._ready(tuple(x[start:end] for x in self.x)), tuple(y[start:end] for y in self.y)

    def _ready(self, x: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if not self.scales:
            return x
        return tuple(
            # the same steps as images_to_float, so that both give the same numbers
            values.contiguous().float().div_(255).sub_(scale.mean).div_(scale.std) if scale else values
            for values, scale in zip(x, self.scales, strict=True)
        )


@dataclass(frozen=True)
class Prepared:
    """A data set ready for training: spec, fitted preparation, the raw samples, and tensors of each part on the CPU."""

    spec: DataSpec
    preparation: Preparation
    samples: Samples
    parts: dict[Part, Tensors]
    augmentation: Augmentation | None

    def augmenter(self, fields: Sequence[int], targets: Sequence[int]) -> Augmenter | None:
        """What changes training batches of these fields and targets, by their places; None where nothing does."""
        if not self.augmentation:
            return None
        held = [self.spec.inputs[place] for place in fields]
        scales = {
            at: image_scale(found)
            for at, field in enumerate(held)
            if isinstance(found := self.preparation.fields[field.name], ImagePreparation)
        }
        classes = tuple(len(self.spec.targets[place].classes) for place in targets)
        numeric = {at: numeric_places(field) for at, field in enumerate(held) if field.kind == "vector"}
        return Augmenter(self.augmentation, tuple(field.kind for field in held), scales, classes, numeric)


def prepare(source: Source, progress: Progress = quiet) -> Prepared:
    """Load a source, fit its preparation on the training part, and make tensors of every part.

    Raises: Error of the source.
    """
    samples = load(source, progress)
    spec = samples.spec
    preparation = fit(source, samples)
    whole = len(samples) * spec.inputs[0].spec.bytes
    parts = {part: tensors(preparation, samples, part, as_bytes=whole > MOST_FLOAT) for part in PARTS}
    augmentation: Augmentation | None = getattr(source, "augmentation", None)
    return Prepared(spec, preparation, samples, parts, augmentation if augmentation and augmentation.active else None)


def tensors(
    preparation: Preparation,
    samples: Samples,
    part: Part,
    *,
    as_bytes: bool = False,
) -> Tensors:
    """The tensors of one part; `as_bytes` keeps images in uint8."""
    index = samples.parts[part]
    made = [_field(preparation.fields[name], raws, as_bytes) for name, raws in samples.of(part).items()]
    y = tuple(torch.from_numpy(preparation.answer(name, values[index])) for name, values in samples.targets.items())
    scales = tuple(scale for _x, scale in made)
    return Tensors(tuple(x for x, _scale in made), y, scales if any(scales) else ())


def _field(preparation: FieldPreparation, raws: Any, as_bytes: bool) -> tuple[Tensor | Streamed, Scale | None]:
    if isinstance(raws, Stored):
        assert isinstance(preparation, ImagePreparation)
        return Streamed(raws), image_scale(preparation)
    if as_bytes and isinstance(preparation, ImagePreparation):
        x = np.ascontiguousarray(cast(NDArray[np.uint8], raws).transpose(0, 3, 1, 2))
        return torch.from_numpy(x), image_scale(preparation)
    return torch.from_numpy(preparation.apply(raws)), None


def numeric_places(field: InputField) -> torch.Tensor:
    """Which values of a vector are numbers (1), and which stand for words or say that something is missing (0)."""
    if not field.columns:
        return torch.ones(field.spec.shape[1])
    found: list[float] = []
    for column in field.columns:
        plain = column.width - column.marked
        found += [0.0 if column.categories else 1.0] * plain + [0.0] * column.marked
    return torch.tensor(found)


def image_scale(field: ImagePreparation) -> Scale:
    """By which images were normalised."""
    return Scale(*(torch.tensor(values).reshape(-1, 1, 1) for values in (field.mean, field.std)))


class Batches:
    """Shuffled batches. The order of an epoch depends on (seed, epoch), augmentation on (seed, epoch, batch), so a
    resumed run sees what an uninterrupted one would have seen.

    A last batch of one sample joins the one before it: BatchNorm cannot learn from one.
    """

    def __init__(
        self,
        tensors: Tensors,
        batch_size: int,
        seed: int,
        augmenter: Augmenter | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        self.tensors = tensors.to(device)
        self.batch_size = batch_size
        self.seed = seed
        self.augmenter = augmenter
        self.device = torch.device(device)

    def __len__(self) -> int:
        """Steps an epoch."""
        samples = len(self.tensors)
        whole, rest = divmod(samples, self.batch_size)
        alone = rest == 1 and whole > 0
        return whole + (rest > 0 and not alone)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from step `start` on."""
        order = torch.randperm(len(self.tensors), generator=_generator(self.seed, epoch)).to(self.device)
        steps = len(self)
        for step in range(start, steps):
            begin = step * self.batch_size
            end = begin + self.batch_size if step < steps - 1 else len(order)
            batch = self.tensors.at(order[begin:end])
            self.tensors.soon(order[end : end + self.batch_size])
            yield self.augmenter(batch, _generator(self.seed, epoch, step)) if self.augmenter else batch

    def in_order(self) -> Iterator[Batch]:
        """All samples once, in order, in larger batches and without augmentation: for evaluation."""
        size = max(self.batch_size, EVALUATED)
        for start in range(0, len(self.tensors), size):
            yield self.tensors.between(start, start + size)


def _generator(*numbers: int) -> torch.Generator:
    """Random numbers that depend on these numbers alone."""
    state = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])
    return torch.Generator().manual_seed(state >> 1)  # manual_seed takes 63 bits
