"""Runs in processes of their own, and everything that kills them."""

import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import safetensors.torch
import torch

from builder.core.errors import Error
from builder.core.files import sha256
from builder.graph.document import Document, write
from builder.runs.folder import STARTED, RunFolder
from builder.runs.store import ACTIVE, Run, Store
from builder.training import autopsy, checkpoint, supervisor
from tests.training.networks import cnn, exploding

LONG = 100_000  # epochs; such a run ends only when a test ends it


@pytest.fixture
def store(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    # on a busy machine two threads mostly wait for each other; one test below takes all
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    store = Store(workspace)
    yield store
    for run in store.list(ACTIVE):
        if pid := RunFolder(store.home, run.id).holder():
            os.killpg(pid, signal.SIGKILL)
    supervisor.reap(store)


def until(store: Store, id: str, holds: Callable[[Run], Any], seconds: float = 60.0) -> Run:
    """Wait for something to be true of a run."""
    end = time.monotonic() + seconds
    while not holds(run := store.get(id)):
        assert time.monotonic() < end, f"waited in vain: {run.status} {run.problem} {log(store, id)}"
        supervisor.reap(store)
        time.sleep(0.05)
    return run


def ended(run: Run) -> bool:
    return not run.active


def log(store: Store, id: str) -> str:
    return RunFolder(store.home, id).last_log()


def training(store: Store, document: Document, steps: int = 1) -> Run:
    """A run that has begun to train."""
    run = supervisor.start(store, document)
    return until(store, run.id, lambda run: run.step >= steps)


def kill(store: Store, id: str, number: int = signal.SIGKILL) -> None:
    pid = RunFolder(store.home, id).holder()
    assert pid is not None
    os.kill(pid, number)


def assert_whole(store: Store, id: str, steps: int) -> None:
    """The history holds each step once, without a gap, at least as far as `steps`."""
    series = store.history(id).series
    found = sorted(series["train_loss"].step)
    assert found == list(range(1, len(found) + 1))
    assert sorted(series["train_accuracy"].step) == found
    assert len(found) >= steps


def assert_readable(store: Store, id: str) -> None:
    """Every registered checkpoint is what was written."""
    folder = RunFolder(store.home, id)
    for known in store.checkpoints(id):
        content = folder.read(known.file)
        assert sha256(content) == known.sha256
        assert safetensors.torch.load(content)


def final(store: Store, id: str) -> tuple[dict[str, Any], dict[str, float], dict[str, torch.Tensor]]:
    """Curves, metrics and last weights of a run: all that another must equal."""
    series = {
        name: dict(zip(one.step, one.value, strict=True))
        for name, one in store.history(id).series.items()
        if name != "samples_per_second"
    }
    return series, store.get(id).metrics, checkpoint.weights(RunFolder(store.home, id), store, "last")


def assert_same(store: Store, one: str, other: str) -> None:
    (curves, metrics, weights), (others, other_metrics, other_weights) = final(store, one), final(store, other)
    assert curves == others
    assert metrics == other_metrics
    assert all(torch.equal(weights[name], other_weights[name]) for name in weights | other_weights)


def test_a_run_trains_records_and_finishes(store: Store) -> None:
    document = cnn(epochs=3)
    run = supervisor.wait(store, supervisor.start(store, document, "mine").id, 60)
    assert (run.status, run.problem, run.name, run.epoch, run.phase) == ("finished", None, "mine", 3, "")
    assert set(run.metrics) == {"test_accuracy", "test_loss", "val_accuracy", "best_epoch"}
    assert run.best_val_accuracy == run.metrics["val_accuracy"]
    assert run.step == run.steps
    assert run.seconds > 0
    assert_whole(store, run.id, run.steps)
    assert store.history(run.id).series["val_loss"].epoch == [1, 2, 3]
    folder = RunFolder(store.home, run.id)
    assert folder.read("document.json") == write(document)
    assert folder.read("preparation.json")
    with pytest.raises(Error, match=r"^\[R-ENDED\] This run has ended"):
        supervisor.resume(store, run.id)
    supervisor.delete(store, run.id)
    assert not folder.path.exists()


def test_a_document_with_problems_does_not_start(store: Store) -> None:
    with pytest.raises(Error, match="G-"):
        supervisor.start(store, cnn().model_copy(update={"data": {"source": "nothing"}}))
    assert store.list() == ()


def test_six_epochs_equal_three_a_kill_and_three(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    document = cnn(limit=1000, epochs=6, batch_size=8, wide=True)
    whole = supervisor.start(store, document)
    assert until(store, whole.id, ended, 120).status == "finished"
    broken = supervisor.start(store, document)
    supervisor.pause(store, broken.id)  # it saves a checkpoint, somewhere within an epoch
    paused = until(store, broken.id, lambda run: run.status == "paused")
    supervisor.resume(store, broken.id)
    until(store, broken.id, lambda run: run.step > paused.step)
    kill(store, broken.id)
    assert until(store, broken.id, ended).status == "interrupted"
    supervisor.resume(store, broken.id)
    assert until(store, broken.id, ended, 120).status == "finished"
    assert store.get(broken.id).attempt == 2
    assert_same(store, whole.id, broken.id)


def killed_and_resumed(store: Store, times: int, seed: int) -> None:
    chance = random.Random(seed)
    run = supervisor.start(store, cnn(epochs=LONG))
    for number in range(times):
        before = store.get(run.id).step
        until(store, run.id, lambda run, before=before: run.step > before or run.attempt > 1)
        time.sleep(chance.uniform(0, 3))
        kill(store, run.id)
        began = time.monotonic()
        lost = until(store, run.id, ended, 5)
        assert time.monotonic() - began < 5
        assert str(lost.problem) == (
            f"[R-LOST] Training stopped unexpectedly after epoch {lost.epoch}. Nothing saved was lost. Press Resume."
        )
        assert_whole(store, run.id, lost.step)
        assert_readable(store, run.id)
        supervisor.resume(store, run.id)
        until(store, run.id, lambda run, number=number: run.attempt == number + 2)
    supervisor.stop(store, run.id)
    stopped = until(store, run.id, ended)
    assert stopped.status == "stopped"
    assert_whole(store, run.id, stopped.step)
    assert_readable(store, run.id)


def test_killed_three_times_nothing_is_lost(store: Store) -> None:
    killed_and_resumed(store, 3, seed=0)


@pytest.mark.slow
def test_killed_twenty_times_nothing_is_lost(store: Store) -> None:
    killed_and_resumed(store, 20, seed=1)


def test_pause_resume_stop_and_go_on(store: Store) -> None:
    run = training(store, cnn(epochs=LONG))
    supervisor.pause(store, run.id)
    paused = until(store, run.id, lambda run: run.status == "paused")
    time.sleep(0.5)
    assert store.get(run.id).step == paused.step
    assert store.get(run.id).seconds == paused.seconds
    supervisor.resume(store, run.id)
    until(store, run.id, lambda run: run.status == "running" and run.step > paused.step)
    supervisor.stop(store, run.id)
    supervisor.stop(store, run.id)
    stopped = until(store, run.id, ended)
    assert (stopped.status, stopped.problem, stopped.attempt) == ("stopped", None, 1)
    supervisor.stop(store, run.id)
    assert store.get(run.id).status == "stopped"
    for _ in range(2):
        assert supervisor.resume(store, run.id).status == "starting"
    later = until(store, run.id, lambda run: run.step > stopped.step)
    assert later.attempt == 2
    assert (RunFolder(store.home, run.id).log).read_text().count(STARTED) == 2  # one worker an attempt
    assert len([p for p in psutil.process_iter(["cmdline"]) if run.id in (p.info["cmdline"] or [])]) == 1
    assert_whole(store, run.id, stopped.step)


def test_stopped_while_it_starts(store: Store) -> None:
    run = supervisor.start(store, cnn(epochs=LONG))
    assert supervisor.stop(store, run.id).status == "stopped"
    child = supervisor._children[run.id]
    assert child.wait(30) == 0
    supervisor.reap(store)
    assert (store.get(run.id).status, store.get(run.id).step) == ("stopped", 0)


def test_a_worker_that_does_not_answer_is_pressed_to_stop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "TERM_AFTER", 0.2)
    monkeypatch.setattr(supervisor, "KILL_AFTER", 0.5)
    run = training(store, cnn(epochs=LONG))
    kill(store, run.id, signal.SIGSTOP)
    supervisor.stop(store, run.id)
    assert until(store, run.id, ended, 10).status == "stopped"


def test_the_system_may_end_it(store: Store) -> None:
    run = training(store, cnn(epochs=LONG))
    kill(store, run.id, signal.SIGTERM)
    run = until(store, run.id, ended)
    assert (run.status, run.resumable) == ("interrupted", True)
    assert str(run.problem).startswith(
        f"[R-CRASH] Training was ended by the system (signal 15) after epoch {run.epoch}."
    )
    assert max(known.step for known in store.checkpoints(run.id)) == run.step


def test_a_crash_names_its_signal(store: Store) -> None:
    run = training(store, cnn(epochs=LONG))
    kill(store, run.id, signal.SIGSEGV)
    run = until(store, run.id, ended)
    assert (run.status, run.resumable) == ("failed", True)
    assert str(run.problem).startswith("[R-CRASH] The trainer crashed (signal 11).")
    # a server that is not its parent learns it from the log
    _status, problem = autopsy.cause(run, RunFolder(store.home, run.id), None)
    assert str(problem).startswith("[R-CRASH] The trainer crashed (signal 11).")


@pytest.mark.parametrize(("program", "code"), [("input()", 0), ("input(); import nowhere", 1)], ids=["silent", "error"])
def test_a_worker_that_leaves_without_a_word(store: Store, program: str, code: int) -> None:
    supervisor._spares[store.home] = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    run = supervisor.start(store, cnn(epochs=1))
    run = until(store, run.id, ended)
    assert str(run.problem).startswith(f"[R-CRASH] The trainer crashed (exit code {code}).")


def test_a_kill_by_the_kernel_for_want_of_memory_is_named(store: Store) -> None:
    run = training(store, cnn(epochs=LONG, batch_size=32))
    folder = RunFolder(store.home, run.id)
    folder.say(oom_kills=autopsy.oom_kills() - 1)  # as if the counter had risen since
    kill(store, run.id)
    run = until(store, run.id, ended)
    assert (run.status, run.problem and run.problem.code) == ("failed", "R-MEMORY")
    assert "Try batch size 16." in str(run.problem)


def test_without_memory_it_proposes_a_smaller_batch(store: Store) -> None:
    run = supervisor.start(store, cnn(limit=1300, epochs=LONG, batch_size=1200, wide=True))
    until(store, run.id, lambda run: run.status == "running")
    pid = RunFolder(store.home, run.id).holder()
    assert pid is not None
    most = psutil.Process(pid).memory_info().vms + (200 << 20)
    resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
    run = until(store, run.id, ended)
    assert str(run.problem) == "[R-MEMORY] Ran out of memory at epoch 1. Try batch size 512.", log(store, run.id)
    assert run.status == "failed"


def test_a_full_disk_keeps_the_last_checkpoint(store: Store) -> None:
    run = training(store, cnn(epochs=LONG, wide=True))
    until(store, run.id, lambda run: store.checkpoints(run.id))
    pid = RunFolder(store.home, run.id).holder()
    assert pid is not None
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, 100_000))  # neither checkpoints nor the store can grow
    run = until(store, run.id, ended)
    assert run.status == "interrupted"
    assert str(run.problem).startswith("[R-DISK] The disk is full (")
    assert str(run.problem).endswith(" left). Free space, then Resume.")
    assert_readable(store, run.id)
    folder = RunFolder(store.home, run.id)
    registered = {Path(known.file).name for known in store.checkpoints(run.id)}
    assert not [path for path in folder.checkpoints.iterdir() if path.name.endswith(".tmp")]
    assert registered <= {path.name for path in folder.checkpoints.iterdir()}
    supervisor.resume(store, run.id)
    resumed = until(store, run.id, lambda now: now.step > run.step)
    assert_whole(store, run.id, resumed.step)


