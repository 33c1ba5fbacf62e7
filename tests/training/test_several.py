"""Several outputs: the sum of their losses, what is told of each, and numbers beside categories."""

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_absolute_error, r2_score
from torch import nn
from torch.nn import functional as F

from builder.examples import load
from builder.graph.document import Document
from builder.graph.losses import Huber, MeanAbsoluteError, MeanSquaredError
from builder.runs.store import Store
from builder.training import loop, supervisor
from builder.training.events import EpochEnd, Event, Finished, Step
from builder.training.losses import loss_function
from builder.training.objective import Objective
from builder.training.scores.number import Numbers
from tests.documents import edited
from tests.training.networks import cnn, prepared, recipe
from tests.training.test_worker import assert_same, ended, kill, store, until

__all__ = ["store"]  # a fixture
VISITS = load("visits-two-answers")


def visits(*edits: dict[str, Any], **values: Any) -> Document:
    document = edited(VISITS, *edits)
    return document.model_copy(update={"recipe": {**document.recipe, "device": "cpu", "epochs": 2, **values}})


def auxiliary(weight: float) -> Document:
    """A CNN with a second classifier on its first layer, as Inception has them."""
    return edited(
        cnn(epochs=2),
        {"op": "insert", "type": "GlobalAvgPool", "id": "early"},
        {"op": "insert", "type": "Linear", "id": "guess", "params": {"out_features": 10}},
        {"op": "insert", "type": "Output", "id": "aux", "params": {"target": "label", "weight": weight}},
        {"op": "connect", "edge": {"source": "relu1", "target": "early"}},
        {"op": "connect", "edge": {"source": "early", "target": "guess"}},
        {"op": "connect", "edge": {"source": "guess", "target": "aux"}},
    )


def trained(document: Document) -> tuple[nn.Module, loop.State, list[Event]]:
    model, state = loop.start(document, recipe(document))
    return model, state, list(loop.train(model, prepared(document), recipe(document), state))


def test_what_is_told_of_each_output() -> None:
    document = visits()
    model, state, events = trained(document)
    step = next(event for event in events if isinstance(event, Step))
    assert set(step.figures) == {"loss/again", "accuracy/again", "loss/rating", "mae/rating"}
    end = next(event for event in events if isinstance(event, EpochEnd))
    assert set(end.train) == {"loss", *step.figures}
    assert set(end.val) == {"loss", *step.figures, "r2/rating"}
    assert step.loss == pytest.approx(step.figures["loss/again"] + step.figures["loss/rating"], rel=1e-6)
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.metric == "val_accuracy/again"
    assert state.best is not None
    model.load_state_dict(state.best.weights)
    data = prepared(document)
    test, scale = data.parts["test"], data.preparation.targets["rating"]
    with torch.inference_mode():
        again, rating = model.eval()(test.x[1], test.x[0])  # the note, then the numbers
    true, answered = scale.back(test.y[1].numpy())[:, 0], scale.back(rating.numpy())[:, 0]
    assert finished.test["accuracy/again"] == pytest.approx(float((again.argmax(1) == test.y[0]).float().mean()))
    assert finished.test["mae/rating"] == pytest.approx(mean_absolute_error(true, answered), rel=1e-5)
    assert finished.test["r2/rating"] == pytest.approx(r2_score(true, answered), rel=1e-4)
    expected = F.cross_entropy(again, test.y[0]) + F.huber_loss(rating, test.y[1])
    assert finished.test["loss"] == pytest.approx(float(expected), rel=1e-5)


def test_one_number_alone_has_no_accuracy_and_the_least_error_is_best() -> None:
    alone = visits(
        {"op": "remove", "nodes": ["choice", "again"]},
        {"op": "set_data", "values": {"columns": {"note": "text", "rating": "target_number", "again": "ignore"}}},
        epochs=4,
    )
    events = trained(alone)[2]
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert set(ends[0].val) == {"loss", "mae", "r2"}
    assert set(ends[0].train) == {"loss", "mae"}
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert (finished.metric, finished.value) == ("val_mae", min(end.val["mae"] for end in ends))


