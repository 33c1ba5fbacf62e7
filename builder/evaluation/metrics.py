"""The figures of a classifier, from its outputs and the right answers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from builder.data.fields import Part

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
class Evaluation:
    """A run on one part of its data.

    Precision, recall and f1 are means over the classes (macro). `baseline` is the accuracy of always answering the most
    frequent class. In `confusion` rows are the right classes and columns the answers. `top5_accuracy` is None with 5
    classes or fewer.
    """

    run: str
    split: Part
    n: int
    accuracy: float
    top5_accuracy: float | None
    loss: float
    baseline: float
    precision: float
    recall: float
    f1: float
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder evaluate --json` prints."""
        return asdict(self)


def figures(
    run: str, split: Part, outputs: NDArray[np.float32], labels: NDArray[np.int64], classes: Sequence[str], loss: float
) -> Evaluation:
    """All figures. Every class is listed, seen or not; what cannot be divided counts as 0.

    Shape: outputs (N, classes), logits or probabilities; labels (N,)
    """
    answers = outputs.argmax(axis=1)
    numbers = np.arange(len(classes))
    each = precision_recall_fscore_support(labels, answers, labels=numbers, zero_division=0.0)
    precision, recall, f1, support = (values.tolist() for values in each)
    return Evaluation(
        run=run,
        split=split,
        n=len(labels),
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
