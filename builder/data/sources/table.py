"""Tables with several inputs and several targets: text, numbers and categories, by the role of each column."""

from abc import abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec, InputField, InputKind, Part
from builder.data.sources.arrange import Arranged, Cells, Shares, arranged
from builder.data.sources.places import identity, resolve
from builder.data.sources.roled import RoledSource
from builder.data.sources.roles import ColumnFacts, Role, facts, titles
from builder.data.sources.source import Progress, Rows, Samples, fingerprint, quiet
from builder.data.sources.text import TextSettings
from builder.data.sources.text_table import SIGNS, Delimiter, table_files
from builder.data.tables import Encoding, read_table

FEATURES = "features"  # the vector of all columns of numbers and categories


class ColumnsSource(TextSettings, RoledSource):
    """Rows of cells, of which each column has a role. Numbers and categories together make one vector."""

    kind: ClassVar[InputKind] = "vector"

    columns: dict[str, Role] = Field({}, description="The role of a column; those that are not named are guessed.")
    join_targets: bool = Field(False, description="Predict all numbers together, as one target with several numbers.")
    drop_rare: bool = Field(False, description="Leave out rows of classes with too few rows to learn from.")

    @abstractmethod
    def cells(self) -> Cells:
        """The table. Raises: Error P-NONE, T-ENC, T-NUL, T-ROW, L-LINE, L-SIZE."""

    def titles(self) -> dict[str, str]:
        """The roles as people read them."""
        return {str(role): title for role, title in titles().items()}

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Every column with its role. Raises: as `cells` does."""
        return _facts(self.cells(), tuple(self.columns.items()))

    def spec(self) -> DataSpec:
        found = self._arranged()
        inputs = [InputField(name, "text", self.text_spec()) for name in found.texts]
        if found.features:
            width = sum(column.width for column in found.features)
            spec = Spec((2, width), "float32", "N F")
            inputs.insert(0, InputField(_free(found.texts), "vector", spec, found.features))
        return DataSpec(tuple(inputs), found.targets)

    def load(self, progress: Progress = quiet) -> Samples:
        cells, found, spec = self.cells(), self._arranged(), self.spec()
        at = {name: place for place, name in enumerate(cells.columns)}
        inputs: dict[str, Rows] = {}
        for field in spec.inputs:
            if field.kind == "text":
                inputs[field.name] = [str(cell) for cell in cells.cells[found.rows, at[field.name]]]
            else:
                inputs[field.name] = cells.cells[found.rows][:, [at[column.name] for column in field.columns]]
        names = [cells.names[row] for row in found.rows]
        content = fingerprint(inputs.values(), found.answers.values(), spec)
        return Samples(spec, inputs, found.answers, found.parts, names, list(found.notices), content)

    def _arranged(self) -> Arranged:
        roles = tuple((column.name, column.role) for column in self.facts())
        split = Shares(self.validation, self.test, self.seed, self.limit)
        return arranged(self.cells(), roles, self.join_targets, self.drop_rare, split)


class Table(ColumnsSource):
    """A CSV or TSV file, or a folder with `train`, `test` and perhaps `dev` files of the same columns."""

    title: ClassVar[str] = "Table"
    about: ClassVar[str] = (
        "A CSV or TSV file with columns of numbers, categories and text: several inputs, and one or several targets."
    )

    source: Literal["table"] = "table"
    path: str = Field("", max_length=4096, description="A file or folder on this machine, or an upload.")
    delimiter: Delimiter = Field("auto", description="What stands between cells.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: bool = Field(True, description="The first row names the columns; without it they are called 1, 2, 3.")

    def cells(self) -> Cells:
        files = tuple((part, identity(path)) for part, path in table_files(resolve(self.path)))
        return read_cells(files, SIGNS.get(self.delimiter), self.encoding, self.header)


@lru_cache(maxsize=8)
def read_cells(
    files: tuple[tuple[Part | None, tuple[str, int, int]], ...],
    delimiter: str | None,
    encoding: Encoding,
    header: bool,
) -> Cells:
    """All rows of the files; `identity` in the key makes a changed file be read anew."""
    columns: tuple[str, ...] = ()
    rows: list[list[str]] = []
    names: list[str] = []
    parts: list[Part | None] = []
    for part, (path, _size, _changed) in files:
        name = Path(path).name
        table = read_table(Path(path), name=name, encoding=encoding, delimiter=delimiter, header=header)
        columns = columns or table.columns
        if lacking := next((column for column in columns if column not in table.columns), None):
            text = _("{name} has no column {column}, which the file before it has. Give all files the same header.")
            raise Error("T-ROW", text.format(name=quote(name), column=quote(lacking)))
        order = [table.columns.index(column) for column in columns]
        rows += [[row[at].strip() for at in order] for row in table.rows]
        names += [_("{name}, line {line}").format(name=name, line=line) for line in table.lines]
        parts += [part] * len(table.rows)
    cells = np.empty((len(rows), len(columns)), object)
    cells[:] = rows
    return Cells(tuple(name.strip() for name in columns), cells, names, parts)


@lru_cache(maxsize=16)
def _facts(cells: Cells, chosen: tuple[tuple[str, Role], ...]) -> tuple[ColumnFacts, ...]:
    return facts(cells.columns, cells.cells, dict(chosen))


def _free(texts: tuple[str, ...]) -> str:
    """A name for the vector that no column of text has."""
    return next(name for name in (FEATURES, *(f"{FEATURES}_{n}" for n in range(len(texts) + 1))) if name not in texts)
