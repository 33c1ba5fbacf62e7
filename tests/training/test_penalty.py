"""Penalties on the weights of single layers: what they add, and what becomes of the weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.penalties import penalties
from builder.compiler.source import source
from builder.graph.document import Document
from builder.training import loop
from builder.training.events import EpochEnd, Step
from builder.training.penalty import penalty
from tests.documents import chain, edited
from tests.training.networks import prepared, recipe


def mlp(epochs: int = 1, *, first: dict[str, float] | None = None, last: dict[str, float] | None = None) -> Document:
    """Two layers, each with penalties of its own, and a BatchNorm, whose weights are free."""
    layers = ("Flatten", "BatchNorm1d", ("Linear", {"out_features": 16, **(first or {})}), "ReLU")
    document = chain(*layers, ("Linear", {"out_features": 10, **(last or {})}), limit=200)
    settings = {"batch_size": 32, "epochs": epochs, "device": "cpu", "optimizer": {"type": "SGD", "lr": 0.02}}
    return document.model_copy(update={"recipe": settings})


def trained(document: Document) -> tuple[nn.Module, list[Any]]:
    model, state = loop.start(document, recipe(document))
    return model, list(loop.train(model, prepared(document), recipe(document), state))


def test_a_step_goes_down_the_gradient_of_the_loss_and_of_the_penalties_written_by_hand() -> None:
    document = mlp(first={"l1": 0.01, "l2": 0.02}, last={"l2": 0.03})
    settings = recipe(document)
    model, state = loop.start(document, settings)
    twin, _state = loop.start(mlp(), settings)
    data = prepared(document)
    event = next(event for event in loop.train(model, data, settings, state) if isinstance(event, Step))
    (x,), (y,) = next(loop.Batches(data.parts["train"], 32, settings.seed).epoch(0))
    loss = F.cross_entropy(twin.train()(x), y)
    one, two = twin.linear1.weight, twin.linear2.weight
    whole = loss + 0.01 * one.abs().sum() + 0.02 * (one * one).sum() + 0.03 * (two * two).sum()
    whole.backward()
    for (name, weight), other in zip(twin.named_parameters(), model.parameters(), strict=True):
        assert other.grad is not None
        assert torch.allclose(other.grad, gradient(weight), atol=1e-6), name
    assert event.loss == pytest.approx(loss.item())  # what is told is the loss of the data


def gradient(weight: nn.Parameter) -> Tensor:
    assert weight.grad is not None
    return weight.grad


def near_zero(weight: Tensor) -> float:
    """The share of weights that hardly count."""
    return (weight.abs() < 0.01).float().mean().item()


def test_l1_brings_weights_to_zero_and_l2_makes_them_small() -> None:
    plain = trained(mlp(epochs=40))[0].linear1.weight.detach()
    sparse, events = trained(mlp(epochs=40, first={"l1": 0.02}))
    small = trained(mlp(epochs=40, first={"l2": 0.1}))[0].linear1.weight.detach()
    assert near_zero(plain) < 0.2
    assert near_zero(sparse.linear1.weight.detach()) > 0.6
    assert near_zero(sparse.linear2.weight.detach()) < 0.2  # which has no penalty
    assert small.norm() < 0.5 * plain.norm()
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert ends[-1].val["accuracy"] > 0.5  # it learns none the less


def test_penalties_go_by_the_names_of_submodules_in_blocks_too() -> None:
    document = edited(
        mlp(first={"l1": 0.5}, last={"l2": 0.25}),
        {"op": "insert", "type": "Linear", "id": "again", "params": {"out_features": 16, "l2": 2.0}, "after": "relu1"},
        {"op": "group", "nodes": ["again"]},
        {"op": "set_params", "node": "block1", "params": {"repeat": 2}},
        {"op": "insert", "type": "Linear", "id": "loose", "params": {"l1": 1.0}, "after": "output"},
        {"op": "connect", "edge": {"source": "relu1", "target": "loose"}},
    )
    found = penalties(check(document))
    assert sorted(found.values()) == [(0.0, 0.25), (0.0, 2.0), (0.0, 2.0), (0.5, 0.0)]
    model = build(document)
    for name in found:
        assert isinstance(model.get_submodule(name), nn.Linear)
    added = penalty(model, found)
    assert added is not None
    by_hand = torch.zeros(())
    for name, (l1, l2) in found.items():
        weight = model.get_parameter(f"{name}.weight")
        by_hand = by_hand + l1 * weight.abs().sum() + l2 * weight.square().sum()
    assert added().item() == pytest.approx(float(by_hand.detach()), rel=1e-5)


@pytest.mark.parametrize(
    ("type", "params", "free"),
    [("LSTM", {"hidden_size": 4, "bidirectional": True}, 4), ("TransformerEncoderLayer", {}, 8)],
)
def test_matrices_are_weighed_and_offsets_and_norms_are_not(type: str, params: dict[str, object], free: int) -> None:
    layers = ["LastStep"] if type != "LSTM" else []
    document = chain(
        "Embedding", (type, {**params, "l2": 1.0}), *layers, ("Linear", {"out_features": 2}), data="reviews"
    )
    model = build(document)
    added = penalty(model, penalties(check(document)))
    assert added is not None
    added().backward()  # type: ignore[no-untyped-call]
    held = list(model.get_submodule(f"{type.lower()}1").parameters())
    assert sum(weight.grad is None for weight in held) == free == sum(weight.dim() == 1 for weight in held)


def test_without_penalties_nothing_is_added() -> None:
    document = mlp()
    assert penalties(check(document)) == {}
    assert loop.start(document, recipe(document))[1].penalty is None
    assert "l1" not in source(mlp(first={"l1": 0.5}))
