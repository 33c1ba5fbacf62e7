"""Parts never share a row, and where groups are kept together, never a group."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.data.fields import PARTS
from builder.data.sources.digits import Digits
from builder.data.sources.split import split


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=8, max_size=80), st.integers(0, 5), st.data())
def test_groups_stay_together(groups: list[int], seed: int, data: st.DataObject) -> None:
    known = np.array([*groups, 100, 101, 102])  # at least three, so that each part can have one
    share = data.draw(st.sampled_from([0.01, 0.2, 0.5]))
    parts = split(np.zeros(len(known), np.int64), {}, validation=share, test=share, seed=seed, groups=known)
    assert sorted(np.concatenate([*parts.values()]).tolist()) == list(range(len(known)))
    owners = [set(known[parts[part]].tolist()) for part in PARTS]
    assert all(owners)
    assert sum(map(len, owners)) == len(set().union(*owners))


def test_groups_come_near_the_share() -> None:
    groups = np.repeat(np.arange(100), 10)
    parts = split(np.zeros(1000, np.int64), {}, validation=0.1, test=0.2, seed=3, groups=groups)
    assert [len(parts[part]) for part in PARTS] == [720, 80, 200]
    again = split(np.zeros(1000, np.int64), {}, validation=0.1, test=0.2, seed=4, groups=groups)
    assert not np.array_equal(parts["test"], again["test"])


def test_two_groups_are_too_few() -> None:
    groups = np.array(["a"] * 10 + ["b"] * 10)
    with pytest.raises(Error, match=r"\[T-SPLIT\] There are too few groups: each part needs at least one of its own"):
        split(np.zeros(20, np.int64), {}, validation=0.1, test=0.2, seed=0, groups=groups)


def test_a_group_in_two_parts_of_the_set_itself_is_said() -> None:
    own = {"train": np.arange(10), "test": np.arange(10, 20)}
    groups = np.array([f"g{n % 4}" for n in range(19)] + ["g0"])
    with pytest.raises(Error, match=r'The group "g0" is in the train part and in the test part'):
        split(np.zeros(20, np.int64), own, validation=0.2, test=0.2, seed=0, groups=groups)  # type: ignore[arg-type]


def test_the_latest_are_held_back() -> None:
    times = np.random.default_rng(0).permutation(100)
    parts = split(np.zeros(100, np.int64), {}, validation=0.1, test=0.2, seed=0, times=times)
    train, validation, test = (times[parts[part]] for part in PARTS)
    assert train.max() < validation.min() <= validation.max() < test.min()
    assert (len(train), len(validation), len(test)) == (72, 8, 20)


def test_a_random_split_does_not_look_at_classes() -> None:
    stratified, drawn = Digits().load(), Digits(split="random").load()
    counts = [np.bincount(samples.labels[samples.parts["test"]]) for samples in (stratified, drawn)]
    whole = np.bincount(stratified.labels) * 0.2
    assert np.abs(counts[0] - whole).max() <= 0.5
    assert np.abs(counts[1] - whole).max() > 1
    assert drawn.fingerprint == stratified.fingerprint
