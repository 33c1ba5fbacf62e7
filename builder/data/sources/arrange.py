"""From cells and roles to samples: which rows are used, the parts they are in, what fields and targets there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Fix, Problem
from builder.core.text import _, quote, size
from builder.data import columnar
from builder.data.columnar import coded, numbers_of, seconds_of
from builder.data.fields import Column, Part, Target
from builder.data.sources.answers import labelled, sets_of
from builder.data.sources.cells import Cells
from builder.data.sources.divide import divided, own_parts
from builder.data.sources.roles import Role
from builder.data.sources.source import Index
from builder.data.sources.split import Way
from builder.data.sources.text_table import in_order

MOST_CATEGORIES = 1_000  # of a column that becomes ones and zeros
MOST_WORDS = 1_000_000  # of a column that becomes numbers for an Embedding
MOST_BYTES = 4_000_000_000  # of all vectors
UNKNOWN = frozenset({"", "?"})  # of a category; "NA" may be one
JOINED = "numbers"  # all numbers to predict, as one target


@dataclass(frozen=True)
class Ways:
    """The settings of a table: how it is divided, and what becomes of its columns."""

    validation: float
    test: float
    seed: int
    limit: int | None
    split: Way
    split_column: str | None
    join_targets: bool
    drop_rare: bool
    indices: bool
    marked: bool


@dataclass(frozen=True, eq=False)
class Arranged:
    """Rows of the table, their parts (by place in `rows`), columns of the vector and of words, texts and targets."""

    cells: Cells
    rows: Index
    parts: dict[Part, Index]
    features: tuple[Column, ...]
    words: tuple[Column, ...]
    texts: tuple[str, ...]
    targets: tuple[Target, ...]
    answers: dict[str, NDArray[Any]]
    notices: tuple[Problem, ...]


@lru_cache(maxsize=8)
def arranged(cells: Cells, roles: tuple[tuple[str, Role], ...], ways: Ways) -> Arranged:
    """The samples of a table. Categories of inputs are those of the training part alone.

    Raises: Error T-ROLE (no input or no target), T-NUMBER, T-DATE, T-CLASS, T-SPLIT, L-SIZE.
    """

    def having(*wanted: Role) -> tuple[str, ...]:
        return tuple(name for name, role in roles if role in wanted)

    _require_roles(roles)
    texts, to_name, to_count = having("text"), having("target_category", "target_yes_no"), having("target_number")
    owner = own_parts(cells, ways.split, ways.split_column)
    rows = _complete(cells, (*texts, *to_name))
    for name in having("number", "date"):
        _read(cells, name, rows, roles)
    counted = {name: _read(cells, name, rows, roles) for name in to_count}
    if counted:
        known = ~np.isnan(np.stack([*counted.values()])).any(axis=0)
        rows, counted = rows[known], {name: values[known] for name, values in counted.items()}
    notices: list[Problem] = []
    if left_out := len(cells) - len(rows):
        text = _("Rows without text or target were left out: {n:,}.").format(n=left_out)
        notices.append(Problem("T-ROW", text, severity="warning"))
    rows, named = labelled(cells, owner, rows, having("target_category"), having("target_yes_no"), ways, notices)
    counted = {name: _read(cells, name, rows, roles) for name in to_count}
    found, answers = dict(named.targets), dict(named.answers)
    for name in having("target_labels"):
        found[name], answers[name] = sets_of(cells, name, rows)
    parts = divided(cells, owner[rows], rows, named, ways)
    training = rows[parts["train"]]
    _numbers(found, answers, counted, ways.join_targets)
    features, words = _features(cells, roles, training, ways)
    if len(rows) * sum(column.width for column in features) * 4 > MOST_BYTES:
        text = _("As ones and zeros, the categories would take more than {most}. Set categories to indices.")
        fix = Fix(_("Use indices"), ({"op": "set_data", "values": {"categories": "indices"}},))
        raise Error.of([Problem("L-SIZE", text.format(most=size(MOST_BYTES)), param="categories", fix=fix)])
    order = [name for name, _role in roles if name in found] + [name for name in found if name not in dict(roles)]
    targets, values = tuple(found[name] for name in order), {name: answers[name] for name in order}
    return Arranged(cells, rows, parts, features, words, texts, targets, values, tuple(notices))


def _require_roles(roles: Sequence[tuple[str, Role]]) -> None:
    given = {role for _name, role in roles}
    if not given & {"text", "number", "category", "date"}:
        text = _("No column is an input. Give one the role text, number, category or date.")
        raise Error.of([Problem("T-ROLE", text, param="columns")])
    if not any(role.startswith("target") for role in given):
        text = _("No column is to be predicted. Give one the role target_category or target_number.")
        raise Error.of([Problem("T-ROLE", text, param="columns")])


def _complete(cells: Cells, needed: Sequence[str]) -> Index:
    """The rows in which none of these columns is empty."""
    kept = np.ones(len(cells), bool)
    for name in needed:
        kept &= ~columnar.is_empty(cells.column(name))
    return np.flatnonzero(kept)


def _numbers(
    found: dict[str, Target], answers: dict[str, NDArray[Any]], counted: dict[str, NDArray[np.float64]], join: bool
) -> None:
    """Add the targets that are numbers, each for itself or all as one."""
    if join and len(counted) > 1:
        name = JOINED if JOINED not in found else f"{JOINED}_"
        found[name] = Target(name, kind="number", columns=tuple(counted))
        answers[name] = np.stack([*counted.values()], axis=1).astype(np.float32)
        return
    for name, values in counted.items():
        found[name] = Target(name, kind="number", columns=(name,))
        answers[name] = values.astype(np.float32)[:, None]


def _features(
    cells: Cells, roles: Sequence[tuple[str, Role]], training: Index, ways: Ways
) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns of the vector, and those whose words become numbers."""
    features: list[Column] = []
    words: list[Column] = []
    for name, role in roles:
        if role == "category":
            column = Column(name, _categories(cells, name, training, MOST_WORDS if ways.indices else MOST_CATEGORIES))
            (words if ways.indices else features).append(column)
        elif role in ("number", "date"):
            marked = ways.marked and bool(np.isnan(_read(cells, name, training, roles)).any())
            features.append(Column(name, date=role == "date", marked=marked))
    return tuple(features), tuple(words)


