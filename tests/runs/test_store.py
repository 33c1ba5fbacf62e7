"""The store: nothing is lost, nothing is seen twice, and names are text alone."""

import random
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builder.core.errors import Error, Problem
from builder.core.ids import new_id
from builder.graph.document import Document
from builder.runs.folder import RunFolder
from builder.runs.store import Checkpoint, Run, Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store(workspace)


@pytest.fixture
def run(store: Store) -> Run:
    return store.create(Document(title="t"), "first")


def points(store: Store, id: str, name: str = "train_loss", after: int = 0) -> list[tuple[int, float]]:
    series = store.history(id, after).series.get(name)
    return list(zip(series.step, series.value, strict=True)) if series else []


NASTY = [
    "../x",
    "a/b",
    "\0",
    "CON",
    "x" * 10_000,
    "\N{PILE OF POO}",
    "-rf",
    ".hidden",
    "<img src=x onerror=alert(1)>",
    "",
]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text() | st.sampled_from(NASTY))
@example(name="\ud800")
def test_names_are_text_and_nothing_else(store: Store, workspace: Path, name: str) -> None:
    run = store.create(Document(), name)
    shown = name.encode("utf-8", "replace").decode()  # only halves of surrogate pairs cannot be kept
    assert store.get(run.id).name == shown
    store.rename(run.id, name + "!")
    assert store.get(run.id).name == shown + "!"
    folder = RunFolder(workspace, run.id)
    folder.make(b"{}")
    assert folder.path == workspace / "runs" / run.id
    assert {path.name for path in workspace.iterdir()} <= {
        "runs",
        *(f"store.sqlite3{end}" for end in ("", "-wal", "-shm")),
    }


@pytest.mark.parametrize(
    "id",
    [
        "",
        "../../etc",
        "x" * 36,
        "3f2b7c1e-5a94-4d0b-9e6f-8c21d7a04b55",
        "\ud800",
        "00000000-0000-0000-0000-000000000000\n",
    ],
)
def test_an_unknown_run_is_refused_without_an_echo(store: Store, run: Run, id: str) -> None:
    asked = [
        store.get,
        store.delete,
        store.history,
        store.checkpoints,
        lambda id: store.rename(id, "x"),
        lambda id: store.ask(id, "stop"),
        lambda id: store.record(id, [("train_loss", 1, 1, 0.5)]),
        lambda id: store.transition(id, "starting", "running"),
        lambda id: store.forget_after(id, 0),
        lambda id: store.register(id, []),
    ]
    for ask in asked:
        with pytest.raises(Error, match=r"^\[P-NONE\] No such run\.$"):
            ask(id)
    assert store.list() == (run,)


def test_a_folder_is_made_from_ids_alone(workspace: Path) -> None:
    with pytest.raises(Error, match=r"^\[P-NONE\] No such run\.$"):
        RunFolder(workspace, "../elsewhere")


def test_a_folder_that_is_a_link_is_not_opened(workspace: Path, tmp_path: Path) -> None:
    id = new_id()
    (tmp_path / "secret").mkdir()
    (workspace / "runs").mkdir(parents=True)
    (workspace / "runs" / id).symlink_to(tmp_path / "secret")
    with pytest.raises(Error, match="P-LINK"):
        RunFolder(workspace, id)


