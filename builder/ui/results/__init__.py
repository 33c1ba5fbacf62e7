"""How a run did on a part of its data, drawn: one file for each kind of target."""

from collections.abc import Callable
from typing import Any

from builder.evaluation import CategoryFigures, ForecastFigures, NumberFigures
from builder.evaluation.figures import Figures
from builder.ui.results.category import category
from builder.ui.results.forecast import forecasts
from builder.ui.results.number import numbers

RESULTS: dict[type[Figures], Callable[[Any], None]] = {
    CategoryFigures: category,
    NumberFigures: numbers,
    ForecastFigures: forecasts,
}


def draw(figures: Figures) -> None:
    """The figures of one Output."""
    RESULTS[type(figures)](figures)
