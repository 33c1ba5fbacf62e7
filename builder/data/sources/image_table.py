"""Tables that name images and say what is known of them."""

import math
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.archives import Archive, Folder, Member
from builder.data.columnar import Table
from builder.data.fields import Part, Target
from builder.data.sources.source import Index
from builder.data.sources.split import PART_NAMES
from builder.data.sources.text_table import MOST_CLASSES, in_order
from builder.data.tables import read_table

TABLES = (".csv", ".tsv")
LOOKED_AT = 200  # rows by which columns are guessed
FEW = 20  # whole numbers of so many kinds at most are classes
LABEL_NAMES = ("label", "labels", "class", "classes", "category", "target", "tag", "tags", "y")
GROUP_COLUMNS = ("group", "patient", "patient_id", "subject", "subject_id")
DIVIDER = ";"  # between several labels of one image
PART_COLUMNS = ("split", "part", "set", "subset", "partition")

Kind = Literal["guess", "category", "labels", "number"]


@dataclass(frozen=True)
class Columns:
    """Which columns of the table say what; empty ones are guessed. `kind` is what the labels are."""

    file: str = ""
    label: str = ""
    part: str = ""
    group: str = ""
    kind: Kind = "guess"


@dataclass(frozen=True, eq=False)
class Answers:
    """What is to be predicted: the target, its value for each image, and a class by which parts are drawn evenly."""

    target: Target
    values: NDArray[Any]
    strata: Index

    @classmethod
    def of_classes(cls, name: str, labels: Sequence[str], classes: tuple[str, ...]) -> "Answers":
        """One class for each image."""
        _require_few(name, classes)
        known = {label: at for at, label in enumerate(classes)}
        values = np.array([known[label] for label in labels], np.int64)
        return cls(Target(name, classes), values, values)


def _require_few(name: str, classes: tuple[str, ...]) -> None:
    """Raises: Error T-CLASS."""
    if len(classes) > MOST_CLASSES:
        text = _("Column {name} has {n:,} different labels; the most is {most:,}. Choose another label_column.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(classes), most=MOST_CLASSES))


@dataclass(frozen=True, eq=False)
class Named:
    """Rows of tables that name images: the image of each by its place, label, part and group."""

    label: str | None  # the column's name; None without labels
    images: list[int]
    labels: list[str]
    parts: tuple[Part | None, ...]
    groups: tuple[str, ...]
    absent: int


def named_in(
    archive: Archive | Folder, images: Sequence[Member], columns: Columns
) -> tuple[Named | None, list[Member]]:
    """What the tables beside the images say, and which they are; None where no table names images.

    Tables called train and test, or alike, are parts. Raises: Error T-*.
    """
    known = _names(images)
    found: list[tuple[Member, Table, str]] = []
    for member in archive.members:
        if member.name.casefold().endswith(TABLES):
            table = _read(archive, member)
            if column := _file_column(table, known, columns.file):
                found.append((member, table, column))
    if not found:
        if columns.file:
            text = _("No table here has a column {name} that names images. Empty file_column to have it guessed.")
            raise Error.of([Problem("T-ROLE", text.format(name=quote(columns.file)), param="file_column")])
        return None, []
    parts = [PART_NAMES.get(_stem(member.name)) for member, _table, _column in found]
    if not all(parts):
        found, parts = found[:1], [None]
    return _joined(found, parts, known, columns), [member for member, _table, _column in found]


def _read(archive: Archive | Folder, member: Member) -> Table:
    with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
        kept.write(archive.read(member))
        kept.flush()
        return read_table(Path(kept.name), name=member.name)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0].casefold()


def _names(images: Sequence[Member]) -> dict[str, int | None]:
    """What an image may be called in a table: any end of its path, with or without the ending; None where two may."""
    found: dict[str, int | None] = {}
    for at, member in enumerate(images):
        steps = member.name.split("/")
        ends = ["/".join(steps[start:]) for start in range(len(steps))]
        for name in (*ends, *(end.rpartition(".")[0] for end in ends)):
            found[name] = at if name not in found or found[name] == at else None
    # a whole path is never mistaken
    return found | {member.name: at for at, member in enumerate(images)}


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFC", cell.strip()).replace("\\", "/").removeprefix("./")


def _file_column(table: Table, known: dict[str, int | None], asked: str) -> str | None:
    """The column that names images: in most of the first rows, and of several the one in most."""
    rows = table.rows[:LOOKED_AT]
    names = [asked] if asked else list(table.columns)
    counts = {
        name: sum(known.get(_plain(row[table.columns.index(name)])) is not None for row in rows)
        for name in names
        if name in table.columns
    }
    best = max(counts, key=lambda name: counts[name], default=None)
    return best if best is not None and counts[best] * 2 > len(rows) else None


