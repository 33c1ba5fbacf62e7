"""Columns of a table as a network's input.

`columns_to_float` and `date_parts` need numpy alone: exported projects carry their source.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.data.fields import Column
from builder.data.preparations.cells import given_cells, number, seconds
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent

How = Literal["mean", "median", "indicator"]


class ColumnsPreparation(FieldKind):
    """Rows of a table as one vector: numbers with mean 0 and spread 1, words as a 1 among zeros, dates as four numbers.

    What is missing takes the mean or median of the training part; where a column is marked, a number of its own says
    that it was missing. A word that the training part does not have becomes zeros.
    Shape: raws (N, columns) float64 -> (N, F) float32. A raw has the number, the place of the word among its column's,
    or the seconds since 1970; NaN is missing or unknown.
    """

    kind: Literal["columns"] = "columns"
    columns: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]  # of each column; none: a number or a date
    dates: tuple[bool, ...]  # of each column
    marked: tuple[bool, ...]
    fill: tuple[float, ...]  # of each number that the network gets: what stands for a missing one
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def usual(self) -> tuple[float, ...]:
        """The mean of each column in the training part; 0 of words."""
        widths = [Column(*given).width for given in self._facts()]
        return tuple(self.mean[at] for at in np.cumsum([0, *widths])[:-1])

    def _facts(self) -> list[tuple[str, tuple[str, ...], bool, bool]]:
        return list(zip(self.columns, self.categories, self.dates, self.marked, strict=True))

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.float64]:
        """Cells as `age=22, sex=male`; a column that is not named is missing."""
        return self.row(given_cells(text, self.columns))

    def row(self, cells: Mapping[str, str]) -> NDArray[np.float64]:
        """A raw from cells by column; a column that is not given is missing. Raises: Error T-NUMBER, T-DATE."""
        found = []
        for name, words, date, _marked in self._facts():
            cell = cells.get(name, "").strip()
            if words:
                found.append(float(words.index(cell)) if cell in words else math.nan)
            else:
                found.append(seconds(cell, name) if date else number(cell, name))
        return np.array(found, np.float64)

    def apply(self, raws: Any) -> NDArray[np.float32]:
        rows = np.asarray(raws, np.float64).reshape(-1, len(self.columns))
        return columns_to_float(rows, self.categories, self.dates, self.marked, self.fill, self.mean, self.std)

    def view(self, raw: NDArray[np.float64]) -> list[str]:
        """The cells with the names of their columns."""
        cells = [cell_of(Column(*facts), value) for facts, value in zip(self._facts(), raw.tolist(), strict=True)]
        return [f"{name}: {cell or '–'}" for name, cell in zip(self.columns, cells, strict=True)]


def columns_to_float(
    rows: NDArray[np.float64],
    categories: Sequence[Sequence[str]],
    dates: Sequence[bool],
    marked: Sequence[bool],
    fill: Sequence[float],
    mean: Sequence[float],
    std: Sequence[float],
) -> NDArray[np.float32]:
    """Rows (N, columns) as vectors (N, F), NaN being what is missing."""
    made = np.empty((len(rows), len(mean)), np.float32)
    start = 0
    for values, words, date, mark in zip(rows.T, categories, dates, marked, strict=True):
        if words:
            end = start + len(words)
            made[:, start:end] = values[:, None] == np.arange(len(words))
        else:
            block = date_parts(values) if date else values[:, None]
            end = start + block.shape[1]
            filled = np.where(np.isnan(block), fill[start:end], block)
            made[:, start:end] = (filled - np.array(mean[start:end])) / np.array(std[start:end])
        if mark:
            made[:, end] = np.isnan(values)
            end += 1
        start = end
    return made


def date_parts(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Years since 1970, month from 1 on, day of the week (Monday is 0), hour. Shape: (N) -> (N, 4)"""
    days = np.floor(np.nan_to_num(seconds) / 86_400)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    parts = np.stack([seconds / 31_556_952, months % 12 + 1, (days + 3) % 7, np.nan_to_num(seconds) % 86_400 / 3600], 1)
    parts[np.isnan(seconds)] = np.nan
    return parts


def fit_columns(rows: NDArray[np.float64], columns: Sequence[Column], how: How = "mean") -> ColumnsPreparation:
    """Learn means and spreads from the rows of the training part; what is missing takes no part in them."""
    fill: list[float] = []
    mean: list[float] = []
    std: list[float] = []
    for column, values in zip(columns, rows.T, strict=True):
        if column.categories:
            blocks = np.zeros((0, len(column.categories)))
        else:
            blocks = date_parts(values) if column.date else values[:, None]
        for own in blocks.T:
            known = own[~np.isnan(own)]
            spread = float(known.std()) if len(known) else 1.0
            mean.append(float(known.mean()) if len(known) else 0.0)
            std.append(spread if spread >= SMALLEST_STD * max(1.0, abs(mean[-1])) else 1.0)
            fill.append(float(np.median(known)) if how == "median" and len(known) else mean[-1])
        if column.marked:
            fill, mean, std = [*fill, 0.0], [*mean, 0.0], [*std, 1.0]
    return ColumnsPreparation(
        columns=tuple(column.name for column in columns),
        categories=tuple(column.categories for column in columns),
        dates=tuple(column.date for column in columns),
        marked=tuple(column.marked for column in columns),
        fill=tuple(fill), mean=tuple(mean), std=tuple(std),
    )  # fmt: skip


def cell_of(column: Column, value: float) -> str:
    """A raw value as people read it; empty where it is missing or unknown."""
    if math.isnan(value):
        return ""
    if column.categories:
        return column.categories[int(value)]
    if column.date:
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None).isoformat(" ").removesuffix(" 00:00:00")
    return f"{value:.7g}"
