"""What a table may hold besides numbers and words, the forms it may have, and how it is divided."""

import datetime
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from builder.core.errors import Error
from builder.data.batches import Batches, prepare
from builder.data.columnar import seconds_of
from builder.data.fields import PARTS
from builder.data.fitting import fit
from builder.data.preparations.columns import ColumnsPreparation, date_parts
from builder.data.preparations.index import IndexPreparation
from builder.data.sources import parse_source
from builder.data.sources.places import keep_upload
from builder.data.sources.table import Table
from builder.data.tables import read_table
from builder.graph.losses import BinaryCrossEntropy, CrossEntropy
from builder.training.losses import loss_function

CITIES = ("Rome", "Oslo", "Lima")


def content(rows: int = 90) -> str:
    """Sales, a row a day: each buyer often, a set of tags, and whether the thing came back."""
    lines = ["day,city,buyer,size,tags,back"]
    for n in range(rows):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=n)
        size = "" if n % 9 == 0 else str(n % 7)
        lines.append(
            f"{day},{CITIES[n % 3]},b{n % 15},{size},{'new;red' if n % 2 else ('red' if n % 4 else '')},{n % 2}"
        )
    return "\n".join(lines) + "\n"


def table(folder: Path, text: str | None = None, **settings: object) -> Table:
    (folder / "t.csv").write_text(text or content(), "utf-8")
    source, problems = parse_source({"source": "table", "path": str(folder / "t.csv"), **settings})
    assert isinstance(source, Table), problems
    return source


BACK = {"back": "target_yes_no", "buyer": "ignore", "tags": "ignore"}


def test_dates_become_four_numbers(tmp_path: Path) -> None:
    source = table(tmp_path, columns=BACK)
    assert {column.name: column.role for column in source.facts()}["day"] == "date"
    assert source.spec().inputs[0].spec.shape == (2, 4 + 3 + 1)
    moment = datetime.datetime(2024, 2, 29, 18, 30, tzinfo=datetime.UTC).timestamp()
    year, month, weekday, hour = date_parts(np.array([moment]))[0]
    assert (int(1970 + year), month, weekday, hour) == (2024, 2, 3, 18.5)  # a Thursday
    assert np.isnan(date_parts(np.array([np.nan]))).all()
    fitted = fit(source, source.load()).only
    assert isinstance(fitted, ColumnsPreparation)
    same = [fitted.apply(fitted.row({"day": text})) for text in ("2023-05-31", "2023/05/31", "2023-05-31T00:00:00Z")]
    assert np.array_equal(same[0], same[1])
    assert np.array_equal(same[0], same[2])
    with pytest.raises(Error, match=r'\[T-DATE\] "31.5.23" in column "day" is no date. Write it as 2024-05-31'):
        fitted.row({"day": "31.5.23"})
    with pytest.raises(Error, match=r'\[T-DATE\] "soon" in column "day" \(t.csv, line 2\) is no date'):
        table(tmp_path, content().replace("2023-01-01", "soon"), columns={**BACK, "day": "date"}).spec()


@pytest.mark.parametrize(("how", "width"), [("mean", 1), ("median", 1), ("indicator", 2)])
def test_missing_numbers(tmp_path: Path, how: str, width: int) -> None:
    chosen = {**BACK, "day": "ignore", "city": "ignore"}
    source = table(tmp_path, columns=chosen, missing=how)
    assert source.spec().inputs[0].spec.shape == (2, width)
    samples = source.load()
    fitted = fit(source, samples).only
    assert isinstance(fitted, ColumnsPreparation)
    known = samples.only[samples.parts["train"]][:, 0]
    known = known[~np.isnan(known)]
    gap, five = fitted.apply([fitted.row({}), fitted.row({"size": "5"})])
    stands = (np.median(known) if how == "median" else np.mean(known)) - np.mean(known)
    assert gap[0] == pytest.approx(stands / np.std(known), abs=1e-6)
    assert five[0] == pytest.approx((5 - np.mean(known)) / np.std(known), abs=1e-6)
    assert [gap[1:].tolist(), five[1:].tolist()] == ([[1.0], [0.0]] if how == "indicator" else [[], []])


