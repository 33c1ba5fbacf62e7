"""What a run reports to the canvas, and which run is that of a network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from builder.canvas.live import heat, live_routes, run_of
from builder.graph.document import Document, write
from builder.graph.edit import apply
from builder.runs.folder import NODES, RunFolder
from builder.runs.store import Store
from tests.documents import chain

NETWORK = "3f2b7c1e-5a94-4d0b-9e6f-8c21d7a04b55"


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store(workspace)


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=live_routes(lambda: store))) as client:
        yield client


def begin(store: Store, document: Document, said: Any = None) -> str:
    run = store.create(document, "t").id
    folder = RunFolder(store.home, run)
    folder.make(write(document))
    if said is not None:
        folder.write(NODES, said if isinstance(said, bytes) else json.dumps(said).encode())
    return run


def test_each_node_has_its_values_and_its_heat(client: TestClient, store: Store) -> None:
    nodes = {
        "conv1": {"weight": 3.5, "gradient": 0.02},
        "block\nlinear1": {"weight": 1.0, "gradient": 0.0002},
        "linear1": {"weight": None, "gradient": None},
    }
    run = begin(store, chain("Flatten"), {"step": 7, "nodes": nodes})
    answer = client.get(f"/api/networks/{NETWORK}/run", params={"run": run})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "run": run,
        "status": "starting",
        "step": 7,
        "nodes": {
            "conv1": {
                "values": [{"name": "weight norm", "value": 3.5}, {"name": "gradient norm", "value": 0.02}],
                "heat": 1.0,
                "image": None,
            },
            "block\nlinear1": {
                "values": [{"name": "weight norm", "value": 1.0}, {"name": "gradient norm", "value": 0.0002}],
                "heat": 0.5,
                "image": None,
            },
            "linear1": {"values": [], "heat": None, "image": None},
        },
    }


@pytest.mark.parametrize("said", [None, b"{half"], ids=["absent", "damaged"])
def test_a_run_that_said_nothing_yet_has_no_nodes(client: TestClient, store: Store, said: bytes | None) -> None:
    run = begin(store, chain("Flatten"), said)
    answer = client.get(f"/api/networks/{NETWORK}/run", params={"run": run}).json()
    assert answer == {"run": run, "status": "starting", "step": 0, "nodes": {}}


@pytest.mark.parametrize("path", [f"{NETWORK}/run", f"{NETWORK}/run?run=../..", f"{NETWORK}/run?run={NETWORK}"])
def test_an_unknown_run_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/networks/{path}")
    assert (answer.status_code, answer.json()) == (404, {"code": "P-NONE", "message": "No such run."})


def test_what_is_no_id_of_a_network_is_not_found(client: TestClient, store: Store) -> None:
    run = begin(store, chain("Flatten"))
    answer = client.get("/api/networks/nothing/run", params={"run": run})
    assert (answer.status_code, answer.json()["code"]) == (404, "P-NONE")


@pytest.mark.parametrize(
    ("gradient", "largest", "expected"),
    [(1.0, 1.0, 1.0), (0.01, 1.0, 0.5), (1e-9, 1.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, None), (None, 1.0, None)],
)
def test_heat_is_logarithmic(gradient: float | None, largest: float, expected: float | None) -> None:
    assert heat(gradient, largest) == expected


def test_the_run_of_a_network_is_the_newest_at_work_with_its_layers_and_wires(store: Store) -> None:
    document = chain("Flatten", ("Linear", {"out_features": 10}))
    assert run_of(document, store) is None
    begin(store, document)
    newest = begin(store, document)
    begin(store, chain("Flatten", ("Linear", {"out_features": 11})))
    assert run_of(document, store) == newest
    moved = apply(document, {"op": "place", "positions": {"linear1": [10, 20]}}, {"op": "set_title", "title": "other"})
    assert run_of(moved, store) == newest
    assert run_of(apply(document, {"op": "disable", "nodes": ["linear1"]}), store) is None
    store.transition(newest, "starting", "finished")
    assert run_of(document, store) != newest
