"""A series of one's own: the rows of a table in the order of time."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.preparations.cells import number
from builder.data.sources.cells import Cells, read_cells
from builder.data.sources.places import identity, resolve
from builder.data.sources.roled import RoledSource
from builder.data.sources.roles import ColumnFacts, Look, require_columns
from builder.data.sources.series import Series, SeriesSource, filled
from builder.data.sources.text_table import SIGNS, Delimiter
from builder.data.sources.times import seconds
from builder.data.tables import Encoding

SeriesRole = Literal["ignore", "time", "enters", "predicted"]
TIME_NAMES = ("time", "date", "datetime", "timestamp", "day", "month", "year", "hour", "时间", "日期")
VALUE_NAMES = ("value", "target", "y", "close", "price", "sales", "load", "demand", "count", "数值", "价格")


class SeriesTable(SeriesSource, RoledSource):
    """A CSV or TSV file with a row for each step, in the order of its time column or else of its rows.

    What is missing takes the last value before it.
    """

    title: ClassVar[str] = "Series"
    about: ClassVar[str] = "A CSV or TSV file with a row for each step of time: a column is continued into the future."
    ignores: ClassVar[frozenset[str]] = frozenset({"seed", "split"})

    source: Literal["series"] = "series"
    path: str = Field("", max_length=4096, description="A file on this machine, or an upload.")
    columns: dict[str, SeriesRole] = Field({}, description="What a column is for; one not named is guessed.")
    delimiter: Delimiter = Field("auto", description="What stands between cells.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: bool = Field(True, description="The first row names the columns; without it they are called 1, 2, 3.")

    def titles(self) -> dict[str, str]:
        """The roles as people read them."""
        told = (_("left out"), _("time"), _("enters too"), _("enters and is predicted"))
        return dict(zip(get_args(SeriesRole), told, strict=True))

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Every column with its role. Raises: Error P-NONE, T-ENC, T-NUL, T-ROW, L-LINE, L-SIZE."""
        return _facts(self._cells(), tuple(self.columns.items()))

    def names(self) -> tuple[str, ...]:
        roles = {column.name: column.role for column in self.facts()}
        predicted = [name for name, role in roles.items() if role == "predicted"]
        if len(predicted) != 1:
            text = _("A series has one column that is predicted; here are {n}. Give that role to one of them.")
            raise Error.of([Problem("T-ROLE", text.format(n=len(predicted) or _("none")), param="columns")])
        return (*predicted, *(name for name, role in roles.items() if role == "enters"))

    def series(self) -> Series:
        cells, names = self._cells(), self.names()
        times = [column.name for column in self.facts() if column.role == "time"]
        if len(times) > 1:
            text = _("Columns {names} are both times. Leave one out.")
            raise Error.of([Problem("T-ROLE", text.format(names=", ".join(map(quote, times))), param="columns")])
        rows = np.arange(len(cells), dtype=np.int64)
        shown: Sequence[str] = cells.names
        if times:
            known = cells.top(times[0], len(rows))
            order = np.argsort([_moment(cells, times[0], known[row], row) for row in rows.tolist()], kind="stable")
            rows, shown = rows[order], [known[at] for at in order]
        found = [filled(_numbers(cells, name, rows), name) for name in names]
        notices = [
            Problem("T-GAP", _("Column {name}: {n:,} missing values took the last one before them.").format(
                name=quote(name), n=gaps), severity="warning")
            for name, (_values, gaps) in zip(names, found, strict=True) if gaps
        ]  # fmt: skip
        return Series(names, np.stack([values for values, _gaps in found], axis=1), shown, tuple(notices))

    def _cells(self) -> Cells:
        file = ((None, identity(resolve(self.path))),)
        return read_cells(file, SIGNS.get(self.delimiter), self.encoding, self.header)


@lru_cache(maxsize=16)
def _facts(cells: Cells, chosen: tuple[tuple[str, str], ...]) -> tuple[ColumnFacts, ...]:
    given = dict(chosen)
    require_columns(cells.columns, given)
    looked = [Look(name, cells.top(name, 1000)) for name in cells.columns]
    roles = _guessed(looked, given)
    return tuple(look.facts(roles[look.name], guessed=look.name not in given) for look in looked)


def _guessed(looked: Sequence[Look], given: Mapping[str, str]) -> dict[str, str]:
    """Time by its name or because its first cell is a date; predicted by its name, else the last column of numbers."""
    roles = {look.name: given.get(look.name, "ignore") for look in looked}
    free = [look for look in looked if look.name not in given]
    if "time" not in roles.values():
        named = (look for look in free if look.name.strip().casefold() in TIME_NAMES or _is_date(look))
        if time := next(named, None):
            roles[time.name] = "time"
    if "predicted" not in roles.values():
        fit = [look for look in free if roles[look.name] == "ignore" and _is_numbers(look)]
        usual = {look.name.strip().casefold(): look for look in reversed(fit)}
        value = next((usual[name] for name in VALUE_NAMES if name in usual), fit[-1] if fit else None)
        if value:
            roles[value.name] = "predicted"
    return roles


def _is_numbers(look: Look) -> bool:
    """Whether most cells are numbers: one that is not is better told than a column left out for it."""
    known = [seconds(cell) for cell in look.cells if cell]
    return len(known) > 0 and sum(value is not None for value in known) > 0.9 * len(known) and not _is_date(look)


def _is_date(look: Look) -> bool:
    return not look.numeric and bool(look.examples) and all(seconds(cell) is not None for cell in look.examples)


def _moment(cells: Cells, name: str, cell: str, row: int) -> float:
    found = seconds(cell)
    if found is None:
        text = _("{cell} in column {column} ({row}) is no time. Write it as 2024-05-31 or as a number.")
        raise Error("T-TIME", text.format(cell=quote(cell), column=quote(name), row=cells.names[row]))
    return found


def _numbers(cells: Cells, name: str, rows: NDArray[Any]) -> NDArray[np.float64]:
    """A column as numbers, NaN where one is missing. Raises: Error T-NUMBER with the line."""
    found = cells.column(name, rows).to_pylist()
    values = np.empty(len(found))
    for at, cell in enumerate(found):
        try:
            values[at] = number(cell, name)
        except Error:
            text = _("{cell} in column {column} ({row}) is not a number. Mend it, or give the column another role.")
            words = text.format(cell=quote(cell), column=quote(name), row=cells.names[rows[at]])
            raise Error.of([Problem("T-NUMBER", words, param="columns")]) from None
    return values
