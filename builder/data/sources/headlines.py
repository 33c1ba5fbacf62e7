"""Made-up headlines on six topics, put together from parts of our own."""

from functools import cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.data.fields import DataSpec
from builder.data.sources.source import Index, Progress, Samples, quiet
from builder.data.sources.text import TextSource

EACH = 250  # headlines of a topic
PLACES = ("Northport", "Lindau", "the capital", "Riverton", "Mayfield", "the coast", "Oakham", "the south")
TIMES = ("this week", "after long talks", "in spring", "for the first time", "once more", "at last", "before winter")
WHO = ("experts", "locals", "fans", "the mayor", "thousands", "families", "critics", "officials")
# of each topic: who, what they do, and with what; some words belong to several topics, as they do in newspapers
TOPICS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "business": (
        ("the bank", "a car maker", "the market", "shares", "a start-up", "the airline", "investors"),
        ("cuts", "raises", "sells", "buys", "doubles", "loses", "bets on"),
        ("prices", "profits", "its last factory", "a rival", "jobs", "interest rates", "new stock"),
    ),
    "food": (
        ("a young cook", "the bakery", "a chef", "the market", "a restaurant", "street kitchens"),
        ("serves", "reinvents", "sells", "bakes", "shares", "grills"),
        ("noodles", "bread without salt", "a forgotten soup", "apple cake", "fish from the lake", "the best dumplings"),
    ),
    "science": (
        ("researchers", "a telescope", "the laboratory", "a young team", "biologists", "a space probe"),
        ("discovers", "measures", "finds", "explains", "builds", "tests"),
        ("a new star", "the oldest bone", "water on a moon", "a tiny chip", "how bees count", "a cure for rust"),
    ),
    "sport": (
        ("the home team", "a young striker", "the champion", "the goalkeeper", "the coach", "a runner"),
        ("wins", "loses", "misses", "saves", "breaks", "opens"),
        ("the final", "a record", "the cup", "a late penalty", "the first race", "the season"),
    ),
    "travel": (
        ("the airline", "the night train", "a small hotel", "hikers", "the old harbour", "a ferry"),
        ("opens", "reaches", "loses", "welcomes", "finds", "crosses"),
        ("a new route", "the island", "its last guests", "a forgotten valley", "the border", "the best beach"),
    ),
    "weather": (
        ("a storm", "heavy rain", "the heat", "first snow", "thick fog", "the wind"),
        ("hits", "reaches", "closes", "breaks", "leaves", "floods"),
        ("the harbour", "a record", "all roads", "the valley", "the fields", "the season's first race"),
    ),
}


class Headlines(TextSource):
    """Headlines that a small grammar makes; many borrow a word from another topic, so that no single word decides."""

    title: ClassVar[str] = "Headlines"
    about: ClassVar[str] = "Made-up headlines on six topics: what is each about? Here at once."
    generated: ClassVar[bool] = True

    source: Literal["headlines"] = "headlines"
    max_length: int = Field(
        24, ge=1, le=4096, description="Longer texts are cut to so many.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        1_000, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )

    def spec(self) -> DataSpec:
        return self.spec_of(tuple(TOPICS))

    def load(self, progress: Progress = quiet) -> Samples:
        texts, labels = _headlines()
        return Samples.single(self.spec(), texts, labels, self.divided(labels, tuple(TOPICS)))


@cache
def _headlines() -> tuple[list[str], Index]:
    """All headlines, always the same, none twice."""
    generator = np.random.default_rng(7)
    found: dict[str, int] = {}

    def one(words: tuple[str, ...]) -> str:
        return words[int(generator.integers(len(words)))]

    for label, (topic, (who, does, what)) in enumerate(TOPICS.items()):
        others = [name for name in TOPICS if name != topic]
        while sum(at == label for at in found.values()) < EACH:
            # a word from elsewhere, so that no single word decides
            borrowed = TOPICS[one(tuple(others))]
            parts = [one(who), one(does), one(what)]
            if generator.random() < 0.4:
                place = int(generator.integers(3))
                parts[place] = one(borrowed[place])
            tail = (f"in {one(PLACES)}", one(TIMES), f"as {one(WHO)} watch", "")[int(generator.integers(4))]
            text = " ".join([*parts, tail]).strip()
            found.setdefault(text[0].upper() + text[1:], label)
    return list(found), np.array(list(found.values()), np.int64)
