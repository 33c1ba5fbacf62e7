"""Tables from strangers: every cell is text, nothing is guessed silently, and limits hold while reading."""

import csv
import io
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, TextIO

import numpy as np

from builder.core.errors import Error, Fix, Problem
from builder.core.text import _, quote, size
from builder.data import spreadsheets
from builder.data.columnar import Table, Writer
from builder.data.plain_table import first_cells, plain_table

Tell = Callable[[int], None]  # is told how many rows are read
TOLD = 50_000  # rows

MOST_BYTES = 1_000_000_000
MOST_LINE = 1_000_000  # bytes
MOST_COLUMNS = 5_000
SAMPLED = 65_536  # characters from which the delimiter is guessed
DELIMITERS = ("\t", ",", ";", "|")

Encoding = Literal["auto", "utf-8", "utf-16", "gbk", "big5", "shift_jis", "windows-1252"]
CODECS = {"utf-8": "utf-8-sig", "gbk": "gb18030", "windows-1252": "cp1252"}  # gb18030 reads all that gbk does, and more
TITLES = {"gbk": "GBK", "big5": "Big5", "shift_jis": "Shift JIS", "windows-1252": "Windows-1252"}


def silently(rows: int) -> None:
    """Nobody watches."""


# the csv module's own limit, 131,072 characters, is under ours; it can only be set for the whole process
csv.field_size_limit(MOST_LINE)


def read_table(
    path: Path,
    *,
    name: str,
    encoding: Encoding = "auto",
    delimiter: str | None = None,
    header: bool = True,
    tell: Tell = silently,
) -> Table:
    """Read a CSV, TSV, Parquet or Excel file; without a header the columns are called 1, 2, 3 and so on.

    Params: tell, what is told how many rows are read.
    Raises: Error T-ENC, T-NUL, T-ROW, L-LINE, L-SIZE, T-TYPE (a Parquet or Excel file that cannot be read).
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(spreadsheets.PARQUET):
        return _checked(spreadsheets.read_parquet(path, name), name)
    if start.startswith(spreadsheets.WORKBOOKS):
        content = spreadsheets.workbook_csv(path, name)
        return parse_table(content, name=name, encoding="utf-8", delimiter=",", header=header, tell=tell)
    content = read_lines(path, name)
    return parse_table(content, name=name, encoding=encoding, delimiter=delimiter, header=header, tell=tell)


def parse_table(
    content: bytes,
    *,
    name: str,
    encoding: Encoding = "auto",
    delimiter: str | None = None,
    header: bool = True,
    tell: Tell = silently,
) -> Table:
    """A table of text from the content of its file. Raises: Error T-ENC, T-NUL, T-ROW, L-LINE."""
    text = decoded(content, encoding)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Error("T-NUL", _("Line {line} holds a NUL byte. Save the table as plain text again.").format(line=line))
    sign = delimiter or guess_delimiter(text)
    quoted = '"' in text
    del text  # the rows are decoded again as they come, so that the whole does not lie about twice
    codec = _codec(content, encoding)
    if not quoted and codec in ("utf-8-sig", "utf-8"):
        cells = first_cells(content, sign)
        _require_columns(cells if header else range(len(cells)))
        table = plain_table(content, sign, header, tell)
        if table is not None:
            return _checked(table, name)
    table = _rows(lambda: io.TextIOWrapper(io.BytesIO(content), codec, newline=""), sign, quoted, name, header, tell)
    return _checked(table, name)


def _checked(table: Table, name: str) -> Table:
    _require_columns(table.columns)
    if not len(table):
        raise Error("T-ROW", _("{name} has a header but no rows.").format(name=quote(name)))
    return table


def _codec(content: bytes, encoding: Encoding) -> str:
    if encoding == "auto":
        return "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return CODECS.get(encoding, encoding)


def _require_columns(columns: Sequence[object]) -> None:
    if len(columns) > MOST_COLUMNS:
        text = _("The header has {n:,} columns; the most is {most:,}. Leave out what is not needed.")
        raise Error("T-ROW", text.format(n=len(columns), most=MOST_COLUMNS))
    if len(set(columns)) == len(columns):
        return
    twice = next(name for at, name in enumerate(columns) if name in columns[:at])
    raise Error("T-ROW", _("The header names {name} twice. Rename one of them.").format(name=quote(str(twice))))


def read_lines(path: Path, name: str) -> bytes:
    """A file's content. Raises: Error L-LINE at the first line over 1 MB, L-SIZE over 1 GB, before reading on."""
    parts: list[bytes] = []
    total = begun = lines = 0  # bytes; those of the line under way; lines before it
    with path.open("rb") as file:
        # a block is no longer than a line may be, so that only its ends must be looked at
        while block := file.read(MOST_LINE):
            first, last = block.find(b"\n"), block.rfind(b"\n")
            if begun + (len(block) if first < 0 else first) > MOST_LINE:
                text = _("Line {line} is longer than {most}. Check that this is a table.")
                raise Error("L-LINE", text.format(line=lines + 1, most="1 MB"))
            begun = begun + len(block) if first < 0 else len(block) - last - 1
            lines += block.count(b"\n")
            parts.append(block)
            total += len(block)
            if total > MOST_BYTES:
                text = _("{name} is larger than {most}. Divide it.")
                raise Error("L-SIZE", text.format(name=quote(name), most=size(MOST_BYTES)))
    return b"".join(parts)


