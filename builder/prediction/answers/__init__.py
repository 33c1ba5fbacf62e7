"""What a network says to one sample: one file for each kind of target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.evaluation.trained import Trained
from builder.prediction.answers.category import Choice, choices
from builder.prediction.answers.input import Restored, restorations
from builder.prediction.answers.latent import Located, places
from builder.prediction.answers.number import Value, values

__all__ = ["Choice", "Located", "Restored", "Said", "Value", "said"]

Said = Choice | Value | Restored | Located
Given = Mapping[str, Any]  # the raws of a batch, by field

SAID: dict[TargetKind, Callable[[Trained, Answer, Tensor, Given], Sequence[Said]]] = {
    "category": lambda trained, answer, output, _given: choices(trained, answer, output),
    "number": lambda trained, answer, output, _given: values(trained, answer, output),
    "input": restorations,
    "latent": lambda _trained, answer, output, _given: places(answer, output),
}


def said(trained: Trained, answer: Answer, output: Tensor, given: Given) -> Sequence[Said]:
    """What an Output says to each sample of a batch, of which `given` are the raws."""
    return SAID[answer.target.kind](trained, answer, output, given)
