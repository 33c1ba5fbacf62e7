"""The figures of each kind of Output, from what it answered and what is right."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    mean_absolute_error,
    precision_recall_fscore_support,
    r2_score,
    root_mean_squared_error,
)

from builder.data.fields import Part

TOP = 5
MOST_POINTS = 2_000  # of predicted against true


@dataclass(frozen=True)
class ClassFigures:
    """One class against all others. `support` is how many samples are of this class."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class CategoryFigures:
    """One Output whose target is a category.

    Precision, recall and f1 are means over the classes (macro). `baseline` is the accuracy of always answering the most
    frequent class. In `confusion` rows are the right classes and columns the answers. `top5_accuracy` is None with 5
    classes or fewer.
    """

    output: str
    target: str
    accuracy: float
    top5_accuracy: float | None
    loss: float
    baseline: float
    precision: float
    recall: float
    f1: float
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]


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


Figures = CategoryFigures | NumberFigures


@dataclass(frozen=True)
class Evaluation:
    """A run on one part of its data: the figures of each Output, and their losses times weights together."""

    run: str
    split: Part
    n: int
    loss: float
    outputs: tuple[Figures, ...]

    @property
    def accuracy(self) -> float | None:
        """That of the first Output; None where its target is no category."""
        first = self.outputs[0]
        return first.accuracy if isinstance(first, CategoryFigures) else None

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder evaluate --json` prints: the first Output's figures, and those of several in `outputs`."""
        first, *others = [asdict(figures) for figures in self.outputs]
        found = {**first, "run": self.run, "split": self.split, "n": self.n, "loss": self.loss}
        return {**found, "outputs": [first, *others]} if others else found


def category_figures(
    output: str,
    target: str,
    outputs: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: Sequence[str],
    loss: float,
) -> CategoryFigures:
    """All figures. Every class is listed, seen or not; what cannot be divided counts as 0.

    Shape: outputs (N, classes), logits or probabilities; labels (N,)
    """
    answers = outputs.argmax(axis=1)
    numbers = np.arange(len(classes))
    each = precision_recall_fscore_support(labels, answers, labels=numbers, zero_division=0.0)
    precision, recall, f1, support = (values.tolist() for values in each)
    return CategoryFigures(
        output=output,
        target=target,
        accuracy=float(accuracy_score(labels, answers)),
        top5_accuracy=_top5(outputs, labels) if len(classes) > TOP else None,
        loss=loss,
        baseline=float(np.bincount(labels).max() / len(labels)),
        precision=float(np.mean(precision)),
        recall=float(np.mean(recall)),
        f1=float(np.mean(f1)),
        classes=tuple(map(ClassFigures, classes, precision, recall, f1, support)),
        confusion=tuple(map(tuple, confusion_matrix(labels, answers, labels=numbers).tolist())),
    )


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


def _top5(outputs: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """How often the right class is among the five likeliest. Ties are broken as argmax breaks them: the first wins."""
    likeliest = np.argsort(-outputs, axis=1, kind="stable")[:, :TOP]
    return float((likeliest == labels[:, None]).any(axis=1).mean())
