"""The figures of one Output while it trains, of one batch and summed over many: one file for each kind of target."""

from collections.abc import Callable

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.data.fitting import Preparation
from builder.data.preparations.number import NumberPreparation
from builder.training.scores.binary import Binary
from builder.training.scores.category import Category
from builder.training.scores.forecast import Forecasts
from builder.training.scores.labels import Labels
from builder.training.scores.number import Numbers
from builder.training.scores.rating import rating
from builder.training.scores.score import Score, Sums
from builder.training.scores.text import text

__all__ = ["Score", "Sums", "score", "watched"]

SCORES: dict[TargetKind, Callable[[Answer, Preparation], Score]] = {
    "category": lambda _answer, _preparation: Category(),
    "forecast": lambda answer, preparation: Forecasts(preparation.scale(answer.target.name).std),
    "rating": rating,
    "number": lambda answer, preparation: Numbers(preparation.scale(answer.target.name).std),
    "binary": lambda _answer, _preparation: Binary(),
    "labels": lambda _answer, _preparation: Labels(),
    "text": text,
}


def score(answer: Answer, preparation: Preparation) -> Score:
    """How an Output is judged."""
    return SCORES[answer.target.kind](answer, preparation)


def watched(answer: Answer) -> str:
    """The figure by which an Output will be told good from bad, known before any data is read."""
    target = answer.target
    scale = NumberPreparation(mean=(0.0,) * target.size, std=(1.0,) * target.size)
    return score(answer, Preparation(fields={}, targets={target.name: scale})).metric
