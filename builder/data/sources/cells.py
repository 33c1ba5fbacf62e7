"""The cells of a table that may lie in several files, read once and kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data import columnar
from builder.data.fields import PARTS, Part
from builder.data.sources.source import Index, Progress, quiet
from builder.data.tables import Encoding, read_table

KEPT = 4  # tables


class RowNames(Sequence[str]):
    """Where each row came from, `t.csv, line 7`, said only when it is asked."""

    def __init__(self, files: Sequence[str], file: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        self._files, self._file, self._lines = files, file, lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "RowNames": ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return RowNames(self._files, self._file[at], self._lines[at])
        return _("{name}, line {line}").format(name=self._files[self._file[at]], line=int(self._lines[at]))

    def of(self, rows: Index) -> "RowNames":
        """Those of some rows."""
        return RowNames(self._files, self._file[rows], self._lines[rows])


@dataclass(frozen=True, eq=False)  # found again by identity
class Cells:
    """A table as columns of text, and of each row where it came from and its file's part: a place in PARTS, or -1."""

    columns: tuple[str, ...]
    cells: tuple[columnar.Strings, ...]
    names: RowNames
    parts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.parts)

    def column(self, name: str, rows: Index | None = None) -> columnar.Strings:
        """A column, or some cells of it."""
        cells = self.cells[self.columns.index(name)]
        return cells if rows is None else columnar.at(cells, rows)

    def top(self, name: str, most: int) -> list[str]:
        """The first cells of a column."""
        found: list[str] = self.column(name).slice(0, most).to_pylist()
        return found


@dataclass(frozen=True)
class Watcher:
    """Progress that takes no part in finding a kept table again: all watchers are equal."""

    tell: Progress = field(default=quiet, compare=False)


def read_cells(
    files: tuple[tuple[Part | None, tuple[str, int, int]], ...],
    delimiter: str | None,
    encoding: Encoding,
    header: bool,
    progress: Progress = quiet,
) -> Cells:
    """All rows of the files; `identity` in the key makes a changed file be read anew."""
    return _read(files, delimiter, encoding, header, Watcher(progress))


@lru_cache(maxsize=KEPT)
def _read(
    files: tuple[tuple[Part | None, tuple[str, int, int]], ...],
    delimiter: str | None,
    encoding: Encoding,
    header: bool,
    watcher: Watcher,
) -> Cells:
    tables = []
    columns: tuple[str, ...] = ()
    for number, (_part, (path, _size, _changed)) in enumerate(files):
        name = Path(path).name

        def tell(rows: int, share: float = number / len(files)) -> None:
            watcher.tell(share, _("Reading the table: {n:,} rows").format(n=rows))

        table = read_table(Path(path), name=name, encoding=encoding, delimiter=delimiter, header=header, tell=tell)
        columns = columns or table.columns
        if lacking := next((column for column in columns if column not in table.columns), None):
            text = _("{name} has no column {column}, which the file before it has. Give all files the same header.")
            raise Error("T-ROW", text.format(name=quote(name), column=quote(lacking)))
        tables.append(table)
    cells = tuple(
        columnar.trimmed(columnar.joined(table.cells[table.columns.index(column)] for table in tables))
        for column in columns
    )
    sizes = [len(table) for table in tables]
    names = RowNames(
        [Path(path).name for _part, (path, _size, _changed) in files],
        np.repeat(np.arange(len(files)), sizes),
        np.concatenate([table.lines for table in tables]),
    )
    parts = np.repeat([PARTS.index(part) if part else -1 for part, _file in files], sizes)
    return Cells(tuple(name.strip() for name in columns), cells, names, parts)


def cells_of(columns: dict[str, Sequence[object]]) -> Cells:
    """A table that is made here: by column its values, None where one is missing."""
    texts = [["" if value is None else str(value) for value in values] for values in columns.values()]
    rows = len(texts[0])
    names = RowNames([_("row")], np.zeros(rows, np.int64), np.arange(1, rows + 1))
    return Cells(tuple(columns), tuple(map(columnar.column_of, texts)), names, np.full(rows, -1))
