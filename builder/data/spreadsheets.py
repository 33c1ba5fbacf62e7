"""Tables in Excel's, OpenDocument's and Parquet's forms, as text like any other: nothing is guessed silently."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.data.archives import Archive
from builder.data.columnar import Table

PARQUET, ZIP, OLD_EXCEL = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WORKBOOKS = (ZIP, OLD_EXCEL)
SECONDS = 120
MOST_BYTES = 100_000_000  # of a workbook, which is read whole
MOST_ROWS = 50_000_000
MOST_TEXT = 2_000_000_000  # bytes of all cells
BATCH = 4_096  # rows
# Parquet's columns of these kinds are text by Arrow's own rule, and read back as what they were
PLAIN = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string,
    pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_null,
)  # fmt: skip


def workbook_csv(path: Path, name: str) -> bytes:
    """The first sheet of a workbook as CSV. Raises: Error T-TYPE, L-SIZE, Z-SIZE, Z-PATH."""
    if path.stat().st_size > MOST_BYTES:
        text = _("{name} is larger than {most}. Save it as CSV or Parquet.")
        raise Error("L-SIZE", text.format(name=quote(name), most=size(MOST_BYTES)))
    content = path.read_bytes()
    if content.startswith(ZIP):
        with Archive.of_bytes(content, name) as archive:
            for member in archive.members:
                archive.read(member)  # it must not unpack to more than it says
    command = [sys.executable, "-m", "builder.data.workbook", str(path.resolve())]
    home = Path(__file__).parents[2]  # where the package is found
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True, cwd=home)
    except subprocess.SubprocessError:
        text = _("{name} is no workbook that can be read, or too large. Save it as .csv, or as .xlsx again.")
        raise Error("T-TYPE", text.format(name=quote(name))) from None
    return done.stdout


def read_parquet(path: Path, name: str) -> Table:
    """A Parquet file, every cell as text. Raises: Error T-TYPE, L-SIZE."""
    try:
        file = pq.ParquetFile(path)
        facts = file.metadata
        if facts.num_rows > MOST_ROWS:
            text = _("{name} has {n:,} rows; the most is {most:,}. Divide it.")
            raise Error("L-SIZE", text.format(name=quote(name), n=facts.num_rows, most=MOST_ROWS))
        schema = file.schema_arrow
        if nested := next((field.name for field in schema if not any(plain(field.type) for plain in PLAIN)), None):
            text = _("Column {column} of {name} holds neither text, numbers nor dates. Leave it out.")
            raise Error("T-TYPE", text.format(column=quote(nested), name=quote(name)))
        chunks: list[list[pa.Array]] = [[] for _field in schema]
        total = 0
        for batch in file.iter_batches(BATCH):
            for own, column in zip(chunks, batch.columns, strict=True):
                own.append(_as_text(column))
                total += own[-1].nbytes
            if total > MOST_TEXT:
                text = _("{name} is larger than {most} when it is unpacked. Divide it.")
                raise Error("L-SIZE", text.format(name=quote(name), most=size(MOST_TEXT)))
    except (pa.ArrowException, OSError, ValueError) as error:
        text = _("{name} is damaged or no Parquet file. Save it again.")
        raise Error("T-TYPE", text.format(name=quote(name))) from error
    cells = tuple(pa.chunked_array(own, pa.string()) for own in chunks)
    return Table(tuple(schema.names), cells, np.arange(1, facts.num_rows + 1))


def _as_text(column: pa.Array) -> pa.Array:
    """As it would stand in a CSV; nothing where it is null."""
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        text = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
    return text
