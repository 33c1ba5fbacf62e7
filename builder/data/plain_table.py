"""Tables of text without a quote in them: there every delimiter divides, and Arrow reads them many times faster.

What Arrow finds fault with is left to the slower reader, which knows the row and the words for it.
"""

import io
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from pyarrow import csv

from builder.data.columnar import Table

BLOCK = 8_000_000  # bytes that are parsed at once
MARK = b"\xef\xbb\xbf"  # of UTF-8, before the first cell


def first_cells(content: bytes, delimiter: str) -> list[str]:
    """The cells of the first line; content is UTF-8 without quotes."""
    return content.partition(b"\n")[0].removeprefix(MARK).decode().rstrip("\r").split(delimiter)


def plain_table(content: bytes, delimiter: str, header: bool, tell: Callable[[int], None]) -> Table | None:
    """The table in UTF-8 text without quotes; None where the slower reader must look at it.

    Params: tell, what is told how many rows are read.
    """
    first = first_cells(content, delimiter)
    if first == [""] or content.count(b"\r") != content.count(b"\r\n"):
        return None
    names = first if header else [str(number + 1) for number in range(len(first))]
    batches = []
    rows = 0
    try:
        reader = csv.open_csv(
            io.BytesIO(content),
            csv.ReadOptions(block_size=BLOCK, column_names=names, skip_rows=int(header), use_threads=False),
            csv.ParseOptions(delimiter=delimiter, quote_char=False, double_quote=False, newlines_in_values=False),
            csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
        for batch in reader:
            batches.append(batch)
            rows += len(batch)
            tell(rows)
    except pa.ArrowException:
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if lines != rows + header:  # blank lines, or none but a header
        return None
    cells = tuple(pa.chunked_array([batch.column(at) for batch in batches], pa.string()) for at in range(len(names)))
    return Table(tuple(names), cells, np.arange(1 + header, rows + header + 1))