def test_categories_as_numbers_share_one_embedding(tmp_path: Path) -> None:
    roles = {**BACK, "buyer": "category"}
    source = table(tmp_path, columns=roles, categories="indices")
    vector, words = source.spec().inputs
    assert (vector.name, vector.spec.shape) == ("features", (2, 5))
    assert (words.name, words.kind, str(words.spec.dtype), words.spec.categories) == (
        "categories", "index", "int64", 1 + 3 + 15,
    )  # fmt: skip
    prepared = prepare(source)
    fitted = prepared.preparation.fields["categories"]
    assert isinstance(fitted, IndexPreparation)
    row = fitted.apply(fitted.row({"city": "Oslo", "buyer": "b0"}))
    assert row.tolist() == [[2, 4]]  # Lima 1, Oslo 2, Rome 3, then the buyers
    assert fitted.apply(fitted.row({"city": "Bonn"})).tolist() == [[0, 0]]
    x = prepared.parts["train"].x[1]
    assert x.dtype == torch.int64
    assert (x[:, 0] <= 3).all()
    assert ((x[:, 1] > 3) & (x[:, 1] < 19)).all()


def test_yes_or_no_and_sets_of_labels(tmp_path: Path) -> None:
    source = table(tmp_path, columns={"back": "target_yes_no", "tags": "target_labels", "buyer": "ignore"})
    tags, back = source.spec().targets
    assert (tags.kind, tags.classes, tags.shape) == ("labels", ("new", "red"), (2,))
    assert (back.kind, back.classes, back.shape) == ("binary", ("0", "1"), (1,))
    samples = source.load()
    assert samples.targets["back"][:4].tolist() == [[0.0], [1.0], [0.0], [1.0]]
    assert samples.targets["tags"][:4].tolist() == [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]
    with pytest.raises(Error, match=r'\[T-CLASS\] Column "city" has 3 different values; yes or no needs 2'):
        table(tmp_path, columns={"city": "target_yes_no"}).spec()


def test_labels_of_another_part_that_end_in_a_dot(tmp_path: Path) -> None:
    for name, dot in (("train", ""), ("test", ".")):
        rows = "".join(f"{n},{('low', 'high')[n % 2]}{dot}\n" for n in range(40))
        (tmp_path / f"{name}.csv").write_text(f"x,income\n{rows}")
    source, _problems = parse_source({"source": "table", "path": str(tmp_path)})
    assert isinstance(source, Table)
    samples = source.load()
    assert samples.classes == ("high", "low")
    assert len(samples.parts["test"]) == 40
    assert "end in another dot" in str(samples.notices[0])


def test_balanced_classes_count_alike() -> None:
    torch.manual_seed(0)
    output, y = torch.randn(8, 2), torch.tensor([0, 0, 0, 0, 0, 0, 1, 1])
    found = loss_function(CrossEntropy(class_weights="balanced"), (6, 2))(output, y)
    each = torch.nn.functional.cross_entropy(output, y, reduction="none")
    assert found.item() == pytest.approx(((each[:6].mean() + each[6:].mean()) / 2).item(), rel=1e-5)
    yes = torch.tensor([[0.0]]), torch.tensor([[1.0]])
    plain, heavy = (loss_function(BinaryCrossEntropy(pos_weight=w))(*yes).item() for w in (None, 3.0))
    assert heavy == pytest.approx(3 * plain)


def workbook(path: Path, cells: str) -> None:
    """The smallest Excel file with these rows."""
    kind = "http://schemas.openxmlformats.org/{}/2006/{}"
    main, office = kind.format("spreadsheetml", "main"), kind.format("officeDocument", "relationships")
    links = (
        f'<Relationships xmlns="{kind.format("package", "relationships")}"><Relationship Id="r1" Type="{office}/{{}}"'
    )
    sheets = f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("_rels/.rels", links.format("officeDocument") + ' Target="xl/workbook.xml"/></Relationships>')
        file.writestr("xl/workbook.xml", sheets + "</workbook>")
        target = ' Target="worksheets/sheet1.xml"/></Relationships>'
        file.writestr("xl/_rels/workbook.xml.rels", links.format("worksheet") + target)
        sheet = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        file.writestr("xl/worksheets/sheet1.xml", sheet)


