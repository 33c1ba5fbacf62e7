"""Texts in files: a folder of text files for each class, or for each class a file with one text a line."""

from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.archives import open_archive
from builder.data.fields import DataSpec, Part
from builder.data.sources.places import identity, resolve
from builder.data.sources.source import Index, Progress, Samples, quiet
from builder.data.sources.split import PART_NAMES
from builder.data.sources.text import TextSource
from builder.data.sources.text_table import Labelled, in_order
from builder.data.tables import Encoding, decoded

ENDING = ".txt"


class TextFiles(TextSource):
    """A zip, or a folder on this machine, with a folder of .txt files for each class: each file is a text.

    Without such folders each .txt file is a class, and each of its lines a text. `train` and `test` (and `val`) folders
    at the top are kept as parts.
    """

    title: ClassVar[str] = "Text files"
    about: ClassVar[str] = "A zip or folder of .txt files: a folder for each class, or a file of lines for each class."

    source: Literal["text-files"] = "text-files"
    path: str = Field("", max_length=4096, description="A zip or folder on this machine, or an upload.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")

    def spec(self) -> DataSpec:
        return self.spec_of(in_order(set(self._labelled().labels)))

    def load(self, progress: Progress = quiet) -> Samples:
        found = self._labelled()
        classes = in_order(set(found.labels))
        number = {name: at for at, name in enumerate(classes)}
        labels = np.array([number[label] for label in found.labels], np.int64)
        own: dict[Part, Index] = {
            part: np.array([at for at, other in enumerate(found.parts) if other == part], np.int64)
            for part in set(found.parts)
            if part is not None
        }
        parts = self.divided(labels, classes, own)
        return Samples.single(self.spec_of(classes), found.texts, labels, parts, found.rows, found.notices)

    def _labelled(self) -> Labelled:
        path = resolve(self.path)
        inside = tuple(identity(file) for file in sorted(path.rglob("*")) if file.is_file()) if path.is_dir() else ()
        return _read(identity(path), inside, self.encoding)


@lru_cache(maxsize=4)
def _read(place: tuple[str, int, int], _inside: tuple[tuple[str, int, int], ...], encoding: Encoding) -> Labelled:
    """All texts of a place; `identity` in the key makes a changed file be read anew. Raises: Error T-CLASS, T-ENC."""
    path = Path(place[0])
    found = Labelled([], [], [], [], ())
    empty = 0
    with open_archive(path) as archive:
        members = sorted((m for m in archive.members if m.name.casefold().endswith(ENDING)), key=lambda m: m.name)
        steps = [member.name.split("/") for member in members]
        while steps and len({step[0] for step in steps}) == 1 and min(map(len, steps)) > 1:
            steps = [step[1:] for step in steps]
        tops = {step[0].casefold() for step in steps if len(step) > 1}
        divided = "train" in {PART_NAMES.get(top) for top in tops} and tops <= PART_NAMES.keys()
        deep = 1 + divided
        by_line = all(len(step) == deep for step in steps)
        for member, step in zip(members, steps, strict=True):
            if len(step) < deep + (not by_line):
                continue  # beside the folders of classes: a list, or words about the data
            label = Path(step[-1]).stem if by_line else step[deep - 1]
            text = decoded(archive.read(member), encoding)
            if "\0" in text:
                words = _("{name} holds a NUL byte. Save it as plain text again.")
                raise Error("T-NUL", words.format(name=quote(member.name)))
            for number, one in enumerate(text.splitlines() if by_line else [text], 1):
                if not one.strip():
                    empty += not by_line
                    continue
                row = _("{name}, line {line}").format(name=member.name, line=number) if by_line else member.name
                found.texts.append(one.strip())
                found.labels.append(label)
                found.rows.append(row)
                found.parts.append(PART_NAMES[step[0].casefold()] if divided else None)
    if len(set(found.labels)) < 2:
        words = _("{name} needs a folder of .txt files, or one .txt file, for each of at least 2 classes.")
        raise Error("T-CLASS", words.format(name=quote(path.name)))
    words = _("Files without text were left out: {n:,}.").format(n=empty)
    notices = (Problem("T-ROW", words, severity="warning"),) if empty else ()
    return Labelled(found.texts, found.labels, found.rows, found.parts, notices)
