"""Recording: everything arrives, also after a full disk, and never more than a few writes a second."""

from pathlib import Path

import pytest

from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training import recording, supervisor
from builder.training.events import EpochEnd, Step
from builder.training.recording import Recorder


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store(workspace)


@pytest.fixture
def folder(store: Store, workspace: Path) -> RunFolder:
    run = store.create(Document(), "t")
    folder = RunFolder(workspace, run.id)
    folder.make(write(Document()))
    folder.open_words()
    store.transition(run.id, "starting", "running")
    return folder


def step(number: int) -> Step:
    return Step(number, 1, 1 / number, {"accuracy": 0.5}, 64)


def limit_pages(store: Store, most: int) -> None:
    with store._engine.connect() as connection:  # the pool gives the same connection again
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


def test_steps_and_epochs_become_series(store: Store, folder: RunFolder) -> None:
    recorder = Recorder(store, folder)
    recorder.take(step(1))
    recorder.take(EpochEnd(1, 1, {"loss": 0.9, "accuracy": 0.4}, {"loss": 0.8, "accuracy": 0.6}, 1000.0))
    recorder.write(epoch=1)
    series = store.history(folder.id).series
    assert {name: (one.step, one.epoch, one.value) for name, one in series.items()} == {
        "train_loss": ([1], [1], [1.0]),
        "train_accuracy": ([1], [1], [0.5]),
        "val_loss": ([1], [1], [0.8]),
        "val_accuracy": ([1], [1], [0.6]),
        "samples_per_second": ([1], [1], [1000.0]),
    }
    assert store.get(folder.id).epoch == 1


def test_a_full_disk_is_told_and_nothing_is_lost(store: Store, folder: RunFolder) -> None:
    recorder = Recorder(store, folder)
    recorder.take(step(1))
    recorder.write()
    limit_pages(store, 1)
    for number in range(2, 5000):
        recorder.take(step(number))
    recorder.write()
    assert recorder.full
    notice = supervisor.notice(store, store.get(folder.id))
    assert str(notice).startswith("[S-DISK] The disk is full")
    limit_pages(store, 1_000_000)
    recorder.write()
    assert not recorder.full
    assert supervisor.notice(store, store.get(folder.id)) is None
    assert store.history(folder.id).series["train_loss"].step == list(range(1, 5000))


def test_what_is_kept_for_a_full_disk_is_bounded(
    store: Store, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MOST_ROWS", 1000)
    recorder = Recorder(store, folder)
    limit_pages(store, 1)
    for number in range(1, 5000):
        recorder.take(step(number))
        if number % 100 == 0:
            recorder.write()
    limit_pages(store, 1_000_000)
    recorder.write()
    kept = store.history(folder.id).series["train_loss"].step
    assert kept[-1] == 4999
    assert len(kept) <= 600


def test_no_progress_for_a_minute_is_told(store: Store, folder: RunFolder) -> None:
    run = store.get(folder.id)
    assert supervisor.notice(store, run) is None
    store.transition(run.id, "running", "running", heartbeat=run.heartbeat - 100)
    assert str(supervisor.notice(store, store.get(run.id))).startswith("[R-HUNG] No progress for 10")
