"""The training loop: a generator of events, to be read from top to bottom.

Whenever it is suspended at an event, `model` and `state` hold all that is needed to go on from there, so whoever draws
the events may save a checkpoint between two of them. What is differentiated is the loss and the layers' penalties on
their weights; what is told is the loss of the data alone, so that training and validation can be compared.
"""

import math
import time
from collections.abc import Generator, Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.penalties import penalties
from builder.core.errors import Error
from builder.core.text import _
from builder.data.batches import Batches, Prepared
from builder.data.fields import Part
from builder.data.sources.source import Progress, quiet
from builder.graph.document import Document
from builder.graph.recipe import Optimizer, Recipe
from builder.training.devices import choose, settle
from builder.training.events import EpochEnd, Evaluating, Event, Finished, Step
from builder.training.health import explain, first_bad_layer
from builder.training.losses import LossFunction, loss_function
from builder.training.penalty import Penalty, penalty
from builder.training.pretrained import begin

FUSED = ("SGD", "Adam", "AdamW", "Adagrad")  # one kernel for all weights: MLPs train 1.2 times as fast


@dataclass(frozen=True)
class Best:
    """The weights of the epoch with the best validation accuracy so far, of equal ones that with the lowest loss.

    Without validation those of the last epoch.
    """

    epoch: int
    step: int
    val_accuracy: float | None
    val_loss: float | None
    weights: dict[str, Tensor]


@dataclass
class State:
    """How far a training is; with the model and the random state all that a continued training needs."""

    optimizer: torch.optim.Optimizer
    epoch: int = 0  # finished epochs
    position: int = 0  # steps done in the epoch under way, and their sums:
    samples: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    step: int = 0  # steps done in all
    best: Best | None = None
    penalty: Penalty | None = None  # of the weights as they are


def start(
    document: Document, recipe: Recipe, progress: Progress = quiet, *, pretrained: bool = True
) -> tuple[nn.Module, State]:
    """A fresh model on its device and its state; the same seed gives the same weights.

    Params: progress, told of a download, may raise to give up; pretrained, false where a checkpoint is loaded anyway.
    Raises: Error with the problems of a document that cannot train, R-DEVICE, P-NONE (pretrained weights are missing).
    """
    device = choose(recipe.device)
    torch.manual_seed(recipe.seed)
    model = build(document)
    if pretrained:
        begin(model, document, progress)
    model = settle(model, device)
    if not any(weight.requires_grad for weight in model.parameters()):
        raise Error("G-WEIGHTS", _("This network has no weights, so there is nothing to train. Add a Linear layer."))
    factors = penalties(check(document))
    return model, State(_optimizer(model, recipe.optimizer), penalty=penalty(model, factors))


def _optimizer(model: nn.Module, rule: Optimizer) -> torch.optim.Optimizer:
    settings = rule.model_dump(exclude={"type"}) | ({"fused": True} if rule.type in FUSED else {})
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer: torch.optim.Optimizer = getattr(torch.optim, rule.type)(learned, **settings)
    return optimizer


def train(model: nn.Module, prepared: Prepared, recipe: Recipe, state: State) -> Iterator[Event]:
    """Train until `recipe.epochs` are finished, from wherever `state` is; then look once at the test part.

    Raises: Error R-NAN at the step whose loss is not a number.
    """
    device = next(model.parameters()).device
    loss_of = loss_function(recipe.loss)
    batches = Batches(prepared.parts["train"], recipe.batch_size, recipe.seed, prepared.augmentation, device)
    held = {part: Batches(prepared.parts[part], recipe.batch_size, 0, None, device) for part in ("validation", "test")}
    while state.epoch < recipe.epochs:
        speed = yield from _learn(model, batches, loss_of, state)
        val = yield from _evaluate(model, held["validation"], loss_of, "validation")
        if val.loss is not None and not math.isfinite(val.loss):
            x, _y = next(held["validation"].in_order())
            raise explain(val.loss, state.epoch + 1, state.step, first_bad_layer(model, x))
        yield _end_epoch(model, state, val, speed)
    best = state.best or _now(model, state, Scores(None, None))
    chosen = deepcopy(model)
    chosen.load_state_dict(best.weights)
    test = yield from _evaluate(chosen, held["test"], loss_of, "test")
    yield Finished(test.loss, test.accuracy, best.val_accuracy, best.epoch)


def _learn(model: nn.Module, batches: Batches, loss_of: LossFunction, state: State) -> Generator[Event, None, float]:
    """The rest of one epoch's steps; the speed in samples a second."""
    model.train()
    began, seen = time.monotonic(), 0
    for x, y in batches.epoch(state.epoch, state.position):
        state.optimizer.zero_grad()
        output = model(x)
        loss = loss_of(output, y)
        value = loss.item()
        if not math.isfinite(value):
            raise explain(value, state.epoch + 1, state.step + 1, first_bad_layer(model, x))
        whole = loss if state.penalty is None else loss + state.penalty()
        whole.backward()  # type: ignore[no-untyped-call]
        state.optimizer.step()
        size, correct = len(y), _correct(output, y)
        seen += size
        state.position += 1
        state.step += 1
        state.samples += size
        state.loss_sum += value * size
        state.correct += correct
        yield Step(state.step, state.epoch + 1, value, correct / size, size)
    return seen / max(time.monotonic() - began, 1e-9)


def _end_epoch(model: nn.Module, state: State, val: "Scores", speed: float) -> EpochEnd:
    state.epoch += 1
    if state.best is None or _better(val, state.best):
        state.best = _now(model, state, val)
    loss, accuracy = state.loss_sum / state.samples, state.correct / state.samples
    state.position, state.samples, state.loss_sum, state.correct = 0, 0, 0.0, 0
    return EpochEnd(state.epoch, state.step, loss, accuracy, val.loss, val.accuracy, speed)


def _better(val: "Scores", best: Best) -> bool:
    if val.accuracy is None or val.loss is None or best.val_accuracy is None or best.val_loss is None:
        return True
    return (val.accuracy, -val.loss) > (best.val_accuracy, -best.val_loss)


def _now(model: nn.Module, state: State, val: "Scores") -> Best:
    weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    return Best(state.epoch, state.step, val.accuracy, val.loss, weights)


@dataclass(frozen=True)
class Scores:
    """Mean loss and accuracy over a part; None when it is empty."""

    loss: float | None
    accuracy: float | None


def _evaluate(model: nn.Module, batches: Batches, loss_of: LossFunction, part: Part) -> Generator[Event, None, Scores]:
    model.eval()
    samples, loss_sum, correct = 0, 0.0, 0
    for x, y in batches.in_order():
        # not around the loop: while this generator is suspended, its caller would be without gradients
        with torch.inference_mode():
            output = model(x)
            loss_sum += loss_of(output, y).item() * len(y)
        samples += len(y)
        correct += _correct(output, y)
        yield Evaluating(part, samples, len(batches.tensors))
    return Scores(loss_sum / samples, correct / samples) if samples else Scores(None, None)


def _correct(output: Tensor, y: Tensor) -> int:
    if output.device.type != "cpu":
        return int((output.argmax(1) == y).sum().item())
    # numpy's argmax is the cheapest: 3 us for a batch of 64
    return int((output.detach().numpy().argmax(1) == y.numpy()).sum())