def gradients(document: Document) -> dict[str, torch.Tensor | None]:
    """Those of the first batch."""
    model, state = loop.start(document, recipe(document))
    data = prepared(document)
    objective = Objective(state.inputs, state.outputs, data.spec, data.preparation)
    part = data.parts["train"].having(objective.fields, objective.targets)
    x, y = part.between(0, 32)
    torch.manual_seed(3)  # dropout
    given, right = objective.meet(x, y)
    objective.losses(model(*given), right)[0].backward()
    return {name: weight.grad for name, weight in model.named_parameters()}


def test_a_loss_counts_as_much_as_its_weight() -> None:
    none, some, plain = gradients(auxiliary(0)), gradients(auxiliary(0.3)), gradients(auxiliary(1))
    assert {name for name, grad in none.items() if grad is None} == {"guess.weight", "guess.bias"}
    # the guess is moved by its own loss alone, so its gradient is in proportion
    assert torch.allclose(some["guess.weight"], 0.3 * plain["guess.weight"], atol=1e-7)  # type: ignore[operator, arg-type]
    conv = [found["conv1.weight"] for found in (none, some, plain)]
    assert all(grad is not None for grad in conv)
    # and what lies before both is moved by the sum: none + w * (plain - none)
    assert torch.allclose(conv[1], conv[0] + 0.3 * (conv[2] - conv[0]), atol=1e-6)  # type: ignore[operator, arg-type]
    assert not torch.allclose(conv[0], conv[1])  # type: ignore[arg-type]


def test_an_output_of_weight_0_learns_nothing() -> None:
    document = auxiliary(0)
    before = {
        name: weight.detach().clone() for name, weight in loop.start(document, recipe(document))[0].named_parameters()
    }
    after = dict(trained(document)[0].named_parameters())
    unmoved = {name for name, weight in before.items() if torch.equal(weight, after[name])}
    assert unmoved == {"guess.weight", "guess.bias"}


def test_an_auxiliary_classifier_trains() -> None:
    events = trained(auxiliary(0.3))[2]
    steps = [event for event in events if isinstance(event, Step)]
    for step in steps:
        assert step.loss == pytest.approx(step.figures["loss/output"] + 0.3 * step.figures["loss/aux"], rel=1e-5)
    assert steps[-1].figures["loss/aux"] < steps[0].figures["loss/aux"]


def test_losses_of_numbers_are_those_of_torch() -> None:
    output, y = torch.randn(16, 2), torch.randn(16, 2)
    assert loss_function(MeanSquaredError())(output, y) == F.mse_loss(output, y)
    assert loss_function(MeanAbsoluteError())(output, y) == F.l1_loss(output, y)
    assert loss_function(Huber(delta=0.5))(output, y) == F.huber_loss(output, y, delta=0.5)


def test_figures_over_batches_are_those_of_the_whole() -> None:
    output, y = torch.randn(100, 2), torch.randn(100, 2) + 1
    sums = Numbers([2.0, 5.0]).sums()
    for start in range(0, 100, 30):
        sums.add(output[start : start + 30], y[start : start + 30])
    scale = np.array([2.0, 5.0])
    mae = mean_absolute_error(y.numpy() * scale, output.numpy() * scale)
    assert sums.figures() == pytest.approx({"mae": mae, "r2": r2_score(y.numpy(), output.numpy())}, rel=1e-5)


def test_killed_and_resumed_it_is_what_it_would_have_been(store: Store) -> None:
    document = visits(epochs=40, batch_size=4)
    whole = supervisor.start(store, document)
    assert until(store, whole.id, ended, 180).status == "finished"
    broken = supervisor.start(store, document)
    until(store, broken.id, lambda run: run.step > 0)
    supervisor.pause(store, broken.id)  # it saves a checkpoint, somewhere within an epoch
    paused = until(store, broken.id, lambda run: run.status == "paused")
    supervisor.resume(store, broken.id)
    until(store, broken.id, lambda run: run.step > paused.step)
    kill(store, broken.id)
    assert until(store, broken.id, ended).status == "interrupted"
    supervisor.resume(store, broken.id)
    run = until(store, broken.id, ended, 180)
    assert (run.status, run.attempt) == ("finished", 2)
    assert store.history(run.id).series["train_mae/rating"].step == list(range(1, run.steps + 1))
    assert_same(store, whole.id, run.id)
    assert (run.best_metric, run.best_value) == ("val_accuracy/again", run.metrics["val_accuracy/again"])
    assert {"test_accuracy/again", "test_mae/rating", "test_r2/rating", "test_loss"} <= set(run.metrics)
