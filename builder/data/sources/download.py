"""Downloads: with progress, checked, and whole or absent."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.data.sources.source import Progress, quiet

CHUNK = 1 << 18
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

    Params: instead, what a person without a network should put where; the file itself when it is not given.
    Raises: Error P-NONE when no mirror can be reached or none has the right file; OSError when the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{name}.{os.getpid()}.part"
    reason = ""
    try:
        for mirror in mirrors:
            try:
                fetch(mirror + name, "md5", md5, aside, progress, name)
            except FAILURES as error:
                reason = str(getattr(error, "reason", error))
                continue
            aside.replace(folder / name)
            return folder / name
    finally:
        aside.unlink(missing_ok=True)
    text = _(
        "Could not download {name} ({reason}). Connect to the network and try again, or {instead} "
        "below a folder of NETBUILDER_DATASETS or below datasets in the workspace."
    )
    place = "/".join(folder.parts[-2:])
    instead = instead or _('put the file into "{place}"').format(place=place)
    raise Error("P-NONE", text.format(name=quote(name), reason=reason[:60], instead=instead))


def fetch(url: str, kind: Literal["md5", "sha256"], digits: str, aside: Path, progress: Progress, name: str) -> None:
    """Write what lies at `url` to `aside`, and tell how far it is.

    Params: kind, that of the checksum; digits, with which it begins. Raises: one of FAILURES, OSError.
    """
    digest = hashlib.new(kind, usedforsecurity=False)
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, aside.open("wb") as file:
        total = int(answer.headers.get("Content-Length") or 0)
        done = 0
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if done > MOST_BYTES:
                raise Unusable(_("larger than {most}").format(most=size(MOST_BYTES)))
            doing = _("Downloading {name}, {done}").format(name=name, done=size(done))
            progress(min(1.0, done / total) if total else 0.0, doing)
        file.flush()
        os.fsync(file.fileno())
    if not digest.hexdigest().startswith(digits):
        raise Unusable(_("the file on the server is not the right one"))
