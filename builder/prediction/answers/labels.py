"""A set of labels as an answer."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained


@dataclass(frozen=True)
class LabelSet:
    """The labels that are more likely there than not, and the probabilities of all, each in falling order."""

    output: str
    target: str
    labels: tuple[str, ...]
    probabilities: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"labels": list(self.labels), "probabilities": self.probabilities}


def label_sets(trained: Trained, answer: Answer, output: Tensor) -> list[LabelSet]:
    """The labels, from what an Output gives to each sample. Shape: output (N, classes)"""
    target = answer.target
    rows = output.sigmoid().tolist()
    ranked = [sorted(zip(target.classes, row, strict=True), key=lambda pair: -pair[1]) for row in rows]
    return [
        LabelSet(answer.id, target.name, tuple(name for name, share in shares if share > 0.5), dict(shares))
        for shares in ranked
    ]
