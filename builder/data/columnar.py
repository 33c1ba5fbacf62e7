"""Tables as columns of text, and such columns as numbers, moments and places in a list of words.

A million cells are read at the speed of Arrow; where a cell is not what it should be, Python looks for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from builder.data.preparations.cells import MISSING, number, seconds

Strings = Any  # a column of text: pyarrow's ChunkedArray, which brings no types


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of text, all of one length. `lines` is where each row ends in the file."""

    columns: tuple[str, ...]
    cells: tuple[Strings, ...]
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def rows(self) -> list[list[str]]:
        """The table a row at a time: for small ones."""
        return [list(row) for row in zip(*(column.to_pylist() for column in self.cells), strict=True)]

    def column(self, name: str) -> list[str]:
        """The cells of a column, from top to bottom."""
        found: list[str] = self.cells[self.columns.index(name)].to_pylist()
        return found


class Writer:
    """Makes columns of rows, a chunk at a time, so that no more than a chunk lies about as single cells."""

    CHUNK = 50_000

    def __init__(self) -> None:
        self._rows: list[Sequence[str]] = []
        self._chunks: list[list[pa.Array]] = []

    def add(self, row: Sequence[str]) -> None:
        """Take in a row as wide as those before it."""
        self._rows.append(row)
        if len(self._rows) == self.CHUNK:
            self._pack()

    def columns(self) -> tuple[Strings, ...]:
        """All rows as columns."""
        if self._rows:
            self._pack()
        return tuple(pa.chunked_array(column, pa.string()) for column in zip(*self._chunks, strict=True))

    def _pack(self) -> None:
        self._chunks.append([pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)])
        self._rows = []


def column_of(texts: Sequence[str]) -> Strings:
    """A column of these texts."""
    return pa.chunked_array([pa.array(texts, pa.string())])


def trimmed(cells: Strings) -> Strings:
    """Without white space at both ends."""
    return pc.utf8_trim_whitespace(cells)


def joined(parts: Iterable[Strings]) -> Strings:
    """One below the other."""
    return pa.chunked_array(list(chain.from_iterable(part.chunks for part in parts)), pa.string())


def at(cells: Strings, rows: NDArray[np.int64]) -> Strings:
    """Some cells."""
    return cells.take(pa.array(rows))


def is_empty(cells: Strings) -> NDArray[np.bool_]:
    """Which cells hold nothing."""
    return _array(pc.equal(cells, ""))


def numbers_of(cells: Strings, column: str) -> NDArray[np.float64]:
    """Strings as numbers, NaN where one is missing. Raises: Error T-NUMBER."""
    known = pc.if_else(pc.is_in(pc.utf8_lower(cells), pa.array(sorted(MISSING))), None, cells)
    try:
        found: NDArray[np.float64] = _array(pc.cast(known, pa.float64()))
    except pa.ArrowInvalid:
        found = np.array([number(cell, column) for cell in cells.to_pylist()], np.float64)
    if np.isfinite(found).sum() != len(cells) - known.null_count:
        for cell in cells.to_pylist():
            number(cell, column)  # says which
    return found


def seconds_of(cells: Strings, column: str) -> NDArray[np.float64]:
    """Moments as seconds since 1970, NaN where one is missing. Raises: Error T-DATE."""
    words, places = coded(cells)
    return np.array([seconds(word, column) for word in words], np.float64)[places]


def coded(cells: Strings) -> tuple[list[str], NDArray[np.int64]]:
    """The different words of a column as they come, and the place of each cell among them."""
    one = pc.dictionary_encode(cells).combine_chunks()
    if isinstance(one, pa.ChunkedArray):
        one = one.chunk(0)
    return one.dictionary.to_pylist(), _array(one.indices).astype(np.int64)


def places_of(cells: Strings, words: Sequence[str]) -> NDArray[np.int64]:
    """The place of each cell among some words, -1 where it is none of them."""
    return _array(pc.fill_null(pc.index_in(cells, pa.array(words, pa.string())), -1)).astype(np.int64)


def _array(values: Any) -> NDArray[Any]:
    # a chunked array knows no zero_copy_only
    options = {"zero_copy_only": False} if isinstance(values, pa.Array) else {}
    return cast(NDArray[Any], values.to_numpy(**options))
