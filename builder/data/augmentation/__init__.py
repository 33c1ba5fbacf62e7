"""Random changes of training batches on their device: one file for each kind of field.

Only training batches meet them: never validation, test or prediction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from builder.data.augmentation import images, sounds, texts
from builder.data.augmentation.images import AS_IT_IS, Scale
from builder.data.augmentation.mixing import mixed
from builder.data.augmentation.tables import disturbed
from builder.data.fields import InputKind
from builder.data.sources.augmentations import (
    Augmentation,
    ImageAugmentation,
    RowAugmentation,
    SoundAugmentation,
    TableAugmentation,
    TextAugmentation,
    TokenAugmentation,
)

Batch = tuple[
    tuple[Tensor, ...], tuple[Tensor, ...]
]  # inputs in the order of the fields, answers in that of the targets
Kinds = tuple[InputKind, ...]


def _texts(batch: Batch, kinds: Kinds, settings: TokenAugmentation, generator: torch.Generator) -> Batch:
    x, y = batch
    changed = (
        texts.augmented(values, settings, generator) if kind == "text" else values
        for values, kind in zip(x, kinds, strict=True)
    )
    return tuple(changed), y


def _sounds(batch: Batch, kinds: Kinds, settings: SoundAugmentation, generator: torch.Generator) -> Batch:
    x, y = batch
    changed = (
        sounds.augmented(values, settings, generator) if kind == "sound" else values
        for values, kind in zip(x, kinds, strict=True)
    )
    return tuple(changed), y


CHANGES: dict[type[Augmentation], Callable[[Batch, Kinds, Any, torch.Generator], Batch]] = {
    TokenAugmentation: _texts,
    TextAugmentation: _texts,
    SoundAugmentation: _sounds,
}


@dataclass(frozen=True)
class Augmenter:
    """Changes batches as settings say; `kinds` are those of the batch's inputs, in order.

    `scales` are, by place, those by which images were normalised; `classes` how many each target has;
    `numeric`, by place, which values of a vector are numbers (1) and which stand for words (0).
    """

    settings: Augmentation
    kinds: Kinds
    scales: Mapping[int, Scale] = field(default_factory=dict)
    classes: tuple[int, ...] = ()
    numeric: Mapping[int, Tensor] = field(default_factory=dict)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch changed. Numbers are drawn from `generator` on the CPU, so that every device draws the same."""
        if isinstance(self.settings, ImageAugmentation):
            return self._images(batch, self.settings, generator)
        if isinstance(self.settings, TableAugmentation | RowAugmentation):
            return self._tables(batch, self.settings, generator)
        return CHANGES[type(self.settings)](batch, self.kinds, self.settings, generator)

    def _images(self, batch: Batch, settings: ImageAugmentation, generator: torch.Generator) -> Batch:
        x, y = list(batch[0]), batch[1]
        places = [place for place, kind in enumerate(self.kinds) if kind == "image"]
        for place in places:
            x[place] = images.augmented(x[place], settings, generator, self.scales.get(place, AS_IT_IS))
        if settings.mixes and len(x[0]) > 1 and places:
            blended, y = mixed([x[place] for place in places], y, self.classes, settings, generator)
            for place, values in zip(places, blended, strict=True):
                x[place] = values
        return tuple(x), y

    def _tables(self, batch: Batch, settings: TableAugmentation | RowAugmentation, generator: torch.Generator) -> Batch:
        x = list(batch[0])
        for place, numeric in self.numeric.items():
            if settings.noise:
                x[place] = disturbed(x[place], numeric, settings.noise, generator)
        changed = tuple(x), batch[1]
        return _texts(changed, self.kinds, settings, generator) if isinstance(settings, RowAugmentation) else changed
