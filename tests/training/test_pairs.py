"""Pairs of a liked and an unrated item: what is drawn, what is learned, and that a training can be taken up again."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from builder.core.errors import Error
from builder.graph.document import Document
from builder.training import loop
from builder.training.events import EpochEnd
from builder.training.objective import Objective
from builder.training.pairs import Unrated
from tests.documents import chain
from tests.trained import example
from tests.training.networks import prepared, recipe
from tests.training.test_checkpoint import Saved, assert_equal_when_resumed

FAST = 'recipe.optimizer={"type": "Adam", "lr": 0.03}'
SMALL = ("data.users=40", "data.items=30", "recipe.epochs=3", 'recipe.loss={"type": "bpr"}', 'recipe.device="cpu"')


def ranking(*values: str) -> Document:
    return example("ratings-factorisation", *SMALL, *values)


def test_a_rated_item_is_never_drawn() -> None:
    users = torch.arange(20).repeat_interleave(8)
    items = 1 + (users * 3 + torch.arange(8).repeat(20)) % 10  # of each user 8 of the 10 items
    unrated = Unrated(users, items, 11)
    drawn, fixed = unrated.drawn(users), unrated.fixed(users, items)
    for found in (drawn, fixed):
        assert not unrated.rated(users, found).any()
        assert ((found > 0) & (found < 11)).all()
    often = torch.stack([unrated.drawn(users) for _time in range(6)]).T
    assert all(len(set(often[users == user].flatten().tolist())) == 2 for user in range(20))  # each that is free
    assert torch.equal(unrated.fixed(users[5:9], items[5:9]), fixed[5:9])


def test_the_loss_and_the_score_of_a_batch() -> None:
    document = ranking("data.liked=4.0")
    model, state = loop.start(document, recipe(document))
    data = prepared(document)
    objective = Objective(state.inputs, state.outputs, data.spec, data.preparation, data.parts["train"])
    part = data.parts["train"].having(objective.fields, objective.targets)
    x, y = part.between(0, 50)
    torch.manual_seed(1)
    given, (liked,) = objective.meet(x, y, learning=True)
    assert [len(values) for values in given] == [100, 100]
    assert torch.equal(given[0][:50], given[0][50:])  # the same users
    raw = data.samples.targets["rating"][data.samples.parts["train"]][:50]
    assert liked.tolist() == (raw >= 4).astype(float).tolist()
    output = model(*given)
    expected = -(liked * F.logsigmoid(output[:50] - output[50:])).mean()
    loss, parts = objective.losses(output, (liked,))
    assert torch.allclose(loss, expected)
    right = ((output[:50] > output[50:]) & (liked == 1)).sum() / liked.sum()
    assert objective.figures(output, (liked,), parts) == {"pair_accuracy": pytest.approx(float(right))}
    again = [objective.meet(x, y)[0][1] for _time in range(2)]
    assert torch.equal(*again)
    assert not torch.equal(objective.meet(x, y, learning=True)[0][1], given[1])


def test_it_learns_to_rank() -> None:
    document = ranking("data.users=80", "data.items=60", "recipe.epochs=5", "recipe.batch_size=32", FAST)
    model, state = loop.start(document, recipe(document))
    ends = [event for event in loop.train(model, prepared(document), recipe(document), state)
            if isinstance(event, EpochEnd)]  # fmt: skip
    assert ends[0].train["pair_accuracy"] < 0.55
    assert ends[-1].train["pair_accuracy"] > 0.7
    assert max(end.val["pair_accuracy"] for end in ends) > 0.65


def test_a_resumed_training_draws_the_same(workspace: Path) -> None:
    assert_equal_when_resumed(Saved(workspace, ranking()), 7)


def test_a_network_that_looks_at_no_item_cannot_rank() -> None:
    layers = [("Input", {"field": "user"}), ("Embedding", {"embedding_dim": 4}), "Flatten",
              ("Linear", {"out_features": 1}), ("Output", {"loss": "bpr"})]  # fmt: skip
    document = chain(*layers, data="planted-ratings", ends=False)
    model, state = loop.start(document, recipe(document))
    with pytest.raises(Error, match=r"\[G-LOSS\] The loss bpr compares items for a user, so the network must read"):
        next(loop.train(model, prepared(document), recipe(document), state))
