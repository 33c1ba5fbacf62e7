"""The training loop: a generator of events, to be read from top to bottom.

Whenever it is suspended at an event, `model` and `state` hold all that is needed to go on from there, so whoever draws
the events may save a checkpoint between two of them. What is differentiated is the loss and the layers' penalties on
their weights; what is told is the loss of the data alone, so that training and validation can be compared.
"""

import math
import time
from collections.abc import Generator, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.penalties import penalties
from builder.compiler.report import Answer, Entry
from builder.compiler.source import write
from builder.core.errors import Error
from builder.core.text import _
from builder.data.batches import Batches, Prepared
from builder.data.fields import Part
from builder.data.sources.source import Progress, quiet
from builder.graph.document import Document
from builder.graph.recipe import Optimizer, Recipe
from builder.training.devices import choose, settle
from builder.training.events import EpochEnd, Evaluating, Event, Figures, Finished, Step
from builder.training.familiar import familiar
from builder.training.health import explain, first_bad_layer
from builder.training.objective import Objective
from builder.training.penalty import Penalty, penalty
from builder.training.pretrained import begin

FUSED = ("SGD", "Adam", "AdamW", "Adagrad")  # one kernel for all weights: MLPs train 1.2 times as fast


@dataclass(frozen=True)
class Best:
    """The weights of the epoch with the best validation figure so far, of equal ones that with the lowest loss.

    The figure is the first Output's: its accuracy, or its mean absolute error. Without validation those of the last
    epoch.
    """

    epoch: int
    step: int
    metric: str  # as it is recorded: "val_accuracy"
    value: float | None
    val_loss: float | None
    weights: dict[str, Tensor]


@dataclass
class State:
    """How far a training is; with the model and the random state all that a continued training needs.

    `inputs` and `outputs` say what the model takes and answers.
    """

    optimizer: torch.optim.Optimizer
    inputs: tuple[Entry, ...]
    outputs: tuple[Answer, ...]
    epoch: int = 0  # finished epochs
    position: int = 0  # steps done in the epoch under way, and their sums:
    samples: int = 0
    sums: dict[str, float] = field(default_factory=dict)
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
    report = check(document)
    if not report.ok:
        raise Error.of(report.errors)
    torch.manual_seed(recipe.seed)
    model = from_source(write(report, document.title))
    if pretrained:
        begin(model, report, progress)
    model = settle(model, device)
    if not any(weight.requires_grad for weight in model.parameters()):
        raise Error("G-WEIGHTS", _("This network has no weights, so there is nothing to train. Add a Linear layer."))
    optimizer = _optimizer(model, recipe.optimizer)
    return model, State(optimizer, report.inputs, report.outputs, penalty=penalty(model, penalties(report)))


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
    objective = Objective(state.inputs, state.outputs, prepared.spec, prepared.preparation, prepared.parts["train"])
    parts = {part: tensors.having(objective.fields, objective.targets) for part, tensors in prepared.parts.items()}
    augmenter = prepared.augmenter(objective.fields, objective.targets)
    batches = Batches(parts["train"], recipe.batch_size, recipe.seed, augmenter, device)
    held = {part: Batches(parts[part], recipe.batch_size, 0, None, device) for part in ("validation", "test")}
    while state.epoch < recipe.epochs:
        speed = yield from _learn(model, batches, objective, state)
        val = yield from _evaluate(model, held["validation"], objective, "validation")
        if not math.isfinite(val.get("loss", 0.0)):
            given, _right = objective.meet(*next(held["validation"].in_order()))
            bad = first_bad_layer(model, given)
            raise explain(val["loss"], state.epoch + 1, state.step, bad)
        yield _end_epoch(model, state, objective, val, speed)
    best = state.best or _now(model, state, objective, {})
    chosen = deepcopy(model)
    chosen.load_state_dict(best.weights)
    test = yield from _evaluate(chosen, held["test"], objective, "test")
    yield Finished(test, best.metric, best.value, best.epoch, familiar(chosen, batches.tensors, objective))


def _learn(model: nn.Module, batches: Batches, objective: Objective, state: State) -> Generator[Event, None, float]:
    """The rest of one epoch's steps; the speed in samples a second."""
    model.train()
    began, seen = time.monotonic(), 0
    for batch in batches.epoch(state.epoch, state.position):
        state.optimizer.zero_grad()
        given, right = objective.meet(*batch, learning=True)
        output = model(*given)
        loss, losses = objective.losses(output, right)
        value = loss.item()
        if not math.isfinite(value):
            raise explain(value, state.epoch + 1, state.step + 1, first_bad_layer(model, given))
        whole = loss if state.penalty is None else loss + state.penalty()
        whole.backward()  # type: ignore[no-untyped-call]
        state.optimizer.step()
        size = len(right[0])
        figures = objective.figures(output, right, losses)
        seen += size
        state.position += 1
        state.step += 1
        _add(state, value, figures, size)
        yield Step(state.step, state.epoch + 1, value, figures, size)
    return seen / max(time.monotonic() - began, 1e-9)


def _add(state: State, loss: float, figures: Figures, size: int) -> None:
    sums = state.sums
    state.samples += size
    sums["loss"] = sums.get("loss", 0.0) + loss * size
    for name, value in figures.items():
        sums[name] = sums.get(name, 0.0) + value * size


def _end_epoch(model: nn.Module, state: State, objective: Objective, val: Figures, speed: float) -> EpochEnd:
    state.epoch += 1
    if state.best is None or _better(val, state.best, objective):
        state.best = _now(model, state, objective, val)
    train = {name: total / state.samples for name, total in state.sums.items()}
    state.position, state.samples, state.sums = 0, 0, {}
    return EpochEnd(state.epoch, state.step, train, val, speed)


def _better(val: Figures, best: Best, objective: Objective) -> bool:
    if not val or best.value is None or best.val_loss is None:
        return True
    sign = 1 if objective.higher_is_better else -1
    return (sign * val[objective.metric], -val["loss"]) > (sign * best.value, -best.val_loss)


def _now(model: nn.Module, state: State, objective: Objective, val: Figures) -> Best:
    weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    metric, value = f"val_{objective.metric}", val.get(objective.metric)
    return Best(state.epoch, state.step, metric, value, val.get("loss"), weights)


def _evaluate(
    model: nn.Module, batches: Batches, objective: Objective, part: Part
) -> Generator[Event, None, dict[str, float]]:
    """The figures of a part; none when it is empty."""
    model.eval()
    tally = objective.tally()
    for batch in batches.in_order():
        given, right = objective.meet(*batch)
        # not around the loop: while this generator is suspended, its caller would be without gradients
        with torch.inference_mode():
            tally.add(model(*given), right)
        yield Evaluating(part, tally.samples, len(batches.tensors))
    return tally.figures()
