"""Numbers as an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained


@dataclass(frozen=True)
class Value:
    """Numbers in their own scale, by column; and for each the spread of the training part, to tell much from little."""

    output: str
    target: str
    values: dict[str, float]
    mean: Mapping[str, float]
    std: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints: the value, or of several columns the values by name."""
        values = list(self.values.values())
        return {"value": values[0]} if len(values) == 1 else {"values": self.values}


def values(trained: Trained, answer: Answer, output: Tensor) -> list[Value]:
    """The numbers in their scale, from what an Output gives to each sample. Shape: output (N, columns)"""
    target, scale = answer.target, trained.preparation.scale(answer.target.name)
    mean, std = (dict(zip(target.columns, given, strict=True)) for given in (scale.mean, scale.std))
    numbers = scale.back(output.numpy()).tolist()
    return [Value(answer.id, target.name, dict(zip(target.columns, row, strict=True)), mean, std) for row in numbers]
