"""What live charts ask for: the points of a run that came after a cursor, from memory.

However many pages watch a run, the store is read at most twenty times a second for it.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from builder.live.curve import Curve
from builder.runs.store import Run, Store
from builder.training import supervisor

FRESH: Final = 0.05  # seconds for which what was read is served again
REAP: Final = 1.0  # seconds between two looks for workers that died
MOST_RUNS: Final = 16  # runs kept in memory


@dataclass
class _Tail:
    """All points of one run, read from the store as they come."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    run: Run | None = None
    read_at: float = -FRESH
    attempt: int = 0
    next: int = 0
    curves: dict[str, Curve] = field(default_factory=dict)

    def read(self, store: Store, id: str) -> Run:
        """Read what is new, unless that was done a moment ago."""
        if self.run is not None and time.monotonic() - self.read_at < FRESH:
            return self.run
        # the run first: when it says "finished", the history read after it is whole
        self.run = store.get(id)
        history = store.history(id, self.next)
        if history.attempt != self.attempt:
            self.attempt, self.next, self.curves = history.attempt, 0, {}
            history = store.history(id)
        for name, points in history.series.items():
            if name not in self.curves:
                self.curves[name] = Curve(_span(self.run.steps) if name.startswith("train_") else 0)
            self.curves[name].add(points, history.next)
        self.next = history.next
        self.read_at = time.monotonic()
        return self.run


class Feed:
    """Answers for all pages of one server; safe to ask from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tails: OrderedDict[str, _Tail] = OrderedDict()
        self._lock = threading.Lock()
        self._reaped_at = -REAP

    def chunk(self, id: str, after: int, attempt: int) -> dict[str, Any]:
        """Status, progress and the points that came after the cursor `after` of `attempt`, ready for JSON.

        Another attempt than the run's is answered from the beginning. Raises: Error P-NONE.
        """
        self._reap()
        tail = self._tail(id)
        with tail.lock:
            try:
                run = tail.read(self._store, id)
            except Exception:
                self._forget(id)
                raise
            base = after if attempt == tail.attempt and 0 <= after <= tail.next else 0
            columns = {name: curve.after(base) for name, curve in tail.curves.items()}
            answer = {"run": id, "attempt": tail.attempt, "base": base, "next": tail.next}
        series = {name: points for name, (points, _thin) in columns.items() if points["step"]}
        thin = any(thin for _points, thin in columns.values())
        return answer | {"thin": thin, "series": series} | _state(run)

    def _tail(self, id: str) -> _Tail:
        with self._lock:
            tail = self._tails.setdefault(id, _Tail())
            self._tails.move_to_end(id)
            if len(self._tails) > MOST_RUNS:
                self._tails.popitem(last=False)
            return tail

    def _forget(self, id: str) -> None:
        with self._lock:
            self._tails.pop(id, None)

    def _reap(self) -> None:
        with self._lock:
            if time.monotonic() - self._reaped_at < REAP:
                return
            self._reaped_at = time.monotonic()
        supervisor.reap(self._store)


def _span(steps: int) -> int:
    """The width of the moving average: about a fiftieth of the run."""
    return min(100, max(5, steps // 50))


def _state(run: Run) -> dict[str, Any]:
    progress = ("epoch", "epochs", "step", "steps", "samples_per_second", "seconds", "seconds_left")
    return {
        "status": run.status,
        "working": run.status in ("starting", "running"),
        "phase": run.phase,
        "progress": {name: getattr(run, name) for name in progress},
        "problem": {"code": run.problem.code, "message": run.problem.message} if run.problem else None,
    }
