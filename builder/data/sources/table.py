"""Tables with several inputs and several targets: text, numbers and categories, by the role of each column."""

from abc import abstractmethod
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.specs import Spec
from builder.data import columnar
from builder.data.fields import Column, DataSpec, InputField, InputKind
from builder.data.sources.arrange import Arranged, Ways, arranged
from builder.data.sources.augmentations import RowAugmentation, TableAugmentation
from builder.data.sources.cells import Cells, read_cells
from builder.data.sources.places import identity, resolve
from builder.data.sources.roled import RoledSource
from builder.data.sources.roles import ColumnFacts, Role, facts, titles
from builder.data.sources.source import Progress, Rows, Samples, fingerprint, quiet
from builder.data.sources.split import Way
from builder.data.sources.text import TextSettings
from builder.data.sources.text_table import SIGNS, Delimiter, table_files
from builder.data.tables import Encoding

FEATURES = "features"  # the vector of all columns of numbers and categories
WORDS = "categories"  # the field of their numbers, where an Embedding is to take them


class ColumnsSource(TextSettings, RoledSource):
    """Rows of cells, of which each column has a role. Numbers, dates and categories together make one vector; or the
    categories a field of their own, for an Embedding.
    """

    kind: ClassVar[InputKind] = "vector"

    columns: dict[str, Role] = Field({}, description="The role of a column; those that are not named are guessed.")
    split: Way = Field(  # type: ignore[assignment]
        "stratified",
        description="How parts are drawn: each class in its share, at random, whole groups, the latest for the test, "
        "or as a column says.",
    )
    split_column: str | None = Field(
        None,
        max_length=1000,
        description="The column of groups, of the time, or of the part's name: train, validation or test.",
        json_schema_extra={"offers": "columns"},
    )
    categories: Literal["one-hot", "indices"] = Field(
        "one-hot", description="A category becomes a 1 among zeros, or a number for an Embedding."
    )
    missing: Literal["mean", "median", "indicator"] = Field(
        "mean", description="What stands for a missing number; indicator: the mean, and another number that tells."
    )
    join_targets: bool = Field(False, description="Predict all numbers together, as one target with several numbers.")
    drop_rare: bool = Field(False, description="Leave out rows of classes with too few rows to learn from.")
    augmentation: RowAugmentation = Field(default_factory=RowAugmentation, description="Random changes while training.")

    @abstractmethod
    def cells(self, progress: Progress = quiet) -> Cells:
        """The table. Raises: Error P-NONE, T-ENC, T-NUL, T-ROW, T-TYPE, L-LINE, L-SIZE."""

    def titles(self) -> dict[str, str]:
        """The roles as people read them."""
        return {str(role): title for role, title in titles().items()}

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Every column with its role. Raises: as `cells` does."""
        apart = self.split_column if self.split in ("group", "given") else None
        return _facts(self.cells(), tuple(self.columns.items()), apart)

    def spec(self) -> DataSpec:
        found = self._arranged()
        inputs = [InputField(name, "text", self.text_spec()) for name in found.texts]
        if found.words:
            known = 1 + sum(len(column.categories) for column in found.words)
            spec = Spec((2, len(found.words)), "int64", "N L", known)
            inputs.insert(0, InputField(_free(WORDS, found.texts), "index", spec, found.words))
        if found.features:
            width = sum(column.width for column in found.features)
            spec = Spec((2, width), "float32", "N F")
            inputs.insert(0, InputField(_free(FEATURES, found.texts), "vector", spec, found.features))
        return DataSpec(tuple(inputs), found.targets)

    def load(self, progress: Progress = quiet) -> Samples:
        self.cells(progress)  # kept from here on
        found, spec = self._arranged(), self.spec()
        inputs: dict[str, Rows] = {}
        for field in spec.inputs:
            if field.kind == "text":
                inputs[field.name] = found.cells.column(field.name, found.rows).to_pylist()
            else:
                inputs[field.name] = _values(found, field)
        content = fingerprint(inputs.values(), found.answers.values(), spec)
        names = found.cells.names.of(found.rows)
        return Samples(spec, inputs, found.answers, found.parts, names, list(found.notices), content)

    def _arranged(self) -> Arranged:
        roles = tuple((column.name, column.role) for column in self.facts())
        ways = Ways(
            self.validation, self.test, self.seed, self.limit, self.split, self.split_column,
            self.join_targets, self.drop_rare, self.categories == "indices", self.missing == "indicator",
        )  # fmt: skip
        return arranged(self.cells(), roles, ways)


class ReadyTable(ColumnsSource):
    """A table of numbers and words that is here at once; it holds no texts."""

    ignores: ClassVar[frozenset[str]] = frozenset(TextSettings.model_fields)
    augmentation: TableAugmentation = Field(  # type: ignore[assignment]
        default_factory=TableAugmentation, description="Random changes while training."
    )


class Table(ColumnsSource):
    """A table in a file, or a folder with `train`, `test` and perhaps `dev` files of the same columns."""

    title: ClassVar[str] = "Table"
    about: ClassVar[str] = (
        "A CSV, TSV, Excel or Parquet file with columns of numbers, categories, dates and text: several inputs, and "
        "one or several targets."
    )

    source: Literal["table"] = "table"
    path: str = Field("", max_length=4096, description="A file or folder on this machine, or an upload.")
    delimiter: Delimiter = Field("auto", description="What stands between cells.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: bool = Field(True, description="The first row names the columns; without it they are called 1, 2, 3.")

    def cells(self, progress: Progress = quiet) -> Cells:
        files = tuple((part, identity(path)) for part, path in table_files(resolve(self.path)))
        return read_cells(files, SIGNS.get(self.delimiter), self.encoding, self.header, progress)


def _values(found: Arranged, field: InputField) -> Rows:
    """The raws of a field that is made of columns."""
    if field.kind == "index":
        return np.stack([_places(found, column) + 1 for column in field.columns], axis=1)
    values = np.empty((len(found.rows), len(field.columns)), np.float64)
    for at, column in enumerate(field.columns):
        if column.categories:
            places = _places(found, column)
            values[:, at] = np.where(places < 0, np.nan, places)
        else:
            read = columnar.seconds_of if column.date else columnar.numbers_of
            values[:, at] = read(found.cells.column(column.name, found.rows), column.name)
    return values


def _places(found: Arranged, column: Column) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return columnar.places_of(found.cells.column(column.name, found.rows), column.categories)


@lru_cache(maxsize=16)
def _facts(cells: Cells, chosen: tuple[tuple[str, Role], ...], apart: str | None) -> tuple[ColumnFacts, ...]:
    return facts(cells, dict(chosen), apart)


def _free(name: str, texts: tuple[str, ...]) -> str:
    """A name for a field that no column of text has."""
    return next(free for free in (name, *(f"{name}_{n}" for n in range(len(texts) + 1))) if free not in texts)
