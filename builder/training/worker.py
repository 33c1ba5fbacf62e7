"""The process that trains one run: `python -m builder.training.worker RUN_ID`.

With `--spare` it imports and rehearses everything first, then waits for the id on standard input; so a run that is
handed to it starts at once. When its server goes away before that, the input ends and so does the spare.
"""

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.data.batches import prepare
from builder.data.sources import parse_source
from builder.graph.document import from_json
from builder.graph.recipe import Recipe
from builder.runs.folder import STARTED, RunFolder
from builder.runs.store import Status, Store
from builder.training import loop
from builder.training.attempt import Attempt
from builder.training.autopsy import oom_kills
from builder.training.devices import threads
from builder.training.failures import disk_full, verdict

REHEARSAL: Final = {
    "format": "netbuilder",
    "version": 1,
    "data": {"source": "digits", "limit": 100},
    "graph": {
        "nodes": [
            {"id": "input", "type": "Input"},
            {"id": "conv", "type": "Conv2d", "params": {"out_channels": 2}},
            {"id": "flatten", "type": "Flatten"},
            {"id": "linear", "type": "Linear", "params": {"out_features": 10}},
            {"id": "output", "type": "Output"},
        ],
        "edges": [
            {"source": "input", "target": "conv"},
            {"source": "conv", "target": "flatten"},
            {"source": "flatten", "target": "linear"},
            {"source": "linear", "target": "output"},
        ],
    },
    "recipe": {"epochs": 1, "device": "cpu"},
}


def main(arguments: Sequence[str]) -> None:
    """Train the run that is named on the command line, or later on standard input."""
    if os.getpgrp() != os.getpid():
        os.setsid()  # a group of its own: it outlives its server, and its children end with it
    with contextlib.suppress(OSError):  # where memory runs out, the kernel should take this process before the server
        Path("/proc/self/oom_score_adj").write_text("500")
    torch.set_num_threads(threads())
    if list(arguments) == ["--spare"]:
        rehearse()
        id = sys.stdin.readline().strip()
    else:
        (id,) = arguments
    if id:
        work(Store(), id)


def rehearse() -> None:
    """Train a tiny network once, for what is slow only the first time: imports, threads, kernels, shapes."""
    document = from_json(REHEARSAL)
    source, _problems = parse_source(document.data)
    assert source is not None
    recipe = Recipe(epochs=1, device="cpu")
    model, state = loop.start(document, recipe)
    for _event in loop.train(model, prepare(source), recipe, state):
        pass


def work(store: Store, id: str) -> None:
    """Train a run that is `starting`, and leave it in a final status, whatever happens."""
    folder = RunFolder(store.home, id)
    _redirect(folder)
    if not folder.take() or not store.transition(id, "starting", "running", phase=_("Preparing")):
        return  # another worker has it, or it was stopped before it began
    attempt = Attempt(store, folder)
    signal.signal(signal.SIGTERM, lambda *_: setattr(attempt, "terminated", True))
    metrics: dict[str, float] = {}
    problem: Problem | None = None
    status: Status = "finished"
    try:
        folder.open_words(oom_kills=oom_kills())
        metrics = attempt.run()
    except BaseException as error:
        epoch = attempt.state.epoch if attempt.state else 0
        status, problem = verdict(error, epoch=epoch, batch_size=attempt.recipe.batch_size, free=folder.free())
    _end(attempt, status, problem, metrics)


def _end(attempt: Attempt, status: Status, problem: Problem | None, metrics: dict[str, float]) -> None:
    store, folder = attempt.store, attempt.folder
    try:
        attempt.recorder.write()
        store.transition(
            folder.id,
            ("running", "paused"),
            status,
            problem=problem,
            phase="",
            seconds_left=None,
            command=None,
            metrics=metrics,
        )
    except Error:
        # the store cannot grow; whoever finds this worker gone reads the words in its folder
        if status == "finished":
            status, problem = "interrupted", disk_full(folder.free())
        folder.say(status=status, code=problem and problem.code, message=problem and problem.message)


def _redirect(folder: RunFolder) -> None:
    """Input from nowhere; output, and the stack of a crash, into the run's log."""
    log = os.open(folder.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nowhere, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    print(STARTED, file=sys.stderr, flush=True)
    faulthandler.enable()


if __name__ == "__main__":
    main(sys.argv[1:])
