"""What recording costs: writing steps to the store as a worker does, and reading histories as a page does.

python -m benchmarks.bench_recording
"""

import tempfile
import time
from pathlib import Path

from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training.events import Step
from builder.training.recording import EVERY, Recorder

POINTS = 100_000
SERIES = 4


def median_ms(times: list[float]) -> str:
    times = sorted(times)
    return f"p50 {times[len(times) // 2] * 1e3:.2f} ms, p95 {times[len(times) * 95 // 100] * 1e3:.2f} ms"


def recording(home: Path, steps_per_second: int) -> None:
    """The processor time that recording takes of a second of training."""
    store = Store(home)
    folder = RunFolder(home, store.create(Document(), "bench").id)
    folder.make(write(Document()))
    recorder = Recorder(store, folder)
    began, writes = time.process_time(), []
    for step in range(1, 10 * steps_per_second + 1):
        recorder.take(Step(step, 1, 0.5, {"accuracy": 0.5}, 64))
        if step % int(steps_per_second * EVERY) == 0:
            start = time.perf_counter()
            recorder.write(step=step, epoch=1)
            writes.append(time.perf_counter() - start)
    share = (time.process_time() - began) / 10
    print(f"recording {steps_per_second:5} steps/s: {share:.1%} of a core; a write takes {median_ms(writes)}")
    store.close()


def reading(home: Path) -> None:
    """Reading all of a long history, and the newest points of it."""
    store = Store(home)
    id = store.create(Document(), "bench").id
    for start in range(0, POINTS, 1000):
        store.record(id, [(f"m{n}", step, 1, 0.5) for step in range(start, start + 1000) for n in range(SERIES)])
    whole, newest = [], []
    for _ in range(5):
        began = time.perf_counter()
        history = store.history(id)
        whole.append(time.perf_counter() - began)
    for _ in range(200):
        began = time.perf_counter()
        store.history(id, history.next - 100)
        newest.append(time.perf_counter() - began)
    print(f"reading {POINTS:,} points of {SERIES} series: {median_ms(whole)}; the newest 100: {median_ms(newest)}")
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for speed in (100, 1000, 5000):
            recording(Path(folder), speed)
        reading(Path(folder))
