"""What is the matter with the columns of a table: missing cells, one value alone, the target under another name."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Fix, Problem
from builder.core.text import _, quote
from builder.data.fields import Target
from builder.data.preparations.cells import MISSING
from builder.data.preparations.columns import cell_of
from builder.data.sources.source import Samples, Source
from builder.data.sources.table import ColumnsSource

LOOKED_AT = 20_000  # rows
SOME_MISSING, MOST_MISSING = 0.05, 0.4  # shares of a column
SURE = 0.995  # of the answers that one column gives away
OFTEN = 4  # rows for each value of such a column


def column_problems(source: Source, samples: Samples) -> Iterator[Problem]:
    """Findings of the columns that enter the network, from the training part."""
    rows = samples.parts["train"][:LOOKED_AT]
    for field in samples.spec.inputs:
        table = samples.inputs[field.name]
        if not field.columns or not isinstance(table, np.ndarray):
            continue
        for place, column in enumerate(field.columns):
            cells = table[rows, place]
            known = _known(cells)
            if cells.dtype.kind == "f":
                known = [cell_of(column, value) for value in known]
            yield from _column(source, column.name, known, len(cells))
            for target in samples.spec.targets:
                answers = samples.targets[target.name][rows]
                if _tells(cells, answers, target):
                    text = _("Column {name} repeats {target}: a network that sees it learns nothing. Leave it out.")
                    words = text.format(name=quote(column.name, 40), target=quote(target.name, 40))
                    yield Problem("D-TELLS", words, severity="warning", fix=_without(source, column.name))
    if isinstance(source, ColumnsSource):
        yield from _left_out(source)


def _known(cells: NDArray[Any]) -> list[Any]:
    if cells.dtype == object:
        return [cell for cell in cells.tolist() if str(cell).strip().casefold() not in MISSING]
    values = cells[~np.isnan(cells)] if cells.dtype.kind == "f" else cells
    known: list[Any] = values.tolist()
    return known


def _column(source: Source, name: str, known: Sequence[Any], rows: int) -> Iterator[Problem]:
    missing = 1 - len(known) / max(1, rows)
    fix = _without(source, name)
    if len(set(known)) == 1 and not missing:
        text = _("Column {name} holds one value alone, {value}, which tells nothing. Leave it out.")
        words = text.format(name=quote(name, 40), value=quote(str(known[0]), 30))
        yield Problem("D-CONSTANT", words, severity="hint", fix=fix)
    if missing > SOME_MISSING:
        text = _(
            "Column {name} is missing in {share:.0%} of the rows. A number is filled with the mean; or leave it out."
        )
        words = text.format(name=quote(name, 40), share=missing)
        yield Problem("D-MISSING", words, severity="warning" if missing > MOST_MISSING else "hint", fix=fix)


def _tells(cells: NDArray[Any], answers: NDArray[Any], target: Target) -> bool:
    """Whether a column alone gives the answer away."""
    if target.kind in ("category", "binary"):
        own = answers.ravel().tolist()
        listed = ["" if value != value else value for value in cells.tolist()]  # NaN is missing, and equals nothing
        given = Counter(zip(listed, own, strict=True))
        values = Counter(listed)
        if len(own) < OFTEN * len(values) or len(set(own)) < 2:
            return False  # as good as every row has a value of its own, which says nothing about others
        best: Counter[Any] = Counter()
        for (value, _answer), count in given.items():
            best[value] = max(best[value], count)
        always = max(Counter(own).values()) / len(own)
        return sum(best.values()) / len(own) >= max(SURE, (1 + always) / 2)
    if target.kind != "number":
        return False
    numbers = np.array([_number(cell) for cell in cells.tolist()])
    for values in answers.T.astype(np.float64):
        both = ~np.isnan(numbers) & ~np.isnan(values)
        a, b = numbers[both], values[both]
        if len(a) > OFTEN and a.std() > 0 and b.std() > 0 and abs(np.corrcoef(a, b)[0, 1]) > 0.9999:
            return True
    return False


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _without(source: Source, name: str) -> Fix | None:
    """Leave a column out, with all roles written down."""
    if not isinstance(source, ColumnsSource):
        return None
    roles = {column.name: column.role for column in source.facts()} | {name: "ignore"}
    edit = {"op": "set_data", "values": {"columns": roles}}
    return Fix(_("Leave {name} out").format(name=quote(name, 30)), (edit,))


def _left_out(source: ColumnsSource) -> Iterator[Problem]:
    """Columns that were left out without being asked because they repeat the target."""
    facts = source.facts()
    targets = [column.name for column in facts if column.role.startswith("target")]
    table = source.cells()
    index = np.arange(min(len(table), LOOKED_AT))
    for column in facts:
        if column.role != "ignore" or not column.guessed or column.different < 2:
            continue
        cells = np.array(table.column(column.name, index).to_pylist(), object)
        for name in targets:
            answers = np.unique(np.array(table.column(name, index).to_pylist()), return_inverse=True)[1]
            if _tells(cells, answers, Target(name)):
                text = _("Column {name} was left out, because it repeats {target}.")
                words = text.format(name=quote(column.name, 40), target=quote(name, 40))
                yield Problem("D-TELLS", words, severity="hint")
