"""What a network says to one sample, by the kind of target: a category with its shares, or numbers in their scale."""

from collections.abc import Mapping
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


Said = Choice | Value


def said(trained: Trained, answer: Answer, output: Tensor) -> list[Said]:
    """What an Output says to each sample of a batch. Shape: output (N, size)"""
    target = answer.target
    if target.kind == "category":
        rows = trained.probabilities(output, answer).tolist()
        ranked = [sorted(zip(target.classes, row, strict=True), key=lambda pair: -pair[1]) for row in rows]
        return [Choice(answer.id, target.name, shares[0][0], dict(shares)) for shares in ranked]
    scale = trained.preparation.targets[target.name]
    mean, std = (dict(zip(target.columns, values, strict=True)) for values in (scale.mean, scale.std))
    numbers = scale.back(output.numpy()).tolist()
    return [Value(answer.id, target.name, dict(zip(target.columns, row, strict=True)), mean, std) for row in numbers]
