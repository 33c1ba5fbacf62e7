"""Images in a zip or a folder, a folder for each class."""

import hashlib
import json
import math
import os
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, count, quote, size
from builder.data.archives import Archive, Folder, Member, open_archive
from builder.data.fields import DataSpec, Part
from builder.data.images import EXTENSIONS, Fit, decode, header, image_array
from builder.data.sources.places import identity, own_folder, resolve
from builder.data.sources.source import (
    ImageSource,
    Index,
    Progress,
    Samples,
    quiet,
    require_classes,
    require_parts,
    shortened,
)
from builder.data.sources.split import PART_NAMES

PROBED = 64  # images whose headers decide the default size
LARGEST_OWN = 256  # pixels; larger sets are scaled down unless a size is chosen
SCALED = 64
MOST_MEMORY = 8_000_000_000  # bytes of decoded images
MOST_CACHED = 8  # decoded sets that are kept
MOST_NOTICES = 20


@dataclass(frozen=True)
class Listing:
    """The images of a zip or folder: their class and part by folder, and what they look like."""

    members: tuple[Member, ...]
    classes: tuple[str, ...]
    labels: Index
    parts: tuple[Part | None, ...]
    shape: tuple[int, int, int]  # height, width and channels of the set's own
    skipped: int  # files that are no images, or lie in no class's folder


class ImageFolder(ImageSource):
    """A zip, or a folder on this machine, that holds a folder of images for each class.

    `train` and `test` (and `val`) folders at the top are kept as parts. Images of different sizes, and large ones, are
    scaled to 64 x 64 pixels unless a size is chosen. Images that cannot be read are left out and named.
    """

    title: ClassVar[str] = "Images"
    about: ClassVar[str] = "Your own images: a zip or a folder with a folder for each class."

    source: Literal["images"] = "images"
    path: str = Field("", max_length=4096, description="A zip or folder on this machine, or an upload.")

    def spec(self) -> DataSpec:
        listing = _remembered(resolve(self.path))
        return self.spec_of(listing.shape, listing.classes)

    def load(self, progress: Progress = quiet) -> Samples:
        path = resolve(self.path)
        listing = list_images(path)
        divided = self.divided(listing.labels, listing.classes, _own(listing))
        rows, labels, parts = shortened(np.arange(len(listing.labels)), listing.labels, divided)
        images, kept, notices = self._decoded(path, [listing.members[row] for row in rows], listing.shape, progress)
        if listing.skipped:
            text = _("Files that are no images in a class's folder were left out: {n:,}.").format(n=listing.skipped)
            notices = [Problem("I-TYPE", text, severity="hint"), *notices]
        parts = {part: np.flatnonzero(np.isin(kept, index)) for part, index in parts.items()}
        labels = labels[kept]
        require_parts(parts)
        if self.limit is None:
            require_classes(labels[parts["train"]], listing.classes)
        names = [listing.members[rows[at]].name for at in kept]
        spec = self.spec_of(listing.shape, listing.classes)
        return Samples.single(spec, images, labels, parts, names, notices)

    def _decoded(
        self, path: Path, members: Sequence[Member], own: tuple[int, int, int], progress: Progress
    ) -> tuple[NDArray[np.uint8], Index, list[Problem]]:
        """The images, which of `members` they are, and what was left out; decoded once and then kept on disk."""
        shape = self.shape(own)
        if (needed := len(members) * math.prod(shape)) > MOST_MEMORY:
            text = _("{n} images of {height} x {width} pixels need {size}; the most is {most}. Choose a smaller size.")
            facts = {"n": count(len(members)), "height": shape[0], "width": shape[1]}
            raise Error("L-MEM", text.format(**facts, size=size(needed), most=size(MOST_MEMORY)))
        what = json.dumps([_identity(path), shape, self.fit, [member.name for member in members]])
        cached = own_folder() / "cache" / f"{hashlib.sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()}.npz"
        if (found := _from_cache(cached)) is not None:
            return found
        with open_archive(path) as archive:
            decoded = _decode_all(archive, members, shape, self.fit, progress)
        _to_cache(cached, *decoded)
        return decoded


def list_images(path: Path) -> Listing:
    """What a zip or folder holds; remembered until it changes. Raises: Error Z-*, T-CLASS."""
    listing = _list(str(path), _identity(path))
    if path.is_dir():
        folders = {path, *(path / step for member in listing.members for step in PurePath(str(member.place)).parents)}
        _SEEN[str(path)] = ({folder: folder.stat().st_mtime_ns for folder in folders}, listing)
    return listing


_SEEN: dict[str, tuple[dict[Path, int], Listing]] = {}  # folders, with the times of all folders inside


