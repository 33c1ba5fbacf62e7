"""Downloads: with progress, checked, taken up where they broke off, and whole or absent."""

import contextlib
import fcntl
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.data.sources.source import Progress, quiet

CHUNK = 1 << 18
Digest = Any  # what hashlib.new gives
TIMEOUT = 30  # seconds without an answer
MOST_BYTES = 1_000_000_000


class Unusable(Exception):
    """A mirror answered with something else than the file."""


# how a mirror fails, so that the next one is asked
FAILURES = (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException, Unusable)


def download(
    mirrors: Sequence[str], name: str, md5: str, folder: Path, progress: Progress = quiet, *, instead: str = ""
) -> Path:
    """Fetch `name` from the first mirror that has it with this md5, into `folder`.

    What came before a download broke off or was given up is kept aside, and the next one goes on from there.

    Params: instead, what a person without a network should put where; the file itself when it is not given.
    Raises: Error P-NONE when no mirror can be reached or none has the right file; OSError when the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{name}.part"
    reason = ""
    for mirror in mirrors:
        try:
            fetch(mirror + name, "md5", md5, aside, progress, name)
        except FAILURES as error:
            reason = str(getattr(error, "reason", error))
            continue
        aside.replace(folder / name)
        return folder / name
    text = _(
        "Could not download {name} ({reason}). Connect to the network and try again, or {instead} "
        "below a folder of NETBUILDER_DATASETS or below datasets in the workspace."
    )
    place = "/".join(folder.parts[-2:])
    instead = instead or _('put the file into "{place}"').format(place=place)
    raise Error("P-NONE", text.format(name=quote(name), reason=reason[:60], instead=instead))


def fetch(url: str, kind: Literal["md5", "sha256"], digits: str, aside: Path, progress: Progress, name: str) -> None:
    """Write what lies at `url` to `aside`, and tell how far it is; what is there already is taken for its beginning.

    Params: kind, that of the checksum; digits, with which it begins. Raises: one of FAILURES, OSError.
    """
    with aside.open("a+b") as file, _nothing_empty(file, aside):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(_("another download of it is under way")) from None
        digest = hashlib.new(kind, usedforsecurity=False)
        file.seek(0)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        if not digest.hexdigest().startswith(digits):
            digest = _append(url, file, digest, progress, name)
        file.flush()
        os.fsync(file.fileno())
        if not digest.hexdigest().startswith(digits):
            file.truncate(0)
            raise Unusable(_("the file on the server is not the right one"))


@contextlib.contextmanager
def _nothing_empty(file: BinaryIO, aside: Path) -> Iterator[None]:
    """A file of which nothing came is not left behind."""
    try:
        yield
    except BaseException:
        if not os.fstat(file.fileno()).st_size:
            aside.unlink(missing_ok=True)
        raise


def _append(url: str, file: BinaryIO, digest: Digest, progress: Progress, name: str) -> Digest:
    """What the server has behind what the file has, or all of it where the server cannot begin in the middle."""
    done = file.tell()
    try:
        answer = urllib.request.urlopen(_asked(url, done), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        answer = urllib.request.urlopen(url, timeout=TIMEOUT)  # the file is no beginning of what is there
    with answer:
        if answer.status != http.client.PARTIAL_CONTENT:
            done, digest = 0, hashlib.new(digest.name, usedforsecurity=False)
            file.truncate(0)
        total = done + int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if done > MOST_BYTES:
                raise Unusable(_("larger than {most}").format(most=size(MOST_BYTES)))
            doing = _("Downloading {name}, {done}").format(name=name, done=size(done))
            progress(min(1.0, done / total) if total else 0.0, doing)
        if done < total:
            raise Unusable(_("the connection broke off"))
    return digest


def _asked(url: str, start: int) -> urllib.request.Request:
    return urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