def test_a_loss_that_is_no_number_ends_the_run(store: Store) -> None:
    run = supervisor.wait(store, supervisor.start(store, exploding()).id, 60)
    assert (run.status, run.resumable) == ("failed", False)
    assert str(run.problem).startswith("[R-NAN] The loss became NaN at epoch 2, step 4; the first layer to fail is")
    assert_whole(store, run.id, 4)


def test_a_run_keeps_its_own_copy_of_the_document(store: Store) -> None:
    document = cnn(epochs=2)
    run = supervisor.start(store, document)
    document.recipe["epochs"] = 5  # edited while the run starts
    run = supervisor.wait(store, run.id, 60)
    assert (run.status, run.epoch, run.document["recipe"]["epochs"]) == ("finished", 2, 2)
    assert run.fingerprint


def test_data_that_has_changed_is_not_mixed_into_a_run(store: Store) -> None:
    run = training(store, cnn(epochs=LONG))
    supervisor.stop(store, run.id)
    until(store, run.id, ended)
    store.transition(run.id, "stopped", "stopped", fingerprint="0" * 64)
    supervisor.resume(store, run.id)
    assert str(until(store, run.id, ended).problem).startswith("[R-DATA] The data has changed since this run began.")


SERVER = """
    import sys, time
    from builder.runs.store import Store
    from builder.training import supervisor
    from tests.training.networks import cnn
    if __name__ == "__main__":
        store = Store()
        run = supervisor.start(store, cnn(epochs=int(sys.argv[1])))
        print(run.id, flush=True)
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            print(supervisor.farewell(store), flush=True)
"""


