"""How forecasts are judged."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from builder.training.scores.score import Sums


class Forecasts:
    """Mean absolute error over all steps ahead, in the series' own scale. Shape: (N, horizon), (N, horizon)"""

    metric = "mae"
    higher_is_better = False

    def __init__(self, std: Sequence[float]) -> None:
        self._std = std[0]  # one for all steps

    def of(self, output: Tensor, y: Tensor) -> float:
        return float((output.detach() - y).abs().mean()) * self._std

    def sums(self) -> Sums:
        return Errors(self._std)


class Errors:
    """Mean absolute and root mean squared error; sums in double precision."""

    def __init__(self, std: float) -> None:
        self._std = std
        self._sums = np.zeros(2)
        self._numbers = 0

    def add(self, output: Tensor, y: Tensor) -> None:
        away = output.detach().double() - y.double()
        self._sums += float(away.abs().sum()), float(away.square().sum())
        self._numbers += y.numel()

    def figures(self) -> dict[str, float]:
        away, squares = (self._sums / self._numbers).tolist()
        return {"mae": away * self._std, "rmse": squares**0.5 * self._std}
