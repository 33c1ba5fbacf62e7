"""What a file or folder of one's own most likely is: told from its bytes, with the reason.

`WAYS` lists what is looked for, in the order of preference; a source that is not there is passed over.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from builder.core.errors import Error
from builder.core.text import _, count, quote
from builder.data.archives import open_archive, refuse_other_archives
from builder.data.images import EXTENSIONS as IMAGES
from builder.data.sources import SOURCES
from builder.data.sources.places import ZIP
from builder.data.sources.text_table import LABEL_NAMES, TEXT_NAMES
from builder.data.tables import SAMPLED, guess_delimiter

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xls", ".ods", ".data", ".conll", ".iob", ".bio")
BINARY_TABLES = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # Parquet, and what spreadsheets are kept in
ROWS = 300
TAG = re.compile(r"(?:[BIESLU]-\S+|O)$")
NAMED = re.compile(r"([^_]+)_(?:([^_]+)_)?(\d+)\.\w+$")  # 7_ann_12.wav, and 7_12.wav
PATTERNS = {2: "{label}_{index}", 3: "{label}_{group}_{index}"}
WHEN = re.compile(r"\d{4}[-/]\d{1,2}([-/]\d{1,2})?|\d{1,2}[:.]\d{2}")


@dataclass(frozen=True)
class Guess:
    """A source that could read it, why, and its settings besides the path."""

    source: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Look:
    """What a place looks like: names in it, and the beginning of its text, each looked at when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = b"" if path.is_dir() else _beginning(path)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The files of a folder or zip; none of a plain file. Raises: Error Z-*."""
        if not self.path.is_dir() and not (self.head.startswith(ZIP) and self.path.suffix.casefold() == ".zip"):
            return ()
        with open_archive(self.path) as archive:
            return tuple(member.name for member in archive.members)

    def having(self, endings: Sequence[str]) -> list[str]:
        """The files with one of these endings."""
        return [name for name in self.names if name.casefold().endswith(tuple(endings))]

    @cached_property
    def text(self) -> str:
        """The beginning of a text, or of the first one inside; what cannot be read is marked."""
        content = self.head
        if self.names and (inside := self.having(TABLES)):
            best = next((name for name in inside if "train" in name.casefold()), inside[0])
            with open_archive(self.path) as archive:
                content = archive.read(next(m for m in archive.members if m.name == best))[:SAMPLED]
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16", "replace")
        return content.decode("utf-8-sig", "replace")

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first rows of a table."""
        if self.head.startswith(BINARY_TABLES) and not self.names:
            return []
        found = csv.reader(io.StringIO(self.text, newline=""), delimiter=guess_delimiter(self.text))
        try:
            return [row for row in islice(found, ROWS) if row][: -1 if len(self.text) >= SAMPLED - 4 else None]
        except csv.Error:
            return []

    @cached_property
    def columns(self) -> list[list[str]]:
        """The cells of each column, the first row included; none where rows have several widths."""
        widths = {len(row) for row in self.rows}
        return [list(column) for column in zip(*self.rows, strict=True)] if len(widths) == 1 else []


def recognise(path: Path) -> tuple[Guess, ...]:
    """What it could be, the likeliest first. Raises: Error T-TYPE when nothing fits, Z-* of a bad archive."""
    look = Look(path)
    refuse_other_archives(look.head, path.name)
    found = [guess for way in WAYS if (guess := way(look)) and guess.source in SOURCES]
    if not found:
        text = _(
            "{name} is nothing that can be learned from: use images or sounds in a folder or zip, a table or a text."
        )
        raise Error("T-TYPE", text.format(name=quote(path.name)))
    return tuple({guess.source: guess for guess in reversed(found)}.values())[::-1]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SAMPLED)


def _sounds(look: Look) -> Guess | None:
    return _files(look, "sounds", look.having(SOUNDS), _("{n} sounds"))


def _speech(look: Look) -> Guess | None:
    return _files(look, "speech", look.having(SOUNDS), _("{n} sounds, if what is said in each is to be written down"))


def _texts(look: Look) -> Guess | None:
    """Text files by folder, and not the parts of one table."""
    texts = look.having((".txt",))
    found = _files(look, "text-files", texts, _("{n} texts")) if len(texts) > 1 else None
    return found if found and any("/" in name for name in texts) else None


def _images(look: Look) -> Guess | None:
    return _files(look, "images", look.having(IMAGES), _("{n} images"))


def _files(look: Look, source: str, files: list[str], what: str) -> Guess | None:
    """Files of one kind, if most of those in the place are."""
    if not files or len(files) < 0.5 * len(look.names):
        return None
    named = what.format(n=count(len(files)))
    folders = {name.rpartition("/")[0] for name in files} - {""}
    tables = look.having((".csv", ".tsv"))
    if tables and len(folders) < 2:
        return Guess(source, _("{what}, and {table} names them.").format(what=named, table=quote(tables[0], 40)))
    classes = Counter(folder.rpartition("/")[2] for folder in folders)
    if len(classes) < 2:
        steps = [NAMED.match(name.rpartition("/")[2]) for name in files]
        parts = min((len(step.groups("")) - step.groups("").count("") for step in steps if step), default=0)
        values = {"pattern": PATTERNS[parts]} if "pattern" in _settings(source) and parts and all(steps) else {}
        return Guess(source, _("{what} in one folder: their names tell the class.").format(what=named), values)
    shown = ", ".join(quote(name, 20) for name in sorted(classes)[:4])
    return Guess(source, _("{what} in folders: {names}.").format(what=named, names=shown))


