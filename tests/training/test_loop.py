"""The loop: what it computes, that a seed repeats it, and what it says when the loss is no number."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from builder import examples
from builder.core.errors import Error
from builder.data.batches import Tensors
from builder.graph.document import Document
from builder.graph.losses import CrossEntropy, Focal, NegativeLogLikelihood
from builder.graph.recipe import Recipe
from builder.training import loop
from builder.training.devices import choose
from builder.training.events import EpochEnd, Evaluating, Event, Finished, Step
from builder.training.health import first_bad_output, first_bad_weight
from builder.training.losses import loss_function
from tests.documents import chain
from tests.training.networks import SGD, cnn, exploding, prepared, recipe


def trained(document: Document) -> tuple[nn.Module, loop.State, list[Event]]:
    model, state = loop.start(document, recipe(document))
    return model, state, list(loop.train(model, prepared(document), recipe(document), state))


def curve(events: list[Event]) -> list[Event]:
    return [replace(event, samples_per_second=0.0) if isinstance(event, EpochEnd) else event for event in events]


@pytest.mark.parametrize("optimizer", [SGD, {"type": "Adam"}, {"type": "RMSprop"}], ids=lambda o: o["type"])
def test_one_seed_gives_one_curve(optimizer: dict[str, object]) -> None:
    once, again = (curve(trained(cnn(optimizer=optimizer, epochs=2))[2]) for _ in range(2))
    assert once == again
    assert curve(trained(cnn(optimizer=optimizer, epochs=2, seed=1))[2]) != once


def test_events_come_in_order_and_count_every_sample() -> None:
    document = cnn(limit=100, batch_size=30, epochs=2)
    parts = prepared(document).parts
    events = trained(document)[2]
    steps = [event for event in events if isinstance(event, Step)]
    assert [event.step for event in steps] == list(range(1, 9))
    assert [event.epoch for event in steps] == [1] * 4 + [2] * 4
    assert sum(event.samples for event in steps) == 2 * len(parts["train"])
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert [(end.epoch, end.step) for end in ends] == [(1, 4), (2, 8)]
    seen = [event.part for event in events if isinstance(event, Evaluating)]
    assert seen == ["validation", "validation", "test"]  # the test part once, at the end
    assert isinstance(events[-1], Finished)


def test_the_means_of_an_epoch_are_those_of_its_steps() -> None:
    events = trained(cnn(limit=100, batch_size=30, epochs=1))[2]
    steps = [event for event in events if isinstance(event, Step)]
    end = next(event for event in events if isinstance(event, EpochEnd))
    samples = sum(step.samples for step in steps)
    assert end.train["loss"] == pytest.approx(sum(step.loss * step.samples for step in steps) / samples)
    assert end.train["accuracy"] == pytest.approx(
        sum(step.figures["accuracy"] * step.samples for step in steps) / samples
    )


def test_the_test_part_is_judged_by_the_best_epoch() -> None:
    # so high a rate that the last epoch is not the best one
    document = cnn(optimizer={"type": "Adam", "lr": 0.1}, epochs=6)
    model, state, events = trained(document)
    ends = [event for event in events if isinstance(event, EpochEnd)]
    best = max(ends, key=lambda end: end.val["accuracy"])
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert best.val["accuracy"] != ends[-1].val["accuracy"]
    assert (finished.best_epoch, finished.metric, finished.value) == (best.epoch, "val_accuracy", best.val["accuracy"])
    assert state.best is not None
    model.load_state_dict(state.best.weights)
    test = prepared(document).parts["test"]
    with torch.inference_mode():
        output = model.eval()(*test.x)
    assert finished.test["accuracy"] == pytest.approx(float((output.argmax(1) == test.y[0]).float().mean()))
    assert finished.test["loss"] == pytest.approx(float(F.cross_entropy(output, test.y[0])), rel=1e-4)


def test_without_validation_the_last_epoch_is_taken() -> None:
    document = cnn(epochs=2)
    data = prepared(document)
    empty = Tensors((data.parts["test"].x[0][:0],), (data.parts["test"].y[0][:0],))
    model, state = loop.start(document, recipe(document))
    without = replace(data, parts={**data.parts, "validation": empty})
    finished = list(loop.train(model, without, recipe(document), state))[-1]
    assert isinstance(finished, Finished)
    assert (finished.best_epoch, finished.value) == (2, None)


def test_a_caller_between_two_events_still_has_gradients() -> None:
    document = cnn(limit=50, epochs=1)
    model, state = loop.start(document, recipe(document))
    events = loop.train(model, prepared(document), recipe(document), state)
    assert all(torch.is_grad_enabled() and not torch.is_inference_mode_enabled() for _ in events)


def test_the_four_points_of_xor_are_learned() -> None:
    document = examples.load("xor-mlp")
    finished = trained(document)[2][-1]
    assert isinstance(finished, Finished)
    assert finished.test["accuracy"] == 1.0


@pytest.mark.slow
def test_the_four_points_of_xor_are_learned_from_every_seed() -> None:
    document = examples.load("xor-mlp")
    for seed in range(20):
        seeded = document.model_copy(update={"recipe": {**document.recipe, "seed": seed}})
        finished = trained(seeded)[2][-1]
        assert isinstance(finished, Finished)
        assert finished.test["accuracy"] == 1.0, seed


@pytest.mark.parametrize(("limit", "epoch", "step"), [(100, 2, 4), (400, 1, 5)], ids=["validation", "training"])
def test_a_loss_that_is_no_number_stops_there_and_names_the_layer(limit: int, epoch: int, step: int) -> None:
    document = exploding(limit)
    model, state = loop.start(document, recipe(document))
    said = (
        rf'^\[R-NAN\] The loss became NaN at epoch {epoch}, step {step}; the first layer to fail is "linear\d"\. Try a'
    )
    with pytest.raises(Error, match=said):
        list(loop.train(model, prepared(document), recipe(document), state))
    assert state.step < 10


def test_the_first_bad_layer_is_named() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    x = torch.ones(1, 2)
    assert first_bad_weight(model) is None
    assert first_bad_output(model, x) is None
    with torch.no_grad():
        model[0].weight.fill_(3e38)  # finite itself, but the sum is not
    assert first_bad_weight(model) is None
    assert first_bad_output(model, x) == "0"
    with torch.no_grad():
        model[2].bias[0] = math.nan
    assert first_bad_weight(model) == "2"


def test_a_network_without_weights_is_refused() -> None:
    document = chain("Flatten", ("Reshape", {"shape": [-1]}), limit=50)
    with pytest.raises(Error, match=r"G-CLASSES|G-WEIGHTS"):
        loop.start(document, Recipe(device="cpu"))


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.backends.mps.is_available():
        pytest.skip("this machine has it")
    with pytest.raises(Error, match=r'^\[R-DEVICE\] Device "mps" is not available on this machine; it has .*cpu'):
        choose("mps")


def test_focal_without_gamma_is_cross_entropy() -> None:
    output, y = torch.randn(16, 5), torch.randint(5, (16,))
    plain = loss_function(CrossEntropy())(output, y)
    assert loss_function(Focal(gamma=0.0))(output, y).item() == pytest.approx(plain.item(), rel=1e-5)


def test_focal_is_the_formula_of_the_paper() -> None:
    output, y = torch.randn(16, 5), torch.randint(5, (16,))
    p = output.softmax(1)[torch.arange(16), y]
    expected = (-((1 - p) ** 2) * p.log()).mean()
    assert loss_function(Focal())(output, y).item() == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_has_a_gradient_where_the_network_is_sure(gamma: float) -> None:
    output = torch.tensor([[80.0, 0.0], [-80.0, 0.0]], requires_grad=True)
    loss_function(Focal(gamma=gamma))(output, torch.tensor([0, 0])).backward()
    assert output.grad is not None
    assert torch.isfinite(output.grad).all()


def test_nll_takes_probabilities() -> None:
    output, y = torch.randn(16, 5), torch.randint(5, (16,))
    expected = F.cross_entropy(output, y).item()
    assert loss_function(NegativeLogLikelihood())(output.softmax(1), y).item() == pytest.approx(expected, rel=1e-5)
    impossible = loss_function(NegativeLogLikelihood())(torch.tensor([[0.0, 1.0]]), torch.tensor([0]))
    assert math.isfinite(impossible)


def test_label_smoothing_is_torchs() -> None:
    output, y = torch.randn(16, 5), torch.randint(5, (16,))
    smooth = loss_function(CrossEntropy(label_smoothing=0.1))(output, y)
    assert smooth.item() == pytest.approx(F.cross_entropy(output, y, label_smoothing=0.1).item())
