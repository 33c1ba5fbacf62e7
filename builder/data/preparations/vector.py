"""Rows of numbers as a network's input. `standardised` needs numpy alone: exported projects carry its source."""

from collections.abc import Sequence
from typing import Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent


class VectorPreparation(FieldKind):
    """(x - mean) / std for each feature.

    Shape: raws (N, F) float32 -> (N, F) float32
    """

    kind: Literal["vector"] = "vector"
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.float32]:
        """Numbers divided by spaces or commas."""
        cells = text.replace(",", " ").split()
        try:
            values = np.array([float(cell) for cell in cells], np.float32)
        except (ValueError, OverflowError):
            values = np.array([np.nan], np.float32)
        if len(values) != len(self.mean) or not np.isfinite(values).all():
            words = _("{text} is not {n} numbers. Give them divided by spaces, such as {example}.")
            example = " ".join(["0.5"] * len(self.mean))
            raise Error("T-TEXT", words.format(text=quote(text), n=len(self.mean), example=quote(example)))
        return values

    def apply(self, raws: Sequence[NDArray[np.float32]] | NDArray[np.float32]) -> NDArray[np.float32]:
        return standardised(np.asarray(raws, np.float32).reshape(-1, len(self.mean)), self.mean, self.std)

    @property
    def spread(self) -> NDArray[np.float32]:
        return np.asarray(self.std, np.float32)

    @property
    def centre(self) -> NDArray[np.float32]:
        return np.asarray(self.mean, np.float32)

    def back(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The numbers in their own scale."""
        return x * self.spread + self.centre

    def view(self, raw: NDArray[np.float32]) -> list[float]:
        """The numbers as they were given."""
        return cast(list[float], raw.tolist())

    @classmethod
    def fit(cls, training: NDArray[np.float32]) -> Self:
        """Learn means and spreads from the training part."""
        values = np.asarray(training, np.float64)
        mean, std = values.mean(axis=0), values.std(axis=0)
        return cls(mean=tuple(mean.tolist()), std=tuple(np.where(std < SMALLEST_STD, 1.0, std).tolist()))


def standardised(values: NDArray[np.float32], mean: tuple[float, ...], std: tuple[float, ...]) -> NDArray[np.float32]:
    """Values (N, F) with mean 0 and spread 1 for each feature, as far as the training part tells."""
    centred: NDArray[np.float32] = values - np.asarray(mean, np.float32)
    return np.divide(centred, np.asarray(std, np.float32), dtype=np.float32)
