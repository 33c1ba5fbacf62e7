"""Tables of labelled text: columns, labels, parts; row T09; the real sets."""

from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.data.fields import PARTS
from builder.data.sources import Samples
from builder.data.sources.text_table import TextTable
from tests.data.sets import source_of


def load(tmp_path: Path, content: str | bytes, name: str = "t.csv", **data: object) -> Samples:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return source_of(source="text-table", path=str(path), **data).load()


def rows(*labels: str, each: int = 6) -> str:
    return "".join(f"a text about {label} {n},{label}\n" for n in range(each) for label in labels)


def test_columns_are_found_by_name_or_content(tmp_path: Path) -> None:
    for header in ("review,label", "文本,标签", "x,kind", "Text,Sentiment"):
        samples = load(tmp_path, f"{header}\n" + rows("b", "a"))
        assert samples.classes == ("a", "b")
        assert samples.only[0] == "a text about b 0"
        assert samples.names[0] == "t.csv, line 2"


def test_columns_can_be_named(tmp_path: Path) -> None:
    table = "text,label,topic\n" + "".join(f"t{n},{n % 3},{'uv'[n % 2]}\n" for n in range(30))
    assert load(tmp_path, table, label_column="topic").classes == ("u", "v")
    assert load(tmp_path, table, text_column="topic").only[0] == "u"
    with pytest.raises(Error, match=r'\[T-ROW\] There is no column "topik". Did you mean "topic"\?'):
        load(tmp_path, table, label_column="topik")
    with pytest.raises(Error, match=r"\[T-ROW\] Text and label are the same column. Choose two."):
        load(tmp_path, table, label_column="topic", text_column="topic")


def test_one_column_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r'\[T-ROW\] The table has one column, "text"'):
        load(tmp_path, "text\ngood\nbad\n")


def test_without_a_header(tmp_path: Path) -> None:
    samples = load(tmp_path, rows("1", "0").replace(",", "\t"), "t.tsv", header=False)
    assert samples.classes == ("0", "1")
    assert len(samples.labels) == 12


def test_labels_stay_text_and_numbers_are_ordered(tmp_path: Path) -> None:
    assert load(tmp_path, "text,label\n" + rows("NA", "null", "007")).classes == ("007", "NA", "null")
    assert load(tmp_path, "text,label\n" + rows("10", "9", "-1")).classes == ("-1", "9", "10")


def test_rows_without_text_or_label_are_left_out_and_said(tmp_path: Path) -> None:
    samples = load(tmp_path, "text,label\n ,a\nlost,\n" + rows("a", "b"))
    assert len(samples.labels) == 12
    assert [str(notice) for notice in samples.notices] == ["[T-ROW] Rows without text or label were left out: 2."]


def test_t09_one_class(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r'\[T-CLASS\] Only one class was found: "cat"'):
        load(tmp_path, "text,label\n" + rows("cat"))


def test_t09_a_class_with_one_row(tmp_path: Path) -> None:
    table = "text,label\n" + rows("cat", "cow") + "woof,dog\n"
    with pytest.raises(Error, match=r'\[T-CLASS\] "dog" has 1 row; at least 2 are needed') as raised:
        load(tmp_path, table)
    fix = raised.value.problems[0].fix
    assert fix is not None
    assert fix.edits == ({"op": "set_data", "values": {"drop_rare": True}},)
    samples = load(tmp_path, table, drop_rare=True)
    assert samples.classes == ("cat", "cow")
    assert str(samples.notices[0]) == '[T-CLASS] Classes with fewer than 2 rows were left out: "dog".'
    assert "woof" not in samples.only


def test_t09_one_row_of_each_class(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r"\[T-CLASS\] .* has 1 row; at least 2 are needed") as raised:
        load(tmp_path, "text,label\n" + "".join(f"t{n},c{n}\n" for n in range(30)))
    assert str(raised.value).endswith("and 10 more")