def _settings(source: str) -> Mapping[str, Any]:
    return SOURCES[source].model_fields if source in SOURCES else {}


def _tags(look: Look) -> Guess | None:
    """A token and its tag a line, a blank line between sentences."""
    lines = look.text.splitlines()[:ROWS]
    cells = [re.split(r"\t| +", line.strip()) for line in lines if line.strip()]
    tagged = sum(len(row) >= 2 and bool(TAG.match(row[-1])) for row in cells)
    if len(cells) < 3 or tagged < 0.9 * len(cells):
        return None
    return Guess("conll", _("Each line holds a token and its tag, such as {tag}.").format(tag=quote(cells[0][-1], 20)))


def _text_files(look: Look) -> Guess | None:
    """Text files, in a folder for each class or each of a class."""
    files = look.having((".txt",))
    if len(files) < 2 or len(files) < 0.5 * len(look.names):
        return None
    folders = {name.rpartition("/")[0] for name in files} - {""}
    if len(classes := {folder.rpartition("/")[2] for folder in folders}) > 1:
        shown = ", ".join(quote(name, 20) for name in sorted(classes)[:4])
        return Guess("text-files", _("{n} texts in folders: {names}.").format(n=count(len(files)), names=shown))
    return Guess("text-files", _("{n} text files, each of a class.").format(n=count(len(files))))


def _pairs(look: Look) -> Guess | None:
    """Two columns of text without a header, a sentence and its translation."""
    if "\t" not in look.text or not 2 <= len(look.columns) <= 3:
        return None
    one, other = look.columns[:2]
    different = len(set(one)) > 0.3 * len(one) and len(set(other)) > 0.6 * len(other)
    if not different or any(_number(cell) for cell in (*one[1:], *other[1:])) or len(one) < 4:
        return None
    if {one[0].casefold(), other[0].casefold()} & {*TEXT_NAMES, *LABEL_NAMES}:
        return None
    text = _("Each line holds two texts, such as {a} and {b}.")
    return Guess("parallel", text.format(a=quote(one[0], 30), b=quote(other[0], 30)))


def _ratings(look: Look) -> Guess | None:
    """User, item and rating: by their names, or three or four columns of whole numbers without a header."""
    if not 3 <= len(look.columns) <= 6:
        return None
    names = [column[0].strip().casefold() for column in look.columns]
    if any("user" in name for name in names) and any("rating" in name for name in names):
        return Guess("ratings", _("Its columns name users, items and ratings."))
    plain = len(names) <= 4 and all(cell.strip().isdigit() for row in look.rows for cell in row)
    few = plain and len(set(look.columns[2])) <= 10 and len(set(look.columns[0])) > 1
    if few and len(names) == 4 and min(len(cell) for cell in look.columns[3]) >= 8:
        return Guess("ratings", _("Each line holds a user, an item, a rating and a time, as MovieLens has it."))
    return None


def _series(look: Look) -> Guess | None:
    """A column of times, in order, and numbers."""
    for column in look.columns[:2]:
        times = column[1:]
        if (
            len(times) > 8
            and all(WHEN.search(cell) for cell in times)
            and times in (sorted(times), sorted(times)[::-1])
        ):
            others = [other for other in look.columns if other is not column]
            if others and any(all(_number(cell) for cell in other[1:] if cell.strip()) for other in others):
                return Guess("series", _("Column {name} holds times in order.").format(name=quote(column[0], 30)))
    return None


def _text_table(look: Look) -> Guess | None:
    """A column of text and one of labels, and nothing else that matters."""
    if not 2 <= len(look.columns) <= 4 or len(look.rows) < 4:
        return None
    header = [cell.strip().casefold() for cell in look.rows[0]]
    named = any(name in TEXT_NAMES for name in header) and any(name in LABEL_NAMES for name in header)
    body = [column[1:] for column in look.columns]
    texts = [at for at, column in enumerate(body) if len(set(column)) > 0.5 * len(column) and _wordy(column)]
    labels = [at for at, column in enumerate(body) if len(set(column)) <= max(2, 0.2 * len(column))]
    if named or (len(body) == 2 and len(texts) == 1 and len(labels) == 1):
        plain = not named and len(set(look.columns[labels[0]])) == len(set(body[labels[0]]))
        return Guess("text-table", _("A column of text and one of labels."), {"header": False} if plain else {})
    return None


def _table(look: Look) -> Guess | None:
    """Any other table."""
    if look.head.startswith(BINARY_TABLES) and look.path.suffix.casefold() in TABLES:
        return Guess("table", _("A table in the form {ending}.").format(ending=look.path.suffix.casefold()))
    if "\0" in look.text or not (look.path.suffix.casefold() in TABLES or look.having(TABLES)):
        return None
    width = max((len(row) for row in look.rows), default=0)
    if width < 2 and look.path.suffix.casefold() not in (".csv", ".tsv", ".txt"):
        return None
    plain = any(_number(column[0]) and all(map(_number, column[:20])) for column in look.columns)
    reason = _("A table of {n} columns.").format(n=width)
    return Guess("table", reason, {"header": False} if plain else {})


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _wordy(cells: Sequence[str]) -> bool:
    letters = sum(len(cell) for cell in cells) / max(1, len(cells))
    return letters > 8 and not all(map(_number, cells))


# in the order of preference; a kind of data of its own has its line here
WAYS: tuple[Callable[[Look], Guess | None], ...] = (
    _sounds,
    _speech,
    _images,
    _texts,
    _tags,
    _text_files,
    _ratings,
    _series,
    _text_table,
    _pairs,
    _table,
)
