"""A table with a column of text and a column of labels."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.columnar import Table
from builder.data.fields import DataSpec, Part
from builder.data.sources.places import TABLES, identity, resolve
from builder.data.sources.source import FEWEST, Index, Progress, Samples, quiet
from builder.data.sources.split import PART_NAMES
from builder.data.sources.text import TextSource
from builder.data.tables import DELIMITERS, Encoding, read_table

MOST_CLASSES = 1_000
LABEL_NAMES = ("label", "labels", "class", "category", "target", "sentiment", "topic", "标签", "类别", "分类", "情感")
TEXT_NAMES = ("text", "sentence", "review", "content", "comment", "title", "message", "文本", "内容", "评论", "句子")
Delimiter = Literal["auto", "comma", "tab", "semicolon", "bar"]
SIGNS = dict(zip(("tab", "comma", "semicolon", "bar"), DELIMITERS, strict=True))


@dataclass(frozen=True, eq=False)  # found again by identity: see _classes
class Labelled:
    """Texts with their labels, in file order, and the parts that files of their own make."""

    texts: list[str]
    labels: list[str]
    rows: list[str]  # where each text came from
    parts: list[Part | None]
    notices: tuple[Problem, ...]


class TextTable(TextSource):
    """A CSV or TSV file, or a folder with `train`, `test` and perhaps `dev` files of the same columns.

    Rows without text or label are left out. Columns that are not named are found by the usual names, or else by their
    content: labels repeat, texts are long.
    """

    title: ClassVar[str] = "Text table"
    about: ClassVar[str] = "A CSV or TSV file with a column of text and a column of labels, in any language."

    source: Literal["text-table"] = "text-table"
    path: str = Field("", max_length=4096, description="A file or folder on this machine, or an upload.")
    text_column: str | None = Field(None, max_length=1000, description="The column of texts; empty: found by itself.")
    label_column: str | None = Field(None, max_length=1000, description="The column of labels; empty: found by itself.")
    delimiter: Delimiter = Field("auto", description="What stands between cells.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")
    header: bool = Field(True, description="The first row names the columns; without it they are called 1, 2, 3.")
    drop_rare: bool = Field(False, description="Leave out classes with too few rows to learn from.")

    def spec(self) -> DataSpec:
        labelled = self._labelled()
        return self.spec_of(_classes(labelled, self.drop_rare))

    def load(self, progress: Progress = quiet) -> Samples:
        labelled = self._labelled()
        classes = _classes(labelled, self.drop_rare)
        notices = list(labelled.notices)
        if dropped := sorted(set(labelled.labels) - set(classes)):
            text = _("Classes with fewer than {least} rows were left out: {names}.")
            shown = ", ".join(quote(name, 20) for name in dropped[:5])
            notices.append(Problem("T-CLASS", text.format(least=FEWEST, names=shown), severity="warning"))
        known = {name: number for number, name in enumerate(classes)}
        kept = [at for at, label in enumerate(labelled.labels) if label in known]
        labels = np.array([known[labelled.labels[at]] for at in kept], np.int64)
        own: dict[Part, Index] = {
            part: np.array([at for at, row in enumerate(kept) if labelled.parts[row] == part], np.int64)
            for part in {labelled.parts[row] for row in kept}
            if part is not None
        }
        texts = [labelled.texts[at] for at in kept]
        parts = self.divided(labels, classes, own)
        names = [labelled.rows[at] for at in kept]
        return Samples.single(self.spec_of(classes), texts, labels, parts, names, notices)

    def _labelled(self) -> Labelled:
        files = table_files(resolve(self.path))
        return _read(
            tuple((part, identity(path)) for part, path in files),
            self.text_column or "",
            self.label_column or "",
            SIGNS.get(self.delimiter),
            self.encoding,
            self.header,
        )


@lru_cache(maxsize=8)
def _classes(labelled: Labelled, drop_rare: bool) -> tuple[str, ...]:
    """The labels in order. Raises: Error T-CLASS."""
    trained = [label for label, part in zip(labelled.labels, labelled.parts, strict=True) if part in (None, "train")]
    counts = Counter(trained)
    found = [label for label in set(labelled.labels) if not drop_rare or counts[label] >= FEWEST]
    if len(found) > MOST_CLASSES:
        text = _("The label column has {n:,} different values; the most is {most:,}. Choose another label column.")
        raise Error("T-CLASS", text.format(n=len(found), most=MOST_CLASSES))
    rare = sorted(label for label in found if counts[label] < FEWEST)
    text = _("{name} has {n} row; at least {least} are needed. Add rows, or turn on drop_rare to leave it out.")
    if rare and len(found) > 1:
        fix = Fix(_("Leave out rare classes"), ({"op": "set_data", "values": {"drop_rare": True}},))
        shown = [text.format(name=quote(name), n=counts[name], least=FEWEST) for name in rare]
        raise Error.of([Problem("T-CLASS", sentence, param="drop_rare", fix=fix) for sentence in shown])
    if len(found) < 2:
        words = _("Only one class was found: {found}. At least 2 are needed to tell apart.")
        raise Error("T-CLASS", words.format(found=quote(found[0]) if found else _("none")))
    return in_order(found)


def in_order(found: Iterable[str]) -> tuple[str, ...]:
    """Names of classes in order: by number when all are numbers."""
    names = sorted(found)
    if all(re.fullmatch(r"-?[0-9]{1,18}", name) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(names)


def table_files(path: Path) -> list[tuple[Part | None, Path]]:
    """The files to read: one, or a folder's by part."""
    if not path.is_dir():
        return [(None, path)]
    found = {
        part: file
        for file in sorted(path.iterdir())
        if file.suffix.casefold() in TABLES and (part := PART_NAMES.get(re.split(r"[-_. ]", file.stem.casefold())[-1]))
    }
    if "train" not in found:
        text = _("{name} holds no train.csv or train.tsv. Choose a file, or a folder with train and test files.")
        raise Error("P-NONE", text.format(name=quote(path.name)))
    return list(found.items())


