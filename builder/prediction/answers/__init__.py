"""What a network says to one sample: one file for each kind of target."""

from collections.abc import Callable, Sequence

from torch import Tensor

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.evaluation.trained import Trained
from builder.prediction.answers.binary import verdicts
from builder.prediction.answers.category import Choice, choices
from builder.prediction.answers.labels import LabelSet, label_sets
from builder.prediction.answers.number import Value, values

__all__ = ["Choice", "LabelSet", "Said", "Value", "said"]

Said = Choice | Value | LabelSet

SAID: dict[TargetKind, Callable[[Trained, Answer, Tensor], Sequence[Said]]] = {
    "category": choices,
    "number": values,
    "binary": verdicts,
    "labels": label_sets,
}


def said(trained: Trained, answer: Answer, output: Tensor) -> Sequence[Said]:
    """What an Output says to each sample of a batch."""
    return SAID[answer.target.kind](trained, answer, output)
