"""The routes of the palette's blocks: what they tell, keep and refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from builder.blocks import READY
from builder.canvas.routes import routes
from builder.core.ids import new_id
from builder.graph.document import Document
from builder.graph.networks import Networks
from builder.live.guard import middleware
from tests.documents import chain, edited

HERE = "http://localhost:8501"


@pytest.fixture
def networks(workspace: Path) -> Networks:
    return Networks(workspace)


@pytest.fixture
def client(networks: Networks) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(lambda: networks), middleware=middleware()), base_url=HERE) as client:
        yield client


def grouped() -> Document:
    document = chain(("Conv2d", {"out_channels": 4}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    return edited(document, {"op": "group", "nodes": ["conv1", "relu1"], "id": "stem"})


def block() -> dict[str, Any]:
    node = grouped().graph.node("stem")
    assert node is not None
    return node.model_dump(mode="json", exclude_none=True)


def kept(client: TestClient, name: str = "stem") -> dict[str, Any]:
    response = client.post("/api/blocks", json={"name": name, "block": block()})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def listed(client: TestClient) -> list[str]:
    return [told["name"] for told in client.get("/api/blocks").json()["blocks"]]


def address(told: dict[str, Any]) -> str:
    return f"/api/blocks/{told['type'].removeprefix('own/')}"


def test_ready_blocks_come_with_the_catalogue_as_layers_do(client: TestClient) -> None:
    catalogue = client.get("/api/canvas/catalogue").json()
    assert [told["type"] for told in catalogue["blocks"]] == list(READY)
    families = {family["name"]: family["colour"] for family in catalogue["families"]}
    assert "Your blocks" in families
    layer = catalogue["layers"][0]
    for told in catalogue["blocks"]:
        assert layer.keys() <= told.keys()
        assert told["colour"] == families[told["family"]]


def test_a_block_is_kept_named_and_deleted(client: TestClient) -> None:
    told = kept(client)
    assert told["block"]["graph"] == block()["graph"]
    assert client.get("/api/blocks").json() == {"blocks": [told], "problems": []}
    renamed = client.post(address(told), json={"name": "eyes"}).json()
    assert (renamed["type"], renamed["name"]) == (told["type"], "eyes")
    assert listed(client) == ["eyes"]
    assert client.delete(address(told)).json() == {}
    assert listed(client) == []
    assert client.delete(address(told)).status_code == 404


@pytest.mark.parametrize("body", [
    {"name": "x"}, {"block": {}}, {"name": 3, "block": {"id": "a", "type": "Block"}}, [], "no", None,
    {"name": "x" * 1001, "block": {"id": "a", "type": "Block"}},
    {"name": "x", "block": {"id": "a", "type": "Block", "graph": {"nodes": "all"}}},
])  # fmt: skip
def test_what_is_not_understood_is_refused(client: TestClient, body: Any) -> None:
    response = client.post("/api/blocks", json=body)
    assert response.status_code == 400
    assert response.json()["code"] == "X-MESSAGE"
    assert listed(client) == []


def test_what_is_no_block_or_too_large_is_refused(client: TestClient) -> None:
    for node in ({"id": "a", "type": "ReLU"}, {"id": "a", "type": "Block"}):
        answer = client.post("/api/blocks", json={"name": "x", "block": node}).json()
        assert answer["code"] == "G-EDIT"
    deep = block()
    for _level in range(12):
        deep = {"id": "b", "type": "Block", "graph": {"nodes": [deep], "edges": []}}
    assert client.post("/api/blocks", json={"name": "x", "block": deep}).json()["code"] == "L-NODES"
    large = {"name": "x", "block": block(), "more": "x" * 5_000_000}
    assert client.post("/api/blocks", json=large).status_code == 413


@pytest.mark.parametrize("id", ["x", "..", "%2e%2e%2fnetworks", "3f2b7c1e-5a94-4d0b-9e6f-8c21d7a04b55"])
def test_an_address_names_nothing_but_ids(client: TestClient, id: str) -> None:
    assert client.post(f"/api/blocks/{id}", json={"name": "x"}).status_code in (404, 405)
    assert client.delete(f"/api/blocks/{id}").status_code in (404, 405)


def test_another_site_is_refused(client: TestClient) -> None:
    told = kept(client)
    foreign = {"Origin": "http://evil.example"}
    assert client.get("/api/blocks", headers=foreign).status_code == 403
    assert client.delete(address(told), headers=foreign).status_code == 403
    assert listed(client) == ["stem"]


def test_a_damaged_file_is_told_of(client: TestClient, workspace: Path) -> None:
    kept(client)
    (workspace / "blocks" / f"{new_id()}.json").write_bytes(b"{")
    answer = client.get("/api/blocks").json()
    assert [told["name"] for told in answer["blocks"]] == ["stem"]
    [problem] = answer["problems"]
    assert problem.startswith("[G-JSON] The saved block ")


def test_blocks_are_among_what_fits_a_place(client: TestClient, networks: Networks) -> None:
    told = kept(client)
    id = networks.create(grouped())
    found = client.get(f"/api/networks/{id}/fits", params={"from": '["stem"]'}).json()["layers"]
    assert found["ready/residual"] == {"shape": "4x8x8"}
    assert found["ready/bottleneck"] == {"shape": "16x4x4"}
    assert found[told["type"]] == {"shape": "4x8x8"}
    behind_flatten = client.get(f"/api/networks/{id}/fits", params={"from": '["flatten1"]'}).json()["layers"]
    assert behind_flatten["ready/mlp"] == {"shape": "256"}
    assert behind_flatten[told["type"]]["reason"].startswith('stem: Conv2d "conv1" needs ')
