"""Images in a zip or a folder: a folder for each class, or a table that names files and labels, or no labels at all."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Problem
from builder.core.text import _
from builder.data.archives import open_archive
from builder.data.fields import DataSpec, Part
from builder.data.sources.image_cache import Wanted, images
from builder.data.sources.image_listing import Asked, Labels, Listing, list_images, remembered
from builder.data.sources.image_table import Columns, Kind
from builder.data.sources.places import archive_identity, resolve
from builder.data.sources.source import (
    ImageSource,
    Index,
    Progress,
    Samples,
    fingerprint,
    quiet,
    require_classes,
    require_parts,
)
from builder.data.sources.split import at_most, split


def _of_table(description: str, default: str = "") -> Any:
    return Field(default, max_length=200, description=description, json_schema_extra={"advanced": True})


class ImageFolder(ImageSource):
    """A zip, or a folder on this machine, of images.

    `train` and `test` (and `val`) folders at the top are kept as parts. Images of different sizes, and large ones, are
    scaled to 64 x 64 pixels unless a size is chosen. Images that cannot be read are left out and named.
    """

    title: ClassVar[str] = "Images"
    about: ClassVar[str] = "Your own images: a zip or folder with a folder for each class, or a table of their labels."

    source: Literal["images"] = "images"
    path: str = Field("", max_length=4096, description="A zip or folder on this machine, or an upload.")
    labels: Labels = Field(
        "guess", description="Where labels come from: folders, a table (.csv) that names files, or none."
    )
    file_column: str = _of_table("Column of file names; empty to guess.")
    label_column: str = _of_table("Column to be predicted; empty to guess.")
    label_kind: Kind = Field(
        "guess",
        description="What labels are: one class each, several divided by ;, or numbers.",
        json_schema_extra={"advanced": True},
    )
    part_column: str = _of_table("Column that says train, validation or test; empty to guess.")
    group_column: str = _of_table("Column of what stays together in one part, such as a patient; empty to guess.")

    def spec(self) -> DataSpec:
        return self._spec(remembered(resolve(self.path), self._asked()))

    def load(self, progress: Progress = quiet) -> Samples:
        path = resolve(self.path)
        listing = list_images(path, self._asked())
        divided = self._divided(listing)
        rows = np.unique(np.concatenate([*divided.values()]))
        members = [listing.members[row] for row in rows]
        wanted = Wanted(members, self.shape(listing.shape), self.fit, archive_identity(path))
        found = images(wanted, lambda: open_archive(path), progress)
        rows = rows[found.kept]
        parts = {part: np.flatnonzero(np.isin(rows, index)) for part, index in divided.items()}
        self._require(listing, rows, parts)
        spec, known = self._spec(listing), listing.answers
        targets = {known.target.name: known.values[rows]} if known else {}
        content = fingerprint([found.rows], targets.values(), spec)
        names = [listing.members[row].name for row in rows]
        notices = [*_left_out(listing), *found.notices]
        return Samples(spec, {"image": found.rows}, targets, parts, names, notices, content)

    def _asked(self) -> Asked:
        columns = Columns(self.file_column, self.label_column, self.part_column, self.group_column, self.label_kind)
        return Asked(self.labels, columns)

    def _spec(self, listing: Listing) -> DataSpec:
        return self.spec_with(listing.shape, (listing.answers.target,) if listing.answers else ())

    def _divided(self, listing: Listing) -> dict[Part, Index]:
        """Raises: Error T-CLASS, T-SPLIT."""
        strata = listing.answers.strata if listing.answers else np.zeros(len(listing.members), np.int64)
        if self.split == "random":
            strata = np.zeros_like(strata)
        groups = np.array(listing.groups, dtype=object) if listing.groups else None
        parts = split(strata, listing.own(), validation=self.validation, test=self.test, seed=self.seed, groups=groups)
        self._require(listing, np.arange(len(strata)), parts)
        return {part: at_most(self.limit, index, self.seed) for part, index in parts.items()}

    def _require(self, listing: Listing, rows: Index, parts: Mapping[Part, Index]) -> None:
        """Raises: Error T-CLASS when a part is empty, or lacks what is to be learned."""
        require_parts(parts)
        known = listing.answers
        if known and known.target.kind == "category" and self.limit is None:
            require_classes(known.values[rows[parts["train"]]], known.target.classes)


def _left_out(listing: Listing) -> list[Problem]:
    said = []
    if listing.skipped:
        text = _("Files that are no images in a class's folder were left out: {n:,}.")
        if listing.answers is None or listing.of_table:
            text = _("Files of which nothing is known were left out: {n:,}.")
        said.append(Problem("I-TYPE", text.format(n=listing.skipped), severity="hint"))
    if listing.absent:
        text = _("Rows of the table whose image is not there were left out: {n:,}.")
        said.append(Problem("T-ROW", text.format(n=listing.absent), severity="warning"))
    return said
