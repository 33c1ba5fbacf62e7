"""Training, validation and test parts: stratified by class, drawn from a seed, disjoint."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from builder.data.fields import PARTS, Part

Index = NDArray[np.int64]
LEFT = 2  # rows of a class that always stay where they are


def split(labels: Index, own: Mapping[Part, Index], *, validation: float, test: float, seed: int) -> dict[Part, Index]:
    """Divide samples into parts; each index is sorted.

    Params: own, the parts that the set brings (empty: none); test, a share of all samples; validation, a share of what
    is left for training.
    """
    train = own.get("train", np.arange(len(labels), dtype=np.int64))
    parts: dict[Part, Index] = {"train": train}
    shares: list[tuple[Part, float]] = [("test", test), ("validation", validation)]
    for number, (part, share) in enumerate(shares):
        if part in own:
            parts[part] = own[part]
        else:
            parts["train"], parts[part] = _take(labels, parts["train"], share, [seed, number])
    return {part: np.sort(parts[part]) for part in PARTS}


def _take(labels: Index, index: Index, share: float, seed: list[int]) -> tuple[Index, Index]:
    """Two disjoint indexes: what stays, and about `share` of each class."""
    taken = np.zeros(len(index), dtype=bool)
    for label in np.unique(labels[index]):
        rows = np.flatnonzero(labels[index] == label)
        # small classes give one sample as long as two stay, so that every part can show every class
        count = min(max(1, round(len(rows) * share)), max(0, len(rows) - LEFT))
        taken[np.random.default_rng([*seed, int(label)]).permutation(rows)[:count]] = True
    return index[~taken], index[taken]


def at_most(limit: int | None, index: Index, seed: int) -> Index:
    """At most `limit` samples of a part, drawn from the seed."""
    if limit is None or len(index) <= limit:
        return index
    return np.sort(np.random.default_rng([seed, 2]).permutation(index)[:limit])
