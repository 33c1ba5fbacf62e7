"""What a user may like: the items that are rated highest among those that the user has not rated yet."""

from collections.abc import Collection

import numpy as np

from builder.core.errors import Error
from builder.data.preparations.index import IndexPreparation
from builder.data.sources.ratings import ITEM, USER
from builder.evaluation.evaluate import samples_of
from builder.prediction.answers.rating import Rating
from builder.prediction.predictor import Predictor


def recommends(predictor: Predictor) -> bool:
    """Whether a network reads a user and an item and rates the pair."""
    return {*predictor.fields} == {USER, ITEM} and predictor.trained.answers[0].target.kind == "rating"


def names(predictor: Predictor, field: str) -> tuple[str, ...]:
    """The users, or the items, that a network knows."""
    preparation = predictor.fields[field]
    assert isinstance(preparation, IndexPreparation)
    return preparation.categories[0]


def rated(predictor: Predictor) -> dict[int, frozenset[int]] | None:
    """The items that each user has rated, in any part, by their places; None where the data is not here any more."""
    trained = predictor.trained
    try:
        samples = samples_of(trained.run, trained)
    except Error:
        return None
    users, items = (np.asarray(samples.inputs[name])[:, 0] for name in (USER, ITEM))
    order = np.argsort(users, kind="stable")
    found, starts = np.unique(users[order], return_index=True)
    return {
        int(user): frozenset(own.tolist())
        for user, own in zip(found, np.split(items[order], starts[1:]), strict=True)
    }  # fmt: skip


def recommended(
    predictor: Predictor, user: str, most: int, leave_out: Collection[int] = ()
) -> list[tuple[str, Rating]]:
    """The best items for a user, the best first; a user whom the network does not know gets what all like.

    Params: leave_out, places of items that are not wanted.
    """
    items = names(predictor, ITEM)
    wanted = np.array([at for at in range(1, len(items) + 1) if at not in leave_out], np.int64)
    users = names(predictor, USER)
    place = users.index(user) + 1 if user in users else 0
    found = predictor.predict({USER: np.full((len(wanted), 1), place, np.int64), ITEM: wanted[:, None]})
    answers = [(items[at - 1], answer.answers[0]) for at, answer in zip(wanted.tolist(), found, strict=True)]
    best = [(name, answer) for name, answer in answers if isinstance(answer, Rating)]
    return sorted(best, key=lambda pair: -pair[1].value)[:most]
