"""Images whose labels stand in a table, and images without labels."""

from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.describe import describe
from builder.data.fields import PARTS
from builder.data.sources import Samples
from tests.data.sets import folder_of, picture, source_of, zip_of


def pictures(number: int = 20, folder: str = "") -> dict[str, bytes]:
    return {f"{folder}{at:02}.png": picture(at) for at in range(number)}


def load(tmp_path: Path, files: dict[str, bytes], **data: object) -> Samples:
    return source_of(source="images", path=zip_of(tmp_path / "set.zip", files), **data).load()


def table(*rows: str) -> bytes:
    return "\n".join(rows).encode()


@pytest.mark.parametrize("cell", ["img/{:02}.png", "{:02}.png", "{:02}", "./img/{:02}.png", "img\\{:02}.png"])
def test_a_table_names_files_as_people_do(tmp_path: Path, cell: str) -> None:
    rows = [f"{cell.format(at)},{'cat' if at % 2 else 'dog'}" for at in range(20)]
    files = pictures(folder="img/") | {"labels.csv": table("file,species", *rows)}
    for path in (zip_of(tmp_path / "set.zip", files), folder_of(tmp_path / "set", files)):
        samples = source_of(source="images", path=path).load()
        assert samples.spec.target.name == "species"
        assert samples.classes == ("cat", "dog")
        assert [int(name[4:6]) % 2 for name in samples.names] == [1 - label for label in samples.labels.tolist()]
        assert samples.notices == []


def test_rows_and_files_without_each_other_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{at % 2}" for at in range(16)] + ["99.png,1", "16.png,"]
    samples = load(tmp_path, pictures() | {"labels.csv": table("name,label", *rows)})
    assert len(samples) == 16
    assert [str(notice) for notice in samples.notices] == [
        "[I-TYPE] Files of which nothing is known were left out: 4.",
        "[T-ROW] Rows of the table whose image is not there were left out: 1.",
    ]


