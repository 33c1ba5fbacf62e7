"""What the network keeps of a sample as an answer."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained
from builder.training.scores.latent import positions


@dataclass(frozen=True)
class Located:
    """Where a sample lies in the latent space."""

    output: str
    target: str
    position: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"position": list(self.position)}


def places(_trained: Trained, answer: Answer, output: Tensor) -> list[Located]:
    """The places, from what an Output gives to each sample. Shape: output (N, Z), or (N, 2 Z) of a kl loss"""
    rows = positions(output, answer.loss).tolist()
    return [Located(answer.id, answer.target.name, tuple(row)) for row in rows]
