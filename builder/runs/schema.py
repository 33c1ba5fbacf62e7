"""The tables of the store, and connections to them.

SQLite in WAL mode: readers never wait for the writer. Every write begins with BEGIN IMMEDIATE, because a transaction
that reads first and writes later fails at once, in spite of any timeout, when another has written in between.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError

from builder.core.errors import Error
from builder.core.text import _

VERSION: Final = 2
BUSY_SECONDS: Final = 30

# what leads from a version to the next
MIGRATIONS: Final = {
    1: (
        "ALTER TABLE runs RENAME COLUMN best_val_accuracy TO best_value",
        "ALTER TABLE runs ADD COLUMN best_metric TEXT",
        "UPDATE runs SET best_metric = 'val_accuracy' WHERE best_value IS NOT NULL",
        "ALTER TABLE checkpoints DROP COLUMN val_accuracy",
    ),
}

_metadata = MetaData()

runs = Table(
    "runs",
    _metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("attempt", Integer, nullable=False, default=1),
    Column("phase", Text, nullable=False, default=""),
    Column("epoch", Integer, nullable=False, default=0),
    Column("epochs", Integer, nullable=False, default=0),
    Column("step", Integer, nullable=False, default=0),
    Column("steps", Integer, nullable=False, default=0),
    Column("samples_per_second", Float),
    Column("seconds_left", Float),
    Column("metrics", Text, nullable=False, default="{}"),
    Column("best_metric", Text),
    Column("best_value", Float),
    Column("fingerprint", Text),
    Column("problem_code", Text),
    Column("problem_message", Text),
    Column("command", Text),
    Column("asked_at", Float),
    Column("heartbeat", Float, nullable=False, default=0.0),
    Column("seq", Integer, nullable=False, default=0),
)

# read by (run, seq) a whole history lies in one stretch of the file, so it is clustered that way
metrics = Table(
    "metrics",
    _metadata,
    Column("run", ForeignKey(runs.c.key, ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("value", Float, nullable=False),
    UniqueConstraint("run", "name", "step"),
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "checkpoints",
    _metadata,
    Column("key", Integer, primary_key=True),
    Column("run", ForeignKey(runs.c.key, ondelete="CASCADE"), nullable=False),
    Column("file", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("best", Boolean, nullable=False),
    UniqueConstraint("run", "file"),
)


def connect(path: Path) -> Engine:
    """An engine on the store at `path`, which is made or found to be of this version.

    Raises: Error S-VERSION when a newer version wrote it, S-WRITE when the folder is not writable.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    with writing(engine) as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > VERSION:
            text = _("The history was written by a newer version ({version}). Update the app; nothing was changed.")
            raise Error("S-VERSION", text.format(version=version))
        if version == 0:
            _metadata.create_all(connection)
        for older in range(version, VERSION) if version else ():
            for statement in MIGRATIONS[older]:
                connection.exec_driver_sql(statement)
        if version < VERSION:
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its first moment.

    Raises: Error S-DISK when the disk is full, S-WRITE when the store cannot be opened for writing.
    """
    try:
        with engine.connect().execution_options(immediate=True) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise _explained(error) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction in which every statement sees the same moment."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise _explained(error) from error


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 would otherwise begin transactions of its own, deferred ones
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _explained(error: DBAPIError) -> Exception:
    name: Any = getattr(error.orig, "sqlite_errorname", "")
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR"):
        return Error("S-DISK", _("The disk is full: the history cannot be written. Free space; what is saved stays."))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Error("S-WRITE", _("The history cannot be written. Make the folder of NETBUILDER_HOME writable."))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Error("S-DAMAGED", _("The history file is damaged. Set it aside and start the app again."))
    return error
