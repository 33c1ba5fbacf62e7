"""What a network says to one sample: one file for each kind of target."""

from collections.abc import Callable, Sequence
from typing import Any

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.evaluation.trained import Trained
from builder.prediction.answers.binary import verdicts
from builder.prediction.answers.category import Choice, choices
from builder.prediction.answers.forecast import Forecast, forecasts
from builder.prediction.answers.labels import LabelSet, label_sets
from builder.prediction.answers.number import Value, values
from builder.prediction.answers.rating import Rating, ratings
from builder.prediction.answers.text import Words, words

__all__ = ["Choice", "Forecast", "LabelSet", "Rating", "Said", "Value", "Words", "said"]

Said = Rating | Choice | Value | Forecast | LabelSet | Words

SAID: dict[TargetKind, Callable[[Trained, Answer, Any], Sequence[Said]]] = {
    "category": choices,
    "number": values,
    "text": words,
    "forecast": forecasts,
    "rating": ratings,
    "binary": verdicts,
    "labels": label_sets,
}


def said(trained: Trained, answer: Answer, output: Any) -> Sequence[Said]:
    """What an Output says to each sample of a batch."""
    return SAID[answer.target.kind](trained, answer, output)