def _read(cells: Cells, name: str, rows: Index, roles: Sequence[tuple[str, Role]]) -> NDArray[np.float64]:
    """A column of numbers or dates, NaN where one is missing.

    Raises: Error T-NUMBER, T-DATE with the line, and a role that would do.
    """
    read = seconds_of if dict(roles)[name] == "date" else numbers_of
    found = cells.column(name, rows)
    try:
        return read(found, name)
    except Error as error:
        known = [(at, cell) for at, cell in enumerate(found.to_pylist()) if _wrong(read, cell, name)]
        at, cell = known[0]
        code = error.problems[0].code
    text = _("{cell} in column {column} ({row}) is not a number. Mend it, or give the column another role.")
    if read is seconds_of:
        text = _("{cell} in column {column} ({row}) is no date such as 2024-05-31. Mend it, or give it another role.")
    words = text.format(cell=quote(cell), column=quote(name), row=cells.names[int(rows[at])])
    role = "target_category" if dict(roles)[name] == "target_number" else "category"
    edit = {"op": "set_data", "values": {"columns": {**dict(roles), name: role}}}
    fix = Fix(_("Make {column} a category").format(column=quote(name)), (edit,))
    raise Error.of([Problem(code, words, param="columns", fix=fix)])


def _wrong(read: Any, cell: str, name: str) -> bool:
    try:
        read(columnar.column_of([cell]), name)
    except Error:
        return True
    return False


def _categories(cells: Cells, name: str, training: Index, most: int) -> tuple[str, ...]:
    """The words of a column in the training part. Raises: Error T-CLASS when there are too many."""
    found = set(coded(cells.column(name, training))[0]) - UNKNOWN
    if len(found) > most:
        text = _("Column {name} has {n:,} different words; the most is {most:,}. Make it text, or leave it out.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(found), most=most))
    return in_order(found) or ("",)
