"""A run measured on one part of its data."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from builder.data.fields import Part
from builder.evaluation.figures.binary import BinaryFigures
from builder.evaluation.figures.category import CategoryFigures
from builder.evaluation.figures.forecast import ForecastFigures
from builder.evaluation.figures.input import InputFigures
from builder.evaluation.figures.labels import LabelsFigures
from builder.evaluation.figures.latent import LatentFigures
from builder.evaluation.figures.number import NumberFigures
from builder.evaluation.figures.rating import RatingFigures
from builder.evaluation.figures.tags import TagFigures
from builder.evaluation.figures.text import TextFigures

Figures = (
    CategoryFigures
    | NumberFigures
    | ForecastFigures
    | BinaryFigures
    | LabelsFigures
    | TextFigures
    | RatingFigures
    | InputFigures
    | LatentFigures
    | TagFigures
)  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A run on one part of its data: the figures of each Output, and their losses times weights together."""

    run: str
    split: Part
    n: int
    loss: float
    outputs: tuple[Figures, ...]

    @property
    def accuracy(self) -> float | None:
        """That of the first Output; None where its target is no category."""
        first = self.outputs[0]
        return first.accuracy if isinstance(first, CategoryFigures | BinaryFigures) else None

    def figure(self, metric: str) -> float | None:
        """A metric such as `mae` or `accuracy/again`; None where there is none of that name."""
        if metric == "loss":
            return self.loss  # of all Outputs together
        name, figures = self._told(metric)
        found: float | None = getattr(figures, name, None)
        return found

    def baseline(self, metric: str) -> float | None:
        """What the trivial answer reaches of a metric; None where nothing is known of it.

        Figures of every kind tell it as `baseline_<metric>`, those of categories as `baseline`.
        """
        name, figures = self._told(metric)
        if name == "r2":
            return 0.0  # by its definition that of the mean
        plain = getattr(figures, "baseline", None) if name == "accuracy" else None
        found: float | None = getattr(figures, f"baseline_{name}", plain)
        return found

    def _told(self, metric: str) -> tuple[str, Figures]:
        name, _sign, output = metric.partition("/")
        return name, next((one for one in self.outputs if one.output == output), self.outputs[0])

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder evaluate --json` prints: the first Output's figures, and those of several in `outputs`."""
        first, *others = [_plain(figures) for figures in self.outputs]
        found = {**first, "run": self.run, "split": self.split, "n": self.n, "loss": self.loss}
        return {**found, "outputs": [first, *others]} if others else found


def _plain(figures: Figures) -> dict[str, Any]:
    """Figures without their pictures, which are for pages."""
    return {name: value for name, value in asdict(figures).items() if not isinstance(value, np.ndarray)}
