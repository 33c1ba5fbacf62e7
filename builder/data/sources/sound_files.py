"""Sounds in a zip or a folder, labelled by folders, by their names, or by a table."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, count, size
from builder.data.archives import Archive, Folder, Member, open_archive
from builder.data.fields import DataSpec, Part
from builder.data.sounds import EXTENSIONS, Wave, decode, sound_wave
from builder.data.sources.cache import cached, listed_notices
from builder.data.sources.image_table import Answers
from builder.data.sources.labelled import Labelled, chooser, labelled, parts_of
from builder.data.sources.places import archive_identity, resolve
from builder.data.sources.sound import MOST_MEMORY, SoundSource
from builder.data.sources.source import Index, Progress, Samples, quiet, require_classes, require_parts, shortened
from builder.data.sources.text_table import in_order


class Sounds(SoundSource):
    """A zip, or a folder on this machine, of WAV, FLAC, OGG or MP3 sounds.

    Labels come from a table beside the files, from a folder for each class, or from their names. Sounds that cannot be
    read are left out and named.
    """

    title: ClassVar[str] = "Sounds"
    about: ClassVar[str] = "Your own sounds: a zip or a folder, labelled by folders, by file names or by a table."

    source: Literal["sounds"] = "sounds"
    path: str = Field("", max_length=4096, description="A zip or folder on this machine, or an upload.")
    pattern: str = Field(
        "",
        max_length=200,
        description="What file names tell, such as {label}_{group}_{index}; empty: by a table or by folders.",
    )
    test_where: str = Field(
        "",
        max_length=200,
        description="Which sounds are the test part, such as index < 5 or group = ann; empty: drawn.",
    )

    split: Literal["stratified", "random", "group"] = Field(  # type: ignore[assignment]
        "stratified",
        description="How parts are drawn: each class in its share, without a look at the classes, or each group whole.",
    )
    group: str = Field(
        "group", max_length=100, description="What a group is, with split = group: a field of the pattern, or a column."
    )

    def spec(self) -> DataSpec:
        found = list_sounds(resolve(self.path), self.pattern)
        self._own(found)  # what cannot be read or found is said at once
        if self.split == "group":
            found.values(self.group, "group")
        return self.spec_of(self.answers(found).target)

    def load(self, progress: Progress = quiet) -> Samples:
        path = resolve(self.path)
        found = list_sounds(path, self.pattern)
        answers = self.answers(found)
        classes = answers.target.classes or None
        groups = np.array(found.values(self.group), object) if self.split == "group" else None
        parts = self.divided(answers.strata, classes, self._own(found), groups)
        rows, strata, parts = shortened(np.arange(len(answers.strata)), answers.strata, parts)
        waves, kept, notices = self._decoded(path, [found.members[row] for row in rows], progress)
        parts = {part: np.flatnonzero(np.isin(kept, index)) for part, index in parts.items()}
        require_parts(parts)
        if self.limit is None and classes:
            require_classes(strata[kept][parts["train"]], classes)
        names = [found.members[row].name for row in rows[kept]]
        spec, values = self.spec_of(answers.target), answers.values[rows[kept]]
        return Samples.single(spec, waves, values, parts, names, [*_told(found), *notices])

    def answers(self, found: Labelled) -> Answers:
        """What is to be predicted of each sound. Raises: Error T-CLASS."""
        labels = found.values("label")
        return Answers.of_classes("label", labels, in_order(set(labels)))

    def _own(self, found: Labelled) -> dict[Part, Index]:
        """The parts that the files themselves tell. Raises: Error G-FIELD."""
        parts = list(parts_of(found))
        if self.test_where:
            in_test = chooser(self.test_where, list(found.fields[0]))
            parts = ["test" if in_test(fields) else "train" for fields in found.fields]
        return {
            part: np.array([at for at, other in enumerate(parts) if other == part], np.int64)
            for part in {*parts}
            if part is not None
        }

    def _decoded(self, path: Path, members: Sequence[Member], progress: Progress) -> tuple[Wave, Index, list[Problem]]:
        """The sounds, which of `members` they are, and what was left out; decoded once and then kept on disk."""
        if (needed := 4 * len(members) * self.length) > MOST_MEMORY:
            text = _(
                "{n} sounds of {seconds:g} s need {size}; the most is {most}. Hear less of each, or lower the rate."
            )
            facts = {"n": count(len(members)), "seconds": self.seconds}
            raise Error("L-MEM", text.format(**facts, size=size(needed), most=size(MOST_MEMORY)))
        what = [archive_identity(path), self.rate, self.seconds, self.place, [member.name for member in members]]

        def decode_all() -> tuple[Wave, Index, list[Problem]]:
            with open_archive(path) as archive:
                return self._decode_all(archive, members, progress)

        return cached(what, decode_all)

    def _decode_all(
        self, archive: Archive | Folder, members: Sequence[Member], progress: Progress
    ) -> tuple[Wave, Index, list[Problem]]:
        """Raises: Error of the first sounds when none can be read."""
        waves = np.empty((len(members), self.length), np.float32)
        kept: list[int] = []
        notices: list[Problem] = []
        for at, member in enumerate(members):
            try:
                sound = decode(archive.read(member), member.name)
            except Error as error:
                text = _("{message} It was left out.").format(message=error.message)
                notices.append(Problem(error.code, text, severity="warning"))
                continue
            waves[len(kept)] = sound_wave(sound.wave, sound.rate, self.rate, self.seconds, self.place)
            kept.append(at)
            notices += sound.notices
            if at % 100 == 0:
                progress(at / len(members), _("Reading sounds, {n:,} of {all:,}").format(n=at, all=len(members)))
        notices = listed_notices(notices)
        if not kept:
            raise Error.of(notices)
        return waves[: len(kept)], np.array(kept, np.int64), notices


def list_sounds(path: Path, pattern: str) -> Labelled:
    """The labelled sounds of a zip or folder; remembered until it changes.

    Raises: Error Z-*, T-CLASS, T-ROW, G-FIELD.
    """
    return _list(str(path), archive_identity(path), pattern)


@lru_cache(maxsize=16)
def _list(path: str, _changed: tuple[str, int, int], pattern: str) -> Labelled:
    with open_archive(Path(path)) as archive:
        return labelled(archive, EXTENSIONS, pattern)


def _told(found: Labelled) -> list[Problem]:
    """How labels were found, and how many files have none."""
    notices = [Problem("A-LABEL", found.way, severity="hint")]
    if found.skipped:
        text = _("Files without a label, or that are no sounds, were left out: {n:,}.").format(n=found.skipped)
        notices.append(Problem("A-TYPE", text, severity="hint"))
    return notices
