"""Runs that the real worker trained, for tests to use."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.cli.documents import with_values
from builder.data.fields import Part
from builder.data.sources import parse_source
from builder.examples import load
from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import ACTIVE, Run, Store
from builder.training import supervisor


@dataclass(frozen=True)
class TrainedRuns:
    """A workspace with one finished run on images and one on text."""

    store: Store
    digits: str  # run ids
    reviews: str

    @property
    def home(self) -> Path:
        return self.store.home


def example(name: str, *values: str) -> Document:
    """An example with values set as `--set` does."""
    return with_values(load(name), list(values))


def finish(store: Store, *documents: Document, seconds: float = 120.0) -> list[Run]:
    """Train documents at the same time, and wait until all are finished."""
    started = [supervisor.start(store, document, f"{document.title} {at}") for at, document in enumerate(documents)]
    ended = [supervisor.wait(store, run.id, seconds) for run in started]
    assert [run.status for run in ended] == ["finished"] * len(ended), [run.problem for run in ended]
    return ended


def stop_all(store: Store) -> None:
    """End whatever a test left training."""
    for run in store.list(ACTIVE):
        supervisor.stop(store, run.id)
        supervisor.wait(store, run.id)
    store.close()


def train_two(home: Path) -> Iterator[TrainedRuns]:
    """The shared runs of a test session."""
    store = Store(home)
    digits, reviews = finish(
        store, example("digits-cnn", "recipe.epochs=3"), example("sentiment-mlp", "recipe.epochs=2")
    )
    yield TrainedRuns(store, digits.id, reviews.id)
    stop_all(store)


def raws_of(document: Document, part: Part) -> tuple[Any, list[str]]:
    """The raw samples of a part and the names of their classes."""
    source, _problems = parse_source(document.data)
    assert source is not None
    samples = source.load()
    raws = samples.of(part)
    given = raws if len(raws) > 1 else next(iter(raws.values()))
    return given, [samples.classes[label] for label in samples.labels[samples.parts[part]]]


def finish_here(store: Store, document: Document) -> Run:
    """Train a document in this process, step for step as the worker does."""
    # it brings torch, which most that use this module do without
    from builder.training.attempt import Attempt

    run = store.create(document, document.title)
    folder = RunFolder(store.home, run.id)
    folder.make(write(document))
    assert folder.take()
    store.transition(run.id, "starting", "running")
    attempt = Attempt(store, folder)
    metrics = attempt.run()
    attempt.recorder.write()
    store.transition(run.id, "running", "finished", metrics=metrics)
    return store.get(run.id)
