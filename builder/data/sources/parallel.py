"""Pairs of texts, the second of which is to be answered to the first: a language and another."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.ids import nearest
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.columnar import Table
from builder.data.fields import DataSpec, InputField
from builder.data.sources.places import identity, resolve
from builder.data.sources.source import Progress, Samples, fingerprint, quiet
from builder.data.sources.text import TextSource
from builder.data.sources.text_table import SIGNS, Delimiter
from builder.data.sources.text_target import TextTarget
from builder.data.tables import Encoding, read_table

Pair = tuple[str, str]


class PairSource(TextTarget, TextSource):
    """Pairs of texts. Those with the same first text stay in one part, so that no answer is known beforehand."""

    ignores: ClassVar[frozenset[str]] = frozenset({"split"})

    @abstractmethod
    def pairs(self) -> tuple[Sequence[Pair], Sequence[Problem]]:
        """The pairs, and what there is to say about them. Raises: Error when the data is missing or unusable."""

    def spec(self) -> DataSpec:
        spec = Spec((2, self.max_length), "int64", "N L", self.vocabulary_size)
        return DataSpec((InputField("text", "text", spec),), (self.text_target("translation"),))

    def load(self, progress: Progress = quiet) -> Samples:
        pairs, notices = self.pairs()
        # whole groups are drawn, so there are no classes of which each part could have its share
        groups = np.array([text for text, _answer in pairs], object)
        parts = self.divided(np.zeros(len(pairs), np.int64), None, groups=groups)
        used = np.sort(np.concatenate(list(parts.values())))
        parts = {part: np.searchsorted(used, index) for part, index in parts.items()}
        texts = [pairs[at][0] for at in used]
        answers = np.array([pairs[at][1] for at in used], object)
        spec = self.spec()
        content = fingerprint([texts], [answers], spec)
        return Samples(spec, {"text": texts}, {"translation": answers}, parts, (), list(notices), content)


class Parallel(PairSource):
    """A table with a text in each of two columns, such as a sentence and its translation."""

    title: ClassVar[str] = "Parallel text"
    about: ClassVar[str] = "A TSV, CSV or text file with two columns: a text, and what it is in another language."

    source: Literal["parallel"] = "parallel"
    path: str = Field("", max_length=4096, description="A file on this machine, or an upload.")
    text_column: str | None = Field(None, max_length=1000, description="The column that is read; empty: the first.")
    answer_column: str | None = Field(
        None, max_length=1000, description="The column that is answered; empty: the second."
    )
    delimiter: Delimiter = Field("auto", description="What stands between cells.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: bool = Field(False, description="The first row names the columns; without it they are called 1, 2, 3.")
    longest: int | None = Field(
        None,
        ge=1,
        le=4096,
        description="Leave out pairs with a side of more words than this; empty keeps all.",
        json_schema_extra={"unit": "words"},
    )

    def spec(self) -> DataSpec:
        self.pairs()
        return super().spec()

    def pairs(self) -> tuple[Sequence[Pair], Sequence[Problem]]:
        path = resolve(self.path)
        columns = (self.text_column or "", self.answer_column or "")
        return _read(
            identity(path), columns, SIGNS.get(self.delimiter), self.encoding, self.header, self.longest or 10**9
        )


@lru_cache(maxsize=4)
def _read(
    file: tuple[str, int, int],
    columns: tuple[str, str],
    delimiter: str | None,
    encoding: Encoding,
    header: bool,
    longest: int,
) -> tuple[Sequence[Pair], Sequence[Problem]]:
    """The pairs of a file; `identity` in the key makes a changed one be read anew."""
    path = Path(file[0])
    table = read_table(path, name=path.name, encoding=encoding, delimiter=delimiter, header=header)
    one, other = _columns(table, columns)
    rows = [(row[one].strip(), row[other].strip()) for row in table.rows]
    whole = [pair for pair in rows if all(pair)]
    pairs = list(dict.fromkeys(pair for pair in whole if all(len(text.split()) <= longest for text in pair)))
    if not pairs:
        raise Error("T-ROW", _("No pair of texts is left. Check the columns, the delimiter and the longest pair."))
    notices: list[Problem] = []
    if left := len(rows) - len(whole):
        text = _("Rows without one of the two texts were left out: {n:,}.")
        notices.append(Problem("T-ROW", text.format(n=left), severity="warning"))
    return pairs, notices


def _columns(table: Table, wanted: tuple[str, str]) -> tuple[int, int]:
    """The places of both texts. Raises: Error T-ROW."""
    if len(table.columns) < 2:
        words = _("The table has one column, {name}; a text and its translation are needed. Check the delimiter.")
        raise Error("T-ROW", words.format(name=quote(table.columns[0])))
    places = [_named(table, name) for name in wanted]
    one = places[0] if places[0] is not None else int(places[1] == 0)
    other = places[1] if places[1] is not None else int(one == 0)
    if one == other:
        raise Error("T-ROW", _("Text and answer are the same column. Choose two."))
    return one, other


def _named(table: Table, wanted: str) -> int | None:
    if not wanted:
        return None
    if wanted in table.columns:
        return table.columns.index(wanted)
    guess = nearest(wanted, table.columns)
    hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("Choose one that is there.")
    raise Error("T-ROW", _("There is no column {name}. {hint}").format(name=quote(wanted), hint=hint))
