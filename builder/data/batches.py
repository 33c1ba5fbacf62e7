"""Samples as tensors, and batches in an order that depends on the seed and the epoch alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.data.augmentation import augmented
from builder.data.fields import PARTS, DataSpec, Part
from builder.data.preparation import ImagePreparation, Preparation, fit
from builder.data.sources.source import Augmentation, ImageSource, Progress, Samples, Source, quiet

MOST_FLOAT = 1 << 30  # bytes of float32 images; larger sets stay uint8 and are converted a batch at a time
EVALUATED = 256  # samples a batch where nothing is learned


@dataclass(frozen=True)
class Tensors:
    """Inputs and labels of one part. With `scale` (mean, std) the inputs are images still in uint8.

    Shape: x (N, ...) float32, int64 or uint8; y (N,) int64
    """

    x: Tensor
    y: Tensor
    scale: tuple[Tensor, Tensor] | None = None

    def __len__(self) -> int:
        return len(self.y)

    def to(self, device: str | torch.device) -> "Tensors":
        """The same on another device."""
        scale = (self.scale[0].to(device), self.scale[1].to(device)) if self.scale else None
        return Tensors(self.x.to(device), self.y.to(device), scale)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The batch of these samples, ready for the network."""
        return self._ready(self.x.index_select(0, index)), self.y.index_select(0, index)

    def between(self, start: int, end: int) -> tuple[Tensor, Tensor]:
        """The batch of neighbouring samples."""
        return self._ready(self.x[start:end]), self.y[start:end]

    def _ready(self, x: Tensor) -> Tensor:
        if self.scale is None:
            return x
        mean, std = self.scale  # the same steps as images_to_float, so that both give the same numbers
        return x.float().div_(255).sub_(mean).div_(std)


@dataclass(frozen=True)
class Prepared:
    """A data set ready for training: spec, fitted preparation, the raw samples, and tensors of each part on the CPU."""

    spec: DataSpec
    preparation: Preparation
    samples: Samples
    parts: dict[Part, Tensors]
    augmentation: Augmentation | None


def prepare(source: Source, progress: Progress = quiet) -> Prepared:
    """Load a source, fit its preparation on the training part, and make tensors of every part.

    Raises: Error of the source.
    """
    spec = source.spec()
    samples = source.load(progress)
    preparation = fit(source, samples)
    whole = len(samples.labels) * spec.inputs[0].spec.bytes
    parts = {part: tensors(preparation, samples, part, as_bytes=whole > MOST_FLOAT) for part in PARTS}
    augmentation = source.augmentation if isinstance(source, ImageSource) else None
    return Prepared(spec, preparation, samples, parts, augmentation if augmentation != Augmentation() else None)


def tensors(
    preparation: Preparation,
    samples: Samples,
    part: Part,
    *,
    as_bytes: bool = False,
) -> Tensors:
    """The tensors of one part; `as_bytes` keeps images in uint8."""
    y = torch.from_numpy(samples.labels[samples.parts[part]])
    raws = samples.of(part)
    if as_bytes and isinstance(preparation, ImagePreparation):
        x = np.ascontiguousarray(cast(NDArray[np.uint8], raws).transpose(0, 3, 1, 2))
        mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (preparation.mean, preparation.std))
        return Tensors(torch.from_numpy(x), y, (mean, std))
    return Tensors(torch.from_numpy(preparation.apply(raws)), y)  # type: ignore[arg-type]


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
        augmentation: Augmentation | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        self.tensors = tensors.to(device)
        self.batch_size = batch_size
        self.seed = seed
        self.augmentation = augmentation
        self.device = torch.device(device)

    def __len__(self) -> int:
        """Steps an epoch."""
        samples = len(self.tensors)
        whole, rest = divmod(samples, self.batch_size)
        alone = rest == 1 and whole > 0
        return whole + (rest > 0 and not alone)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch from step `start` on."""
        order = torch.randperm(len(self.tensors), generator=_generator(self.seed, epoch)).to(self.device)
        steps = len(self)
        for step in range(start, steps):
            begin = step * self.batch_size
            end = begin + self.batch_size if step < steps - 1 else len(order)
            x, y = self.tensors.at(order[begin:end])
            if self.augmentation is not None:
                x = augmented(x, self.augmentation, _generator(self.seed, epoch, step))
            yield x, y

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All samples once, in order, in larger batches and without augmentation: for evaluation."""
        size = max(self.batch_size, EVALUATED)
        for start in range(0, len(self.tensors), size):
            yield self.tensors.between(start, start + size)


def _generator(*numbers: int) -> torch.Generator:
    """Random numbers that depend on these numbers alone."""
    state = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])
    return torch.Generator().manual_seed(state >> 1)  # manual_seed takes 63 bits
