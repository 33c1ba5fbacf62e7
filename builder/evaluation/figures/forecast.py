"""Figures of forecasts, in the series' own scale; their loss is told in that in which they were learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function

MOST_SHOWN = 500  # windows of the chart

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class StepFigures:
    """One step ahead; baselines are those of repeating the last value."""

    name: str
    mae: float
    baseline_mae: float
    rmse: float
    baseline_rmse: float


@dataclass(frozen=True)
class Course:
    """The newest windows of the part in the order of time, at most 500: what came, and what was forecast.

    `times` names each window by its first step ahead. Shape: last (N,), the value before it; true, predicted (N, steps)
    """

    times: tuple[str, ...]
    last: tuple[float, ...]
    true: tuple[tuple[float, ...], ...]
    predicted: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class ForecastFigures:
    """One Output that continues a series: means over all steps ahead, beside repeating the last value."""

    output: str
    target: str
    mae: float
    baseline_mae: float
    rmse: float
    baseline_rmse: float
    loss: float
    steps: tuple[StepFigures, ...]
    course: Course


def forecasts(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> ForecastFigures:
    """How far an Output's forecasts are from what came."""
    target, scale = answer.target, trained.preparation.scale(answer.target.name)
    true = samples.targets[target.name][index]
    loss = loss_function(answer.loss)(output, torch.from_numpy(scale.apply(true))).item()
    last = np.asarray(samples.inputs[continued(samples)])[index, -1, 0]
    names = [samples.names[at] for at in index]
    given = scale.back(output.numpy())
    return forecast_figures(answer.id, target.name, given, true.astype(np.float64), last, target.columns, names, loss)


def continued(samples: Samples) -> str:
    """The field that holds the series which a forecast continues."""
    return next(field.name for field in samples.spec.inputs if field.kind == "series")


def forecast_figures(
    output: str,
    target: str,
    predicted: Numbers,
    true: Numbers,
    last: NDArray[np.float32],
    steps: Sequence[str],
    times: Sequence[str],
    loss: float,
) -> ForecastFigures:
    """All figures, in the series' own scale. Shape: predicted and true (N, steps); last (N,)"""
    always = np.broadcast_to(last.astype(np.float64)[:, None], true.shape)
    each = [StepFigures(name, *_errors(predicted[:, at], always[:, at], true[:, at])) for at, name in enumerate(steps)]
    mae, baseline_mae, rmse, baseline_rmse = _errors(predicted, always, true)
    shown = slice(-MOST_SHOWN, None)
    course = Course(
        tuple(times[shown]), tuple(last[shown].tolist()), _rows(true[shown]), _rows(predicted[shown])
    )  # fmt: skip
    return ForecastFigures(output, target, mae, baseline_mae, rmse, baseline_rmse, loss, tuple(each), course)


def _errors(predicted: Numbers, always: Numbers, true: Numbers) -> tuple[float, float, float, float]:
    """Mean absolute and root mean squared error, each of the network and of the baseline."""
    found = [(abs(given - true).mean(), np.sqrt(((given - true) ** 2).mean())) for given in (predicted, always)]
    (mae, rmse), (baseline_mae, baseline_rmse) = found
    return float(mae), float(baseline_mae), float(rmse), float(baseline_rmse)


def _rows(values: Numbers) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, values.tolist()))