def decoded(content: bytes, encoding: Encoding = "auto") -> str:
    """Text of a file: UTF-8, or UTF-16 with its mark; anything else only when it is asked for.

    Raises: Error T-ENC, which names what the encoding looks like.
    """
    if encoding == "auto":
        marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        try:
            return content.decode("utf-16" if marked else "utf-8-sig")
        except UnicodeDecodeError:
            raise _ask(content) from None
    try:
        return content.decode(CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = _("Line {line} cannot be read as {encoding}. Choose another encoding.")
        raise Error("T-ENC", text.format(line=line, encoding=TITLES.get(encoding, encoding.upper()))) from None


def _ask(content: bytes) -> Error:
    guess = guess_encoding(content)
    if guess is None:
        return Error("T-ENC", _("Not UTF-8. Save the table as UTF-8, or choose its encoding."))
    text = _('Not UTF-8. It looks like {title}. Set encoding to "{guess}" to read it so, or save it as UTF-8.')
    edit = {"op": "set_data", "values": {"encoding": guess}}
    fix = Fix(_("Read as {title}").format(title=TITLES[guess]), (edit,))
    return Error.of([Problem("T-ENC", text.format(title=TITLES[guess], guess=guess), param="encoding", fix=fix)])


def guess_encoding(content: bytes) -> Encoding | None:
    """What bytes that are not UTF-8 most likely are, judged by how common their characters are."""
    sample = content[:SAMPLED]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    guesses: tuple[tuple[Encoding, str], ...] = (("gbk", "gb2312"), ("big5", "big5"), ("shift_jis", "shift_jis"))
    for guess, everyday in guesses:
        try:
            characters = [c for c in sample.decode(CODECS.get(guess, guess)) if c > "\x7f"]
        except UnicodeDecodeError:
            continue
        # rare characters mean that two letters of another encoding were read as one
        common = sum(bool(c.encode(everyday, "ignore")) and not "\uff61" <= c <= "\uff9f" for c in characters)
        if common >= 0.9 * len(characters):
            return guess
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "windows-1252"


def guess_delimiter(text: str) -> str:
    """The delimiter under which the first rows have the same width, the widest; a comma when none has."""
    sample = text[:SAMPLED]
    if len(text) > SAMPLED:
        sample = sample[: sample.rfind("\n") + 1]
    best, widest = ",", 1
    for delimiter in DELIMITERS:
        for quoting in _quotings(delimiter):
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quoting=quoting)
            widths = [len(row) for row in islice(rows, 50) if row]
            if len(text) > SAMPLED and len(widths) < 50:
                widths = widths[:-1]  # cut inside quotes, perhaps
            if widths and min(widths) == max(widths) > widest:
                best, widest = delimiter, widths[0]
    return best


def _quotings(delimiter: str) -> tuple[Literal[0, 3], ...]:
    """How quotes are taken, in the order to try: 3 as ordinary characters, 0 as brackets around a cell."""
    # tab-separated files of text corpora hold bare quotes; those that quote a cell do so to hide a tab or a new line
    return (csv.QUOTE_NONE, csv.QUOTE_MINIMAL) if delimiter == "\t" else (csv.QUOTE_MINIMAL,)


def _rows(opened: Callable[[], TextIO], delimiter: str, quoted: bool, name: str, header: bool, tell: Tell) -> Table:
    first, *others = _quotings(delimiter)
    try:
        return _parsed(opened(), delimiter, first, name, header, tell)
    except Error:
        if not others or not quoted:
            raise
        return _parsed(opened(), delimiter, others[0], name, header, tell)


def _parsed(file: TextIO, delimiter: str, quoting: Literal[0, 3], name: str, header: bool, tell: Tell) -> Table:
    """Columns and the line on which each row ends; blank lines are no rows. Raises: Error T-ROW."""
    reader = csv.reader(file, delimiter=delimiter, quoting=quoting, strict=True)
    found = Writer()
    lines = array("q")
    columns: list[str] = []
    rows = begun = 0
    try:
        for row in reader:
            if row:
                rows += 1
                if not columns:
                    columns = row if header else [str(number + 1) for number in range(len(row))]
                    _require_columns(columns)
                if len(row) != len(columns):
                    raise _ragged(rows, len(row), len(columns))
                if rows > 1 or not header:
                    found.add(row)
                    lines.append(reader.line_num)
                if rows % TOLD == 0:
                    tell(rows)
            begun = reader.line_num
    except csv.Error as error:
        raise _unreadable(error, begun + 1) from None
    if not rows:
        raise Error("T-ROW", _("{name} is empty. Choose a table with a header and rows.").format(name=quote(name)))
    return Table(tuple(columns), found.columns(), np.frombuffer(lines, np.int64))


def _unreadable(error: csv.Error, line: int) -> Error:
    if "field limit" in str(error):
        return Error("L-LINE", _("A cell in line {line} is longer than 1 MB.").format(line=line))
    words = _("Line {line}: a quote ends before its cell does. Double quotes inside a quoted cell.")
    if "unexpected end" in str(error):
        words = _("A quote that opens in line {line} is never closed. Close it, or double it inside a cell.")
    return Error("T-ROW", words.format(line=line))


def _ragged(row: int, width: int, expected: int) -> Error:
    text = _("Row {row:,} has {n:,} values; the header has {expected:,}. Quote cells that hold a delimiter.")
    return Error("T-ROW", text.format(row=row, n=width, expected=expected))


def csv_safe(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that starts like one gets a `'` in front, numbers stay."""
    if isinstance(cell, str) and re.match(r"[=+\-@\t\r]", cell):
        return f"'{cell}"
    return cell


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV for spreadsheets: marked as UTF-8, without formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([[csv_safe(cell) for cell in row] for row in (columns, *rows)])
    return text.getvalue().encode("utf-8-sig", "replace")
