"""A category as an answer."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained


@dataclass(frozen=True)
class Choice:
    """A category: the likeliest class, and the probabilities of all in falling order."""

    output: str
    target: str
    label: str
    probabilities: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"label": self.label, "probabilities": self.probabilities}


def choices(trained: Trained, answer: Answer, output: Tensor) -> list[Choice]:
    """The classes, from what an Output gives to each sample. Shape: output (N, classes)"""
    target = answer.target
    rows = trained.probabilities(output, answer).tolist()
    ranked = [sorted(zip(target.classes, row, strict=True), key=lambda pair: -pair[1]) for row in rows]
    return [Choice(answer.id, target.name, shares[0][0], dict(shares)) for shares in ranked]
