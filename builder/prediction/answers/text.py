"""A text as an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from builder.compiler.report import Answer
from builder.evaluation.trained import Texts, Trained


@dataclass(frozen=True)
class Words:
    """A text: the likeliest, its probability, and the others that were followed to their end, in falling order."""

    output: str
    target: str
    text: str
    share: float
    others: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"text": self.text, "probability": self.share, "others": self.others}


def words(_trained: Trained, answer: Answer, output: Sequence[Texts]) -> list[Words]:
    """The texts, from what was read of an Output."""
    found: list[Words] = []
    for texts in output:
        (first, share), *others = texts.items()
        found.append(
            Words(answer.id, answer.target.name, first, share, dict(sorted(others, key=lambda pair: -pair[1])))
        )
    return found
