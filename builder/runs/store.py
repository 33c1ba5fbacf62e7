"""The store of runs: what they are, how far they are, and the history of their metrics.

One SQLite file, shared by the server, the command line and every worker. A run's name is text and nothing else; paths
are made from ids alone.
"""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, case, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from builder.core.errors import Error, Problem
from builder.core.files import home as workspace
from builder.core.ids import is_id, new_id
from builder.core.text import _
from builder.graph.document import Document
from builder.runs.schema import checkpoints as _checkpoints
from builder.runs.schema import connect, reading, writing
from builder.runs.schema import metrics as _metrics
from builder.runs.schema import runs as _runs

Status = Literal["starting", "running", "paused", "finished", "stopped", "interrupted", "failed"]
Command = Literal["pause", "resume", "stop"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
ACTIVE: Final[tuple[Status, ...]] = ("starting", "running", "paused")
# after these a further attempt can end otherwise; NaN and bad data would come back
WORTH_ANOTHER_TRY: Final = frozenset({"R-DISK", "R-MEMORY", "R-CRASH", "X-INTERNAL", "S-DISK"})

Row = tuple[str, int, int, float]  # name, step, epoch, value

_UPSERT = "INSERT OR REPLACE INTO metrics (run, seq, name, step, epoch, value) VALUES (?, ?, ?, ?, ?, ?)"
_SINCE = "SELECT name, step, epoch, value, seq FROM metrics WHERE run = ? AND seq > ? ORDER BY seq"


@dataclass(frozen=True)
class Run:
    """A training and how far it is. `seconds` counts training only, over all attempts."""

    id: str
    name: str
    status: Status
    document: dict[str, Any]
    created_at: float  # seconds since 1970, for people to read; never subtracted
    seconds: float
    attempt: int
    phase: str  # what is being done before the first step: "Reading mnist", else ""
    epoch: int  # finished epochs
    epochs: int
    step: int
    steps: int
    samples_per_second: float | None
    seconds_left: float | None
    metrics: dict[str, float]  # of the test part, at the end
    best_metric: str | None  # the name under which the figure is recorded that tells the best epoch
    best_value: float | None
    fingerprint: str | None  # of the data
    problem: Problem | None
    command: Command | None  # asked for, not yet obeyed
    asked_at: float | None  # monotonic
    heartbeat: float  # monotonic: when the worker last got on

    @property
    def active(self) -> bool:
        """Whether a worker has it, or is about to."""
        return self.status in ACTIVE

    @property
    def best_val_accuracy(self) -> float | None:
        """The best accuracy on the validation part; None where the first Output answers with a number."""
        return self.best_value if (self.best_metric or "").startswith("val_accuracy") else None

    @property
    def test_value(self) -> float | None:
        """On the test part, the figure that told the best epoch; None before the end."""
        return self.metrics.get((self.best_metric or "").replace("val_", "test_", 1))

    @property
    def resumable(self) -> bool:
        """Whether Resume makes sense."""
        code = self.problem.code if self.problem else ""
        return self.status in ("stopped", "interrupted") or (self.status == "failed" and code in WORTH_ANOTHER_TRY)


@dataclass(frozen=True)
class Series:
    """One curve, in columns, in the order in which it was written."""

    step: list[int] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    """What was recorded after a cursor. Ask for `after=next` for the rest; begin again at 0 when `attempt` changes."""

    attempt: int
    next: int
    series: dict[str, Series]


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights in the run's folder: the whole state of the training, or (`best`) the best weights alone."""

    file: str
    step: int
    epoch: int
    sha256: str
    best: bool = False


class Store:
    """All runs of a workspace."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or workspace()
        self.home.mkdir(parents=True, exist_ok=True)
        self._engine = connect(self.home / "store.sqlite3")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def create(self, document: Document, name: str) -> Run:
        """A new run in `starting`, with a copy of the document that no later edit reaches."""
        id = new_id()
        plain = json.dumps(document.model_dump(mode="json", exclude_none=True))
        values = {"id": id, "name": _storable(name), "status": "starting", "document": plain}
        with writing(self._engine) as connection:
            connection.execute(insert(_runs).values(created_at=time.time(), heartbeat=time.monotonic(), **values))
        return self.get(id)

    def get(self, id: str) -> Run:
        """The run with this id. Raises: Error P-NONE when there is none."""
        if is_id(id):
            with reading(self._engine) as connection:
                row = connection.execute(select(_runs).where(_runs.c.id == id)).mappings().first()
            if row is not None:
                return _run(row)
        raise _none()

    def list(self, statuses: Collection[Status] = STATUSES) -> tuple[Run, ...]:
        """The runs with one of these statuses, newest first."""
        query = select(_runs).where(_runs.c.status.in_(statuses)).order_by(_runs.c.key.desc())
        with reading(self._engine) as connection:
            return tuple(map(_run, connection.execute(query).mappings()))

    def rename(self, id: str, name: str) -> None:
        """Give a run another name; any text will do. Raises: Error P-NONE."""
        with writing(self._engine) as connection:
            key = _key(connection, id)
            connection.execute(update(_runs).where(_runs.c.key == key).values(name=_storable(name)))

    def delete(self, id: str) -> None:
        """Forget a run and its history. Raises: Error P-NONE, R-ACTIVE while it is training."""
        with writing(self._engine) as connection:
            key = _key(connection, id)
            idle = _runs.c.status.not_in(ACTIVE)
            if connection.execute(delete(_runs).where(_runs.c.key == key, idle)).rowcount == 0:
                raise Error("R-ACTIVE", _("This run is still training. Stop it first, then delete it."))

    def transition(
        self,
        id: str,
        from_: Status | Collection[Status],
        to: Status,
        *,
        answered: Command | None = None,
        problem: Problem | None = None,
        **values: Any,
    ) -> bool:
        """Change the status if it is `from_`, and the problem and other columns with it; whether it was.

        `answered` is the command that this obeys: it is cleared, a newer one stays. Raises: Error P-NONE.
        """
        if isinstance(values.get("metrics"), Mapping):
            values["metrics"] = json.dumps(values["metrics"])
        if answered:
            values["command"] = case((_runs.c.command != answered, _runs.c.command))
        values |= {"problem_code": problem and problem.code, "problem_message": problem and problem.message}
        allowed = (from_,) if isinstance(from_, str) else tuple(from_)
        with writing(self._engine) as connection:
            here = (_runs.c.key == _key(connection, id), _runs.c.status.in_(allowed))
            return connection.execute(update(_runs).where(*here).values(status=to, **values)).rowcount == 1

    def ask(self, id: str, command: Command | None) -> None:
        """Leave a command for the worker, with the time of the first asking. Raises: Error P-NONE."""
        with writing(self._engine) as connection:
            repeated = (_runs.c.command == command, _runs.c.asked_at)
            values = {"command": command, "asked_at": case(repeated, else_=time.monotonic()) if command else None}
            connection.execute(update(_runs).where(_runs.c.key == _key(connection, id)).values(**values))

    def record(self, id: str, rows: Iterable[Row], *, spent: float = 0.0, **progress: Any) -> Command | None:
        """Write metrics and progress in one transaction, and beat the heart; the command that waits for the worker.

        A row with the name and step of an earlier one takes its place. `spent` is added to the seconds of training.
        Raises: Error P-NONE, S-DISK.
        """
        with writing(self._engine) as connection:
            key = _key(connection, id)
            here = _runs.c.key == key
            row = connection.execute(select(_runs.c.seq, _runs.c.command).where(here)).one()
            numbered = [(key, seq, *values) for seq, values in enumerate(rows, row.seq + 1)]
            if numbered:
                connection.exec_driver_sql(_UPSERT, numbered)
            progress |= {"seconds": _runs.c.seconds + max(0.0, spent), "heartbeat": time.monotonic()}
            connection.execute(update(_runs).where(here).values(seq=row.seq + len(numbered), **progress))
            command: Command | None = row.command
            return command

    def history(self, id: str, after: int = 0) -> History:
        """Every metric written after the cursor `after`. Raises: Error P-NONE."""
        with reading(self._engine) as connection:
            key = _key(connection, id)
            attempt = connection.execute(select(_runs.c.attempt).where(_runs.c.key == key)).scalar_one()
            # the driver's own cursor: rows of the library's cost twice the time
            rows = connection.connection.cursor().execute(_SINCE, (key, after)).fetchall()
        return _history(rows, attempt, after)

    def forget_after(self, id: str, step: int) -> None:
        """Drop what was recorded after a checkpoint's step, and begin a new attempt. Raises: Error P-NONE."""
        with writing(self._engine) as connection:
            key = _key(connection, id)
            connection.execute(delete(_metrics).where(_metrics.c.run == key, _metrics.c.step > step))
            connection.execute(update(_runs).where(_runs.c.key == key).values(attempt=_runs.c.attempt + 1))

    def checkpoints(self, id: str) -> tuple[Checkpoint, ...]:
        """The registered checkpoints, newest first. Raises: Error P-NONE."""
        with reading(self._engine) as connection:
            here = _checkpoints.c.run == _key(connection, id)
            rows = connection.execute(select(_checkpoints).where(here).order_by(_checkpoints.c.key.desc())).mappings()
            return tuple(Checkpoint(**{f.name: row[f.name] for f in fields(Checkpoint)}) for row in rows)

    def register(self, id: str, new: Collection[Checkpoint], drop: Collection[str] = ()) -> None:
        """Add checkpoints, and forget the files in `drop`, at one stroke. Raises: Error P-NONE, S-DISK."""
        with writing(self._engine) as connection:
            key = _key(connection, id)
            gone = {*drop, *(checkpoint.file for checkpoint in new)}
            connection.execute(delete(_checkpoints).where(_checkpoints.c.run == key, _checkpoints.c.file.in_(gone)))
            for checkpoint in new:
                connection.execute(insert(_checkpoints).values(run=key, **vars(checkpoint)))


def _run(row: RowMapping) -> Run:
    values = {f.name: row[f.name] for f in fields(Run) if f.name != "problem"}
    problem = Problem(row["problem_code"], row["problem_message"]) if row["problem_code"] else None
    parsed = {name: json.loads(row[name]) for name in ("document", "metrics")}
    return Run(**values | parsed, problem=problem)


def _history(rows: list[tuple[str, int, int, float, int]], attempt: int, after: int) -> History:
    series: dict[str, Series] = {}
    for name, step, epoch, value, _seq in rows:
        if (one := series.get(name)) is None:
            one = series[name] = Series()
        one.step.append(step)
        one.epoch.append(epoch)
        one.value.append(value)
    return History(attempt, rows[-1][4] if rows else after, series)


def _key(connection: Connection, id: str) -> int:
    key = connection.execute(select(_runs.c.key).where(_runs.c.id == id)).scalar() if is_id(id) else None
    if key is None:
        raise _none()
    return int(key)


def _none() -> Error:
    return Error("P-NONE", _("No such run."))


def _storable(text: str) -> str:
    # half of a surrogate pair has no UTF-8 form
    return text.encode("utf-8", "replace").decode()
