"""What a network says to one sample: one file for each kind of target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.evaluation.trained import Trained
from builder.prediction.answers.binary import verdicts
from builder.prediction.answers.category import Choice, choices
from builder.prediction.answers.forecast import Forecast, forecasts
from builder.prediction.answers.input import Restored, restorations
from builder.prediction.answers.labels import LabelSet, label_sets
from builder.prediction.answers.latent import Located, places
from builder.prediction.answers.number import Value, values
from builder.prediction.answers.rating import Rating, ratings
from builder.prediction.answers.tags import Tagged, tagged
from builder.prediction.answers.text import Words, words

__all__ = [
    "Choice",
    "Forecast",
    "LabelSet",
    "Located",
    "Rating",
    "Restored",
    "Said",
    "Tagged",
    "Value",
    "Words",
    "said",
]

Said = Choice | Value | LabelSet | Restored | Located | Forecast | Tagged | Words | Rating

Given = Mapping[str, Any]  # the raws of a batch, by field

SAID: dict[TargetKind, Callable[[Trained, Answer, Any], Sequence[Said]]] = {
    "category": choices,
    "number": values,
    "text": words,
    "forecast": forecasts,
    "rating": ratings,
    "binary": verdicts,
    "labels": label_sets,
    "latent": places,
}
# kinds whose answers are told beside what was given
BESIDE: dict[TargetKind, Callable[[Trained, Answer, Tensor, Given], Sequence[Said]]] = {
    "input": restorations,
    "tags": tagged,
}


def said(trained: Trained, answer: Answer, output: Any, given: Given) -> Sequence[Said]:
    """What an Output says to each sample of a batch, of which `given` are the raws."""
    kind = answer.target.kind
    return BESIDE[kind](trained, answer, output, given) if kind in BESIDE else SAID[kind](trained, answer, output)
