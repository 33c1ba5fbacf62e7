"""Single cells of a table: numbers, moments, and those that a person types."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from builder.core.errors import Error
from builder.core.text import _, quote

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})  # cells that say that nothing is known


def number(cell: str, column: str) -> float:
    """The number in a cell; NaN where it is missing. Raises: Error T-NUMBER for anything else."""
    if cell.strip().casefold() in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value) or math.isnan(value):
        text = _("{cell} in column {column} is not a number. Mend it, or give the column another role.")
        raise Error("T-NUMBER", text.format(cell=quote(cell), column=quote(column)))
    return value


def moment(cell: str) -> float:
    """A date or moment of ISO 8601, or with / for -, in seconds since 1970. Raises: ValueError."""
    found = datetime.fromisoformat(cell.strip().replace("/", "-"))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def seconds(cell: str, column: str) -> float:
    """The moment in a cell; NaN where it is missing. Raises: Error T-DATE for anything else."""
    if cell.strip().casefold() in MISSING:
        return math.nan
    try:
        return moment(cell)
    except (ValueError, OverflowError):
        text = _("{cell} in column {column} is no date. Write it as 2024-05-31 or 2024-05-31 18:30.")
        raise Error("T-DATE", text.format(cell=quote(cell), column=quote(column))) from None


def given_cells(text: str, columns: Sequence[str]) -> dict[str, str]:
    """Cells as `age=22, sex=male`, by column. Raises: Error T-TEXT for what is not of that form."""
    pairs = [part.partition("=") for part in re.split(r"[,;\n]", text) if part.strip()]
    for name, sign, _cell in pairs:
        if not sign or name.strip() not in columns:
            words = _("{text} is not of the form {example}. This network reads {names}.")
            names = ", ".join(quote(column, 30) for column in columns[:10])
            raise Error(
                "T-TEXT", words.format(text=quote(name + sign), example=quote(f"{columns[0]}=..."), names=names)
            )
    return {name.strip(): cell for name, _sign, cell in pairs}
