"""Moments as cells of a table tell them."""

import math

from builder.data.preparations.cells import moment


def seconds(cell: str) -> float | None:
    """A finite number as it is, or a date as ISO 8601 has it, also with slashes, in seconds; None for anything else.

    A date without a time zone is taken as one of the zone without summer time.
    """
    try:
        value = float(cell)
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) else None
    text = cell.strip().replace("/", "-")
    try:
        return moment(f"{text}-01" if len(text) == len("2024-05") else text)
    except ValueError:
        return None
