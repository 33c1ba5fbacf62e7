"""Images decoded once and kept on disk, by what they were made of and how: a file for each set.

A file holds the rows one after another, then what is known of them as JSON, its length, and the crc32 of all before.
It is written aside and renamed, so that several processes may make one at the same time; one that is damaged is made
again. Sets over `MOST_IN_MEMORY` are read from there row by row.
"""

import contextlib
import hashlib
import json
import math
import os
import shutil
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _, count, size
from builder.data.archives import Archive, Folder, Member
from builder.data.images import Fit, decode, image_array
from builder.data.sources.cache import MOST_NOTICES, listed_notices
from builder.data.sources.places import own_folder
from builder.data.sources.source import Index, Progress
from builder.data.stored import Stored

MOST_IN_MEMORY = 1 << 28  # bytes of decoded images
MOST_CACHED, MOST_CACHED_BYTES = 8, 50_000_000_000  # decoded sets that are kept, and their bytes in all
SPARE = 500_000_000  # bytes that stay free on the disk
ABANDONED = 3600  # seconds after which a file that nobody writes to was left by a killed process
THREADS = min(4, os.cpu_count() or 1)  # one image of the most pixels takes 200 MB while it is decoded
TOGETHER = 64  # images between two looks at the progress
BLOCK = 1 << 24
TAIL = struct.Struct("<QI")  # bytes of the JSON, crc32

Rows = NDArray[np.uint8] | Stored
_Made = tuple[NDArray[np.uint8] | None, bytes, list[Problem]]


@dataclass(frozen=True)
class Images:
    """Decoded images, which of the members they are, and what was left out or should be said."""

    rows: Rows
    kept: Index
    notices: list[Problem]


@dataclass(frozen=True)
class Wanted:
    """Members of an archive, the shape (height, width, channels) that they should have, and how they get it.

    `identity` changes when the archive does.
    """

    members: Sequence[Member]
    shape: tuple[int, int, int]
    fit: Fit
    identity: tuple[str, int, int]

    @property
    def bytes(self) -> int:
        return len(self.members) * math.prod(self.shape)

    def place(self) -> Path:
        """The file that holds them when they are decoded."""
        what = json.dumps([self.identity, self.shape, self.fit, [member.name for member in self.members]])
        return own_folder() / "cache" / f"{hashlib.sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()}.rows"


def images(wanted: Wanted, opened: Callable[[], Archive | Folder], progress: Progress) -> Images:
    """The wanted images, from disk where they were decoded before.

    Raises: Error of the first image when none can be read, L-DISK; what `progress` raises to give up.
    """
    path = wanted.place()
    if (found := _kept(path)) is not None:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_room(path, wanted)
    aside = path.with_name(f".{path.stem}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with opened() as archive, aside.open("wb") as file:
            made = _decode(archive, wanted, file, progress)
        aside.replace(path)
        return made
    except OSError:
        if wanted.bytes > MOST_IN_MEMORY:
            raise
        with opened() as archive:  # a full disk costs the next start some seconds, and nothing else
            return _decode(archive, wanted, None, progress)
    finally:
        aside.unlink(missing_ok=True)


def _decode(archive: Archive | Folder, wanted: Wanted, file: BinaryIO | None, progress: Progress) -> Images:
    """All images decoded, into memory where they fit, and into the file where there is one."""
    in_memory, crc = wanted.bytes <= MOST_IN_MEMORY, 0
    rows = np.empty((len(wanted.members) if in_memory else 0, *wanted.shape), np.uint8)
    kept: list[int] = []
    notices: list[Problem] = []
    contents = hashlib.sha256(f"{wanted.shape} {wanted.fit}".encode())
    for at, (image, digest, said) in enumerate(_each(archive, wanted)):
        if at % TOGETHER == 0:
            doing = _("Reading images, {n:,} of {all:,}").format(n=at, all=len(wanted.members))
            progress(at / len(wanted.members), doing)
        notices += said
        if image is None:
            continue
        if in_memory:
            rows[len(kept)] = image
        if file:
            file.write(image.data)
            crc = zlib.crc32(image.data, crc)
        contents.update(digest)
        kept.append(at)
    if not kept:
        raise Error.of(notices[:MOST_NOTICES])
    facts = _Facts((len(kept), *wanted.shape), kept, contents.hexdigest(), listed_notices(notices))
    if file:
        facts.write(file, crc)
    return facts.images(rows[: len(kept)] if file is None or in_memory else Path(file.name))


def _each(archive: Archive | Folder, wanted: Wanted) -> Iterator[_Made]:
    """Of each member its image, its sha256, and what is to be said: in order, made by several threads."""

    def one(member: Member) -> _Made:
        try:
            content = archive.read(member)
            decoded = decode(content, member.name)
        except Error as error:
            text = _("{message} It was left out.").format(message=error.message)
            return None, b"", [Problem(error.code, text, severity="warning")]
        image = image_array(decoded.image, wanted.shape[:2], wanted.shape[2], wanted.fit)
        return np.ascontiguousarray(image), hashlib.sha256(content).digest(), list(decoded.notices)

    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(wanted.members), TOGETHER):
            yield from pool.map(one, wanted.members[start : start + TOGETHER])


