"""Image sets larger than memory: kept on disk, read a batch at a time, the same in every way as those in memory."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from builder.data.batches import Batches, Streamed, prepare
from builder.data.describe import describe
from builder.data.fields import PARTS
from builder.data.sources import Source, image_cache
from builder.data.stored import Stored
from tests.data.sets import classes_of, folder_of, picture, source_of, zip_of


@pytest.fixture
def streaming(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every set of images were larger than memory."""
    monkeypatch.setattr(image_cache, "MOST_IN_MEMORY", 0)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    files = classes_of("cat", "dog", each=40) | {"cat/bad.png": b"GIF89a"}
    return source_of(source="images", path=folder_of(tmp_path / "set", files), size=12, skip_unreadable=True)


def cache(workspace: Path) -> list[Path]:
    return sorted((workspace / "datasets" / "cache").iterdir())


def test_a_set_on_disk_trains_as_one_in_memory(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    held = prepare(source)
    monkeypatch.setattr(image_cache, "MOST_IN_MEMORY", 0)
    streamed = prepare(source)
    assert isinstance(streamed.samples.only, Stored)
    assert isinstance(streamed.parts["train"].x[0], Streamed)
    assert streamed.preparation == held.preparation
    assert streamed.samples.notices == held.samples.notices
    assert streamed.samples.names == held.samples.names
    for part in PARTS:
        one, other = (Batches(prepared.parts[part], 16, 3) for prepared in (held, streamed))
        for way in ("epoch", "in_order"):
            batches = [[*getattr(each, way)(*([2] if way == "epoch" else []))] for each in (one, other)]
            assert len(batches[0]) == len(batches[1]) > 0
            for (x, y), (x_, y_) in zip(*batches, strict=True):
                assert torch.equal(x[0], x_[0])
                assert torch.equal(y[0], y_[0])


@pytest.mark.usefixtures("streaming")
def test_rows_are_chosen_without_reading_and_read_as_an_array_is(source: Source) -> None:
    samples = source.load()
    rows = samples.only
    assert isinstance(rows, Stored)
    whole = np.asarray(rows)
    assert whole.shape == rows.shape == (80, 12, 12, 3)
    for chosen in (slice(3, 9), np.array([7, 1, 1]), slice(0, 0)):
        assert isinstance(rows[chosen], Stored)
        assert np.array_equal(np.asarray(rows[chosen]), whole[chosen])
    assert np.array_equal(rows[np.arange(20, 40)][5], whole[25])
    train = samples.of("train")["image"]
    assert isinstance(train, Stored)
    assert np.array_equal(np.asarray(train), whole[samples.parts["train"]])
    assert describe(samples, "images")["samples"][0]["size"] == [12, 12]


@pytest.mark.usefixtures("streaming")
def test_what_is_on_disk_is_checked_and_made_again(source: Source, workspace: Path) -> None:
    first = source.load()
    before = np.asarray(first.only)
    (kept,) = cache(workspace)
    heard: list[str] = []
    again = source.load(lambda share, doing: heard.append(doing))
    assert heard == []
    assert (again.fingerprint, again.notices) == (first.fingerprint, first.notices)
    content = kept.read_bytes()
    for damaged in (content[:-100], content[100:], b"", content[:50] + b"?" + content[51:]):
        kept.unlink()
        kept.write_bytes(damaged)
        mended = source.load(lambda share, doing: heard.append(doing))
        assert heard
        assert np.array_equal(np.asarray(mended.only), before)
        heard.clear()
    assert cache(workspace) == [kept]
    assert np.array_equal(np.asarray(first.only), before)  # a file that was deleted meanwhile stays readable


@pytest.mark.usefixtures("streaming")
def test_the_fingerprint_is_of_the_files_and_the_settings(source: Source, tmp_path: Path, workspace: Path) -> None:
    first = source.load()
    moved = source_of(source="images", path=zip_of(tmp_path / "moved.zip", _files(tmp_path / "set")), size=12).load()
    assert moved.fingerprint == first.fingerprint
    assert source.model_copy(update={"fit": "crop"}).load().fingerprint != first.fingerprint
    (tmp_path / "set" / "dog" / "3.png").write_bytes(picture(99))
    assert source.load().fingerprint != first.fingerprint


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.png")}


@pytest.mark.usefixtures("streaming")
def test_whoever_gives_up_leaves_nothing_behind(source: Source, workspace: Path) -> None:
    def give_up(share: float, doing: str) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        source.load(give_up)
    assert cache(workspace) == []
    assert len(source.load()) == 80


@pytest.mark.usefixtures("streaming")
def test_what_a_killed_process_left_is_swept_away(source: Source, workspace: Path) -> None:
    source.load()
    (kept,) = cache(workspace)
    kept.unlink()
    old, young = (kept.with_name(f".{name}.tmp") for name in ("old", "young"))
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1, 1))
    source.load()
    assert cache(workspace) == sorted([kept, young])


def test_a_set_in_memory_needs_no_disk(source: Source, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = source.load()
    (kept,) = cache(workspace)
    kept.unlink()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert source.load().fingerprint == whole.fingerprint
    assert cache(workspace) == []
