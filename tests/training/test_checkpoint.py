"""Checkpoints: a continued training equals the uninterrupted one bit for bit, and damage is found."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from builder.core.errors import Error
from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training import checkpoint, loop
from builder.training.events import EpochEnd, Event, Step
from tests.documents import chain
from tests.training.networks import SGD, cnn, prepared, recipe
from tests.training.test_loop import curve


class Saved:
    """A run's place, without a process."""

    def __init__(self, home: Path, document: Document) -> None:
        self.document, self.recipe, self.data = document, recipe(document), prepared(document)
        self.store = Store(home)
        self.folder = RunFolder(home, self.store.create(document, "t").id)
        self.folder.make(write(document))

    def begin(self) -> tuple[nn.Module, loop.State]:
        return loop.start(self.document, self.recipe)

    def train(self, model: nn.Module, state: loop.State, until: int | None = None) -> list[Event]:
        """Train to the end, or until so many steps are done."""
        events = []
        for event in loop.train(model, self.data, self.recipe, state):
            events.append(event)
            if state.step == until:
                break
        return events

    def save(self, model: nn.Module, state: loop.State) -> None:
        checkpoint.save(self.folder, self.store, model, state)

    def load(self, model: nn.Module, state: loop.State) -> Any:
        return checkpoint.load_latest(self.folder, self.store, model, state)


@pytest.fixture
def saved(workspace: Path) -> Saved:
    return Saved(workspace, cnn(optimizer={"type": "Adam"}))


def lstm() -> Document:
    document = chain(
        ("Embedding", {"embedding_dim": 8}), ("LSTM", {"hidden_size": 8}), ("Linear", {"out_features": 2}),
        data="reviews", max_length=8, limit=100,
    )  # fmt: skip
    return document.model_copy(update={"recipe": {"batch_size": 16, "epochs": 3, "device": "cpu"}})


OPTIMIZERS = [SGD, {"type": "Adam"}, {"type": "AdamW"}, {"type": "RMSprop", "momentum": 0.5}, {"type": "Adagrad"}]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o["type"])
@pytest.mark.parametrize("stop_at", [13, 17], ids=["end of an epoch", "within an epoch"])
def test_a_resumed_training_equals_the_uninterrupted(workspace: Path, optimizer: Any, stop_at: int) -> None:
    saved = Saved(workspace, cnn(optimizer=optimizer))
    assert_equal_when_resumed(saved, stop_at)


def test_a_resumed_lstm_equals_the_uninterrupted(workspace: Path) -> None:
    assert_equal_when_resumed(Saved(workspace, lstm()), 9)


def assert_equal_when_resumed(saved: Saved, stop_at: int) -> None:
    model, state = saved.begin()
    whole = curve(saved.train(model, state))
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    model, state = saved.begin()
    first = curve(saved.train(model, state, until=stop_at))
    saved.save(model, state)
    torch.manual_seed(99)  # another process would have another random state
    model, state = saved.begin()
    assert saved.load(model, state) is None
    assert state.step == stop_at
    rest = curve(saved.train(model, state))

    assert first + rest == whole
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, weights[name]), name


def test_the_last_two_states_and_the_best_weights_are_kept(saved: Saved) -> None:
    model, state = saved.begin()
    for event in loop.train(model, saved.data, saved.recipe, state):
        if isinstance(event, EpochEnd | Step) and event.step % 3 == 0:
            saved.save(model, state)
    saved.save(model, state)
    assert state.best is not None
    known = saved.store.checkpoints(saved.folder.id)
    assert sorted(known.best for known in known) == [False, False, True]
    assert {path.name for path in saved.folder.checkpoints.iterdir()} == {Path(known.file).name for known in known}
    best = checkpoint.weights(saved.folder, saved.store)
    last = checkpoint.weights(saved.folder, saved.store, "last")
    assert all(torch.equal(tensor, state.best.weights[name]) for name, tensor in best.items())
    assert all(torch.equal(tensor, model.state_dict()[name]) for name, tensor in last.items())
    assert set(best) == set(last) == set(model.state_dict())


def test_there_are_weights_before_the_first_epoch_ends(saved: Saved) -> None:
    with pytest.raises(Error, match=r"^\[P-NONE\] This run has no saved weights yet"):
        checkpoint.weights(saved.folder, saved.store)
    model, state = saved.begin()
    saved.train(model, state, until=2)
    saved.save(model, state)
    weights = checkpoint.weights(saved.folder, saved.store)
    assert all(torch.equal(tensor, model.state_dict()[name]) for name, tensor in weights.items())


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def test_every_flipped_bit_is_found_and_the_state_before_is_taken(saved: Saved) -> None:
    model, state = saved.begin()
    saved.train(model, state, until=13)
    saved.save(model, state)
    saved.train(model, state, until=26)
    saved.save(model, state)
    [latest] = [known for known in saved.store.checkpoints(saved.folder.id) if known.step == 26 and not known.best]
    path = saved.folder.path / latest.file
    whole, chance = path.read_bytes(), random.Random(0)
    for _ in range(100):
        path.write_bytes(whole)
        flip(path, chance)
        with pytest.raises(Error, match=r"^\[M-DAMAGED\] Checkpoint of epoch \d is damaged\. Epoch \d is available"):
            checkpoint.weights(saved.folder, saved.store, "last")
    model, state = saved.begin()
    problem = saved.load(model, state)
    assert str(problem) == "[M-DAMAGED] Checkpoint of epoch 1 is damaged. Epoch 0 is available."
    assert state.step == 13


def test_a_damaged_best_is_not_passed_off_as_another(saved: Saved) -> None:
    model, state = saved.begin()
    saved.train(model, state)
    saved.save(model, state)
    [best] = [known for known in saved.store.checkpoints(saved.folder.id) if known.best]
    flip(saved.folder.path / best.file, random.Random(0))
    with pytest.raises(Error, match="M-DAMAGED"):
        checkpoint.weights(saved.folder, saved.store)
    assert checkpoint.weights(saved.folder, saved.store, "last")


def test_when_all_are_damaged_it_says_so(saved: Saved) -> None:
    model, state = saved.begin()
    for step in (3, 6):
        saved.train(model, state, until=step)
        saved.save(model, state)
    for path in saved.folder.checkpoints.iterdir():
        path.write_bytes(b"")
    with pytest.raises(Error, match=r"^\[M-DAMAGED\] Every checkpoint of this run is damaged"):
        saved.load(*saved.begin())


def test_what_a_crash_left_half_written_is_swept_away(saved: Saved) -> None:
    model, state = saved.begin()
    saved.train(model, state, until=3)
    half = saved.folder.checkpoints / ".state-000000003-0000.safetensors.1.tmp"
    half.write_bytes(b"half")
    saved.save(model, state)
    assert not half.exists()
