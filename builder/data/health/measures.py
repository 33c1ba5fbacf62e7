"""How large the samples of a set are: sizes of images, lengths of texts, durations of sounds, to be seen as plots."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from builder.core.errors import Error
from builder.core.text import _
from builder.data.archives import open_archive
from builder.data.images import EXTENSIONS, header
from builder.data.sounds import EXTENSIONS as SOUNDS
from builder.data.sounds import seconds
from builder.data.sources.places import resolve
from builder.data.sources.source import Samples, Source

MOST = 2_000  # samples that are measured
MOST_FILES = 300  # images whose headers are read


@dataclass(frozen=True)
class Measure:
    """One quantity of some samples of a field, and what it is called."""

    field: str
    title: str
    values: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Its least, middle and greatest."""
        low, middle, high = np.quantile(self.values, (0, 0.5, 1)).tolist()
        return {"field": self.field, "what": self.title, "least": low, "median": middle, "most": high}


def measures(source: Source, samples: Samples) -> tuple[Measure, ...]:
    """What can be said of the size of each field's samples; nothing where all are alike."""
    train = samples.parts["train"]
    some = train[np.linspace(0, len(train) - 1, min(MOST, len(train))).astype(int)]
    found: list[Measure] = []
    for field in samples.spec.inputs:
        if field.kind == "image":
            found += _images(source, field.name)
        elif field.kind == "sound":
            found += _sounds(source, field.name)
        elif length := LENGTHS.get(field.kind):
            rows = samples.inputs[field.name]
            title, of = length
            found.append(Measure(field.name, title, tuple(float(of(rows[int(at)])) for at in some)))
    return tuple(measure for measure in found if len(set(measure.values)) > 1)


def words(raw: Any) -> int:
    """Words, of languages that put spaces between them; else characters."""
    if not isinstance(raw, str):
        return len(raw)
    spaced = len(raw.split())
    return spaced if spaced > 1 or raw.isascii() else len(raw)


# by kind of field: what is measured, and how
LENGTHS: dict[str, tuple[str, Callable[[Any], float]]] = {"text": (_("words or characters"), words)}


def _images(source: Source, field: str) -> list[Measure]:
    """The sizes of files as they are, before they are scaled."""
    path = getattr(source, "path", "")
    try:
        sizes = _sizes(str(resolve(path))) if path else ()
    except (Error, OSError):
        return []
    return [
        Measure(field, title, tuple(float(size[at]) for size in sizes))
        for at, title in enumerate((_("height in pixels"), _("width in pixels")))
        if sizes
    ]


def _sounds(source: Source, field: str) -> list[Measure]:
    """The durations of files as they are, before they are cut and filled up."""
    path = getattr(source, "path", "")
    try:
        found = _durations(str(resolve(path))) if path else ()
    except (Error, OSError):
        return []
    return [Measure(field, _("seconds"), found)] if found else []


@lru_cache(maxsize=8)
def _sizes(path: str) -> tuple[tuple[int, int], ...]:
    return tuple(size[:2] for size in _headers(path, EXTENSIONS, header))


@lru_cache(maxsize=8)
def _durations(path: str) -> tuple[float, ...]:
    return tuple(_headers(path, SOUNDS, seconds))


def _headers(path: str, endings: tuple[str, ...], look: Callable[[bytes, str], Any]) -> Iterator[Any]:
    """What the headers of some files say; those that cannot be read are reported where they are loaded."""
    with open_archive(Path(path)) as archive:
        files = [member for member in archive.members if member.name.casefold().endswith(endings)]
        for member in files[:: max(1, len(files) // MOST_FILES)]:
            with contextlib.suppress(Error):
                yield look(archive.read(member), member.name)
