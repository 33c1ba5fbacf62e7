"""Figures of numbers, in their own scale; their loss is told in that in which they were learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function

MOST_POINTS = 2_000  # of predicted against true


@dataclass(frozen=True)
class ColumnFigures:
    """One of the numbers that are predicted, in its own scale. Baselines are those of always answering the mean of the
    training part. `true` and `predicted` are at most 2,000 samples, evenly drawn."""

    name: str
    mae: float
    rmse: float
    r2: float
    baseline_mae: float
    baseline_rmse: float
    true: tuple[float, ...]
    predicted: tuple[float, ...]


@dataclass(frozen=True)
class NumberFigures:
    """One Output whose target is a number or several: means over its columns."""

    output: str
    target: str
    mae: float
    rmse: float
    r2: float
    loss: float
    baseline_mae: float
    baseline_rmse: float
    columns: tuple[ColumnFigures, ...]


def numbers(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> NumberFigures:
    """How far an Output's numbers are from the right ones."""
    target, scale = answer.target, trained.preparation.scale(answer.target.name)
    true = samples.targets[target.name][index]
    loss = loss_function(answer.loss)(output, torch.from_numpy(scale.apply(true))).item()
    given = scale.back(output.numpy())
    return number_figures(answer.id, target.name, given, true.astype(np.float64), target.columns, scale.mean, loss)


def number_figures(
    output: str,
    target: str,
    answers: NDArray[np.float64],
    true: NDArray[np.float64],
    columns: Sequence[str],
    mean: Sequence[float],
    loss: float,
) -> NumberFigures:
    """All figures, in the target's own scale. Shape: answers and true (N, columns); mean (columns) of the training."""
    found = [_column(name, answers[:, at], true[:, at], mean[at]) for at, name in enumerate(columns)]

    def together(name: str) -> float:
        return float(np.mean([getattr(column, name) for column in found]))

    means = {name: together(name) for name in ("mae", "rmse", "r2", "baseline_mae", "baseline_rmse")}
    return NumberFigures(output=output, target=target, loss=loss, columns=tuple(found), **means)


def _column(name: str, answers: NDArray[np.float64], true: NDArray[np.float64], mean: float) -> ColumnFigures:
    always = np.full(len(true), mean)
    shown = np.linspace(0, len(true) - 1, min(len(true), MOST_POINTS)).astype(int)
    return ColumnFigures(
        name=name,
        mae=float(mean_absolute_error(true, answers)),
        rmse=float(root_mean_squared_error(true, answers)),
        r2=float(r2_score(true, answers)) if len(true) > 1 else 0.0,
        baseline_mae=float(mean_absolute_error(true, always)),
        baseline_rmse=float(root_mean_squared_error(true, always)),
        true=tuple(true[shown].tolist()),
        predicted=tuple(answers[shown].tolist()),
    )
