"""Tables in Excel's, OpenDocument's and Parquet's forms, as text like any other: nothing is guessed silently."""

import datetime
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.data.archives import Archive
from builder.data.columnar import Table, Writer

PARQUET, ZIP, OLD_EXCEL = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
STARTS = (PARQUET, ZIP, OLD_EXCEL)
MOST_BYTES = 100_000_000  # of a workbook, which is read whole
MOST_ROWS = 50_000_000
MOST_TEXT = 2_000_000_000  # bytes of all cells
BATCH = 4_096  # rows
# Parquet's columns of these kinds are text by Arrow's own rule, and read back as what they were
PLAIN = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string,
    pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_null,
)  # fmt: skip


def read(path: Path, name: str, header: bool) -> Table:
    """The first sheet of a workbook, or a Parquet file. Raises: Error T-TYPE, T-ROW, L-SIZE, Z-SIZE, Z-PATH."""
    with path.open("rb") as file:
        parquet = file.read(4) == PARQUET
    return _parquet(path, name) if parquet else _workbook(path, name, header)


def _workbook(path: Path, name: str, header: bool) -> Table:
    if path.stat().st_size > MOST_BYTES:
        text = _("{name} is larger than {most}. Save it as CSV or Parquet.")
        raise Error("L-SIZE", text.format(name=quote(name), most=size(MOST_BYTES)))
    content = path.read_bytes()
    if content.startswith(ZIP):
        with Archive.of_bytes(content, name) as archive:
            for member in archive.members:
                archive.read(member)  # it must not unpack to more than it says
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.iter_rows()
        found = _written(rows, header)
    except (CalamineError, ValueError, OSError, IndexError) as error:
        text = _("{name} is no workbook that can be read. Save it as .xlsx or .csv again.")
        raise Error("T-TYPE", text.format(name=quote(name))) from error
    if found is None:
        raise Error("T-ROW", _("{name} is empty. Choose a table with a header and rows.").format(name=quote(name)))
    return found


def _written(rows: Iterable[Sequence[object]], header: bool) -> Table | None:
    writer = Writer()
    lines: list[int] = []
    columns: list[str] | None = None
    for line, row in enumerate(rows, 1):
        cells = [_text(value) for value in row]
        if not any(cells):
            continue
        if columns is None:
            columns = cells if header else [str(number + 1) for number in range(len(cells))]
            if header:
                continue
        writer.add(cells)
        lines.append(line)
    if columns is None:
        return None
    return Table(tuple(columns), writer.columns(), np.array(lines, np.int64))


def _text(value: object) -> str:
    """A cell as it would stand in a CSV."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return "" if value is None else str(value)


def _parquet(path: Path, name: str) -> Table:
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
