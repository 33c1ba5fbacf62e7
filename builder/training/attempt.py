"""One attempt at one run: from its frozen document to a final status, recording and obeying on the way."""

import json
import time
from typing import Any, Final, assert_never

from torch import nn

from builder.compiler.check import check
from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.data.batches import Batches, Prepared, prepare
from builder.data.fitting import to_json
from builder.data.sources import parse_source
from builder.graph.document import read
from builder.graph.recipe import Recipe
from builder.runs.folder import FAMILIAR, RunFolder
from builder.runs.store import Command, Store
from builder.training import checkpoint, loop, weights
from builder.training.events import EpochEnd, Event, Finished, Step, prefixed
from builder.training.failures import Stopped, Terminated
from builder.training.health import explain, first_bad_weight
from builder.training.loop import State
from builder.training.norms import Norms
from builder.training.recording import EVERY, Recorder

EPOCHS_APART: Final = 2.0  # seconds between checkpoints at the ends of epochs, and before the very first
WITHIN_EPOCH: Final = 20.0  # seconds between checkpoints inside an epoch
COST: Final = 20  # at most one part in so many of the time goes into saving


class Attempt:
    """Trains a run until it is finished, stopped or fails. `terminated` may be set from a signal handler."""

    def __init__(self, store: Store, folder: RunFolder) -> None:
        self.store, self.folder = store, folder
        self.recorder = Recorder(store, folder)
        self.recipe = Recipe()
        self.model: nn.Module | None = None
        self.state: State | None = None
        self.terminated = False
        self._steps = 0
        self._saved = False
        self._saved_at = 0.0
        self._cost = 0.0

    def run(self) -> dict[str, float]:
        """The metrics of the test part.

        Raises: Error of the document, the data, the device or the training; Stopped; Terminated; OSError, MemoryError.
        """
        document = read(self.folder.read("document.json"))
        report = check(document)
        if not report.ok:
            raise Error.of(report.errors)
        assert report.recipe is not None
        self.recipe = report.recipe
        prepared = self._prepare(document.data)
        # frozen like the document: whoever uses the run later may have moved or relabelled the data
        self.folder.write("data.json", prepared.spec.to_json())
        begun = any(not known.best for known in self.store.checkpoints(self.folder.id))
        self.model, self.state = loop.start(document, self.recipe, self._preparing, pretrained=not begun)
        problem = self._restore()
        if not self.state.step:
            weights.begin(self.model, report)
        self._plan(prepared, problem)
        return self._follow(prepared, Norms(self.folder, self.model, report))

    def _prepare(self, data: Any) -> Prepared:
        source, _problems = parse_source(data)
        assert source is not None  # a document that passed its check
        prepared = prepare(source, self._preparing)
        known = self.store.get(self.folder.id).fingerprint
        if known not in (None, prepared.samples.fingerprint):
            raise Error("R-DATA", _("The data has changed since this run began. Put it back, or start a new run."))
        self.folder.write("preparation.json", to_json(prepared.preparation))
        return prepared

    def _preparing(self, share: float, doing: str) -> None:
        if self.terminated or time.monotonic() >= self.recorder.due_at:
            self._obey(self.recorder.write(phase=f"{doing} {share:.0%}"))

    def _restore(self) -> Problem | None:
        """Go back to the latest checkpoint, and forget what was recorded after it."""
        assert self.model is not None
        assert self.state is not None
        problem = checkpoint.load_latest(self.folder, self.store, self.model, self.state)
        if self.store.get(self.folder.id).step:
            self.store.forget_after(self.folder.id, self.state.step)
        return problem

    def _plan(self, prepared: Prepared, problem: Problem | None) -> None:
        recipe, fingerprint = self.recipe, prepared.samples.fingerprint
        self._steps = recipe.epochs * len(Batches(prepared.parts["train"], recipe.batch_size, recipe.seed))
        self.store.transition(
            self.folder.id,
            "running",
            "running",
            problem=problem,
            epochs=recipe.epochs,
            steps=self._steps,
            fingerprint=fingerprint,
            phase="",
        )

    def _follow(self, prepared: Prepared, norms: Norms) -> dict[str, float]:
        assert self.model is not None
        assert self.state is not None
        self.recorder.count(True)
        self._saved_at = time.monotonic()
        metrics: dict[str, float] = {}
        for event in loop.train(self.model, prepared, self.recipe, self.state):
            self.recorder.take(event)
            now = time.monotonic()
            if self.terminated or now >= self.recorder.due_at:
                self._obey(self._write())
            if isinstance(event, Step) and now >= norms.due_at:
                norms.record(event.step)
            if self._due(event, now):
                self._save()
            if isinstance(event, Finished):
                metrics = _metrics(event)
                self.folder.write(FAMILIAR, json.dumps(dict(event.familiar)).encode())
        self._write()
        return metrics

    def _write(self) -> Command | None:
        state = self.state
        assert state is not None
        best = {"best_metric": state.best.metric, "best_value": state.best.value} if state.best else {}
        left = self.recorder.seconds_left(self._steps - state.step)
        return self.recorder.write(epoch=state.epoch, step=state.step, seconds_left=left, **best)

    def _obey(self, command: Command | None) -> None:
        if self.terminated or command == "stop":
            if self.state is not None:
                self._save()
            raise Terminated if self.terminated else Stopped
        match command:
            case None:
                return
            case "pause":
                if self.state is not None:  # else it pauses as soon as it trains
                    self._pause()
            case "resume":
                self.store.transition(self.folder.id, "running", "running", answered="resume")
            case _:
                assert_never(command)

    def _pause(self) -> None:
        """Wait in place; the process keeps its model and data."""
        self._save()
        self.recorder.count(False)
        self.store.transition(self.folder.id, "running", "paused", answered="pause")
        command: Command | None = None
        while command != "resume":
            time.sleep(EVERY)
            command = self.recorder.write()
            if self.terminated or command == "stop":
                raise Terminated if self.terminated else Stopped
        self.store.transition(self.folder.id, "paused", "running", answered="resume")
        self.recorder.count(True)

    def _due(self, event: Event, now: float) -> bool:
        """Whether it is time for a checkpoint: at the end of an epoch, and now and then within long ones."""
        age, dear = now - self._saved_at, COST * self._cost
        if isinstance(event, EpochEnd):
            return age >= max(EPOCHS_APART, dear) or event.epoch == self.recipe.epochs
        return age >= (max(WITHIN_EPOCH, dear) if self._saved else EPOCHS_APART)

    def _save(self) -> None:
        """Write a checkpoint, after the metrics that led to it. Raises: OSError, Error S-DISK on a full disk, R-NAN."""
        assert self.model is not None
        assert self.state is not None
        began = self._saved_at = time.monotonic()
        if bad := first_bad_weight(self.model):
            raise explain(float("nan"), self.state.epoch + 1, self.state.step, bad)
        self._write()
        if self.recorder.full:
            raise Error("S-DISK", _("The disk is full."))
        checkpoint.save(self.folder, self.store, self.model, self.state)
        self._saved, self._cost = True, time.monotonic() - began


def _metrics(event: Finished) -> dict[str, float]:
    best = {} if event.value is None else {event.metric: event.value}
    return prefixed(event.test, "test") | best | {"best_epoch": event.best_epoch}
