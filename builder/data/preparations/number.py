"""Numbers that a network answers, and the way back into their own scale."""

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from builder.core.settings import Settings
from builder.data.preparations.vector import standardised


class NumberPreparation(Settings):
    """Numbers to predict, with mean 0 and spread 1 as far as the training part tells, and the way back.

    Shape: (N, columns) float32 -> the same
    """

    kind: Literal["number"] = "number"
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the network learns them."""
        return standardised(values, self.mean, self.std)

    def back(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """In their own scale."""
        return cast(NDArray[np.float64], values.astype(np.float64) * np.asarray(self.std) + np.asarray(self.mean))


def fit_steps(values: NDArray[np.float32]) -> NumberPreparation:
    """One mean and one spread for all steps ahead: they are values of one series. Shape: (N, horizon)"""
    one = fit_numbers(values.reshape(-1, 1))
    steps = values.shape[1]
    return NumberPreparation(mean=one.mean * steps, std=one.std * steps)


def fit_numbers(values: NDArray[np.float32]) -> NumberPreparation:
    """Learn means and spreads of a target from the training part."""
    exact = values.astype(np.float64)
    mean, std = exact.mean(axis=0), exact.std(axis=0)
    spread = cast(list[float], np.where(std > 0, std, 1.0).tolist())
    return NumberPreparation(mean=tuple(mean.tolist()), std=tuple(spread))
