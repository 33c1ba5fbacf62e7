"""Ratings that follow from a few hidden tastes: how well they can be told at best is known exactly."""

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.data.sources.ratings import Ratings, RatingsSource

MEAN = 3.5
LEVEL = 0.35  # spread of what a user gives, and of what an item gets, whatever the taste
TASTE = 0.7  # spread of what a taste adds


class PlantedRatings(RatingsSource):
    """A rating is a mean, what the user gives, what the item gets, the agreement of their tastes, and noise.

    Popular items are rated more often. The best possible root mean squared error is the spread of the noise.
    Source: the model of Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems".
    """

    title: ClassVar[str] = "Planted ratings"
    about: ClassVar[str] = (
        "Users rate items by hidden tastes and some noise, so that the best possible error is known. Made at once."
    )

    generated: ClassVar[bool] = True

    source: Literal["planted-ratings"] = "planted-ratings"
    users: int = Field(300, ge=5, le=100_000, description="How many users.")
    items: int = Field(120, ge=5, le=100_000, description="How many items.")
    share: float = Field(0.5, ge=0.001, le=1, description="Share of all pairs that are rated.")
    rank: int = Field(3, ge=0, le=64, description="How many hidden tastes.")
    noise: float = Field(0.3, ge=0, le=10, description="Spread of what nobody can know.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of tastes, noise and split.")

    def ratings(self) -> Ratings:
        return _planted(self.users, self.items, self.share, self.rank, self.noise, self.seed)


@lru_cache(maxsize=4)
def _planted(users: int, items: int, share: float, rank: int, noise: float, seed: int) -> Ratings:
    draws = np.random.default_rng(seed)
    popular = draws.permutation(1 / np.sqrt(np.arange(1, items + 1)))
    chance = popular * (share * items / popular.sum())
    rated = draws.random((users, items)) < np.minimum(1, chance)
    user, item = np.nonzero(rated)
    order = draws.permutation(len(user))
    user, item = user[order], item[order]
    values = MEAN + LEVEL * (draws.standard_normal(users)[user] + draws.standard_normal(items)[item])
    if rank:
        tastes, kinds = draws.standard_normal((users, rank)), draws.standard_normal((items, rank))
        values += TASTE / np.sqrt(rank) * (tastes[user] * kinds[item]).sum(1)
    values += noise * draws.standard_normal(len(user))
    who = np.array([f"u{n}" for n in range(1, users + 1)], object)[user]
    what = np.array([f"i{n}" for n in range(1, items + 1)], object)[item]
    return Ratings(who, what, values.astype(np.float32), np.arange(len(user), dtype=np.float64))
