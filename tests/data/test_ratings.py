"""Ratings: the forms of files, who is known, what is held back, and what planted ratings can tell."""

from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.fields import PARTS
from builder.data.sources.planted_ratings import PlantedRatings
from builder.data.sources.ratings_table import RatingsTable
from tests.data.sets import source_of

ROWS = [(user, item, (user + item) % 5 + 1, 1000 * user + item) for user in range(12) for item in range(8)]


def file(folder: Path, text: str, **settings: object) -> RatingsTable:
    path = folder / "u.data"
    path.write_text(text)
    source = source_of(source="ratings", path=str(path), **settings)
    assert isinstance(source, RatingsTable)
    return source


def joined(sign: str, head: str = "", width: int = 4) -> str:
    return head + "\n".join(sign.join(map(str, row[:width])) for row in ROWS)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (joined("\t"), {"1": "user", "2": "item", "3": "rating", "4": "time"}),
        (joined("::"), {"1": "user", "2": "item", "3": "rating", "4": "time"}),
        (joined(",", "userId,movieId,rating,timestamp\n"),
         {"userId": "user", "movieId": "item", "rating": "rating", "timestamp": "time"}),
        (joined(";", "who;what\n", 2), {"who": "user", "what": "item"}),
        (joined("\t", width=2), {"1": "user", "2": "item"}),
    ],
)  # fmt: skip
def test_the_usual_forms(tmp_path: Path, text: str, roles: dict[str, str]) -> None:
    source = file(tmp_path, text)
    assert {fact.name: fact.role for fact in source.facts()} == roles
    found = source.ratings()
    assert found.users.tolist() == [str(row[0]) for row in ROWS]
    assert found.items.tolist() == [str(row[1]) for row in ROWS]
    implicit = "rating" not in roles.values()
    assert found.values.tolist() == [1 if implicit else row[2] for row in ROWS]
    samples = source.load()
    assert sorted(np.concatenate([samples.parts[part] for part in PARTS]).tolist()) == list(range(len(ROWS)))


def test_roles_can_be_changed(tmp_path: Path) -> None:
    source = file(tmp_path, joined("\t"), columns={"1": "item", "2": "user", "3": "ignore"})
    assert [fact.role for fact in source.facts()] == ["item", "user", "ignore", "rating"]
    assert source.ratings().users[:3].tolist() == ["0", "1", "2"]


def test_users_and_items_are_those_of_the_training_part(tmp_path: Path) -> None:
    lonely = joined("\t") + "\n99\t77\t5\t999999"  # the newest of all, so it is held back
    samples = file(tmp_path, lonely, split="time").load()
    user, item = (field.columns[0].categories for field in samples.spec.inputs)
    assert "99" not in user
    assert "77" not in item
    assert samples.inputs["user"][-1] == 0
    assert samples.inputs["item"][-1] == 0
    assert user == tuple(map(str, range(len(user))))
    known = samples.inputs["user"][:-1, 0][samples.inputs["user"][:-1, 0] > 0]
    assert [user[place - 1] for place in known] == [str(row[0]) for row in ROWS if str(row[0]) in user]
    times = np.array([row[3] for row in ROWS] + [999999])
    train, validation, test = (times[samples.parts[part]] for part in PARTS)
    assert train.max() < validation.min() <= validation.max() < test.min()


def test_the_last_of_each_user_is_held_back(tmp_path: Path) -> None:
    samples = file(tmp_path, joined("\t") + "\n50\t1\t3\t5\n50\t2\t4\t6", split="last").load()
    test, validation = ([ROWS[at][1] for at in samples.parts[part]] for part in ("test", "validation"))
    assert test == [7] * 12
    assert validation == [6] * 12
    assert {len(ROWS), len(ROWS) + 1} <= {*samples.parts["train"].tolist()}  # who rated but twice only trains


def test_a_pair_that_was_rated_again_counts_once(tmp_path: Path) -> None:
    found = file(tmp_path, joined("\t") + "\n0\t0\t5\t99\n0\t1\t5\t99").ratings()
    assert len(found.values) == len(ROWS)
    pairs = dict(zip(zip(found.users, found.items, strict=True), found.values.tolist(), strict=True))
    assert pairs["0", "0"] == pairs["0", "1"] == 5
    assert [notice.message for notice in found.notices] == [
        "2 pairs of a user and an item were rated again; the last rating counts."
    ]


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (joined("\t") + "\n3\t9\tgood\t4", {}, r'\[T-NUMBER\] "good" in column "3" \(u.data, line 97\) is no rating'),
        (joined("\t") + "\n3\t9\t4\tsoon", {}, r'\[T-TIME\] "soon" in column "4" \(u.data, line 97\) is no time'),
        (joined("\t", width=3), {"split": "time"}, r"\[T-TIME\] There is no column of times to split by"),
        ("user\n1\n2\n", {}, r"\[T-ROLE\] 0 columns have the role item; there must be one"),
        (joined("\t"), {"columns": {"1": "user", "3": "user"}}, r"\[T-ROLE\] 2 columns have the role user"),
        ("", {}, r"\[T-ROW\] .* is empty"),
        (joined("\t"), {"columns": {"usr": "user"}}, r'\[T-ROW\] There is no column "usr"'),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, settings: dict[str, object], said: str) -> None:
    with pytest.raises(Error, match=said):
        file(tmp_path, text, **settings).load()


def test_planted_ratings_have_their_rank_and_their_noise() -> None:
    whole = {"users": 60, "items": 40, "share": 1.0}
    clean, noisy = (PlantedRatings(**whole, noise=noise, rank=2).ratings() for noise in (0.0, 0.5))

    def table(values: np.ndarray) -> np.ndarray:
        users, items = (np.array([int(name[1:]) - 1 for name in names]) for names in (clean.users, clean.items))
        found = np.full((60, 40), np.nan)
        found[users, items] = values
        return np.nan_to_num(found)

    if np.isnan(table(clean.values)).any():
        pytest.fail("not every pair is rated")
    assert float((noisy.values - clean.values).std()) == pytest.approx(0.5, rel=0.05)
    assert np.array_equal(clean.users, noisy.users)
