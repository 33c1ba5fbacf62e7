"""Figures of yes or no."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score, roc_curve
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function

MOST_POINTS = 500  # of a curve


@dataclass(frozen=True)
class BinaryFigures:
    """One Output that says yes or no; precision, recall and f1 are those of yes.

    `baseline` is the accuracy of always answering what is more frequent. In `confusion` rows are what is right, no
    first, and columns the answers. `roc_auc` and the curve (false and true positive rate) are those of a part that has
    both; without them, None and empty.
    """

    output: str
    target: str
    accuracy: float
    loss: float
    baseline: float
    precision: float
    recall: float
    f1: float
    roc_auc: float | None
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]


def binary(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> BinaryFigures:
    """How well an Output tells yes from no."""
    true = samples.targets[answer.target.name][index]
    loss = loss_function(answer.loss)(output, torch.from_numpy(true)).item()
    return binary_figures(answer.id, answer.target.name, output.numpy()[:, 0], true[:, 0], answer.target.classes, loss)


def binary_figures(
    output: str,
    target: str,
    logits: NDArray[np.float32],
    values: NDArray[np.float32],
    classes: tuple[str, ...],
    loss: float,
) -> BinaryFigures:
    """All figures; what cannot be divided counts as 0. Shape: logits and values (N,)"""
    true, said = values > 0.5, logits > 0
    each = precision_recall_fscore_support(true, said, average="binary", pos_label=True, zero_division=0.0)
    both = 0 < true.sum() < len(true)
    curve = roc_curve(true, logits)[:2] if both else ([], [])
    shown = np.linspace(0, len(curve[0]) - 1, min(len(curve[0]), MOST_POINTS)).astype(int)
    wrong, right = (tuple(np.asarray(rate)[shown].tolist()) for rate in curve)
    return BinaryFigures(
        output=output,
        target=target,
        accuracy=float((said == true).mean()),
        loss=loss,
        baseline=float(max(true.mean(), 1 - true.mean())),
        precision=float(each[0]),
        recall=float(each[1]),
        f1=float(each[2]),
        roc_auc=float(roc_auc_score(true, logits)) if both else None,
        classes=classes,
        confusion=tuple(map(tuple, confusion_matrix(true, said, labels=[False, True]).tolist())),
        false_positive_rate=wrong,
        true_positive_rate=right,
    )
