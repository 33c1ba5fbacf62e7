"""A workbook's first sheet as CSV on standard output: `python -m builder.data.workbook FILE`.

It runs in a process of its own with little memory, because two cells in opposite corners of a sheet make a reader
take room for all that is between them.
"""

import csv
import datetime
import resource
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook

MOST_MEMORY = 4 << 30  # bytes


def text(value: object) -> str:
    """A cell as it would stand in a CSV."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return "" if value is None else str(value)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with Path(sys.argv[1]).open("rb") as file:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    for row in sheet.iter_rows():
        cells = [text(value) for value in row]
        if any(cells):
            writer.writerow(cells)


if __name__ == "__main__":
    main()
