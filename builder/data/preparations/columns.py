"""Columns of a table as a network's input."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.preparations.cells import given_cells
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})  # cells that say that nothing is known


class ColumnsPreparation(FieldKind):
    """Cells of a table as one vector: numbers with mean 0 and spread 1, words as one 1 among zeros.

    A number that is missing takes the mean of the training part, so it becomes 0; a word that the training part does
    not have becomes zeros.
    Shape: raws (N, columns) text -> (N, F) float32
    """

    kind: Literal["columns"] = "columns"
    columns: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]  # of each column; none: a number
    mean: tuple[float, ...]  # of each column; 0 where it is a word
    std: tuple[float, ...]

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[Any]:
        """Cells as `age=22, sex=male`; a column that is not named is missing."""
        return self.row(given_cells(text, self.columns))

    def row(self, cells: Mapping[str, str]) -> NDArray[Any]:
        """A raw from cells by column; a column that is not given is missing. Raises: Error T-NUMBER."""
        given = [cells.get(name, "").strip() for name in self.columns]
        for name, cell, words in zip(self.columns, given, self.categories, strict=True):
            if not words:
                number(cell, name)
        return np.array(given, object)

    def apply(self, raws: Any) -> NDArray[np.float32]:
        rows = np.asarray(raws, object).reshape(-1, len(self.columns))
        given = [self.categories, self.mean, self.std]
        return columns_to_float(rows, self.columns, *given)  # type: ignore[arg-type]

    def view(self, raw: NDArray[Any]) -> list[str]:
        """The cells with the names of their columns."""
        return [f"{name}: {cell or '–'}" for name, cell in zip(self.columns, raw.tolist(), strict=True)]


def columns_to_float(
    rows: NDArray[Any],
    columns: Sequence[str],
    categories: Sequence[Sequence[str]],
    mean: Sequence[float],
    std: Sequence[float],
) -> NDArray[np.float32]:
    """Cells (N, columns) as a vector (N, F) of standardised numbers and of ones where a word is the column's."""
    blocks = []
    for at, (name, words) in enumerate(zip(columns, categories, strict=True)):
        if words:
            known = {word: place for place, word in enumerate(words)}
            places = np.array([known.get(cell, -1) for cell in rows[:, at]], np.int64)
            blocks.append((places[:, None] == np.arange(len(words))).astype(np.float32))
        else:
            values = np.array([number(cell, name) for cell in rows[:, at]], np.float64)
            filled = np.where(np.isnan(values), mean[at], values)
            blocks.append(((filled - mean[at]) / std[at]).astype(np.float32)[:, None])
    return np.concatenate(blocks, axis=1)


def number(cell: str, column: str) -> float:
    """The number in a cell; NaN where it is missing. Raises: Error T-NUMBER for anything else."""
    if cell.strip().casefold() in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value) or math.isnan(value):
        text = _("{cell} in column {column} is not a number. Mend it, or give the column another role.")
        raise Error("T-NUMBER", text.format(cell=quote(cell), column=quote(column)))
    return value


def fit_columns(
    rows: NDArray[Any], columns: Sequence[str], categories: Sequence[tuple[str, ...]]
) -> ColumnsPreparation:
    """Learn means and spreads from the rows of the training part; what is missing takes no part in them."""
    mean, std = [], []
    for at, (name, words) in enumerate(zip(columns, categories, strict=True)):
        values = np.array([] if words else [number(cell, name) for cell in rows[:, at]], np.float64)
        known = values[~np.isnan(values)]
        spread = float(known.std()) if len(known) else 1.0
        mean.append(float(known.mean()) if len(known) else 0.0)
        std.append(spread if spread >= SMALLEST_STD * max(1.0, abs(mean[-1])) else 1.0)
    return ColumnsPreparation(columns=tuple(columns), categories=tuple(categories), mean=tuple(mean), std=tuple(std))
