"""Ratings that users gave to items: who enters, what is held back, and what is known of the pairs."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.specs import Spec
from builder.core.text import _
from builder.data.fields import Column, DataSpec, InputField, InputKind, Part, Target
from builder.data.sources.source import Index, Progress, Samples, Source, fingerprint, quiet, require_parts
from builder.data.sources.split import at_most, split
from builder.data.sources.text_table import in_order

USER, ITEM = "user", "item"
RATING = "rating"
FEWEST = 3  # ratings of a user of whom the last are held back
Way = Literal["random", "time", "last"]
Words = NDArray[Any]  # of object: names of users or items


@dataclass(frozen=True, eq=False)  # found again by identity
class Ratings:
    """Pairs in the order of the data, each once. `values` are all 1 where it is only known that something happened."""

    users: Words
    items: Words
    values: NDArray[np.float32]
    times: NDArray[np.float64] | None = None
    notices: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class Known:
    """The parts, and the users and items of the training part: others are unknown to the network."""

    parts: dict[Part, Index]
    users: tuple[str, ...]
    items: tuple[str, ...]


class RatingsSource(Source):
    """Pairs of a user and an item, each with a rating. The network knows the users and items of the training part."""

    kind: ClassVar[InputKind] = "index"

    split: Way = Field(  # type: ignore[assignment]
        "random",
        description="How parts are drawn: at random, by time (the newest are the test part), or of each user the last "
        "rating for the test and the one before for validation.",
    )
    liked: float | None = Field(
        None, description="From which rating on an item counts as liked, for rankings; empty: from the mean on."
    )

    @abstractmethod
    def ratings(self) -> Ratings:
        """All ratings, the same object as long as nothing changes. Raises: Error of the data."""

    def spec(self) -> DataSpec:
        known = self._known()
        fields = (_field(USER, known.users), _field(ITEM, known.items))
        return DataSpec(fields, (Target(RATING, kind="rating", columns=(RATING,), liked=self.liked),))

    def load(self, progress: Progress = quiet) -> Samples:
        found, known, spec = self.ratings(), self._known(), self.spec()
        inputs = {USER: _places(found.users, known.users), ITEM: _places(found.items, known.items)}
        targets = {RATING: found.values[:, None]}
        content = fingerprint([found.users, found.items], targets.values(), spec)
        return Samples(spec, inputs, targets, known.parts, (), list(found.notices), content)

    def _known(self) -> Known:
        return _divided(self.ratings(), self.split, self.validation, self.test, self.seed, self.limit)


def _field(name: str, words: tuple[str, ...]) -> InputField:
    return InputField(name, "index", Spec((2, 1), "int64", "N L", len(words) + 1), (Column(name, words),))


def _places(names: Words, known: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each name among those that are known, from 1 on; 0 for others. Shape: (N,) -> (N, 1)"""
    places = {name: place for place, name in enumerate(known, 1)}
    return np.array([places.get(name, 0) for name in names.tolist()], np.int64)[:, None]


@lru_cache(maxsize=8)
def _divided(found: Ratings, way: str, validation: float, test: float, seed: int, limit: int | None) -> Known:
    """The parts, and whom the training part knows. Raises: Error T-TIME without times, T-CLASS when a part is empty."""
    if way == "last":
        parts = _last_out(found)
    else:
        if way == "time" and found.times is None:
            text = _("There is no column of times to split by. Give one the role time, or split at random.")
            raise Error.of([Problem("T-TIME", text, param="split")])
        times = found.times if way == "time" else None
        alike = np.zeros(len(found.values), np.int64)
        parts = split(alike, {}, validation=validation, test=test, seed=seed, times=times)
    require_parts(parts)
    parts = {part: at_most(limit, index, seed) for part, index in parts.items()}
    train = parts["train"]
    return Known(parts, in_order(set(found.users[train].tolist())), in_order(set(found.items[train].tolist())))


def _last_out(found: Ratings) -> dict[Part, Index]:
    """Of each user the last rating for the test and the one before for validation; users with few only train.

    The order is that of time, else that of the data. Source: He et al. 2017, arXiv:1708.05031, section 4.1.
    """
    order = np.arange(len(found.values)) if found.times is None else np.argsort(found.times, kind="stable")
    users = np.unique(found.users, return_inverse=True)[1]
    order = order[np.argsort(users[order], kind="stable")]  # user by user, each in the order of time
    ends = np.cumsum(np.bincount(users)) - 1
    ends = ends[np.bincount(users) >= FEWEST]
    held: dict[Part, Index] = {"validation": order[ends - 1], "test": order[ends]}
    train = np.setdiff1d(order, np.concatenate([*held.values()]))
    return {"train": train, **{part: np.sort(index) for part, index in held.items()}}


def once(found: Ratings) -> Ratings:
    """Each pair once, by its last rating: a pair in two parts would tell its own answer."""
    users, items = (np.unique(names, return_inverse=True)[1] for names in (found.users, found.items))
    pairs = users * (int(items.max(initial=0)) + 1) + items
    last = len(pairs) - 1 - np.unique(pairs[::-1], return_index=True)[1]
    if len(last) == len(pairs):
        return found
    kept = np.sort(last)
    text = _("{n:,} pairs of a user and an item were rated again; the last rating counts.")
    notice = Problem("T-TWICE", text.format(n=len(pairs) - len(kept)), severity="warning")
    times = found.times if found.times is None else found.times[kept]
    return Ratings(found.users[kept], found.items[kept], found.values[kept], times, (*found.notices, notice))