def _row(values: Iterable[object]) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value or ""}</t></is></c>'


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_other_forms_hold_the_same_table(tmp_path: Path, form: str) -> None:
    columns: dict[str, list[object]] = {
        "code": ["007", "NA", "x"], "count": [1, 2, 3], "size": [1.5, None, 3.25], "ok": [True, False, True],
    }  # fmt: skip
    path = tmp_path / f"t.{form}"
    if form == "parquet":
        day = pa.array(
            [datetime.datetime(2024, 5, 31, 18, 30), None, datetime.datetime(2024, 6, 1)], pa.timestamp("ns")
        )
        pq.write_table(pa.table({**columns, "day": day}), path)
    else:
        days = ["2024-05-31 18:30", None, "2024-06-01"]
        rows = [[*columns, "day"], [], *zip(*columns.values(), days, strict=True)]
        workbook(path, "".join(map(_row, rows)))
    found = read_table(path, name=path.name)
    assert found.columns == ("code", "count", "size", "ok", "day")
    assert found.column("code") == ["007", "NA", "x"]
    assert found.column("count") == ["1", "2", "3"]
    assert found.column("size") == ["1.5", "", "3.25"]
    assert found.column("ok") == ["true", "false", "true"]
    known = seconds_of(found.cells[4], "day")
    assert known[[0, 2]].tolist() == [1717180200.0, 1717200000.0]
    assert np.isnan(known[1])
    assert keep_upload(path.name, path.read_bytes()).endswith(f".{form}")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("t.parquet", b"PAR1" + b"x" * 50 + b"PAR1", r'\[T-TYPE\] "t.parquet" is damaged or no Parquet file'),
        ("t.xls", b"\xd0\xcf\x11\xe0" + bytes(600), r'\[T-TYPE\] "t.xls" is no workbook that can be read'),
    ],
)
def test_damaged_workbooks_are_said(tmp_path: Path, name: str, given: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(given)
    with pytest.raises(Error, match=said):
        read_table(tmp_path / name, name=name)


def test_a_sheet_whose_corners_lie_far_apart_takes_no_memory(tmp_path: Path) -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    workbook(tmp_path / "t.xlsx", corners)
    with pytest.raises(Error, match=r'\[T-TYPE\] "t.xlsx" is no workbook that can be read, or too large'):
        read_table(tmp_path / "t.xlsx", name="t.xlsx")


def test_columns_of_lists_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2], "b": [[1], [2, 3]]}), tmp_path / "t.parquet")
    with pytest.raises(Error, match=r'\[T-TYPE\] Column "b" of "t.parquet" holds neither text, numbers nor dates'):
        read_table(tmp_path / "t.parquet", name="t.parquet")


def test_a_group_stays_in_one_part(tmp_path: Path) -> None:
    source = table(tmp_path, columns={"back": "target_yes_no"}, split="group", split_column="buyer")
    samples = source.load()
    assert "buyer" not in {column.name for field in samples.spec.inputs for column in field.columns}
    groups = [{int(at) % 15 for at in samples.parts[part]} for part in PARTS]
    assert all(groups)
    assert sum(map(len, groups)) == 15


def test_the_latest_days_are_the_test(tmp_path: Path) -> None:
    shuffled = content().splitlines()
    text = "\n".join([shuffled[0], *np.random.default_rng(0).permutation(shuffled[1:])])
    samples = table(tmp_path, text, columns=BACK, split="time", split_column="day").load()
    [train, validation, test] = [samples.inputs["features"][samples.parts[part], 0] for part in PARTS]  # type: ignore[call-overload]
    assert train.max() < validation.min() <= validation.max() < test.min()