def _joined(
    found: Sequence[tuple[Member, Table, str]],
    own: Sequence[Part | None],
    known: dict[str, int | None],
    columns: Columns,
) -> Named:
    """The rows of all tables whose images are there, each image once."""
    _member, first, file = found[0]
    part = _column(first, columns.part, "part_column") or _called(first, PART_COLUMNS, _are_parts)
    group = _column(first, columns.group, "group_column") or _called(first, GROUP_COLUMNS)
    label = _column(first, columns.label, "label_column") or _label_column(first, {file, part, group})
    rows: dict[int, tuple[str, Part | None, str]] = {}
    absent = 0
    for (_member, table, file), mine in zip(found, own, strict=True):
        cells = [table.column(name) if name in table.columns else [] for name in (file, label, part, group)]
        for at, cell in enumerate(cells[0]):
            image = known.get(_plain(cell))
            if image is None:
                absent += 1
                continue
            said, of_part, of_group = (column[at].strip() if column else "" for column in cells[1:])
            if said or label is None:
                rows[image] = (said, mine or PART_NAMES.get(of_part.casefold()), of_group)
    if not rows:
        text = _("No row of the table has a label in column {name}. Choose another label_column.")
        raise Error.of([Problem("T-CLASS", text.format(name=quote(label or "")), param="label_column")])
    order = sorted(rows)
    groups = tuple(rows[at][2] for at in order) if group else ()
    return Named(label, order, [rows[at][0] for at in order], tuple(rows[at][1] for at in order), groups, absent)


def _column(table: Table, asked: str, param: str) -> str | None:
    """A column that a setting names. Raises: Error T-ROLE when there is none."""
    if not asked or asked in table.columns:
        return asked or None
    text = _("The table has no column {name}; it has {names}. Set {param} to one of them.")
    names = ", ".join(quote(name, 30) for name in table.columns[:10])
    guess = nearest(asked, table.columns)
    fix = (
        Fix(_("Use {name}").format(name=quote(guess)), ({"op": "set_data", "values": {param: guess}},))
        if guess
        else None
    )
    words = text.format(name=quote(asked), names=names, param=param)
    raise Error.of([Problem("T-ROLE", words, param=param, fix=fix)])


def _called(
    table: Table, names: Sequence[str], fits: Callable[[Sequence[str]], bool] = lambda _cells: True
) -> str | None:
    found = (column for name in names for column in table.columns if column.casefold() == name)
    return next((column for column in found if fits(table.column(column))), None)


def _are_parts(cells: Sequence[str]) -> bool:
    return all(cell.strip().casefold() in PART_NAMES for cell in cells)


def _label_column(table: Table, taken: set[str | None]) -> str | None:
    """A column that is called like a label, else the first that nothing else is."""
    left = [name for name in table.columns if name not in taken]
    named = _called(table, LABEL_NAMES)
    return named if named in left else next(iter(left), None)


def answers(named: Named, columns: Columns) -> Answers | None:
    """What is to be predicted of the images that a table names. Raises: Error T-CLASS, T-NUMBER."""
    if named.label is None:
        return None
    kind = _kind(named.labels) if columns.kind == "guess" else columns.kind
    if kind == "number":
        return _numbers(named.label, named.labels)
    if kind == "labels":
        return _several(named.label, named.labels)
    return Answers.of_classes(named.label, named.labels, in_order(set(named.labels)))


def _kind(labels: Sequence[str]) -> Kind:
    """Numbers are predicted as numbers unless they are few whole ones, which are classes."""
    if any(DIVIDER in label for label in labels):
        return "labels"
    numbers = [_number(label) for label in labels]
    if any(number is None for number in numbers):
        return "category"
    few = len(set(numbers)) <= FEW and all(float(number or 0).is_integer() for number in numbers)
    return "category" if few else "number"


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _several(name: str, cells: Sequence[str]) -> Answers:
    """Any number of labels for each image; parts are drawn at random."""
    found = [{label.strip() for label in cell.split(DIVIDER)} - {""} for cell in cells]
    classes = in_order(set().union(*found))
    _require_few(name, classes)
    values = np.array([[label in own for label in classes] for own in found], np.float32)
    return Answers(Target(name, classes, "labels"), values, np.zeros(len(cells), np.int64))


def _numbers(name: str, labels: Sequence[str]) -> Answers:
    values = [_number(label) for label in labels]
    if None in values:
        text = _("{cell} in column {name} is not a number. Mend it, or set label_kind to category.")
        cell = labels[values.index(None)]
        fix = Fix(_("Predict a category"), ({"op": "set_data", "values": {"label_kind": "category"}},))
        words = text.format(cell=quote(cell), name=quote(name))
        raise Error.of([Problem("T-NUMBER", words, param="label_kind", fix=fix)])
    target = Target(name, kind="number", columns=(name,))
    return Answers(target, np.array(values, np.float32)[:, None], np.zeros(len(values), np.int64))
