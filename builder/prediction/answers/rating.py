"""A rating as an answer."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained
from builder.graph.losses import PairwiseRanking


@dataclass(frozen=True)
class Rating:
    """A rating in its own scale; of a network that was trained by bpr a score that only `ranks`: higher is better."""

    output: str
    target: str
    value: float
    ranks: bool

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"score" if self.ranks else "value": self.value}


def ratings(trained: Trained, answer: Answer, output: Tensor) -> list[Rating]:
    """The ratings, from what an Output gives to each pair. Shape: output (N, 1)"""
    target, ranks = answer.target, isinstance(answer.loss, PairwiseRanking)
    values = output.numpy() if ranks else trained.preparation.scale(target.name).back(output.numpy())
    return [Rating(answer.id, target.name, value, ranks) for value in values[:, 0].tolist()]
