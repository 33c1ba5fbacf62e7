"""From cells and roles to samples: which rows are used, the parts they are in, what fields and targets there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Fix, Problem
from builder.core.text import _, quote
from builder.data.fields import Column, Part, Target
from builder.data.preparations.columns import number
from builder.data.sources.roles import Role
from builder.data.sources.source import FEWEST, Index, require_classes, require_parts
from builder.data.sources.split import at_most, split
from builder.data.sources.text_table import MOST_CLASSES, in_order

MOST_CATEGORIES = 1_000  # of a column that becomes ones and zeros
UNKNOWN = frozenset({"", "?"})  # of a category; "NA" may be one
JOINED = "numbers"  # all numbers to predict, as one target


@dataclass(frozen=True, eq=False)  # found again by identity
class Cells:
    """A table as text: (N, columns), with the place of each row and the parts that files of their own make."""

    columns: tuple[str, ...]
    cells: NDArray[Any]
    names: list[str]
    parts: list[Part | None]

    def column(self, name: str, rows: Index) -> list[str]:
        """Some cells of a column."""
        found: list[str] = self.cells[rows, self.columns.index(name)].tolist()
        return found


@dataclass(frozen=True)
class Shares:
    """How a table without parts of its own is divided."""

    validation: float
    test: float
    seed: int
    limit: int | None


@dataclass(frozen=True, eq=False)
class Arranged:
    """Rows of the table, their parts (by place in `rows`), the columns of the vector, texts and targets."""

    rows: Index
    parts: dict[Part, Index]
    features: tuple[Column, ...]
    texts: tuple[str, ...]
    targets: tuple[Target, ...]
    answers: dict[str, NDArray[Any]]
    notices: tuple[Problem, ...]


@lru_cache(maxsize=16)
def arranged(
    cells: Cells, roles: tuple[tuple[str, Role], ...], join_targets: bool, drop_rare: bool, shares: Shares
) -> Arranged:
    """The samples of a table. Categories of inputs are those of the training part alone.

    Raises: Error T-ROLE (no input or no target), T-NUMBER, T-CLASS.
    """

    def having(*wanted: Role) -> tuple[str, ...]:
        return tuple(name for name, role in roles if role in wanted)

    texts, numeric, categories = having("text"), having("number"), having("category")
    to_name, to_count = having("target_category"), having("target_number")
    _require_roles(bool(texts or numeric or categories), bool(to_name or to_count))
    rows = _complete(cells, (*texts, *to_name))
    for name in numeric:
        _numbers(cells, name, rows, roles)
    if to_count:
        known = ~np.isnan(np.stack([_numbers(cells, name, rows, roles) for name in to_count])).any(axis=0)
        rows = rows[known]
    notices: list[Problem] = []
    if left_out := len(cells.cells) - len(rows):
        text = _("Rows without text or target were left out: {n:,}.").format(n=left_out)
        notices.append(Problem("T-ROW", text, severity="warning"))
    if drop_rare:
        rows = _without_rare(cells, to_name, rows, notices)
    labelled = [_labels(cells, name, rows) for name in to_name]
    parts = _divided(cells, rows, labelled, shares)
    training = rows[parts["train"]]
    features = tuple(
        Column(name, () if name in numeric else _categories(cells, name, training))
        for name in having("number", "category")
    )
    values = {name: _numbers(cells, name, rows, roles).astype(np.float32)[:, None] for name in to_count}
    if join_targets and len(to_count) > 1:
        joined = _apart(JOINED, to_name)
        values, columns = {joined: np.concatenate([*values.values()], axis=1)}, {joined: to_count}
    else:
        columns = {name: (name,) for name in to_count}
    answers = {name: labels for name, (labels, _classes) in zip(to_name, labelled, strict=True)} | values
    kinds = {name: Target(name, classes) for name, (_labels, classes) in zip(to_name, labelled, strict=True)}
    kinds |= {name: Target(name, kind="number", columns=columns[name]) for name in values}
    ordered = [name for name, _role in roles if name in kinds] + [name for name in kinds if name not in dict(roles)]
    targets = tuple(kinds[name] for name in ordered)
    return Arranged(rows, parts, features, texts, targets, {name: answers[name] for name in ordered}, tuple(notices))


def _require_roles(inputs: bool, targets: bool) -> None:
    if not inputs:
        text = _("No column is an input. Give one the role text, number or category.")
        raise Error.of([Problem("T-ROLE", text, param="columns")])
    if not targets:
        text = _("No column is to be predicted. Give one the role target_category or target_number.")
        raise Error.of([Problem("T-ROLE", text, param="columns")])


def _complete(cells: Cells, needed: Sequence[str]) -> Index:
    """The rows in which none of these columns is empty."""
    kept = np.ones(len(cells.cells), bool)
    for name in needed:
        kept &= cells.cells[:, cells.columns.index(name)] != ""
    return np.flatnonzero(kept)


def _numbers(cells: Cells, name: str, rows: Index, roles: tuple[tuple[str, Role], ...]) -> NDArray[np.float64]:
    """A column as numbers, NaN where one is missing. Raises: Error T-NUMBER with the line, and a role that would do."""
    found = cells.column(name, rows)
    try:
        return np.array([number(cell, name) for cell in found], np.float64)
    except Error:
        at, cell = next((at, cell) for at, cell in enumerate(found) if not _is_number(cell, name))
    text = _("{cell} in column {column} ({row}) is not a number. Mend it, or give the column another role.")
    words = text.format(cell=quote(cell), column=quote(name), row=cells.names[rows[at]])
    role = "category" if dict(roles)[name] == "number" else "target_category"
    edit = {"op": "set_data", "values": {"columns": {**dict(roles), name: role}}}
    fix = Fix(_("Make {column} a category").format(column=quote(name)), (edit,))
    raise Error.of([Problem("T-NUMBER", words, param="columns", fix=fix)])


def _is_number(cell: str, name: str) -> bool:
    try:
        number(cell, name)
    except Error:
        return False
    return True


def _without_rare(cells: Cells, targets: Sequence[str], rows: Index, notices: list[Problem]) -> Index:
    for name in targets:
        labels = cells.column(name, rows)
        counts = Counter(label for label, row in zip(labels, rows, strict=True) if cells.parts[row] in (None, "train"))
        rare = sorted({label for label in labels if counts[label] < FEWEST})
        if rare:
            text = _("Classes with fewer than {least} rows were left out: {names}.")
            shown = ", ".join(quote(label, 20) for label in rare[:5])
            notices.append(Problem("T-CLASS", text.format(least=FEWEST, names=shown), severity="warning"))
            rows = rows[[label not in rare for label in labels]]
    return rows


def _labels(cells: Cells, name: str, rows: Index) -> tuple[Index, tuple[str, ...]]:
    """The classes of a target, and the number of each row's. Raises: Error T-CLASS."""
    labels = cells.column(name, rows)
    counts = Counter(label for label, row in zip(labels, rows, strict=True) if cells.parts[row] in (None, "train"))
    classes = in_order(set(labels))
    if len(classes) > MOST_CLASSES:
        text = _("Column {name} has {n:,} different values; the most is {most:,}. Predict a number, or another column.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(classes), most=MOST_CLASSES))
    rare = [label for label in classes if counts[label] < FEWEST]
    if rare and len(classes) > 1:
        text = _("{name} has {n} row; at least {least} are needed. Add rows, or turn on drop_rare to leave it out.")
        fix = Fix(_("Leave out rare classes"), ({"op": "set_data", "values": {"drop_rare": True}},))
        shown = [text.format(name=quote(label), n=counts[label], least=FEWEST) for label in rare]
        raise Error.of([Problem("T-CLASS", sentence, param="drop_rare", fix=fix) for sentence in shown])
    known = {label: place for place, label in enumerate(classes)}
    return np.array([known[label] for label in labels], np.int64), classes


def _divided(
    cells: Cells, rows: Index, labelled: Sequence[tuple[Index, tuple[str, ...]]], shares: Shares
) -> dict[Part, Index]:
    """The parts by place in `rows`, stratified by the first category. Raises: Error T-CLASS."""
    own = {
        part: np.flatnonzero([cells.parts[row] == part for row in rows])
        for part in {cells.parts[row] for row in rows}
        if part is not None
    }
    labels = labelled[0][0] if labelled else np.zeros(len(rows), np.int64)
    parts = split(labels, own, validation=shares.validation, test=shares.test, seed=shares.seed)
    for numbers, classes in labelled:
        require_classes(numbers[parts["train"]], classes)
    require_parts(parts)
    return {part: at_most(shares.limit, index, shares.seed) for part, index in parts.items()}


def _categories(cells: Cells, name: str, training: Index) -> tuple[str, ...]:
    """The words of a column in the training part. Raises: Error T-CLASS when there are too many."""
    found = set(cells.column(name, training)) - UNKNOWN
    if len(found) > MOST_CATEGORIES:
        text = _("Column {name} has {n:,} different words; the most is {most:,}. Make it text, or leave it out.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(found), most=MOST_CATEGORIES))
    return in_order(found) or ("",)


def _apart(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name}_"