def _remembered(path: Path) -> Listing:
    """As `list_images`, quick enough for every edit: of a folder, files overwritten in place are not noticed."""
    times, listing = _SEEN.get(str(path), ({}, None))
    try:
        if listing is not None and all(folder.stat().st_mtime_ns == time for folder, time in times.items()):
            return listing
    except OSError:
        pass  # a folder is gone: listed anew
    return list_images(path)


def _identity(path: Path) -> tuple[str, int, int]:
    """Changes when a file, or anything in a folder, changes."""
    if not path.is_dir():
        return identity(path)
    # a folder's own time does not tell of files replaced inside it
    stamps = [(member.name, identity(path / str(member.place))[1:]) for member in Folder(path).members]
    digest = hashlib.sha256(repr(stamps).encode("utf-8", "surrogatepass")).digest()
    return str(path.resolve()), len(stamps), int.from_bytes(digest[:8], "little")


@lru_cache(maxsize=16)
def _list(path: str, _changed: tuple[str, int, int]) -> Listing:
    with open_archive(Path(path)) as archive:
        images = [member for member in archive.members if member.name.casefold().endswith(EXTENSIONS)]
        images.sort(key=lambda member: member.name)
        steps = [member.name.split("/") for member in images]
        while steps and len({step[0] for step in steps}) == 1 and min(map(len, steps)) > 1:
            steps = [step[1:] for step in steps]
        tops = {step[0].casefold() for step in steps if len(step) > 1}
        divided = tops <= PART_NAMES.keys() and any(PART_NAMES[top] == "train" for top in tops)
        deep = 3 if divided else 2
        placed = [(member, step) for member, step in zip(images, steps, strict=True) if len(step) >= deep]
        if not placed:
            text = _("{name} holds no folders of images. Put the images of each class into a folder of its own.")
            raise Error("T-CLASS", text.format(name=quote(Path(path).name)))
        names = [step[deep - 2] for _member, step in placed]
        classes = tuple(sorted(set(names)))
        number = {name: at for at, name in enumerate(classes)}
        members = tuple(member for member, _step in placed)
        return Listing(
            members,
            classes,
            np.array([number[name] for name in names], np.int64),
            tuple(PART_NAMES[step[0].casefold()] if divided else None for _member, step in placed),
            _own_shape(archive, members),
            len(archive.members) - len(placed),
        )


def _own(listing: Listing) -> dict[Part, Index]:
    return {
        part: np.array([at for at, other in enumerate(listing.parts) if other == part], np.int64)
        for part in set(listing.parts)
        if part is not None
    }


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


def _decode_all(
    archive: Archive | Folder, members: Sequence[Member], shape: tuple[int, int, int], fit: Fit, progress: Progress
) -> tuple[NDArray[np.uint8], Index, list[Problem]]:
    """Raises: Error of the first image when none can be read."""
    images = np.empty((len(members), *shape), np.uint8)
    kept: list[int] = []
    notices: list[Problem] = []
    for at, member in enumerate(members):
        try:
            decoded = decode(archive.read(member), member.name)
        except Error as error:
            text = _("{message} It was left out.").format(message=error.message)
            notices.append(Problem(error.code, text, severity="warning"))
            continue
        images[len(kept)] = image_array(decoded.image, shape[:2], shape[2], fit)
        kept.append(at)
        notices += decoded.notices
        if at % 100 == 0:
            progress(at / len(members), _("Reading images, {n:,} of {all:,}").format(n=at, all=len(members)))
    if not kept:
        raise Error.of(notices[:MOST_NOTICES])
    if len(notices) > MOST_NOTICES:
        more = _("and {n} more").format(n=len(notices) - MOST_NOTICES)
        notices = [*notices[:MOST_NOTICES], Problem(notices[MOST_NOTICES].code, more, severity="warning")]
    return images[: len(kept)], np.array(kept, np.int64), notices


def _from_cache(path: Path) -> tuple[NDArray[np.uint8], Index, list[Problem]] | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            notices = [
                Problem(code, text, severity=weight) for code, text, weight in json.loads(kept["notices"].tobytes())
            ]
            path.touch()
            return kept["images"], kept["kept"], notices
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # not there, or damaged: decoded again


def _to_cache(path: Path, images: NDArray[np.uint8], kept: Index, notices: Sequence[Problem]) -> None:
    """Keep a decoded set; the oldest go when there are too many."""
    plain = json.dumps([[notice.code, notice.message, notice.severity] for notice in notices]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            np.savez(file, images=images, kept=kept, notices=np.frombuffer(plain, np.uint8))
        aside.replace(path)
    except OSError:
        return  # a full disk costs the next start some seconds, and nothing else
    finally:
        aside.unlink(missing_ok=True)
    for old in sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)[:-MOST_CACHED]:
        old.unlink(missing_ok=True)
