"""Files that are whole or absent: written aside, flushed, renamed."""

import hashlib
import os
from pathlib import Path


def home() -> Path:
    """The workspace: `NETBUILDER_HOME`, or `~/.netbuilder`. It is made when it is absent."""
    path = Path(os.environ.get("NETBUILDER_HOME") or "~/.netbuilder").expanduser()
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_atomic(path: Path, content: bytes) -> str:
    """Write `content` so that a crash leaves the old file or the new one, never a half. Returns its sha256.

    Raises: OSError when the disk is full or read-only; the temporary file is removed and the old file intact.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256(content)


def sha256(content: bytes) -> str:
    """The hexadecimal sha256 of `content`."""
    return hashlib.sha256(content).hexdigest()
