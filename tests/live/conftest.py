"""Runs that a living process has, as far as anybody who looks can tell."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builder.graph.document import Document
from builder.runs.store import Store

HOLD_LOCKS = """
import sys
from pathlib import Path
from builder.runs.folder import RunFolder

for line in sys.stdin:
    home, run = line.split()
    folder = RunFolder(Path(home), run)
    folder.make(b"{}")
    print(folder.take(), flush=True)
"""


class Worker:
    """A process that holds the locks of runs; a test that held them itself would lose them to its own questions."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", HOLD_LOCKS], stdin=pipe, stdout=pipe, text=True)

    def begin(self, store: Store) -> str:
        """A new run in this worker's hands."""
        assert self.process.stdin
        assert self.process.stdout
        run = store.create(Document(), "one").id
        print(store.home, run, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "True\n"
        store.transition(run, "starting", "running", steps=1000, epochs=10)
        return run


@pytest.fixture(scope="session")
def make_worker() -> Iterator[Callable[[], Worker]]:
    made: list[Worker] = []

    def make() -> Worker:
        made.append(Worker())
        return made[-1]

    yield make
    for worker in made:
        worker.process.kill()
        worker.process.communicate()


@pytest.fixture(scope="session")
def worker(make_worker: Callable[[], Worker]) -> Worker:
    return make_worker()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def run(store: Store, worker: Worker) -> str:
    return worker.begin(store)
