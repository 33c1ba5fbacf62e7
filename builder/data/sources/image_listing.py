"""What a zip or folder of images holds, found without decoding it: which images, and what is known of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Literal

import numpy as np

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.archives import Archive, Folder, Member, open_archive
from builder.data.fields import Part
from builder.data.images import EXTENSIONS, header
from builder.data.sources.image_table import Answers, Columns, answers, named_in
from builder.data.sources.places import archive_identity
from builder.data.sources.source import Index
from builder.data.sources.split import PART_NAMES

PROBED = 64  # images whose headers decide the default size
LARGEST_OWN = 256  # pixels; larger sets are scaled down unless a size is chosen
SCALED = 64

Labels = Literal["guess", "folders", "table", "none"]


@dataclass(frozen=True)
class Listing:
    """The images of a zip or folder, what is known of them, and what they look like.

    `answers` is None where nothing is to be predicted; `of_table` tells whether a table says all this.
    """

    members: tuple[Member, ...]
    answers: Answers | None
    parts: tuple[Part | None, ...]
    shape: tuple[int, int, int]  # height, width and channels of the set's own
    skipped: int  # files that are no images, or of which nothing is known
    groups: tuple[str, ...] = ()
    of_table: bool = False
    absent: int = 0  # rows of the table whose files are not there

    def own(self) -> dict[Part, Index]:
        """The parts that the set brings."""
        return {
            part: np.array([at for at, other in enumerate(self.parts) if other == part], np.int64)
            for part in set(self.parts)
            if part is not None
        }


@dataclass(frozen=True)
class Asked:
    """Settings by which a set is read."""

    labels: Labels = "guess"
    columns: Columns = field(default_factory=Columns)


def list_images(path: Path, asked: Asked) -> Listing:
    """What a zip or folder holds; remembered until it changes. Raises: Error Z-*, T-*."""
    listing, places = _list(str(path), archive_identity(path), asked)
    if path.is_dir():
        folders = {path, *(path / step for place in places for step in PurePath(place).parents)}
        tables = {path / place for place in places if not place.casefold().endswith(EXTENSIONS)}
        _SEEN[str(path), asked] = ({seen: seen.stat().st_mtime_ns for seen in folders | tables}, listing)
    return listing


_SEEN: dict[tuple[str, Asked], tuple[dict[Path, int], Listing]] = {}  # with the times of all folders inside


def remembered(path: Path, asked: Asked) -> Listing:
    """As `list_images`, quick enough for every edit: of a folder, images overwritten in place are not noticed."""
    times, listing = _SEEN.get((str(path), asked), ({}, None))
    try:
        if listing is not None and all(seen.stat().st_mtime_ns == time for seen, time in times.items()):
            return listing
    except OSError:
        pass  # a folder is gone: listed anew
    return list_images(path, asked)


@lru_cache(maxsize=16)
def _list(path: str, _changed: tuple[str, int, int], asked: Asked) -> tuple[Listing, tuple[str, ...]]:
    """The listing, and the places of what it was made of."""
    with open_archive(Path(path)) as archive:
        images = [member for member in archive.members if member.name.casefold().endswith(EXTENSIONS)]
        images.sort(key=lambda member: member.name)
        if not images:
            text = _("{name} holds no images. Choose a zip or folder of PNG, JPEG, WebP, BMP or GIF images.")
            raise Error("T-CLASS", text.format(name=quote(Path(path).name)))
        tables: list[Member] = []
        found = None
        if asked.labels in ("guess", "table"):
            found, tables = named_in(archive, images, asked.columns)
            if asked.labels == "table" and found is None:
                text = _("{name} holds no table that names its images. Add a .csv with a column of file names.")
                raise Error("T-CLASS", text.format(name=quote(Path(path).name)))
        if found is None:
            listing = _by_folders(archive, images, asked.labels, Path(path).name)
        else:
            members = tuple(images[at] for at in found.images)
            known = answers(found, asked.columns)
            skipped = len(archive.members) - len(members) - len(tables)
            shape = _own_shape(archive, members)
            listing = Listing(members, known, found.parts, shape, skipped, found.groups, True, found.absent)
        return listing, tuple(str(member.place) for member in (*listing.members, *tables))


def _by_folders(archive: Archive | Folder, images: Sequence[Member], labels: Labels, name: str) -> Listing:
    steps = [member.name.split("/") for member in images]
    while len({step[0] for step in steps}) == 1 and min(map(len, steps)) > 1:
        steps = [step[1:] for step in steps]
    tops = {step[0].casefold() for step in steps if len(step) > 1}
    divided = tops <= PART_NAMES.keys() and any(PART_NAMES[top] == "train" for top in tops)
    deep = 3 if divided else 2
    labelled = labels != "none" and any(len(step) >= deep for step in steps)
    if labels == "folders" and not labelled:
        text = _("{name} holds no folders of images. Put the images of each class into a folder of its own.")
        raise Error("T-CLASS", text.format(name=quote(name)))
    least = deep if labelled else deep - 1
    placed = [(member, step) for member, step in zip(images, steps, strict=True) if len(step) >= least]
    members = tuple(member for member, _step in placed)
    parts = tuple(PART_NAMES[step[0].casefold()] if divided else None for _member, step in placed)
    names = [step[deep - 2] for _member, step in placed] if labelled else []
    known = Answers.of_classes("label", names, tuple(sorted(set(names)))) if labelled else None
    skipped = len(archive.members) - len(placed)
    return Listing(members, known, parts, _own_shape(archive, members), skipped)


def _own_shape(archive: Archive | Folder, members: Sequence[Member]) -> tuple[int, int, int]:
    """The size that a sample of the images has in common, or 64 x 64; in colour when any of them is."""
    found: Counter[tuple[int, int]] = Counter()
    channels = 1
    for member in members[:: max(1, len(members) // PROBED)]:
        try:
            height, width, colours = header(archive.read(member), member.name)
        except Error:
            continue  # reported when everything is loaded
        found[height, width] += 1
        channels = max(channels, colours)
    if len(found) == 1 and max(own := next(iter(found))) <= LARGEST_OWN:
        return (*own, channels)
    return (SCALED, SCALED, channels)
