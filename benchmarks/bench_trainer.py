"""The trainer against a bare PyTorch loop on the same tensors: images a second, in interleaved pairs.

    python -m benchmarks.bench_trainer [PAIRS]

Both run in this process with as many threads as a worker uses. Ours shuffles, watches accuracy and loss, and records to
a real store; the bare loop does nothing that training does not need. Real MNIST is taken where it is found.
"""

import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from builder import examples
from builder.compiler.model import build
from builder.core.errors import Error
from builder.data.batches import Prepared, Tensors, prepare
from builder.data.fitting import Preparation
from builder.data.sources import parse_source
from builder.graph.document import Document, write
from builder.graph.recipe import Recipe
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training import loop
from builder.training.devices import threads
from builder.training.events import Step
from builder.training.recording import Recorder
from builder.training.surroundings import ENVIRONMENT

BATCH = 64
SECONDS = 4.0  # of one measurement, about


def tensors(document: Document) -> Tensors:
    """The training part, or random images of its shape."""
    source, _problems = parse_source(document.data)
    assert source is not None
    try:
        return prepare(source).parts["train"]
    except Error:
        print("no MNIST here: random images instead")
        return Tensors((torch.randn(20_000, 1, 28, 28),), (torch.randint(10, (20_000,)),))


def bare(document: Document, part: Tensors, steps: int) -> float:
    """Images a second of the loop that every tutorial begins with."""
    torch.manual_seed(0)
    model = build(document)
    optimizer = torch.optim.Adam(model.parameters())
    order = torch.randperm(len(part))
    began = time.perf_counter()
    for step in range(steps):
        index = order[step * BATCH % (len(part) - BATCH) :][:BATCH]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(part.x[0][index]), part.y[0][index])
        loss.backward()
        optimizer.step()
    return steps * BATCH / (time.perf_counter() - began)


def ours(document: Document, part: Tensors, steps: int, home: Path) -> float:
    """Images a second of the trainer, recording included."""
    recipe = Recipe(epochs=1000, batch_size=BATCH, device="cpu")
    store = Store(home)
    folder = RunFolder(home, store.create(document, "bench").id)
    folder.make(write(document))
    recorder = Recorder(store, folder)
    model, state = loop.start(document, recipe)
    nothing = Tensors((part.x[0][:0],), (part.y[0][:0],))
    source, _problems = parse_source(document.data)
    assert source is not None
    spec = source.spec()
    data = Prepared(spec, Preparation(fields={}), None, {"train": part, "validation": nothing, "test": nothing}, None)  # type: ignore[arg-type]
    recorder.count(True)
    began = time.perf_counter()
    events = (event for event in loop.train(model, data, recipe, state) if isinstance(event, Step))
    for event in itertools.islice(events, steps):
        recorder.take(event)
        if time.monotonic() >= recorder.due_at:
            recorder.write(step=event.step)
    speed = steps * BATCH / (time.perf_counter() - began)
    store.close()
    return speed


def main(pairs: int) -> None:
    torch.set_num_threads(threads())
    for name in ("mnist-cnn", "mnist-mlp"):
        document = examples.load(name)
        part = tensors(document)
        steps = max(50, int(bare(document, part, 50) * SECONDS / BATCH))
        ratios, speeds = [], []
        with tempfile.TemporaryDirectory() as home:
            for _ in range(pairs):
                speeds.append((bare(document, part, steps), ours(document, part, steps, Path(home))))
                ratios.append(speeds[-1][1] / speeds[-1][0])
        plain, recorded = (statistics.median(column) for column in zip(*speeds, strict=True))
        print(
            f"{name:10} batch {BATCH}, {threads()} threads: bare {plain:,.0f}, ours {recorded:,.0f} images/s; "
            f"ratio {statistics.median(ratios):.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f})"
        )


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        os.execve(sys.executable, [*sys.orig_argv], os.environ | ENVIRONMENT)  # as a worker is started
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
