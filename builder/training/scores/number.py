"""How numbers are judged."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from builder.training.scores.score import Sums


class Numbers:
    """Mean absolute error in the target's own scale, and R2; of several columns the mean. Shape: (N, C), (N, C)"""

    metric = "mae"
    higher_is_better = False

    def __init__(self, std: Sequence[float]) -> None:
        self._std = np.asarray(std)

    def of(self, output: Tensor, y: Tensor) -> float:
        away = (output.detach() - y).abs().mean(0).cpu().numpy()
        return float((away * self._std).mean())

    def sums(self) -> Sums:
        return _Squares(self._std)


class _Squares:
    """Sums in double precision of what R2 needs; standardised values keep them from cancelling."""

    def __init__(self, std: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> None:
        self._std = std
        self._sums = np.zeros((4, len(std)))
        self._samples = 0

    def add(self, output: Tensor, y: Tensor) -> None:
        answer, true = output.detach().double(), y.double()
        away = answer - true
        sums = torch.stack([away.abs().sum(0), away.square().sum(0), true.sum(0), true.square().sum(0)])
        self._sums += sums.cpu().numpy()
        self._samples += len(y)

    def figures(self) -> dict[str, float]:
        away, squares, total, total_squares = self._sums
        spread = total_squares - total**2 / self._samples
        # as in scikit-learn: a constant that is missed counts as 0, one that is hit as 1
        flat = np.where(squares > 0, 0.0, 1.0)
        r2 = np.where(spread > 1e-12, 1 - squares / np.where(spread > 1e-12, spread, 1), flat)
        return {"mae": float((away / self._samples * self._std).mean()), "r2": float(r2.mean())}
