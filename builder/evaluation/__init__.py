"""How good a trained network is: the figures of each Output, and the baseline to beat."""

from builder.evaluation.evaluate import evaluate
from builder.evaluation.figures import (
    BinaryFigures,
    CategoryFigures,
    ClassFigures,
    Evaluation,
    ForecastFigures,
    InputFigures,
    LabelsFigures,
    LatentFigures,
    NumberFigures,
    RatingFigures,
    TagFigures,
    TextFigures,
)

__all__ = [
    "BinaryFigures",
    "CategoryFigures",
    "ClassFigures",
    "Evaluation",
    "ForecastFigures",
    "InputFigures",
    "LabelsFigures",
    "LatentFigures",
    "NumberFigures",
    "RatingFigures",
    "TagFigures",
    "TextFigures",
    "evaluate",
]
