"""Images in zips and folders: structure, sizes, bad files, and the cache."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.data.fields import PARTS
from builder.data.sources import Samples
from tests.data.sets import classes_of, folder_of, picture, source_of, zip_of


def load(tmp_path: Path, files: Mapping[str, bytes], **data: object) -> Samples:
    return source_of(source="images", path=zip_of(tmp_path / "set.zip", files), **data).load()


def under(prefix: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {prefix + name: content for name, content in files.items()}


def test_a_folder_a_class(tmp_path: Path) -> None:
    files = classes_of("dog", "cat", "猫头鹰")
    for samples in (load(tmp_path, files), source_of(source="images", path=folder_of(tmp_path / "f", files)).load()):
        assert samples.classes == ("cat", "dog", "猫头鹰")
        assert samples.only.shape == (18, 8, 10, 3)
        assert [name.split("/")[0] for name in samples.names] == [samples.classes[label] for label in samples.labels]
        assert samples.notices == []


@pytest.mark.parametrize("prefix", ["", "my set/", "a/b/"])
def test_own_parts_are_kept_below_any_wrapping(tmp_path: Path, prefix: str) -> None:
    files = under("train/", classes_of("cat", "dog")) | under("Test/", classes_of("cat", "dog", each=2))
    samples = load(tmp_path, under(prefix, files))
    assert samples.classes == ("cat", "dog")
    assert {samples.names[at].removeprefix(prefix).split("/")[0] for at in samples.parts["test"]} == {"Test"}
    assert len(samples.parts["test"]) == 4
    assert len(samples.parts["train"]) + len(samples.parts["validation"]) == 12


def test_an_own_validation_part_is_kept(tmp_path: Path) -> None:
    files = {f"{part}/{name}": c for part in ("train", "val", "test") for name, c in classes_of("a", "b").items()}
    samples = load(tmp_path, files)
    for part, folder in zip(PARTS, ("train", "val", "test"), strict=True):
        assert {samples.names[at].split("/")[0] for at in samples.parts[part]} == {folder}


def test_classes_may_be_called_like_parts(tmp_path: Path) -> None:
    assert load(tmp_path, classes_of("train", "bus")).classes == ("bus", "train")


def test_what_is_no_image_is_left_out_and_said(tmp_path: Path) -> None:
    files = classes_of("cat", "dog") | {
        "README.md": b"#",
        "cat/bad.png": picture(1)[:60],
        "cat/page.jpg": b"<html>",
        "loose.png": picture(2),
    }
    samples = load(tmp_path, files)
    assert len(samples.labels) == 12
    said = [str(notice) for notice in samples.notices]
    assert said[0] == "[I-TYPE] Files that are no images in a class's folder were left out: 2."
    assert '"cat/bad.png" is cut off or damaged' in said[1]
    assert said[1].endswith("It was left out.")
    assert said[2].startswith("[I-TYPE] This is not a PNG")
    assert not any("bad" in name for name in samples.names)


def test_many_bad_images_are_counted(tmp_path: Path) -> None:
    files = classes_of("cat", "dog") | {f"cat/{n}x.png": b"" for n in range(50)}
    notices = load(tmp_path, files, validation=0.5).notices
    assert len(notices) == 21
    assert notices[-1].message == "and 30 more"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, r"\[T-CLASS\] \"set.zip\" holds no images"),
        ({"a.png": b"", "b.png": b""}, r"\[T-CLASS\] Too few samples: nothing is left for the"),
        ({"cat/a.txt": b"x"}, r"\[T-CLASS\] \"set.zip\" holds no images"),
        (
            under("train/", classes_of("cat")) | under("test/", classes_of("cat")),
            r"\[T-CLASS\] Only one class .*\"cat\"",
        ),
        (classes_of("cat") | {"dog/a.png": picture(1)}, r"\[T-CLASS\] \"dog\" has 1 in the training part; at least 2"),
        (classes_of("cat", "dog", each=2), r"\[T-CLASS\] Too few samples: nothing is left for the"),
        ({f"{name}/{n}.png": b"" for name in "ab" for n in range(5)}, r"\[I-BAD\] .*could not be read"),
        ({"cat/a.png": picture(1), "../b.png": b""}, r"\[Z-PATH\]"),
    ],
    ids=["empty", "loose", "text", "one", "rare", "few", "bad", "unsafe"],
)
def test_what_cannot_be_learned_from_is_said(tmp_path: Path, files: Mapping[str, bytes], sentence: str) -> None:
    with pytest.raises(Error, match=sentence):
        load(tmp_path, files)


def test_a_class_of_which_nothing_can_be_read(tmp_path: Path) -> None:
    files = classes_of("cat") | {f"dog/{n}.png": b"" for n in range(6)}
    with pytest.raises(Error, match=r"\[T-CLASS\] \"dog\" has 0 in the training part"):
        load(tmp_path, files)


def test_default_sizes(tmp_path: Path) -> None:
    def shape(**pictures: bytes) -> tuple[int, ...]:
        files = {f"{name}/{n}.png": content for n in range(4) for name, content in pictures.items()}
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
        return source_of(source="images", path=zip_of(path, files)).spec().inputs[0].spec.shape[1:]

    assert shape(a=picture(1, (12, 9)), b=picture(2, (12, 9))) == (3, 9, 12)
    assert shape(a=picture(1, (12, 9)), b=picture(2, (9, 12))) == (3, 64, 64)
    assert shape(a=picture(1, (300, 200)), b=picture(2, (300, 200))) == (3, 64, 64)
    assert shape(a=picture(1, mode="L"), b=picture(2, mode="L")) == (1, 8, 10)
    assert shape(a=picture(1, mode="L"), b=picture(2)) == (3, 8, 10)


def test_size_and_mode(tmp_path: Path) -> None:
    samples = load(tmp_path, classes_of("cat", "dog"), size=16, mode="grey")
    assert samples.only.shape == (12, 16, 16, 1)


def test_too_much_for_the_disk_is_said_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=3_000_000_000))
    path = zip_of(tmp_path / "set.zip", {f"{c}/{n}.png": picture(1, (1, 1)) for c in "ab" for n in range(1300)})
    with pytest.raises(Error, match=r"\[L-DISK\] 2,600 images of 1024 x 1024 pixels need 8.7 GB on disk; 3.0 GB is"):
        source_of(source="images", path=path, size=1024, mode="colour").load()


def test_a_second_load_comes_from_disk_and_a_change_is_noticed(tmp_path: Path, workspace: Path) -> None:
    files = classes_of("cat", "dog") | {"cat/bad.png": b"GIF89a"}
    first = load(tmp_path, files)
    (kept,) = (workspace / "datasets" / "cache").glob("*.rows")
    heard: list[str] = []
    again = source_of(source="images", path=str(tmp_path / "set.zip")).load(lambda share, doing: heard.append(doing))
    assert heard == []
    assert again.fingerprint == first.fingerprint
    assert again.notices == first.notices
    assert again.names == first.names
    kept.write_bytes(kept.read_bytes()[:100])
    assert source_of(source="images", path=str(tmp_path / "set.zip")).load().fingerprint == first.fingerprint
    assert load(tmp_path, files | {"cat/0.png": picture(77)}).fingerprint != first.fingerprint


def test_a_file_replaced_inside_a_folder_is_noticed(tmp_path: Path) -> None:
    path = folder_of(tmp_path / "set", classes_of("cat", "dog"))
    first = source_of(source="images", path=path).load()
    folder_of(tmp_path / "set", {"cat/0.png": picture(77, (10, 8))})
    assert source_of(source="images", path=path).load().fingerprint != first.fingerprint


def test_a_class_that_joins_a_folder_is_noticed_by_the_spec(tmp_path: Path) -> None:
    source = source_of(source="images", path=folder_of(tmp_path / "set", classes_of("cat", "dog")))
    assert source.spec() == source.spec()
    assert source.spec().target.classes == ("cat", "dog")
    folder_of(tmp_path / "set", classes_of("cow"))
    assert source.spec().target.classes == ("cat", "cow", "dog")
    (tmp_path / "set" / "cow").rename(tmp_path / "set" / "hen")
    assert source.spec().target.classes == ("cat", "dog", "hen")


def test_no_more_than_a_few_decoded_sets_are_kept(tmp_path: Path, workspace: Path) -> None:
    path = zip_of(tmp_path / "set.zip", classes_of("cat", "dog"))
    for size in range(1, 14):
        source_of(source="images", path=path, size=size).load()
    assert len(list((workspace / "datasets" / "cache").iterdir())) == 8


NAMES = st.text(min_size=1, max_size=80).filter(lambda name: not set(name) & {"\0", "\ud800"})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_p01_any_names_give_classes_or_a_sentence_and_no_file(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "set.zip"
    path.unlink(missing_ok=True)
    before = {entry for entry in tmp_path.iterdir() if entry != tmp_path / "home"}
    said = "[T-CLASS]"
    try:
        files = {f"{name}/{n}.png": picture(n) for name in names for n in range(4)}
        samples = load(tmp_path, files)
        assert all(isinstance(name, str) for name in samples.classes)
    except UnicodeEncodeError:
        pass  # zipfile cannot write such a name
    except Error as error:
        said = str(error)
    assert said.startswith(("[Z-PATH]", "[T-CLASS]", "[Z-TYPE]", "[Z-SIZE]"))
    assert str(tmp_path) not in said
    assert {entry for entry in tmp_path.iterdir() if entry != tmp_path / "home"} - {path} == before


def test_real_cifar_images(datasets: Path) -> None:
    source = source_of(source="images", path="cifar10_12k_png.zip")
    assert str(source.spec().inputs[0].spec) == "3x32x32"
    heard: list[float] = []
    samples = source.load(lambda share, doing: heard.append(share))
    assert [len(samples.parts[part]) for part in PARTS] == [9_000, 1_000, 2_000]
    assert all(samples.names[at].startswith("test/") for at in samples.parts["test"])
    assert np.bincount(samples.labels[samples.parts["train"]]).tolist() == [900] * 10
    assert heard == sorted(heard)
    assert heard[-1] > 0.95
