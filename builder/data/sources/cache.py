"""Decoded sounds, kept on disk by what they were made of, so that they are decoded once."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Problem
from builder.core.text import _
from builder.data.sources.places import own_folder

MOST_CACHED = 8  # decoded sets that are kept
MOST_NOTICES = 20
Decoded = tuple[NDArray[Any], NDArray[np.int64], list[Problem]]  # the rows, which of the files they are, what was said


def cached(what: Sequence[Any], decode: Callable[[], Decoded]) -> Decoded:
    """What `decode` gives, from the disk where it was kept for the same content and settings."""
    name = hashlib.sha256(json.dumps(what).encode("utf-8", "surrogatepass")).hexdigest()
    path = own_folder() / "cache" / f"{name}.npz"
    if (found := _read(path)) is not None:
        return found
    made = decode()
    _keep(path, *made)
    return made


def listed_notices(notices: Sequence[Problem]) -> list[Problem]:
    """The first notices, and how many more there are."""
    if len(notices) <= MOST_NOTICES:
        return list(notices)
    more = _("and {n} more").format(n=len(notices) - MOST_NOTICES)
    return [*notices[:MOST_NOTICES], Problem(notices[MOST_NOTICES].code, more, severity="warning")]


def _read(path: Path) -> Decoded | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            said = json.loads(kept["notices"].tobytes())
            path.touch()
            return kept["rows"], kept["kept"], [Problem(code, text, severity=weight) for code, text, weight in said]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # not there, or damaged: decoded again


def _keep(path: Path, rows: NDArray[Any], kept: NDArray[np.int64], notices: Sequence[Problem]) -> None:
    """Keep a decoded set; the oldest go when there are too many."""
    plain = json.dumps([[notice.code, notice.message, notice.severity] for notice in notices]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            np.savez(file, rows=rows, kept=kept, notices=np.frombuffer(plain, np.uint8))
        aside.replace(path)
    except OSError:
        return  # a full disk costs the next start some seconds, and nothing else
    finally:
        aside.unlink(missing_ok=True)
    for old in sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)[:-MOST_CACHED]:
        old.unlink(missing_ok=True)
