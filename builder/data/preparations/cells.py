"""Cells of one row, typed by a person."""

import re
from collections.abc import Sequence

from builder.core.errors import Error
from builder.core.text import _, quote


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