def test_t09_a_label_that_only_the_test_part_has(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "train.csv").write_text("text,label\n" + rows("a", "b"))
    (folder / "test.csv").write_text("text,label\n" + rows("a", "c"))
    with pytest.raises(Error, match=r'\[T-CLASS\] "c" has 0 row'):
        TextTable(path=str(folder)).load()
    assert len(TextTable(path=str(folder), drop_rare=True).load().parts["test"]) == 6


def test_a_column_of_texts_is_no_label(tmp_path: Path) -> None:
    table = "text,label\n" + "".join(f"t{n},c{n}\n" for n in range(1001))
    with pytest.raises(Error, match=r"\[T-CLASS\] The label column has 1,001 different values; the most is 1,000"):
        load(tmp_path, table)


def test_a_folder_with_parts(tmp_path: Path) -> None:
    for name in ("train", "dev", "test"):
        (tmp_path / f"{name}.tsv").write_text(rows("0", "1").replace(",", "\t"))
    samples = TextTable(path=str(tmp_path), header=False).load()
    for part, name in zip(PARTS, ("train", "dev", "test"), strict=True):
        assert {samples.names[at].split(",")[0] for at in samples.parts[part]} == {f"{name}.tsv"}


def test_a_folder_without_a_training_file(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(Error, match=r'\[P-NONE\] "set" holds no train.csv or train.tsv'):
        TextTable(path=str(tmp_path / "set")).spec()


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    assert load(tmp_path, "text,label\n" + rows("a", "b")).classes == ("a", "b")
    assert load(tmp_path, "text,label\n" + rows("c", "ddd")).classes == ("c", "ddd")


def test_a_chosen_encoding(tmp_path: Path) -> None:
    table = ("text,label\n" + rows("好", "坏") + "房间很大早餐不错,好\n").encode("gbk")
    with pytest.raises(Error, match=r"\[T-ENC\] Not UTF-8. It looks like GBK"):
        load(tmp_path, table)
    assert load(tmp_path, table, encoding="gbk").classes == ("坏", "好")


def test_the_spec_is_known_before_anything_is_fitted(tmp_path: Path) -> None:
    load(tmp_path, "text,label\n" + rows("a", "b"))
    source = source_of(source="text-table", path=str(tmp_path / "t.csv"), max_length=9, vocabulary_size=50)
    spec = source.spec()
    assert spec.inputs[0].spec.shape == (2, 9)
    assert spec.inputs[0].spec.categories == 50
    assert spec.target.classes == ("a", "b")


def test_real_sst2(datasets: Path) -> None:
    samples = TextTable(path="sst2", header=False).load()
    assert [len(samples.parts[part]) for part in PARTS] == [6920, 872, 1821]
    assert samples.classes == ("0", "1")
    assert samples.only[samples.parts["test"][0]] == "no movement , no yuks , not much of anything"
    alone = TextTable(path="sst2/train.tsv", header=False).load()
    assert len(alone.labels) == 6920


def test_real_hotel_reviews(datasets: Path) -> None:
    samples = TextTable(path="ChnSentiCorp_htl_all.csv", test=0.15).load()
    assert len(samples.labels) == 7765
    assert str(samples.notices[0]) == "[T-ROW] Rows without text or label were left out: 1."
    share = [samples.labels[samples.parts[part]].mean() for part in PARTS]
    assert max(share) - min(share) < 0.002


def test_real_headlines(datasets: Path) -> None:
    with pytest.raises(Error, match=r'\[T-CLASS\] "stock" has 1 row; at least 2 are needed'):
        TextTable(path="toutiao_zh_topic/train.csv").spec()
    with pytest.raises(Error, match=r'\[T-CLASS\] "stock" has 1 row'):
        TextTable(path="toutiao_zh_topic").spec()
    samples = TextTable(path="toutiao_zh_topic", drop_rare=True).load()
    assert len(samples.classes) == 14
    assert len(samples.parts["train"]) == 4999
    assert "\n" not in samples.only[0]