def test_a_column_that_names_the_part(tmp_path: Path) -> None:
    lines = content().splitlines()
    own = ["part", *(["train"] * 60 + ["val"] * 12 + ["TEST"] * 18)]
    text = "\n".join(f"{line},{part}" for line, part in zip(lines, own, strict=True))
    samples = table(tmp_path, text, columns=BACK, split="given", split_column="part").load()
    assert [len(samples.parts[part]) for part in PARTS] == [60, 12, 18]
    assert samples.parts["test"].tolist() == list(range(72, 90))
    wrong = table(tmp_path, text.replace("TEST", "exam"), columns=BACK, split="given", split_column="part")
    with pytest.raises(Error, match=r'\[T-SPLIT\] "exam" in column "part" names no part. Write train, validation or'):
        wrong.spec()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"split": "group"}, r"\[T-SPLIT\] To split by group, name the column"),
        ({"split": "time", "split_column": "dya"}, r'There is no column "dya" to split by. Did you mean "day"'),
        ({"split": "time", "split_column": "city"}, r'Column "city" holds neither numbers nor dates'),
        ({"split": "group", "split_column": "back"}, r"\[T-SPLIT\] There are too few groups"),
    ],
)
def test_splits_that_cannot_be_are_said(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    with pytest.raises(Error, match=said):
        table(tmp_path, columns={"back": "target_yes_no"}, **settings).spec()


def test_noise_changes_numbers_alone_and_training_alone(tmp_path: Path) -> None:
    source = table(tmp_path, columns=BACK, missing="indicator", augmentation={"noise": 0.5})
    prepared = prepare(source)
    augmenter = prepared.augmenter((0,), (0,))
    assert augmenter is not None
    [(x, _y)] = list(Batches(prepared.parts["train"], 1000, 0, augmenter).epoch(0))
    order = next(iter(Batches(prepared.parts["train"], 1000, 0).epoch(0)))[0][0]
    moved = (x[0] != order).all(0)
    names = ["year", "month", "weekday", "hour", "Lima", "Oslo", "Rome", "size", "size is missing"]
    assert [name for name, own in zip(names, moved.tolist(), strict=True) if own] == [*names[:4], "size"]
    again = next(iter(Batches(prepared.parts["train"], 1000, 0, augmenter).epoch(0)))[0][0]
    assert torch.equal(x[0], again)


def test_rows_are_told_while_they_are_read(tmp_path: Path) -> None:
    told: list[str] = []
    text = "a,label\n" + "".join(f"{n},{n % 2}\n" for n in range(60))
    table(tmp_path, text).load(lambda _share, doing: told.append(doing))
    assert told == ["Reading the table: 60 rows"]


def test_quotes_change_nothing_about_a_plain_table(tmp_path: Path) -> None:
    """Both readers, for text with quotes and without, must agree on cells and lines."""
    plain = "a,b\n1,x\n\n2, y \n"
    quoted = 'a,b\n1,"x"\n\n2," y "\n'
    windows = "a,b\r\n1,x\r\n\r\n2, y \r\n"
    found = []
    for text in (plain, quoted, windows, "a,b\n1,x\n2, y "):
        (tmp_path / "t.csv").write_bytes(text.encode("utf-8-sig"))
        read = read_table(tmp_path / "t.csv", name="t.csv")
        found.append((read.columns, read.rows, read.lines.tolist()))
    assert found[0] == (("a", "b"), [["1", "x"], ["2", " y "]], [2, 4])
    assert found[:2] == [found[0]] * 2
    assert found[2] == found[0]
    assert found[3][2] == [2, 3]


def test_t09_a_word_that_training_did_not_know_is_zeros_at_prediction(tmp_path: Path) -> None:
    source = table(tmp_path, columns={**BACK, "day": "ignore", "size": "ignore"})
    fitted = fit(source, source.load()).only
    assert isinstance(fitted, ColumnsPreparation)
    assert fitted.apply(fitted.row({"city": "Bonn"})).tolist() == [[0.0, 0.0, 0.0]]


def test_t09_one_class_is_refused_before_training(tmp_path: Path) -> None:
    text = "a,label\n" + "".join(f"{n},same\n" for n in range(20))
    with pytest.raises(Error, match=r"\[T-CLASS\]"):
        table(tmp_path, text, columns={"a": "number", "label": "target_category"}).spec()
