"""A run's folder: its frozen document, preparation, checkpoints, log, and the lock that says whether it is alive.

The worker holds `lockf` on `lock` for as long as it lives. A pid in a file would go stale, be reused, or belong to a
zombie; the kernel frees a lock in every case.
"""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any, Final

from builder.core.errors import Error
from builder.core.files import write_atomic
from builder.core.ids import is_id
from builder.core.text import _

WORDS_BYTES: Final = 4096
NODES: Final = "nodes.json"  # what the trainer last saw of each layer
FAMILIAR: Final = "familiar.json"  # how well a finished run reconstructs the training part
STARTED: Final = "--- attempt"  # the line with which an attempt begins its part of the log
PATIENCE: Final = 5.0  # seconds for which a worker tries to get its lock, because others probe it


class RunFolder:
    """The files of one run. The path is made from the id alone.

    Raises: Error P-NONE for what is no id, P-LINK when the folder is a link to another place.
    """

    def __init__(self, home: Path, id: str) -> None:
        if not is_id(id):
            raise Error("P-NONE", _("No such run."))
        self.id = id
        self.path = home / "runs" / id
        self.checkpoints = self.path / "checkpoints"
        self.log = self.path / "log"
        self._lock = self.path / "lock"
        self._words = self.path / "words"
        self._held: int | None = None
        if self.path.resolve() != home.resolve() / "runs" / id or self.checkpoints.is_symlink():
            raise Error("P-LINK", _("The folder of this run is a link to another place. It was not opened."))

    def make(self, document: bytes) -> None:
        """Make the folder, with the frozen document. Raises: OSError."""
        self.checkpoints.mkdir(parents=True)
        self.write("document.json", document)

    def write(self, name: str, content: bytes) -> str:
        """Write a file whole or not at all; its sha256. Raises: OSError."""
        path = self._inside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_atomic(path, content)

    def read(self, name: str) -> bytes:
        """The content of a file of this run. Raises: OSError, Error P-LINK when the name leads out of the folder."""
        return self._inside(name).read_bytes()

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        self._inside(name).unlink(missing_ok=True)

    def delete(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def free(self) -> int:
        """Bytes left on the disk."""
        return shutil.disk_usage(self.path).free

    def take(self) -> bool:
        """Hold the lock until this process ends; whether nobody else has it.

        The file is opened exactly once: closing any descriptor of it would free the lock.
        """
        self._held = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + PATIENCE
        while not _locked(self._held, fcntl.LOCK_EX):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        os.ftruncate(self._held, 0)
        os.pwrite(self._held, str(os.getpid()).encode(), 0)
        return True

    def holder(self) -> int | None:
        """The pid of the living worker, or None. The lock is looked at, not kept."""
        try:
            probe = os.open(self._lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if _locked(probe, fcntl.LOCK_SH):
                return None
            return int(os.pread(probe, 20, 0) or 0) or None
        finally:
            os.close(probe)

    def alive(self) -> bool:
        """Whether a worker lives."""
        return self.holder() is not None

    def open_words(self, **words: Any) -> None:
        """Set space aside for last words, so that a full disk can still be explained. Raises: OSError."""
        if not self._words.exists() or self._words.stat().st_size != WORDS_BYTES:
            self._words.write_bytes(b" " * WORDS_BYTES)
        self._overwrite(words)

    def say(self, **words: Any) -> None:
        """Add to the last words, in place; None takes a word back. Nothing grows, so it works on a full disk."""
        if self._words.exists():
            self._overwrite({key: word for key, word in (self.words() | words).items() if word is not None})

    def words(self) -> dict[str, Any]:
        """What the worker said last in its folder; empty when it said nothing."""
        try:
            said = json.loads(self._words.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _overwrite(self, words: dict[str, Any]) -> None:
        file = os.open(self._words, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.pwrite(file, json.dumps(words).encode().ljust(WORDS_BYTES), 0)
            os.fsync(file)
        finally:
            os.close(file)

    def last_log(self, most: int = 65_536) -> str:
        """The end of what the latest attempt wrote into the log; empty when there is none."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - most))
                text = log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        return text.rpartition(STARTED)[2]

    def _inside(self, name: str) -> Path:
        path = self.path / name
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise Error("P-LINK", _("A file of this run is a link to another place. It was not opened."))
        return path


def _locked(file: int, how: int) -> bool:
    try:
        fcntl.lockf(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