def server(tmp_path: Path, epochs: int) -> "subprocess.Popen[str]":
    program = tmp_path / "server.py"
    program.write_text(textwrap.dedent(SERVER))
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen(
        [sys.executable, str(program), str(epochs)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_killed_server_leaves_the_run_alone(store: Store, tmp_path: Path) -> None:
    parent = server(tmp_path, 40)
    id = said(parent)
    until(store, id, lambda run: run.step)
    os.killpg(parent.pid, signal.SIGKILL)
    parent.wait()
    run = until(Store(store.home), id, ended)
    assert run.status == "finished"
    assert_whole(store, id, run.steps)


def test_ctrl_c_ends_the_server_and_not_the_run(store: Store, tmp_path: Path) -> None:
    parent = server(tmp_path, LONG)
    id = said(parent)
    until(store, id, lambda run: run.step)
    os.killpg(parent.pid, signal.SIGINT)  # as a terminal does: to the whole group
    assert said(parent) == f"1 run continues. Stop it with: netbuilder stop {id}"
    parent.wait()
    before = store.get(id).step
    until(store, id, lambda run: run.step > before)


def test_a_spare_takes_the_run_and_ends_with_its_server(store: Store) -> None:
    supervisor.warm(store)
    spare = supervisor._spares[store.home]
    run = supervisor.start(store, cnn(epochs=2))
    assert supervisor._children[run.id] is spare
    assert supervisor.wait(store, run.id, 60).status == "finished"
    waiting = supervisor._spawn(store.home, "--spare", stdin=subprocess.PIPE)
    assert waiting.stdin is not None
    waiting.stdin.close()  # as when its server dies
    assert waiting.wait(60) == 0


def test_a_start_without_a_worker_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.create(cnn(), "t")
    RunFolder(store.home, run.id).make(write(cnn()))
    supervisor.reap(store)
    assert store.get(run.id).status == "starting"  # it may still come
    monkeypatch.setattr(supervisor, "GRACE", 0.0)
    supervisor.reap(store)
    assert store.get(run.id).status == "interrupted"
