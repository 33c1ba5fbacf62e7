"""What is measured of a finished run: one file for each kind of target."""

from collections.abc import Callable
from typing import Any

from builder.compiler.report import Answer
from builder.data.fields import TargetKind
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.figures.binary import BinaryFigures, binary
from builder.evaluation.figures.category import CategoryFigures, ClassFigures, category
from builder.evaluation.figures.evaluation import Evaluation, Figures
from builder.evaluation.figures.forecast import ForecastFigures, forecasts
from builder.evaluation.figures.input import InputFigures, inputs
from builder.evaluation.figures.labels import LabelsFigures, labels
from builder.evaluation.figures.latent import LatentFigures, latent
from builder.evaluation.figures.number import ColumnFigures, NumberFigures, numbers
from builder.evaluation.figures.rating import RatingFigures, ratings
from builder.evaluation.figures.tags import TagFigures, tags
from builder.evaluation.figures.text import TextFigures, text
from builder.evaluation.trained import Trained

__all__ = [
    "BinaryFigures",
    "CategoryFigures",
    "ClassFigures",
    "ColumnFigures",
    "Evaluation",
    "Figures",
    "ForecastFigures",
    "InputFigures",
    "LabelsFigures",
    "LatentFigures",
    "NumberFigures",
    "RatingFigures",
    "TagFigures",
    "TextFigures",
    "figures",
]

FIGURES: dict[TargetKind, Callable[[Trained, Answer, Any, Samples, Index], Figures]] = {
    "category": category,
    "number": numbers,
    "tags": tags,
    "input": inputs,
    "latent": latent,
    "text": text,
    "forecast": forecasts,
    "rating": ratings,
    "binary": binary,
    "labels": labels,
}


def figures(trained: Trained, answer: Answer, output: Any, samples: Samples, index: Index) -> Figures:
    """The figures of one Output, from what it answered to the samples at `index`: numbers, or texts."""
    return FIGURES[answer.target.kind](trained, answer, output, samples, index)
