"""Figures of categories."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function

TOP = 5


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


def category(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> CategoryFigures:
    """How well an Output tells classes apart."""
    true = samples.targets[answer.target.name][index]
    counts = trained.preparation.counts(answer.target.name)
    loss = loss_function(answer.loss, counts)(output, torch.from_numpy(true)).item()
    return category_figures(answer.id, answer.target.name, output.numpy(), true, answer.target.classes, loss)


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


def _top5(outputs: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """How often the right class is among the five likeliest. Ties are broken as argmax breaks them: the first wins."""
    likeliest = np.argsort(-outputs, axis=1, kind="stable")[:, :TOP]
    return float((likeliest == labels[:, None]).any(axis=1).mean())
