"""How a reconstructed field is judged."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.graph.losses import BinaryCrossEntropy, Loss
from builder.training.scores.score import Sums

Spread = NDArray[np.float32]


class Reconstruction:
    """Mean squared error in the field's own scale. Shape: (N, ...), (N, ...)

    Params: `spread` of the field's own scale in one of the prepared, as the shape of a sample or what stretches to it.
    """

    metric = "reconstruction_mse"
    higher_is_better = False

    def __init__(self, loss: Loss, spread: Spread) -> None:
        self._loss, self._spread = loss, torch.from_numpy(spread)

    def of(self, output: Tensor, y: Tensor) -> float:
        return float(self.each(output, y).mean())

    def each(self, output: Tensor, y: Tensor) -> Tensor:
        """The error of each sample. Shape: (N,) float64"""
        return errors(reconstructed(output.detach(), self._loss), y, self._spread)

    def sums(self) -> Sums:
        return _Errors(self)


class _Errors:
    def __init__(self, score: Reconstruction) -> None:
        self._score = score
        self._total = 0.0
        self._samples = 0

    def add(self, output: Tensor, y: Tensor) -> None:
        self._total += float(self._score.each(output, y).sum())
        self._samples += len(y)

    def figures(self) -> dict[str, float]:
        return {"reconstruction_mse": self._total / self._samples}


def reconstructed(output: Tensor, loss: Loss) -> Tensor:
    """The field as an Output gives it: of logits, what they stand for."""
    return output.sigmoid() if isinstance(loss, BinaryCrossEntropy) else output


def errors(output: Tensor, y: Tensor, spread: Tensor) -> Tensor:
    """The mean squared error of each sample, in the field's own scale. Shape: (N, ...), (N, ...) -> (N,) float64"""
    return ((output - y) * spread.to(output.device)).double().square().flatten(1).mean(1)
