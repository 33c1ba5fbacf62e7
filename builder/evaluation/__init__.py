"""How good a trained network is: the figures of each Output, and the baseline to beat."""

from builder.evaluation.evaluate import evaluate
from builder.evaluation.figures import (
    CategoryFigures,
    ClassFigures,
    Evaluation,
    InputFigures,
    LatentFigures,
    NumberFigures,
)

__all__ = [
    "CategoryFigures",
    "ClassFigures",
    "Evaluation",
    "InputFigures",
    "LatentFigures",
    "NumberFigures",
    "evaluate",
]
