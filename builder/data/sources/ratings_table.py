"""Ratings of one's own: a table with a user, an item and perhaps a rating and a time in each row."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.preparations.cells import number
from builder.data.sources.cells import Cells, read_cells
from builder.data.sources.places import identity, resolve
from builder.data.sources.ratings import Ratings, RatingsSource, once
from builder.data.sources.roled import RoledSource
from builder.data.sources.roles import ColumnFacts, Look, require_columns
from builder.data.sources.times import seconds
from builder.data.tables import Encoding

RatingRole = Literal["ignore", "user", "item", "rating", "time"]
# the usual names of columns; without a header the roles follow each other in this order
NAMES: dict[RatingRole, tuple[str, ...]] = {
    "user": ("user", "userid", "user_id", "reviewerid", "customer", "customerid", "uid", "用户"),
    "item": ("item", "itemid", "item_id", "movie", "movieid", "product", "productid", "asin", "song", "book", "isbn",
             "iid", "物品"),
    "rating": ("rating", "ratings", "score", "stars", "overall", "评分"),
    "time": ("timestamp", "time", "date", "datetime", "unixreviewtime", "时间"),
}  # fmt: skip
COLONS = re.compile(r"[^:]+::[^:]+(::|$)")


class RatingsTable(RatingsSource, RoledSource):
    """A file with a rating in each row: MovieLens' `u.data` (tabs, no header), `ratings.dat` (with `::`), or a CSV.

    Without a column of ratings it is only known that something happened: a purchase, a click. Then train with bpr.
    """

    title: ClassVar[str] = "Ratings"
    about: ClassVar[str] = (
        "A file with a user, an item and perhaps a rating in each row: a CSV, or as MovieLens has it."
    )

    source: Literal["ratings"] = "ratings"
    path: str = Field("", max_length=4096, description="A file on this machine, or an upload.")
    columns: dict[str, RatingRole] = Field({}, description="What a column is for; one not named is guessed.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: Literal["auto", "yes", "no"] = Field(
        "auto", description="Whether the first row names the columns; without it they are called 1, 2, 3."
    )

    def titles(self) -> dict[str, str]:
        """The roles as people read them."""
        told = (_("left out"), _("user"), _("item"), _("rating, predicted"), _("time"))
        return dict(zip(get_args(RatingRole), told, strict=True))

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Every column with its role. Raises: Error P-NONE, T-ENC, T-NUL, T-ROW, L-LINE, L-SIZE."""
        return _facts(self._cells(), tuple(self.columns.items()))

    def ratings(self) -> Ratings:
        return _ratings(self._cells(), tuple((column.name, column.role) for column in self.facts()))

    def _cells(self) -> Cells:
        return _cells(identity(resolve(self.path)), self.encoding, self.header)


@lru_cache(maxsize=8)
def _cells(file: tuple[str, int, int], encoding: Encoding, header: str) -> Cells:
    with Path(file[0]).open("rb") as opened:
        line = opened.readline(10_000).decode("utf-8", "replace").strip("\ufeff\r\n")
    cells = re.split(r"::|[\t,;|]", line)
    named = header == "yes" or (header == "auto" and not any(seconds(cell.strip('" ')) is not None for cell in cells))
    colons = COLONS.match(line) is not None
    found = read_cells(((None, file),), ":" if colons else None, encoding, named)
    if not colons:
        return found
    # "a::b" has an empty cell between its two colons
    columns = found.columns[::2] if named else tuple(str(at + 1) for at in range(len(found.columns[::2])))
    return Cells(columns, found.cells[::2], found.names, found.parts)


@lru_cache(maxsize=16)
def _facts(cells: Cells, chosen: tuple[tuple[str, str], ...]) -> tuple[ColumnFacts, ...]:
    given = dict(chosen)
    require_columns(cells.columns, given)
    looked = [Look(name, cells.top(name, 20_000)) for name in cells.columns]
    roles = _guessed(cells.columns, given)
    return tuple(look.facts(roles[look.name], guessed=look.name not in given) for look in looked)


def _guessed(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Roles by the names of columns; users and items that no name tells are the first columns that are left."""
    roles = {name: given.get(name, "ignore") for name in columns}
    free = [name for name in columns if name not in given]
    unnamed = all(name == str(at + 1) for at, name in enumerate(columns))
    for role, usual in NAMES.items():
        if role in roles.values():
            continue
        left = [name for name in free if roles[name] == "ignore"]
        found = next((name for name in left if name.strip().casefold().replace(" ", "_") in usual), None)
        if found is None and (unnamed or role in ("user", "item")):
            taken = [name for name in left if not any(name.strip().casefold() in names for names in NAMES.values())]
            found = next(iter(taken), None)
        if found is not None:
            roles[found] = role
    return roles


@lru_cache(maxsize=8)
def _ratings(cells: Cells, roles: tuple[tuple[str, str], ...]) -> Ratings:
    """The ratings of a table. Raises: Error T-ROLE, T-NUMBER, T-TIME, T-ROW."""
    having = {role: [name for name, given in roles if given == role] for role in get_args(RatingRole)}
    for role in ("user", "item", "rating", "time"):
        least = 1 if role in ("user", "item") else 0
        if not least <= len(having[role]) <= 1:
            text = _("{n} columns have the role {role}; there must be one. Change the roles of the columns.")
            raise Error.of([Problem("T-ROLE", text.format(n=len(having[role]), role=role), param="columns")])
    users, items = (np.array(cells.column(having[role][0]).to_pylist(), object) for role in ("user", "item"))
    rows = np.flatnonzero((users != "") & (items != ""))
    notices = []
    if left_out := len(cells) - len(rows):
        words = _("Rows without a user or an item were left out: {n:,}.").format(n=left_out)
        notices.append(Problem("T-ROW", words, severity="warning"))
    if not len(rows):
        raise Error("T-ROW", _("No row has a user and an item. Check the columns and what stands between cells."))
    values = _numbers(cells, having["rating"][0], rows) if having["rating"] else np.ones(len(rows), np.float32)
    times = _moments(cells, having["time"][0], rows) if having["time"] else None
    return once(Ratings(users[rows], items[rows], values.astype(np.float32), times, tuple(notices)))


def _numbers(cells: Cells, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    found: list[float] = []
    for row, cell in zip(rows.tolist(), cells.column(name, rows).to_pylist(), strict=True):
        try:
            found.append(number(cell, name))
        except Error:
            found.append(np.nan)
        if np.isnan(found[-1]):
            _refuse("T-NUMBER", _("{cell} in column {column} ({row}) is no rating. Mend it or leave the column out."),
                    cell, name, cells.names[row])  # fmt: skip
    return np.array(found)


def _moments(cells: Cells, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    found: list[float] = []
    for row, cell in zip(rows.tolist(), cells.column(name, rows).to_pylist(), strict=True):
        moment = seconds(cell)
        if moment is None:
            _refuse("T-TIME", _("{cell} in column {column} ({row}) is no time. Write it as 2024-05-31 or as a number."),
                    cell, name, cells.names[row])  # fmt: skip
            continue
        found.append(moment)
    return np.array(found)


def _refuse(code: str, text: str, cell: Any, column: str, row: str) -> None:
    words = text.format(cell=quote(cell), column=quote(column), row=row)
    raise Error.of([Problem(code, words, param="columns")])
