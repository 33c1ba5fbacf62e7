"""The parts of a table: drawn, or told by files or by a column."""

from typing import Protocol

import numpy as np

from builder.core.errors import Error, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.columnar import coded, numbers_of, seconds_of
from builder.data.fields import PARTS, Part
from builder.data.sources.answers import Named
from builder.data.sources.cells import Cells
from builder.data.sources.source import Index, require_classes, require_parts
from builder.data.sources.split import PART_NAMES, Way, at_most, split


class Shares(Protocol):
    """How a table is divided."""

    @property
    def validation(self) -> float: ...
    @property
    def test(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def limit(self) -> int | None: ...
    @property
    def split(self) -> Way: ...
    @property
    def split_column(self) -> str | None: ...


def own_parts(cells: Cells, way: Way, column: str | None) -> Index:
    """The part of each row that is told, as a place in PARTS, or -1.

    Raises: Error T-SPLIT where a column is needed and not named or there, or names no part.
    """
    if way in ("stratified", "random"):
        return cells.parts
    if not column:
        text = _("To split by {way}, name the column in split_column.").format(way=way)
        raise Error.of([Problem("T-SPLIT", text, param="split_column")])
    if column not in cells.columns:
        guess = nearest(column, cells.columns)
        hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("Choose one that is there.")
        text = _("There is no column {name} to split by. {hint}").format(name=quote(column), hint=hint)
        raise Error.of([Problem("T-SPLIT", text, param="split_column")])
    if way != "given":
        return cells.parts
    words, places = coded(cells.column(column))
    wrong = next((word for word in words if word.casefold() not in PART_NAMES), None)
    if wrong is not None:
        text = _("{word} in column {column} names no part. Write train, validation or test.")
        raise Error.of([Problem("T-SPLIT", text.format(word=quote(wrong), column=quote(column)), param="split_column")])
    return np.array([PARTS.index(PART_NAMES[word.casefold()]) for word in words])[places]


def divided(cells: Cells, owner: Index, rows: Index, named: Named, ways: Shares) -> dict[Part, Index]:
    """The parts by place in `rows`, stratified by the first category. Raises: Error T-CLASS, T-SPLIT."""
    own: dict[Part, Index] = {
        part: np.flatnonzero(owner == place) for place, part in enumerate(PARTS) if (owner == place).any()
    }
    if own and "train" not in own:
        text = _("Column {column} names no row for training.").format(column=quote(ways.split_column or ""))
        raise Error.of([Problem("T-SPLIT", text, param="split_column")])
    labels = next(iter(named.classes.values()), None)
    if labels is None or ways.split != "stratified":
        labels = np.zeros(len(rows), np.int64)
    groups = times = None
    if ways.split == "group" and ways.split_column:
        groups = coded(cells.column(ways.split_column, rows))[1]
    elif ways.split == "time" and ways.split_column:
        times = _times(cells, ways.split_column, rows)
    parts = split(
        labels, own, validation=ways.validation, test=ways.test, seed=ways.seed, groups=groups, times=times
    )  # fmt: skip
    for name, numbers in named.classes.items():
        require_classes(numbers[parts["train"]], named.targets[name].classes)
    require_parts(parts)
    return {part: at_most(ways.limit, index, ways.seed) for part, index in parts.items()}


def _times(cells: Cells, column: str, rows: Index) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """The moments by which rows are ordered; those without one come first. Raises: Error T-SPLIT."""
    found = cells.column(column, rows)
    for read in (numbers_of, seconds_of):
        try:
            return np.nan_to_num(read(found, column), nan=-np.inf)
        except Error:
            continue
    text = _("Column {column} holds neither numbers nor dates, so there is no order to split by. Choose another.")
    raise Error.of([Problem("T-SPLIT", text.format(column=quote(column)), param="split_column")])
