"""The figures of one Output while it trains, of one batch and summed over many: one file for each kind of target."""

from collections.abc import Callable

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.data.fitting import Preparation
from builder.data.preparations.number import NumberPreparation
from builder.data.preparations.vector import VectorPreparation
from builder.training.scores.binary import Binary
from builder.training.scores.category import Category
from builder.training.scores.forecast import Forecasts
from builder.training.scores.input import Reconstruction
from builder.training.scores.labels import Labels
from builder.training.scores.latent import Latent
from builder.training.scores.number import Numbers
from builder.training.scores.rating import rating
from builder.training.scores.score import Score, Sums
from builder.training.scores.tags import Tags
from builder.training.scores.text import text

__all__ = ["Score", "Sums", "score", "watched"]

SCORES: dict[TargetKind, Callable[[Answer, Preparation], Score]] = {
    "category": lambda _answer, _preparation: Category(),
    "tags": lambda answer, _preparation: Tags(answer.target.classes),
    "input": lambda answer, preparation: Reconstruction(answer.loss, preparation.fields[answer.target.name].spread),
    "latent": lambda answer, _preparation: Latent(answer.loss, len(answer.target.classes)),
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


def watched(answer: Answer) -> str | None:
    """The figure by which an Output will be told good from bad, known before any data is read; None where none is."""
    target = answer.target
    scale = NumberPreparation(mean=(0.0,) * target.size, std=(1.0,) * target.size)
    field = VectorPreparation(mean=scale.mean, std=scale.std)
    return score(answer, Preparation(fields={target.name: field}, targets={target.name: scale})).metric
