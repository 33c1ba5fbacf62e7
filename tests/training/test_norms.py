"""Norms of weights and gradients: right, of each node and block, and so rare that a training does not feel them."""

import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from builder.compiler.check import check
from builder.graph.document import Document, write
from builder.graph.edit import apply
from builder.runs.folder import NODES, RunFolder
from builder.runs.store import Store
from builder.training import loop, norms, supervisor
from builder.training.attempt import Attempt
from builder.training.events import Step
from tests.documents import chain
from tests.training.networks import cnn, prepared, recipe


def after_a_step(document: Document) -> tuple[nn.Module, dict[str, Any]]:
    model, state = loop.start(document, recipe(document))
    next(event for event in loop.train(model, prepared(document), recipe(document), state) if isinstance(event, Step))
    return model, dict(norms.norms(norms.owners(model, check(document))))


def together(tensors: Sequence[torch.Tensor]) -> float:
    return float(torch.cat([tensor.detach().flatten() for tensor in tensors]).norm())


def test_each_layer_with_weights_has_its_norms() -> None:
    model, found = after_a_step(cnn())
    assert set(found) == {"conv1", "batchnorm1", "linear1"}
    for node, values in found.items():
        parameters = list(model.get_submodule(node).parameters())
        assert values["weight"] == pytest.approx(together(parameters), rel=1e-4)
        gradients = [p.grad for p in parameters if p.grad is not None]
        assert values["gradient"] == pytest.approx(together(gradients), rel=1e-4) != 0


def test_nodes_in_blocks_are_named_by_their_path_and_copies_count_together() -> None:
    document = chain("Flatten", ("Linear", {"out_features": 16}), "ReLU", ("Linear", {"out_features": 10}), limit=100)
    document = document.model_copy(update={"recipe": {"device": "cpu", "batch_size": 16}})
    grouped = apply(
        apply(document, {"op": "insert", "type": "Linear", "params": {"out_features": 16}, "after": "relu1"}),
        {"op": "group", "nodes": ["linear3"], "id": "block"},
        {"op": "set_params", "node": "block", "params": {"repeat": 3}},
    )
    model, found = after_a_step(grouped)
    assert set(found) == {"linear1", "linear2", "block", "block\nlinear3"}
    copies = [p for name, p in model.named_parameters() if name.startswith("block")]
    assert len(copies) == 6
    assert found["block"] == found["block\nlinear3"]
    assert found["block"]["weight"] == pytest.approx(together(copies), rel=1e-4)


def test_what_is_no_number_is_left_out() -> None:
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight[0, 0] = float("nan")
    owners = {"a": list(linear.parameters()), "b": list(nn.Linear(2, 2).parameters())}
    found = norms.norms(owners)
    assert found["a"] == {"weight": None, "gradient": None}
    assert found["b"]["weight"] is not None


@pytest.fixture
def folder(workspace: Path) -> RunFolder:
    store = Store(workspace)
    folder = RunFolder(workspace, store.create(Document(), "t").id)
    folder.make(write(Document()))
    return folder


def test_the_next_look_waits_a_hundred_times_as_long_as_this_one_took(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, took = 1000.0, 0.0

    def slow(owners: object) -> norms.Kinds:
        nonlocal now
        now += took
        return {}

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(norms, "norms", slow)
    document = cnn()
    watched = norms.Norms(folder, loop.start(document, recipe(document))[0], check(document))
    took = 0.001
    watched.record(1)
    assert watched.due_at == pytest.approx(now + 1.0)
    took = 0.5
    watched.record(1)
    assert watched.due_at == pytest.approx(now + 50.0)


def test_a_full_disk_is_no_reason_to_stop(folder: RunFolder) -> None:
    document = cnn()
    watched = norms.Norms(folder, loop.start(document, recipe(document))[0], check(document))
    watched.record(1)
    before = folder.read(NODES)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # as good as a full disk: writing fails halfway
    try:
        watched.record(2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(folder.path.glob(".*.tmp"))
    assert folder.read(NODES) == before


def test_a_run_writes_them_while_it_learns(workspace: Path) -> None:
    store, document = Store(workspace), cnn(epochs=1)
    run = store.create(document, "t")
    folder = RunFolder(workspace, run.id)
    folder.make(write(document))
    folder.open_words()
    store.transition(run.id, "starting", "running")
    Attempt(store, folder).run()
    said = json.loads(folder.read(NODES))
    assert said["step"] >= 1
    assert set(said["nodes"]) == {"conv1", "batchnorm1", "linear1"}
    assert supervisor.notice(store, store.get(run.id)) is None
