"""Windows of a series as a network's input."""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent
from builder.data.preparations.vector import standardised


class SeriesPreparation(FieldKind):
    """(x - mean) / std for each column, the same at every step.

    Shape: raws (N, length, columns) float32 -> the same
    """

    kind: Literal["series"] = "series"
    columns: tuple[str, ...]
    length: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.float32]:
        """The last values of a series: a row for each step, or of one column numbers in any arrangement.

        A first row that holds no numbers is a header; of more steps than enter, the last do.
        """
        rows = [line.replace(";", ",").replace("\t", ",").split(",") for line in text.splitlines() if line.strip()]
        cells = [[cell for part in row for cell in part.split()] for row in rows]
        if len(cells) > 1 and not any(map(_is_number, cells[0])):
            cells = cells[1:]
        if len(self.columns) == 1:
            cells = [[cell] for row in cells for cell in row]
        values = np.array([self._step(row) for row in cells], np.float32).reshape(-1, len(self.columns))
        if len(values) < self.length:
            words = _("{n:,} steps were given; this network reads the last {length:,}. Give more of them.")
            raise Error("T-SERIES", words.format(n=len(values), length=self.length))
        if len(values) > self.length:
            words = _("Of {n:,} steps only the last {length:,} were used.")
            notify(Problem("T-LONG", words.format(n=len(values), length=self.length), severity="hint"))
        return values[-self.length :]

    def _step(self, cells: Sequence[str]) -> list[float]:
        if len(cells) != len(self.columns):
            words = _("{row} has {n:,} values; each step needs {names}.")
            names = ", ".join(quote(name, 30) for name in self.columns[:10])
            raise Error("T-SERIES", words.format(row=quote(" ".join(cells)), n=len(cells), names=names))
        if wrong := next((cell for cell in cells if not _is_number(cell)), None):
            raise Error(
                "T-NUMBER", _("{cell} is not a number. Give the values of the series.").format(cell=quote(wrong))
            )
        return [float(cell) for cell in cells]

    def apply(self, raws: Sequence[NDArray[np.float32]] | NDArray[np.float32]) -> NDArray[np.float32]:
        windows = np.asarray(raws, np.float32).reshape(-1, self.length, len(self.columns))
        return standardised(windows, self.mean, self.std)

    def view(self, raw: NDArray[np.float32]) -> list[float]:
        """The past of the first column, which is continued."""
        values: list[float] = raw[:, 0].tolist()
        return values

    @classmethod
    def fit(cls, training: NDArray[np.float32], columns: Sequence[str]) -> Self:
        """Learn means and spreads from the windows of the training part."""
        values = np.asarray(training, np.float64)
        mean, std = values.mean(axis=(0, 1)), values.std(axis=(0, 1))
        spread = np.where(std < SMALLEST_STD * np.maximum(1.0, abs(mean)), 1.0, std)
        scale = tuple(mean.tolist()), tuple(spread.tolist())
        return cls(columns=tuple(columns), length=values.shape[1], mean=scale[0], std=scale[1])


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
