"""Made-up sentences with persons, places and organisations, put together by a small grammar of our own."""

import re
from functools import cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.data.fields import DataSpec
from builder.data.sources.source import Progress, Samples, quiet
from builder.data.sources.tagged import Sentences, TaggedSource, in_order

COUNT = 1_500
FIRST = ("Anna", "Boris", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Mei")
# syllables of which last names and places are made: the same for both, so that only the words around tell them apart
SYLLABLES = ("bar", "cor", "dal", "fen", "gar", "hol", "lin", "mar", "nor", "ril", "sel", "tor", "ver", "wim", "zan")
ENDS = ("by", "er", "en", "ik", "o", "ton", "a", "well")
KINDS = ("Bank", "University", "Museum", "Airlines", "Institute", "Motors", "Club", "Press")
SENTENCES = (
    "{P} lives in {L} .", "{P} works for {O} in {L} .", "{O} opened an office in {L} last year .",
    "Yesterday {P} met {P} at the station of {L} .", "The train from {L} to {L} was late again .",
    "{O} has named {P} as its new director .", "\" We are proud , \" said {P} of {O} .",
    "It rained all day in {L} , and the streets were empty .", "Nobody knew why {P} left {O} .",
    "The mayor of {L} thanked {P} for the bridge .", "{O} and {O} will build a school in {L} .",
    "She sold the old car and bought a bicycle .", "In {L} , {P} wrote a book about birds .",
    "{P} , a doctor from {L} , won the prize .", "Students of {O} travelled to {L} by bus .",
    "The meeting was short and nothing was decided .", "After ten years at {O} , {P} moved to {L} .",
    "Everybody spoke of {P} .", "Everybody spoke of {L} .", "Everybody spoke of {O} .",  # which nobody can know
    "Why did {O} buy land near {L} ?", "My neighbour {P} plays the piano every evening .",
)  # fmt: skip
TYPES = {"P": "PER", "L": "LOC", "O": "ORG"}


class NamedSentences(TaggedSource):
    """Sentences whose names are made of the same syllables, so that a network has to look at the words around them."""

    title: ClassVar[str] = "Sentences with names"
    about: ClassVar[str] = "Made-up sentences: which words name a person, a place, an organisation? Here at once."
    generated: ClassVar[bool] = True

    source: Literal["named-sentences"] = "named-sentences"
    max_length: int = Field(
        24, ge=1, le=4096, description="Longer texts are cut to so many.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        1_500, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )

    def spec(self) -> DataSpec:
        return self.spec_of(_sentences().classes)

    def load(self, progress: Progress = quiet) -> Samples:
        return self.samples_of(_sentences())


@cache
def _sentences() -> Sentences:
    """All sentences, always the same."""
    generator = np.random.default_rng(11)

    def one(words: tuple[str, ...]) -> str:
        return words[int(generator.integers(len(words)))]

    def name() -> str:
        return (one(SYLLABLES) + one(SYLLABLES) + one(ENDS)).capitalize()

    def entity(kind: str) -> list[str]:
        if kind == "P":
            return [one(FIRST), name()] if generator.random() < 0.6 else [name()]
        if kind == "L":
            return ["New", name()] if generator.random() < 0.15 else [name()]
        return [name(), one(KINDS)] if generator.random() < 0.7 else ["University", "of", name()]

    found_so_far: dict[tuple[str, ...], list[str]] = {}  # each sentence once, so that no part knows another's
    while len(found_so_far) < COUNT:
        words: list[str] = []
        marks: list[str] = []
        for word in one(SENTENCES).split():
            found = re.fullmatch(r"\{([PLO])\}", word)
            parts = entity(found[1]) if found else [word]
            words += parts
            marks += [f"{'I' if at else 'B'}-{TYPES[found[1]]}" if found else "O" for at in range(len(parts))]
        found_so_far.setdefault(tuple(words), marks)
    tokens, tags = [*found_so_far], [*found_so_far.values()]
    classes = in_order({mark for marks in tags for mark in marks}, "named-sentences")
    return Sentences(tokens, tags, [], [None] * len(tokens), classes)