def test_labels_that_are_numbers_are_predicted_as_numbers(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{at * 1.5}" for at in range(20)]
    files = pictures() | {"ages.csv": table("file,age", *rows)}
    samples = load(tmp_path, files)
    target = samples.spec.target
    assert (target.kind, target.columns, target.name) == ("number", ("age",), "age")
    assert samples.targets["age"].dtype == np.float32
    assert samples.targets["age"][:, 0].tolist() == [at * 1.5 for at in range(20)]
    described = describe(samples, "images")
    assert described["targets"][0]["columns"]["age"]["least"] >= 0
    with pytest.raises(Error, match=r"\[T-CLASS\] .* has 1 in the training part|Too few"):
        load(tmp_path, files, label_kind="category")


def test_few_whole_numbers_are_classes_unless_they_are_called_numbers(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{at % 3}" for at in range(20)]
    files = pictures() | {"labels.csv": table("file,stars", *rows)}
    assert load(tmp_path, files).classes == ("0", "1", "2")
    assert load(tmp_path, files, label_kind="number").spec.target.kind == "number"


def test_a_word_among_numbers_is_named(tmp_path: Path) -> None:
    files = pictures() | {"a.csv": table("file,age", *[f"{at:02}.png,{'old' if at == 3 else at}" for at in range(20)])}
    with pytest.raises(Error, match=r'\[T-NUMBER\] "old" in column "age" is not a number') as caught:
        load(tmp_path, files, label_kind="number")
    assert caught.value.problems[0].fix is not None


def test_a_column_or_the_name_of_a_table_tells_the_part(tmp_path: Path) -> None:
    words = ["train"] * 12 + ["val"] * 4 + ["test"] * 4
    rows = [f"{words[at]},{at:02}.png,{at % 2}" for at in range(20)]
    samples = load(tmp_path, pictures() | {"all.csv": table("split,file,label", *rows)})
    assert [samples.parts[part].tolist() for part in PARTS] == [[*range(12)], [*range(12, 16)], [*range(16, 20)]]
    tables = {
        f"{name}.csv": table("file,label", *[f"{at:02}.png,{at % 2}" for at in range(20) if words[at] == name])
        for name in set(words)
    }
    again = load(tmp_path, pictures() | tables)
    assert all(np.array_equal(again.parts[part], samples.parts[part]) for part in PARTS)


def test_settings_name_the_columns(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{(at + 1) % 20:02}.png,{at % 2},{at % 4}" for at in range(20)]
    files = pictures() | {"all.csv": table("front,back,label,kind", *rows)}
    guessed = load(tmp_path, files)
    named = load(tmp_path, files, file_column="back", label_column="kind")
    assert guessed.labels[3] == 1
    assert named.labels[3] == 2  # of 02.png's row
    with pytest.raises(Error, match=r'\[T-ROLE\] The table has no column "kinds"; it has "front"') as caught:
        load(tmp_path, files, label_column="kinds")
    assert caught.value.problems[0].fix is not None
    with pytest.raises(Error, match=r'\[T-ROLE\] No table here has a column "bock" that names images'):
        load(tmp_path, files, file_column="bock")


def test_folders_win_where_they_are_asked_for(tmp_path: Path) -> None:
    files = {f"{'ab'[at % 2]}/{at}.png": picture(at) for at in range(20)}
    files |= {"more.csv": table("file,label", *[f"{at}.png,x{at % 4}" for at in range(20)])}
    assert load(tmp_path, files).classes == ("x0", "x1", "x2", "x3")
    assert load(tmp_path, files, labels="folders").classes == ("a", "b")
    assert load(tmp_path, files, labels="none").spec.targets == ()
    without = {name: content for name, content in files.items() if name != "more.csv"}
    with pytest.raises(Error, match=r'\[T-CLASS\] "set.zip" holds no table that names its images'):
        load(tmp_path, without, labels="table")
    with pytest.raises(Error, match=r"\[T-CLASS\] .* holds no folders of images"):
        load(tmp_path, pictures(), labels="folders")


def test_images_without_labels_are_a_set_of_their_own(tmp_path: Path) -> None:
    samples = load(tmp_path, pictures() | {"notes.csv": table("a,b", "1,2")})
    assert samples.spec.targets == ()
    assert samples.targets == {}
    assert samples.classes == ()
    assert len(samples) == 20
    assert sorted(np.concatenate([samples.parts[part] for part in PARTS]).tolist()) == [*range(20)]
    described = describe(samples, "images")
    assert described["target"] is None
    assert described["parts"]["train"]["count"] == len(samples.parts["train"])


def test_parts_without_labels_are_kept(tmp_path: Path) -> None:
    files = pictures(12, "train/") | {f"test/{at}.png": picture(at) for at in range(4)}
    samples = load(tmp_path, files)
    assert samples.spec.targets == ()
    assert {samples.names[at][:4] for at in samples.parts["test"]} == {"test"}


def test_a_table_that_changes_in_a_folder_is_noticed_by_the_spec(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{'ab'[at % 2]}" for at in range(20)]
    source = source_of(source="images", path=folder_of(tmp_path / "set", pictures() | {"t.csv": table("f,y", *rows)}))
    assert source.spec().target.classes == ("a", "b")
    (tmp_path / "set" / "t.csv").write_bytes(table("f,y", *[row.replace(",b", ",c") for row in rows]))
    assert source.spec().target.classes == ("a", "c")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,a\n1,2\n", b"file,label\n00.png\n"])
def test_a_table_that_cannot_be_read_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Error, match=r"\[T-(ROW|ENC|NUL)\]"):
        load(tmp_path, pictures() | {"labels.csv": content})


def test_several_labels_of_an_image(tmp_path: Path) -> None:
    words = ["red", "red; round", "round;big", ""]
    rows = [f"{at:02}.png,{words[at % 3]}" for at in range(18)]
    samples = load(tmp_path, pictures() | {"all.csv": table("file,tags", *rows)})
    target = samples.spec.target
    assert (target.kind, target.classes) == ("labels", ("big", "red", "round"))
    assert samples.targets["tags"][:3].tolist() == [[0, 1, 0], [0, 1, 1], [1, 0, 1]]
    with pytest.raises(Error, match=r"\[G-LOSS\] mixup and cutmix mix classes, and \"tags\" is none"):
        source_of(source="images", path=str(tmp_path / "set.zip"), augmentation={"mixup": 0.2}).spec()


def test_groups_are_never_torn_apart(tmp_path: Path) -> None:
    rows = [f"{at:02}.png,{at % 2},p{at // 4}" for at in range(40)]
    samples = load(tmp_path, pictures(40) | {"all.csv": table("file,label,patient", *rows)})
    patients = [{int(samples.names[at][:2]) // 4 for at in samples.parts[part]} for part in PARTS]
    assert sum(map(len, patients)) == len(set().union(*patients)) == 10
    free = load(tmp_path, pictures(40) | {"all.csv": table("file,label,colour", *rows)})
    groups = [{int(free.names[at][:2]) // 4 for at in free.parts[part]} for part in PARTS]
    assert sum(map(len, groups)) > 10
    named = source_of(source="images", path=str(tmp_path / "set.zip"), group_column="colour").load()
    assert all(np.array_equal(named.parts[part], samples.parts[part]) for part in PARTS)
