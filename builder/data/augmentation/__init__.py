"""Random changes of training batches on their device: one file for each kind of field.

Only training batches meet them: never validation, test or prediction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from builder.data.augmentation import images, texts
from builder.data.fields import InputKind
from builder.data.sources.augmentations import Augmentation, ImageAugmentation, TextAugmentation, TokenAugmentation

Batch = tuple[
    tuple[Tensor, ...], tuple[Tensor, ...]
]  # inputs in the order of the fields, answers in that of the targets
Kinds = tuple[InputKind, ...]


def _images(batch: Batch, kinds: Kinds, settings: ImageAugmentation, generator: torch.Generator) -> Batch:
    x, y = batch
    changed = (
        images.augmented(values, settings, generator) if kind == "image" else values
        for values, kind in zip(x, kinds, strict=True)
    )
    return tuple(changed), y


def _texts(batch: Batch, kinds: Kinds, settings: TokenAugmentation, generator: torch.Generator) -> Batch:
    x, y = batch
    changed = (
        texts.augmented(values, settings, generator) if kind == "text" else values
        for values, kind in zip(x, kinds, strict=True)
    )
    return tuple(changed), y


CHANGES: dict[type[Augmentation], Callable[[Batch, Kinds, Any, torch.Generator], Batch]] = {
    ImageAugmentation: _images,
    TokenAugmentation: _texts,
    TextAugmentation: _texts,
}


@dataclass(frozen=True)
class Augmenter:
    """Changes batches as settings say; `kinds` are those of the batch's inputs, in order."""

    settings: Augmentation
    kinds: Kinds

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch changed. Numbers are drawn from `generator` on the CPU, so that every device draws the same."""
        return CHANGES[type(self.settings)](batch, self.kinds, self.settings, generator)
