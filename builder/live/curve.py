"""One metric over steps as columns in memory: grows, is smoothed as it grows, and is thinned for the browser."""

import math
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from builder.runs.store import Series

MOST: Final = 600  # points of one series in one answer: more than one to a pixel of the chart


@dataclass
class Curve:
    """Points in the order in which they were written; what is not a number is NaN.

    `cursor` holds, for each point, the store's cursor behind the batch that brought it. `span` is the width in points
    of the moving average that makes a noisy curve readable; 0 leaves it out.
    """

    span: int = 0
    step: "array[int]" = field(default_factory=lambda: array("q"))
    epoch: "array[int]" = field(default_factory=lambda: array("q"))
    value: "array[float]" = field(default_factory=lambda: array("d"))
    smooth: "array[float]" = field(default_factory=lambda: array("d"))
    cursor: "array[int]" = field(default_factory=lambda: array("q"))
    _sum: float = 0.0
    _weight: float = 0.0

    def add(self, points: Series, cursor: int) -> None:
        """Append the points of one batch."""
        for value in map(_readable, points.value):
            self.value.append(value)
            if self.span:
                self.smooth.append(self._average(value))
        self.step.extend(points.step)
        self.epoch.extend(points.epoch)
        self.cursor.extend([cursor] * len(points.step))

    def after(self, cursor: int) -> tuple[dict[str, list[Any]], bool]:
        """The columns of what came after `cursor`, at most `MOST` points of it; whether points were left out."""
        start = bisect_right(self.cursor, cursor)
        thin = len(self.step) - start > MOST
        rows = start + extremes(np.array(self.value[start:]), MOST) if thin else range(start, len(self.step))
        columns: dict[str, list[Any]] = {
            "step": [self.step[row] for row in rows],
            "epoch": [self.epoch[row] for row in rows],
            "value": [_plain(self.value[row]) for row in rows],
        }
        if self.span:
            columns["smooth"] = [_plain(self.smooth[row]) for row in rows]
        return columns, thin

    def _average(self, value: float) -> float:
        # Dividing by the weight takes away the pull towards 0 at the start (Kingma & Ba 2015, arXiv:1412.6980).
        if not math.isnan(value):
            rate = 2 / (self.span + 1)
            self._sum += rate * (value - self._sum)
            self._weight += rate * (1 - self._weight)
        return _readable(self._sum / self._weight) if self._weight else math.nan


def extremes(values: np.ndarray[Any, np.dtype[np.float64]], most: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """The rows to keep of a long series: of each bucket the lowest and the highest (spikes survive), and both ends.

    Shape: (L,) -> (at most `most`,)
    """
    buckets = most // 2 - 1
    width = -(-len(values) // buckets)
    missing = np.isnan(values)
    padding = (0, buckets * width - len(values))
    first = np.arange(buckets) * width
    low = np.pad(np.where(missing, np.inf, values), padding, constant_values=np.inf).reshape(buckets, width)
    high = np.pad(np.where(missing, -np.inf, values), padding, constant_values=-np.inf).reshape(buckets, width)
    rows = np.concatenate([[0, len(values) - 1], first + low.argmin(axis=1), first + high.argmax(axis=1)])
    return np.unique(rows[rows < len(values)])


def _readable(value: float) -> float:
    """Six digits are more than a chart shows, and a third of the bytes."""
    return float(f"{value:.6g}") if math.isfinite(value) else math.nan


def _plain(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else value
