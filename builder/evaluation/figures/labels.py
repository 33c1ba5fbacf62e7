"""Figures of sets of labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.figures.category import ClassFigures
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function


@dataclass(frozen=True)
class LabelsFigures:
    """One Output that answers with a set of labels.

    F1 is that of all labels together (micro) and its mean over the labels (macro); `exact_match` is the share of sets
    without a mistake. Baselines are those of always giving each label what is more frequent for it in this part.
    """

    output: str
    target: str
    f1_micro: float
    f1_macro: float
    exact_match: float
    loss: float
    baseline_f1_micro: float
    baseline_exact_match: float
    classes: tuple[ClassFigures, ...]


def labels(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> LabelsFigures:
    """How well an Output finds labels."""
    true = samples.targets[answer.target.name][index]
    loss = loss_function(answer.loss)(output, torch.from_numpy(true)).item()
    return labels_figures(answer.id, answer.target.name, output.numpy() > 0, true > 0.5, answer.target.classes, loss)


def labels_figures(
    output: str,
    target: str,
    said: NDArray[np.bool_],
    true: NDArray[np.bool_],
    classes: Sequence[str],
    loss: float,
) -> LabelsFigures:
    """All figures; what cannot be divided counts as 0. Shape: said and true (N, classes)"""
    each = precision_recall_fscore_support(true, said, average=None, zero_division=0.0)
    precision, recall, f1, support = (values.tolist() for values in each)
    usual = np.broadcast_to(true.mean(axis=0) > 0.5, true.shape)
    return LabelsFigures(
        output=output,
        target=target,
        f1_micro=float(f1_score(true, said, average="micro", zero_division=0.0)),
        f1_macro=float(np.mean(f1)),
        exact_match=float((said == true).all(axis=1).mean()),
        loss=loss,
        baseline_f1_micro=float(f1_score(true, usual, average="micro", zero_division=0.0)),
        baseline_exact_match=float((usual == true).all(axis=1).mean()),
        classes=tuple(map(ClassFigures, classes, precision, recall, f1, support)),
    )
