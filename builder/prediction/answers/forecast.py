"""The next values of a series as an answer."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained


@dataclass(frozen=True)
class Forecast:
    """The next values in the series' own scale, the nearest first."""

    output: str
    target: str
    steps: tuple[str, ...]
    values: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        return {"values": dict(zip(self.steps, self.values, strict=True))}


def forecasts(trained: Trained, answer: Answer, output: Tensor) -> list[Forecast]:
    """The values in their scale, from what an Output gives to each window. Shape: output (N, horizon)"""
    target, scale = answer.target, trained.preparation.scale(answer.target.name)
    rows = scale.back(output.numpy()).tolist()
    return [Forecast(answer.id, target.name, target.columns, tuple(row)) for row in rows]