@lru_cache(maxsize=8)
def _read(
    files: tuple[tuple[Part | None, tuple[str, int, int]], ...],
    text_column: str,
    label_column: str,
    delimiter: str | None,
    encoding: Encoding,
    header: bool,
) -> Labelled:
    """All rows of the files; `identity` in the key makes a changed file be read anew."""
    labelled = Labelled([], [], [], [], ())
    left_out = 0
    for part, (path, _size, _changed) in files:
        name = Path(path).name
        table = read_table(Path(path), name=name, encoding=encoding, delimiter=delimiter, header=header)
        text_at, label_at = _columns(table, text_column, label_column)
        for row, line in zip(table.rows, table.lines, strict=True):
            text, label = row[text_at].strip(), row[label_at].strip()
            if not text or not label:
                left_out += 1
                continue
            labelled.texts.append(text)
            labelled.labels.append(label)
            labelled.rows.append(_("{name}, line {line}").format(name=name, line=line))
            labelled.parts.append(part)
    if not left_out:
        return labelled
    text = _("Rows without text or label were left out: {n:,}.").format(n=left_out)
    notice = Problem("T-ROW", text, severity="warning")
    return Labelled(labelled.texts, labelled.labels, labelled.rows, labelled.parts, (notice,))


def _columns(table: Table, text_column: str, label_column: str) -> tuple[int, int]:
    """The places of text and label. Raises: Error T-ROW when a named column is not there, or there is but one."""
    if len(table.columns) < 2:
        words = _("The table has one column, {name}; a text and a label column are needed. Check the delimiter.")
        raise Error("T-ROW", words.format(name=quote(table.columns[0])))
    label = _named(table, label_column, LABEL_NAMES)
    text = _named(table, text_column, TEXT_NAMES)
    if label is not None and label == text:
        raise Error("T-ROW", _("Text and label are the same column. Choose two."))
    free = [at for at in range(len(table.columns)) if at not in (label, text)]
    sample = table.rows[:1000]
    if text is None:
        text = max(free, key=lambda at: sum(len(row[at]) for row in sample))
        free.remove(text)
    if label is None:
        label = min(free, key=lambda at: len({row[at] for row in sample}))
    return text, label


def _named(table: Table, wanted: str, usual: tuple[str, ...]) -> int | None:
    if not wanted:
        folded = [name.strip().casefold() for name in table.columns]
        return next((folded.index(name) for name in usual if name in folded), None)
    if wanted in table.columns:
        return table.columns.index(wanted)
    guess = nearest(wanted, table.columns)
    hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("Choose one that is there.")
    raise Error("T-ROW", _("There is no column {name}. {hint}").format(name=quote(wanted), hint=hint))
