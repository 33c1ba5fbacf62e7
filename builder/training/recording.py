"""From events to rows of the store: buffered, and written at most five times a second."""

import time
from typing import Any, Final

from builder.core.errors import Error
from builder.runs.folder import RunFolder
from builder.runs.store import Command, Row, Store
from builder.training.events import EpochEnd, Event, Step, prefixed

EVERY: Final = 0.2  # seconds between two writes
RETRY: Final = 2.0  # seconds between two tries while the disk is full
MOST_ROWS: Final = 200_000  # kept while nothing can be written, some 30 MB; then the oldest go


class Recorder:
    """The metrics of one run on their way to the store, and the clock of its training.

    While the disk is full (`full`) rows are kept, the run's folder says so, and training goes on until it has to save.
    """

    def __init__(self, store: Store, folder: RunFolder) -> None:
        self._store, self._folder = store, folder
        self._rows: list[Row] = []
        self._counting_since: float | None = None
        self._unwritten = 0.0  # seconds
        self._fresh = 0  # samples since the last write
        self._steps = 0
        self._trained = 0.0  # seconds
        self._speed: float | None = None
        self.full = False
        self.due_at = 0.0  # monotonic

    def count(self, on: bool) -> None:
        """Count the seconds of training from now on, or stop counting."""
        self._clock()
        self._counting_since = time.monotonic() if on else None

    def take(self, event: Event) -> None:
        """Keep what an event says."""
        if isinstance(event, Step):
            self._rows.append(("train_loss", event.step, event.epoch, event.loss))
            for name, value in event.figures.items():
                self._rows.append((f"train_{name}", event.step, event.epoch, value))
            self._fresh += event.samples
            self._steps += 1
        elif isinstance(event, EpochEnd):
            values = prefixed(event.val, "val") | {"samples_per_second": event.samples_per_second}
            self._rows += [(name, event.step, event.epoch, value) for name, value in values.items()]

    def write(self, **progress: Any) -> Command | None:
        """Write what was kept, with this progress; the command that waits."""
        seconds = self._clock()
        if seconds and self._fresh:
            now = self._fresh / seconds
            self._speed = now if self._speed is None else 0.8 * self._speed + 0.2 * now
            self._fresh = 0
        self._unwritten += seconds
        try:
            command = self._store.record(
                self._folder.id, self._rows, spent=self._unwritten, samples_per_second=self._speed, **progress
            )
        except Error as error:
            if error.code != "S-DISK":
                raise
            self._wait(error)
            return None
        self._rows.clear()
        self._unwritten = 0.0
        if self.full:
            self._folder.say(code=None, message=None)
        self.full = False
        self.due_at = time.monotonic() + EVERY
        return command

    def seconds_left(self, steps: int) -> float | None:
        """How long so many steps will take, evaluation included, at the pace so far."""
        return steps * self._trained / self._steps if self._steps else None

    def _clock(self) -> float:
        if self._counting_since is None:
            return 0.0
        now = time.monotonic()
        seconds, self._counting_since = now - self._counting_since, now
        self._trained += seconds
        return seconds

    def _wait(self, error: Error) -> None:
        if not self.full:
            self._folder.say(code=error.code, message=error.message)
        self.full = True
        del self._rows[:-MOST_ROWS]
        self.due_at = time.monotonic() + RETRY
