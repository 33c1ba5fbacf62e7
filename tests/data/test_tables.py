"""Rows T01 to T06: hostile, damaged and unusual tables."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.data.tables import Table, csv_safe, decoded, read_table, write_table
from tests.data.limited import run_limited

CHINESE = "text,label\n房间很大，早餐不错，下次还来,好\n服务太差，再也不来了,坏\n"


def read(tmp_path: Path, content: bytes | str, **options: object) -> Table:
    path = tmp_path / "given.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, name="given.csv", **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_t01_unicode_is_read_by_itself(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, CHINESE.encode(encoding))
    assert table.columns == ("text", "label")
    assert table.column("label") == ["好", "坏"]


@pytest.mark.parametrize(
    ("text", "codec", "title", "answer"),
    [
        (CHINESE, "gbk", "GBK", "gbk"),
        ("text,label\n房間很大，早餐不錯，下次還來,好\n", "big5", "Big5", "big5"),
        ("text,label\nこの部屋はとても広いです,よい\n", "shift_jis", "Shift JIS", "shift_jis"),
        ("text,label\nUn café crème très agréable,bon\n", "cp1252", "Windows-1252", "windows-1252"),
    ],
)
def test_t01_other_encodings_are_asked_for_and_never_guessed(
    tmp_path: Path, text: str, codec: str, title: str, answer: str
) -> None:
    with pytest.raises(Error, match=rf"\[T-ENC\] Not UTF-8. It looks like {title}") as raised:
        read(tmp_path, text.encode(codec))
    fix = raised.value.problems[0].fix
    assert fix is not None
    assert fix.edits == ({"op": "set_data", "values": {"encoding": answer}},)
    assert read(tmp_path, text.encode(codec), encoding=answer).rows[0][0] == text.split("\n")[1].split(",")[0]


def test_t01_the_wrong_answer_is_said() -> None:
    with pytest.raises(Error, match=r"\[T-ENC\] Line 2 cannot be read as GBK. Choose another"):
        decoded(b"a,b\n\xff\xff,1\n", "gbk")


def test_t01_bytes_that_nothing_fits() -> None:
    with pytest.raises(Error, match=r"\[T-ENC\] Not UTF-8. Save the table as UTF-8"):
        decoded(b"a,b\n\xff\x81\xfe\x8d\xff\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_t02_nul_bytes(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(Error, match=r"\[T-NUL\] Line 2 holds a NUL byte"):
        read(tmp_path, "a,b\nx\0y,1\n".encode(encoding))


def test_t03_a_line_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(100_000_000)
    with pytest.raises(Error, match=r"\[L-LINE\] Line 2 is longer than 1 MB"):
        read_table(path, name="long.csv")


READ = """
import resource
import sys
from pathlib import Path
from builder.core.errors import Error
from builder.data.tables import read_table
# the libraries themselves take more address space than the file
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20),) * 2)
try:
    read_table(Path(sys.argv[1]), name="t.csv")
except Error as error:
    print(error)
"""


def test_t03_a_long_line_takes_little_memory(tmp_path: Path) -> None:
    said = run_limited(READ, 8_000, b"a,b\n" + bytes(300_000_000), tmp_path)
    assert said.startswith("[L-LINE] Line 2 is longer than 1 MB"), said


def test_t03_a_cell_over_many_lines_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r"\[L-LINE\] A cell in line 2 is longer than 1 MB"):
        read(tmp_path, 'a,b\n"' + "word\n" * 250_000 + '",1\n')


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2,3\n", r"\[T-ROW\] Row 2 has 3 values; the header has 2"),
        ("a,b\n1,2\n1\n", r"\[T-ROW\] Row 3 has 1 values; the header has 2"),
        ("", r"\[T-ROW\] \"given.csv\" is empty"),
        ("\n\n\n", r"\[T-ROW\] \"given.csv\" is empty"),
        ("a,b\n", r"\[T-ROW\] \"given.csv\" has a header but no rows"),
        ("a,b,a\n1,2,3\n", r"\[T-ROW\] The header names \"a\" twice"),
        ('a,b\n1,2\n"open,2\n3,4\n', r"\[T-ROW\] A quote that opens in line 3 is never closed"),
        ('a,b\n"x"y,2\n', r"\[T-ROW\] Line 2: a quote ends before its cell does"),
        (",".join(map(str, range(100_000))) + "\n", r"\[T-ROW\] The header has 100,000 columns; the most is 5,000"),
    ],
)
def test_t04_tables_out_of_shape(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(Error, match=sentence):
        read(tmp_path, content)


def test_t05_every_cell_stays_text(tmp_path: Path) -> None:
    cells = ["NA", "null", "007", "", "1e5", "nan", "True", "None", " x "]
    table = read(tmp_path, "a,label\n" + "".join(f"t,{cell}\n" for cell in cells))
    assert table.column("label") == cells


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_t06_formulas_are_disarmed_and_numbers_stay(start: str) -> None:
    assert csv_safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert csv_safe(-0.5) == -0.5
    content = write_table(["name", "value"], [[f"{start}1+1", -0.5], ["猫", 2]])
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["name", "value"], [f"'{start}1+1", "-0.5"], ["猫", "2"]]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1, max_size=5))
def test_t06_no_written_cell_starts_a_formula(rows: list[list[str]]) -> None:
    content = write_table(["a", "b"], rows).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, sign: str) -> None:
    text = sign.join(["text", "label"]) + "\n" + "".join(f"so, it; goes{sign}{n}\n" for n in range(5))
    if sign in ",;":
        text = text.replace("so, it; goes", '"so, it; goes"')
    table = read(tmp_path, text)
    assert table.columns == ("text", "label")
    assert table.rows[0] == ["so, it; goes", "0"]


def test_bare_quotes_in_tab_separated_text(tmp_path: Path) -> None:
    table = read(tmp_path, 'text\tlabel\n"great" film\t1\nan "odd one\t0\n')
    assert table.column("text") == ['"great" film', 'an "odd one']
    quoted = read(tmp_path, 'text\tlabel\n"two\nlines"\t1\n"a\ttab"\t0\n')
    assert quoted.column("text") == ["two\nlines", "a\ttab"]
    assert quoted.lines.tolist() == [3, 4]


def test_a_table_without_header(tmp_path: Path) -> None:
    table = read(tmp_path, "good\t1\nbad\t0\n", header=False)
    assert table.columns == ("1", "2")
    assert table.column("2") == ["1", "0"]
