"""Training, validation and test parts: disjoint, and drawn from a seed where nothing else decides."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.fields import PARTS, Part

Index = NDArray[np.int64]
Way = Literal["stratified", "random", "group", "time", "given"]
LEFT = 2  # rows of a class that always stay where they are
PART_NAMES: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


def split(
    labels: Index,
    own: Mapping[Part, Index],
    *,
    validation: float,
    test: float,
    seed: int,
    groups: NDArray[Any] | None = None,
    times: NDArray[Any] | None = None,
) -> dict[Part, Index]:
    """Divide samples into parts; each index is sorted. Where all labels are equal, they are drawn at random.

    Params: own, the parts that the set brings (empty: none); test, a share of all samples; validation, a share of what
    is left for training; groups, of which each stays together; times, of which the latest make the test part and those
    before them the validation part.
    Raises: Error T-SPLIT where groups are too few, or lie in two parts of the set's own.
    """
    train = own.get("train", np.arange(len(labels), dtype=np.int64))
    parts: dict[Part, Index] = {"train": train}
    shares: list[tuple[Part, float]] = [("test", test), ("validation", validation)]
    for number, (part, share) in enumerate(shares):
        if part in own:
            parts[part] = own[part]
        elif groups is not None:
            left = 1 + sum(later not in own for later, _share in shares[number + 1 :])
            parts["train"], parts[part] = _take_groups(groups, parts["train"], share, [seed, number], left)
        elif times is not None:
            parts["train"], parts[part] = _take_latest(times, parts["train"], share)
        else:
            parts["train"], parts[part] = _take(labels, parts["train"], share, [seed, number])
    if groups is not None and own:
        _require_apart(groups, parts)
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


def _take_groups(groups: NDArray[Any], index: Index, share: float, seed: list[int], left: int) -> tuple[Index, Index]:
    """Two indexes without a common group: whole groups are drawn until about `share` of the samples is taken.

    At least one is taken, and `left` stay.
    """
    places, sizes = np.unique(groups[index], return_inverse=True, return_counts=True)[1:]
    if len(sizes) <= left:
        text = _("There are too few groups: each part needs at least one of its own. Split by another column.")
        raise Error.of([Problem("T-SPLIT", text, param="split_column")])
    order = np.random.default_rng(seed).permutation(len(sizes))
    before = np.cumsum(sizes[order]) - sizes[order]
    drawn = before + sizes[order] / 2 <= share * len(index)
    drawn[0], drawn[-left:] = True, False
    taken = np.isin(places, order[drawn])
    return index[~taken], index[taken]


def _take_latest(times: NDArray[Any], index: Index, share: float) -> tuple[Index, Index]:
    """Two indexes: what stays, and the latest; equal times keep the order of the samples."""
    order = index[np.argsort(times[index], kind="stable")]
    count = min(max(1, round(len(index) * share)), max(0, len(index) - LEFT))
    return order[: len(order) - count], order[len(order) - count :]


def _require_apart(groups: NDArray[Any], parts: Mapping[Part, Index]) -> None:
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        common = np.intersect1d(groups[parts[one]], groups[parts[other]])  # type: ignore[index]
        if len(common):
            text = _("The group {name} is in the {one} part and in the {other} part. Give each group to one part.")
            raise Error("T-SPLIT", text.format(name=quote(str(common[0])), one=_(one), other=_(other)))


def at_most(limit: int | None, index: Index, seed: int) -> Index:
    """At most `limit` samples of a part, drawn from the seed."""
    if limit is None or len(index) <= limit:
        return index
    return np.sort(np.random.default_rng([seed, 2]).permutation(index)[:limit])