def test_a_file_that_is_a_link_is_not_read(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = RunFolder(workspace, new_id())
    folder.make(b"{}")
    (folder.path / "preparation.json").symlink_to(tmp_path / "secret")
    with pytest.raises(Error, match="P-LINK"):
        folder.read("preparation.json")


def test_a_cursor_brings_only_what_is_new(store: Store, run: Run) -> None:
    store.record(run.id, [("train_loss", step, 1, step / 10) for step in (1, 2, 3)])
    first = store.history(run.id)
    assert points(store, run.id) == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert store.history(run.id, first.next).series == {}
    store.record(run.id, [("train_loss", 4, 1, 0.4), ("val_loss", 4, 1, 0.5)])
    assert points(store, run.id, after=first.next) == [(4, 0.4)]
    assert points(store, run.id, "val_loss", after=first.next) == [(4, 0.5)]


def test_a_replayed_step_replaces_itself_and_is_told_again(store: Store, run: Run) -> None:
    store.record(run.id, [("train_loss", step, 1, 1.0) for step in (1, 2, 3)])
    cursor = store.history(run.id).next
    store.record(run.id, [("train_loss", 2, 1, 7.0)])
    assert points(store, run.id, after=cursor) == [(2, 7.0)]
    assert sorted(points(store, run.id)) == [(1, 1.0), (2, 7.0), (3, 1.0)]


def test_going_back_to_a_checkpoint_is_a_new_attempt(store: Store, run: Run) -> None:
    store.record(run.id, [("train_loss", step, 1, 1.0) for step in range(1, 11)])
    cursor = store.history(run.id).next
    store.forget_after(run.id, 6)
    assert [step for step, _ in points(store, run.id)] == list(range(1, 7))
    assert store.history(run.id, cursor).attempt == run.attempt + 1
    store.record(run.id, [("train_loss", 7, 1, 2.0)])
    assert points(store, run.id, after=cursor) == [(7, 2.0)]  # a cursor is never used again


def test_only_one_of_many_wins_a_transition(store: Store, run: Run) -> None:
    won: list[bool] = []
    barrier = threading.Barrier(8)

    def attempt() -> None:
        barrier.wait()
        won.append(store.transition(run.id, "starting", "running"))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_newer_command_is_not_cleared_by_the_answer_to_an_older(store: Store, run: Run) -> None:
    store.ask(run.id, "pause")
    store.ask(run.id, "stop")
    store.transition(run.id, "starting", "paused", answered="pause")
    assert store.get(run.id).command == "stop"
    store.transition(run.id, "paused", "stopped", answered="stop")
    assert store.get(run.id).command is None


def test_asking_twice_keeps_the_time_of_the_first(store: Store, run: Run) -> None:
    store.ask(run.id, "stop")
    first = store.get(run.id).asked_at
    store.ask(run.id, "stop")
    assert store.get(run.id).asked_at == first is not None


def test_seconds_are_summed_and_never_run_back(store: Store, run: Run) -> None:
    for spent in (1.5, -86_400.0, 2.0):
        store.record(run.id, [], spent=spent)
    assert store.get(run.id).seconds == 3.5


def test_progress_and_problem_come_back(store: Store, run: Run) -> None:
    store.record(run.id, [], epoch=2, step=40, samples_per_second=10.0, best_metric="val_accuracy", best_value=0.5)
    problem = Problem("R-LOST", "Gone.")
    store.transition(run.id, "starting", "interrupted", problem=problem, metrics={"test_accuracy": 0.9})
    found = store.get(run.id)
    assert (found.epoch, found.step, found.problem, found.metrics) == (2, 40, problem, {"test_accuracy": 0.9})
    assert found.resumable
    assert not found.active


def test_a_training_run_is_not_deleted(store: Store, run: Run) -> None:
    with pytest.raises(Error, match=r"^\[R-ACTIVE\] .*Stop it first"):
        store.delete(run.id)
    store.transition(run.id, "starting", "stopped")
    store.register(run.id, [Checkpoint("f", 1, 1, "0")])
    store.record(run.id, [("train_loss", 1, 1, 0.5)])
    store.delete(run.id)
    assert store.list() == ()
    with sqlite3.connect(store.home / "store.sqlite3") as file:
        assert [
            file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("metrics", "checkpoints")
        ] == [0, 0]


def test_runs_are_listed_newest_first(store: Store) -> None:
    made = [store.create(Document(), str(number)).id for number in range(3)]
    assert [run.id for run in store.list()] == made[::-1]
    store.transition(made[1], "starting", "finished")
    assert [run.id for run in store.list(("finished",))] == [made[1]]


def test_a_store_of_a_newer_version_is_left_alone(workspace: Path) -> None:
    Store(workspace).close()
    with sqlite3.connect(workspace / "store.sqlite3") as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(Error, match=r"^\[S-VERSION\] .*newer version \(99\)"):
        Store(workspace)


def test_a_damaged_store_is_named(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / "store.sqlite3").write_bytes(random.Random(0).randbytes(8192))
    with pytest.raises(Error, match=r"^\[S-DAMAGED\]"):
        Store(workspace)


def test_a_full_disk_is_named_and_loses_nothing(store: Store, run: Run) -> None:
    store.record(run.id, [("train_loss", 1, 1, 0.5)])
    with store._engine.connect() as connection:  # the pool gives the same connection again
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    many = [("train_loss", step, 1, 0.5) for step in range(2, 5000)]
    with pytest.raises(Error, match=r"^\[S-DISK\] The disk is full"):
        store.record(run.id, many)
    assert len(points(store, run.id)) == 1
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    store.record(run.id, many)
    assert len(points(store, run.id)) == 4999


WRITE_MANY = """
import sys
from pathlib import Path
from builder.runs.store import Store

home, id, name, times = sys.argv[1:]
store = Store(Path(home))
for step in range(int(times)):
    store.record(id, [(name, step, 1, float(step))], spent=1.0)
"""


def test_many_processes_write_at_once(store: Store, run: Run) -> None:
    command = [sys.executable, "-c", WRITE_MANY, str(store.home), run.id]
    writers = [subprocess.Popen([*command, f"m{n}", "200"], cwd=ROOT) for n in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    series = store.history(run.id).series
    assert {name: one.step for name, one in series.items()} == {f"m{n}": list(range(200)) for n in range(4)}
    assert store.get(run.id).seconds == 800


def test_a_history_of_the_version_before_is_carried_over(workspace: Path) -> None:
    store = Store(workspace)
    run = store.create(Document(), "kept")
    store.close()
    with sqlite3.connect(workspace / "store.sqlite3") as connection:
        for statement in (
            "ALTER TABLE runs DROP COLUMN best_metric",
            "ALTER TABLE runs RENAME COLUMN best_value TO best_val_accuracy",
            "UPDATE runs SET best_val_accuracy = 0.75",
            "ALTER TABLE checkpoints ADD COLUMN val_accuracy FLOAT",
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
    again = Store(workspace)
    found = again.get(run.id)
    assert (found.best_metric, found.best_value, found.best_val_accuracy) == ("val_accuracy", 0.75, 0.75)
    again.register(run.id, [Checkpoint("f", 1, 1, "0")])
    assert [known.file for known in Store(workspace).checkpoints(run.id)] == ["f"]
    again.close()
