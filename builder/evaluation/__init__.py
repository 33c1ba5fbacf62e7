"""How good a trained network is: the figures of each Output, and the baseline to beat."""

from builder.evaluation.evaluate import evaluate
from builder.evaluation.figures import CategoryFigures, ClassFigures, Evaluation, ForecastFigures, NumberFigures

__all__ = ["CategoryFigures", "ClassFigures", "Evaluation", "ForecastFigures", "NumberFigures", "evaluate"]
from builder.evaluation.figures import (
    BinaryFigures,
    LabelsFigures,
)

__all__ = [
    "BinaryFigures",
    "CategoryFigures",
    "ClassFigures",
    "Evaluation",
    "LabelsFigures",
    "NumberFigures",
    "evaluate",
]
