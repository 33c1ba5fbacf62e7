"""Starting, asking, and burying workers. It keeps nothing but handles of its own children: the truth is on disk.

Whoever looks at runs calls `reap` first; it is cheap, and many may call it at once.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import builder
from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import ACTIVE, Run, Store
from builder.training.autopsy import cause
from builder.training.failures import NO_SPACE, disk_full
from builder.training.surroundings import ENVIRONMENT

GRACE: Final = 20.0  # seconds that another's worker may take until it holds its lock
TERM_AFTER: Final = 5.0  # seconds after Stop was asked for
KILL_AFTER: Final = 15.0
HUNG_AFTER: Final = 60.0  # seconds without a heartbeat
WARM_AFTER: Final = 15.0  # seconds after a start in which a new spare would take its processor

_children: dict[str, subprocess.Popen[bytes]] = {}  # by run
_spares: dict[Path, subprocess.Popen[bytes]] = {}  # by home
_started_at = -WARM_AFTER


def start(store: Store, document: Document, name: str | None = None) -> Run:
    """Check a document, freeze a copy, and train it in a process of its own.

    Raises: Error with all problems of the document, M-NONE or M-SHAPE of the weights to begin with, R-DISK.
    """
    # they bring torch, which those who only look at runs do without
    from builder.compiler.check import check
    from builder.training import weights

    report = check(document)
    if not report.ok:
        raise Error.of(report.errors)
    weights.require(report)
    run = store.create(document, name or document.title or _("Untitled"))
    folder = RunFolder(store.home, run.id)
    try:
        folder.make(write(document))
    except OSError as error:
        store.transition(run.id, "starting", "failed")
        store.delete(run.id)
        if error.errno in NO_SPACE:
            raise Error.of([disk_full(0)]) from None
        raise
    _hand_over(store, run.id)
    return run


def resume(store: Store, id: str) -> Run:
    """Go on with a run: wake it when it is paused, else begin a new attempt from its last checkpoint.

    A run that is training stays as it is. Raises: Error P-NONE, R-ENDED when another attempt would end the same.
    """
    reap(store)
    run = store.get(id)
    if run.status in ("running", "paused"):
        store.ask(id, "resume")
    elif run.resumable:
        if store.transition(id, run.status, "starting", heartbeat=time.monotonic(), command=None, asked_at=None):
            _hand_over(store, id)
    elif not run.active:
        raise Error("R-ENDED", _("This run has ended and cannot be resumed. Start it again from its network."))
    return store.get(id)


def pause(store: Store, id: str) -> Run:
    """Ask a training run to wait in place. Raises: Error P-NONE."""
    if store.get(id).status in ("starting", "running"):
        store.ask(id, "pause")
    return store.get(id)


def stop(store: Store, id: str) -> Run:
    """Ask a run to save and end; `reap` sees to it that it does. Twice is the same as once. Raises: Error P-NONE."""
    if not store.transition(id, "starting", "stopped", command=None) and store.get(id).active:
        store.ask(id, "stop")
    reap(store)
    return store.get(id)


def wait(store: Store, id: str, seconds: float = 30.0) -> Run:
    """Wait until no worker has the run, or so long. Raises: Error P-NONE."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        reap(store)
        if not store.get(id).active:
            break
        time.sleep(0.1)
    return store.get(id)


def delete(store: Store, id: str) -> None:
    """Forget a run and remove its files. Raises: Error P-NONE, R-ACTIVE while it is training."""
    reap(store)
    store.delete(id)
    RunFolder(store.home, id).delete()


def reap(store: Store) -> None:
    """Give a final status to every run whose worker is gone, and press workers that do not obey Stop."""
    active = store.list(ACTIVE)
    for run in active:
        folder = RunFolder(store.home, run.id)
        pid = folder.holder()
        if pid is not None:
            _press(run, pid)
            continue
        child = _children.get(run.id)
        code = child.poll() if child else None
        since = time.monotonic() - run.heartbeat  # negative after a reboot
        if run.status == "starting" and code is None and (child is not None or 0 <= since < GRACE):
            continue
        status, problem = cause(run, folder, code)
        store.transition(run.id, run.status, status, problem=problem, command=None, phase="", seconds_left=None)
    _bury({run.id for run in active})


def notice(store: Store, run: Run) -> Problem | None:
    """What a page should say about a run beside its status: a full disk, or a worker that does not get on."""
    if not run.active:
        return run.problem
    words = RunFolder(store.home, run.id).words()
    if words.get("code"):
        return Problem(words["code"], words["message"], severity="warning")
    silent = time.monotonic() - run.heartbeat
    if run.status != "starting" and silent > HUNG_AFTER:
        text = _("No progress for {n:.0f} s. Stop the run, or wait.")
        return Problem("R-HUNG", text.format(n=silent), severity="warning")
    return run.problem


def farewell(store: Store) -> str | None:
    """What to say when the app ends while runs go on."""
    reap(store)
    going = store.list(ACTIVE)
    if not going:
        return None
    if len(going) == 1:
        return _("1 run continues. Stop it with: netbuilder stop {id}").format(id=going[0].id)
    return _("{n} runs continue. Stop each with: netbuilder stop ID").format(n=len(going))


def warm(store: Store) -> None:
    """Keep one process ready that has torch imported, so that the next run starts at once. Cheap to call often."""
    spare = _spares.get(store.home)
    if (spare is None or spare.poll() is not None) and time.monotonic() - _started_at > WARM_AFTER:
        _spares[store.home] = _spawn(store.home, "--spare", stdin=subprocess.PIPE)


def _hand_over(store: Store, id: str) -> None:
    """Give a run to the spare, or to a fresh process."""
    global _started_at
    _started_at = time.monotonic()
    spare = _spares.pop(store.home, None)
    if spare is not None and spare.poll() is None and spare.stdin is not None:
        with contextlib.suppress(BrokenPipeError), spare.stdin as pipe:
            pipe.write(f"{id}\n".encode())
            _children[id] = spare
            return
    log = os.open(RunFolder(store.home, id).log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        _children[id] = _spawn(store.home, id, stdin=subprocess.DEVNULL, output=log)
    finally:
        os.close(log)


def _spawn(home: Path, argument: str, *, stdin: int, output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    root = str(Path(builder.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", "builder.training.worker", argument],
        env=ENVIRONMENT | os.environ | {"NETBUILDER_HOME": str(home.resolve()), "PYTHONPATH": paths},
        stdin=stdin,
        stdout=output,
        stderr=output,
        start_new_session=True,  # it outlives this process, whatever ends it
    )


def _press(run: Run, pid: int) -> None:
    """End a worker that was asked to stop and does not: first politely, then with its children."""
    if run.command != "stop" or run.asked_at is None:
        return
    waited = time.monotonic() - run.asked_at
    if waited > TERM_AFTER:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL if waited > KILL_AFTER else signal.SIGTERM)


def _bury(active: set[str]) -> None:
    """Collect the exit codes of our children whose runs are over, so that none stays a zombie."""
    for id, child in list(_children.items()):
        if child.poll() is not None and id not in active:
            _children.pop(id, None)
