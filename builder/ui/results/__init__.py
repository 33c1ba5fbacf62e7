"""How a run did on a part of its data, drawn: one file for each kind of target."""

from collections.abc import Callable
from typing import Any

from builder.evaluation import (
    BinaryFigures,
    CategoryFigures,
    ForecastFigures,
    InputFigures,
    LabelsFigures,
    LatentFigures,
    NumberFigures,
    RatingFigures,
    TagFigures,
    TextFigures,
)
from builder.evaluation.figures import Figures
from builder.ui.results.binary import binary
from builder.ui.results.category import category
from builder.ui.results.forecast import forecasts
from builder.ui.results.input import inputs
from builder.ui.results.labels import labels
from builder.ui.results.latent import latent
from builder.ui.results.number import numbers
from builder.ui.results.rating import ratings
from builder.ui.results.tags import tags
from builder.ui.results.text import texts

RESULTS: dict[type[Figures], Callable[[Any], None]] = {
    CategoryFigures: category,
    NumberFigures: numbers,
    RatingFigures: ratings,
    TagFigures: tags,
    TextFigures: texts,
    ForecastFigures: forecasts,
    BinaryFigures: binary,
    LabelsFigures: labels,
    InputFigures: inputs,
    LatentFigures: latent,
}


def draw(figures: Figures) -> None:
    """The figures of one Output."""
    RESULTS[type(figures)](figures)