@dataclass(frozen=True)
class _Facts:
    """What stands behind the rows in a file."""

    shape: tuple[int, ...]
    kept: list[int]
    digest: str
    notices: list[Problem]

    def images(self, rows: NDArray[np.uint8] | Path) -> Images:
        """With the rows, or the file that they are in."""
        found = Stored(rows, self.shape, self.digest) if isinstance(rows, Path) else rows
        return Images(found, np.array(self.kept, np.int64), self.notices)

    def write(self, file: BinaryIO, crc: int) -> None:
        """Params: crc, that of the rows, which are in the file already."""
        notices = [[notice.code, notice.message, notice.severity] for notice in self.notices]
        words = json.dumps([self.shape, self.kept, self.digest, notices]).encode()
        file.write(words + TAIL.pack(len(words), zlib.crc32(words, crc)))
        file.flush()
        os.fsync(file.fileno())

    @classmethod
    def read(cls, file: BinaryIO) -> Self:
        """Raises: ValueError, struct.error when anything in the file is not as it was written."""
        end = file.seek(-TAIL.size, os.SEEK_END)
        length, crc = TAIL.unpack(file.read(TAIL.size))
        file.seek(end - length)
        shape, kept, digest, notices = json.loads(file.read(length))
        if math.prod(shape) != end - length or _crc(file, end) != crc:
            raise ValueError
        return cls(tuple(shape), kept, digest, [Problem(code, text, severity=s) for code, text, s in notices])


def _crc(file: BinaryIO, end: int) -> int:
    """Of all bytes before `end`."""
    crc = file.seek(0)
    while (left := end - file.tell()) > 0 and (block := file.read(min(BLOCK, left))):
        crc = zlib.crc32(block, crc)
    return crc


def _kept(path: Path) -> Images | None:
    try:
        with path.open("rb") as file:
            facts = _Facts.read(file)
            path.touch()  # the latest to be used is the last to go
            if math.prod(facts.shape) > MOST_IN_MEMORY:
                return facts.images(path)
            file.seek(0)
            return facts.images(np.fromfile(file, np.uint8, math.prod(facts.shape)).reshape(facts.shape))
    except (OSError, ValueError, TypeError, struct.error):
        return None  # not there, or damaged: decoded again


def _make_room(path: Path, wanted: Wanted) -> None:
    """Delete what killed processes left and the sets not used for longest. Raises: Error L-DISK."""
    for left in path.parent.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()
    held: list[tuple[float, int, Path]] = []
    for file in path.parent.glob("[!.]*"):
        with contextlib.suppress(OSError):  # another process deleted it
            held.append((file.stat().st_mtime, file.stat().st_size, file))
    held.sort()
    total = sum(length for _time, length, _file in held) + wanted.bytes
    while held and (len(held) >= MOST_CACHED or total > MOST_CACHED_BYTES or _free(path) < wanted.bytes + SPARE):
        _time, length, oldest = held.pop(0)
        total -= length
        oldest.unlink(missing_ok=True)
    if wanted.bytes > MOST_IN_MEMORY and _free(path) < wanted.bytes + SPARE:
        text = _("{n} images of {height} x {width} pixels need {size} on disk; {free} is free. Choose a smaller size.")
        facts = {"n": count(len(wanted.members)), "height": wanted.shape[0], "width": wanted.shape[1]}
        raise Error("L-DISK", text.format(**facts, size=size(wanted.bytes + SPARE), free=size(_free(path))))


def _free(path: Path) -> int:
    return shutil.disk_usage(path.parent).free
