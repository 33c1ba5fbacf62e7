"""What sources of tagged tokens share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.entities import NO_TOKEN, OUTSIDE
from builder.data.fields import DataSpec, InputField, InputKind, Part, Target
from builder.data.preparations.text import side_by_side
from builder.data.sources.augmentations import TokenAugmentation
from builder.data.sources.source import Index, Samples, Source, fingerprint, require_parts
from builder.data.sources.split import at_most, split
from builder.data.sources.text import SequenceSettings

MOST_TAGS = 1_000


@dataclass(frozen=True, eq=False)  # found again by identity
class Sentences:
    """Sentences as tokens, each token with its tag; where each comes from, and the parts that files of their own make.

    `tokens` and `tags` are as long as each other, sentence by sentence.
    """

    tokens: list[tuple[str, ...]]
    tags: list[list[str]]
    names: list[str]
    parts: list[Part | None]
    classes: tuple[str, ...]


class TaggedSource(SequenceSettings, Source):
    """Sentences that are divided into tokens, with a tag for each."""

    kind: ClassVar[InputKind] = "text"
    ignores: ClassVar[frozenset[str]] = frozenset({"split"})  # sentences have no class

    augmentation: TokenAugmentation = Field(
        default_factory=TokenAugmentation, description="Random changes while training."
    )

    def spec_of(self, classes: Sequence[str]) -> DataSpec:
        """The spec of sentences with these tags."""
        target = Target("tags", tuple(classes), "tags", sizes=(self.max_length, len(classes)))
        return DataSpec((InputField("text", "text", self.text_spec()),), (target,))

    def samples_of(self, found: Sentences) -> Samples:
        """The samples: divided into parts, the tags beside the tokens as preparation will place them."""
        spec, notices = self.spec_of(found.classes), []
        number = {tag: at for at, tag in enumerate(found.classes)}
        rows = [[number[tag] for tag in tags] for tags in found.tags]
        values = side_by_side(rows, self.max_length, self.padding_side, self.truncation_side, NO_TOKEN)
        if longer := sum(len(row) > self.max_length for row in rows):
            text = _("Sentences with more than {most:,} tokens, of which the rest is cut: {n:,}.")
            notices = [Problem("T-LONG", text.format(most=self.max_length, n=longer), severity="hint")]
        parts = self._divided(found.parts)
        content = fingerprint([found.tokens], [values], spec)
        return Samples(spec, {"text": found.tokens}, {"tags": values}, parts, found.names, notices, content)

    def _divided(self, parts: Sequence[Part | None]) -> Mapping[Part, Index]:
        own: dict[Part, Index] = {
            part: np.array([at for at, other in enumerate(parts) if other == part], np.int64)
            for part in set(parts)
            if part is not None
        }
        alike = np.zeros(len(parts), np.int64)
        found = split(alike, own, validation=self.validation, test=self.test, seed=self.seed)
        require_parts(found)
        return {part: at_most(self.limit, index, self.seed) for part, index in found.items()}


def in_order(tags: set[str], name: str) -> tuple[str, ...]:
    """Tags in order: O first, what belongs to one type of entity side by side. Raises: Error T-CLASS."""
    if len(tags) < 2:
        text = _("{name} holds only one tag, {tag}. At least 2 are needed to tell apart. Check the column of tags.")
        raise Error("T-CLASS", text.format(name=quote(name), tag=quote(next(iter(tags), ""))))
    if len(tags) > MOST_TAGS:
        text = _("{name} holds {n:,} different tags; the most is {most:,}. Check the column of tags.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(tags), most=MOST_TAGS))
    return tuple(sorted(tags, key=lambda tag: (tag != OUTSIDE, tag[2:], tag)))
