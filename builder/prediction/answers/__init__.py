"""What a network says to one sample: one file for each kind of target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.evaluation.trained import Trained
from builder.prediction.answers.binary import verdicts
from builder.prediction.answers.category import Choice, choices
from builder.prediction.answers.labels import LabelSet, label_sets
from builder.prediction.answers.number import Value, values
from builder.prediction.answers.tags import Tagged, tagged

__all__ = ["Choice", "LabelSet", "Said", "Tagged", "Value", "said"]

Said = Choice | Value | Tagged | LabelSet

# from what an Output gave to a batch, and the raw samples by field
SAID: dict[TargetKind, Callable[[Trained, Answer, Tensor, Mapping[str, Any]], Sequence[Said]]] = {
    "category": choices,
    "number": values,
    "tags": tagged,
    "binary": verdicts,
    "labels": label_sets,
}


def said(trained: Trained, answer: Answer, output: Tensor, raws: Mapping[str, Any]) -> Sequence[Said]:
    """What an Output says to each sample of a batch."""
    return SAID[answer.target.kind](trained, answer, output, raws)
