"""The routes of the canvas: what they answer, what they refuse, and that nothing is lost or done twice on the way."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from builder.canvas.routes import routes
from builder.examples import load, names
from builder.graph.document import Document, Node, from_json, write
from builder.graph.edits import Edit
from builder.graph.networks import Networks
from builder.layers import LAYERS
from builder.live.guard import middleware
from tests.documents import chain

HERE = "http://localhost:8501"
OURS = {"X-MESSAGE", "P-NONE", "S-CHANGED", "L-SIZE", "L-NODES", "G-JSON", "G-FIELD", "G-VERSION", "G-EDIT", "G-ID"}


@pytest.fixture
def networks(workspace: Path) -> Networks:
    return Networks(workspace)


@pytest.fixture
def client(networks: Networks) -> Iterator[TestClient]:
    app = Starlette(routes=routes(lambda: networks), middleware=middleware())
    with TestClient(app, base_url=HERE) as client:
        yield client


@pytest.fixture
def id(networks: Networks) -> str:
    return networks.create(chain("Flatten", ("Linear", {"out_features": 10})))


class Page:
    """A canvas as far as the server sees it: it numbers what it sends, and sends it again when it got no answer."""

    def __init__(self, client: TestClient, id: str, name: str = "tab") -> None:
        self.client, self.id, self.name, self.source = client, id, name, f"source-{name}"
        self.sent, self.report = 0, 0
        state = client.get(f"/api/networks/{id}?seen=0").json()
        self.rev, self.report = state["rev"], state["rev"]

    def message(self, *changes: dict[str, Any]) -> dict[str, Any]:
        whole = [{"kind": "edit", "edits": [], "tag": "", "at": 1.0, **change} for change in changes]
        return {"client": self.name, "source": self.source, "first": self.sent + 1, "base": self.rev,
                "seen": self.report, "changes": whole}  # fmt: skip

    def post(self, message: dict[str, Any], status: int = 200) -> dict[str, Any]:
        response = self.client.post(f"/api/networks/{self.id}/changes", json=message)
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        if status == 200:
            self.rev = self.report = answer["rev"]
            self.sent = answer["last"]
        return answer

    def do(self, *edits: dict[str, Any], status: int = 200) -> dict[str, Any]:
        return self.post(self.message({"edits": list(edits)}), status)


def title(text: str) -> dict[str, Any]:
    return {"op": "set_title", "title": text}


def test_the_catalogue_holds_every_layer_and_is_fetched_once(client: TestClient) -> None:
    response = client.get("/api/canvas/catalogue")
    catalogue = response.json()
    assert {layer["type"] for layer in catalogue["layers"]} == set(LAYERS)
    colours = {family["name"]: family["colour"] for family in catalogue["families"]}
    assert all(layer["colour"] == colours[layer["family"]] for layer in catalogue["layers"])
    wanted = {"type", "family", "description", "shape", "source", "link", "formula", "inputs", "many", "params", "keys",
              "glyph", "colour", "hidden"}  # fmt: skip
    assert all(wanted <= layer.keys() for layer in catalogue["layers"])
    assert [example["name"] for example in catalogue["examples"]] == names()
    assert catalogue["axes"]["C"] == "channel"
    assert all(isinstance(text, str) and text for text in catalogue["words"].values())
    again = client.get("/api/canvas/catalogue", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_network_is_told_with_its_report(client: TestClient, networks: Networks, id: str) -> None:
    response = client.get(f"/api/networks/{id}", params={"since": 0, "seen": 0})
    state = response.json()
    assert response.headers["cache-control"] == "no-store"
    assert from_json(state["document"]) == networks.open(id)[0]
    assert (state["rev"], state["undo"], state["redo"]) == (1, 0, 0)
    linear = state["report"]["nodes"]["linear1"]
    assert linear == {"shape": [10], "axes": "F", "dtype": "float32", "params": 650, "trainable": 650,
                      "flops": 1280, "bytes": 40, "sees": [], "state": "ok", "problems": []}  # fmt: skip
    totals = state["report"]["totals"]
    assert (totals["params"], totals["errors"], totals["nodes"], totals["batch_size"]) == (650, 0, 4, 64)
    assert "digit" in totals["data"].casefold()
    assert client.get(f"/api/networks/{id}", params={"since": 1, "seen": 1}).json() == {"rev": 1, "undo": 0, "redo": 0}


def test_an_edit_is_kept_and_answered_with_what_it_changed(client: TestClient, networks: Networks, id: str) -> None:
    page = Page(client, id)
    answer = page.do({"op": "set_params", "node": "linear1", "params": {"out_features": 7}})
    assert (answer["rev"], answer["last"], answer["undo"], answer["redo"]) == (2, 1, 1, 0)
    assert answer["report"]["base"] == 1
    assert set(answer["report"]["nodes"]) == {"linear1", "output"}
    assert answer["report"]["nodes"]["output"]["state"] == "error"
    fix = answer["report"]["nodes"]["output"]["problems"][0]["fixes"][0]
    assert "document" not in answer
    assert "refused" not in answer
    answer = page.do(*fix["edits"])
    assert answer["report"]["nodes"]["output"]["state"] == "ok"
    answer = page.do({"op": "remove", "nodes": ["flatten1"]})
    assert answer["report"]["gone"] == ["flatten1"]
    assert networks.open(id)[0].graph.node("flatten1") is None


def test_a_report_that_the_server_does_not_remember_is_told_whole(client: TestClient, id: str) -> None:
    page = Page(client, id)
    page.report = 0
    answer = page.do(title("a"))
    assert answer["report"]["base"] == 0
    assert len(answer["report"]["nodes"]) == 4
    page.report = 99
    assert page.do(title("b"))["report"]["base"] == 0


def test_undo_is_answered_with_the_document(client: TestClient, id: str) -> None:
    page = Page(client, id)
    page.do({"op": "remove", "nodes": ["flatten1"]})
    fresh = Page(client, id, "reloaded")  # it has not seen what it takes back
    answer = fresh.post(fresh.message({"kind": "undo"}))
    assert from_json(answer["document"]) == chain("Flatten", ("Linear", {"out_features": 10}))
    assert (answer["undo"], answer["redo"]) == (0, 1)


def test_two_clients_conflict_and_neither_version_is_lost(client: TestClient, networks: Networks, id: str) -> None:
    mine, theirs = Page(client, id, "mine"), Page(client, id, "theirs")
    theirs.do(title("theirs"))
    answer = mine.do(title("mine"), status=409)
    assert (answer["code"], answer["rev"]) == ("S-CHANGED", 2)
    assert "another tab" in answer["message"]
    assert networks.open(id)[0].title == "theirs"
    mine.rev = 2
    mine.do(title("mine"))
    assert networks.open(id)[0].title == "mine"


def test_one_client_with_two_hands_is_rebased(client: TestClient, id: str) -> None:
    canvas, outline = Page(client, id), Page(client, id)
    outline.source = "outline"
    outline.do({"op": "insert", "type": "ReLU", "after": "flatten1"})
    answer = canvas.do(title("mine"))
    document = from_json(answer["document"])
    assert document.title == "mine"
    assert document.graph.node("relu1")
    assert set(answer["report"]["nodes"]) >= {"relu1"}


def test_a_lost_answer_is_asked_for_again(client: TestClient, networks: Networks, id: str) -> None:
    page = Page(client, id)
    message = page.message({"edits": [{"op": "duplicate", "node": "flatten1"}]})
    lost = client.post(f"/api/networks/{id}/changes", json=message).json()
    answer = page.post(message)
    assert (answer["rev"], answer["last"]) == (lost["rev"], lost["last"]) == (2, 1)
    assert len(networks.open(id)[0].graph.nodes) == 5


def test_a_refused_change_is_skipped_and_told(client: TestClient, id: str) -> None:
    page = Page(client, id)
    changes = [{"edits": [title("a")]}, {"edits": [{"op": "remove", "nodes": ["x"]}]}, {"edits": [title("b")]}]
    answer = page.post(page.message(*changes))
    assert [refusal["code"] for refusal in answer["refused"]] == ["G-EDIT"]
    assert answer["last"] == 3
    assert answer["document"]["title"] == "b"


def test_trying_keeps_nothing(client: TestClient, networks: Networks, id: str) -> None:
    edits = [{"op": "insert", "type": "ReLU", "after": "flatten1"}]
    answer = client.post(
        f"/api/networks/{id}/try", json={"edits": edits, "nodes": ["relu1", "linear1", "nothing"]}
    ).json()
    assert answer["new"] == ["relu1"]
    assert answer["nodes"].keys() == {"relu1", "linear1"}
    assert answer["nodes"]["relu1"]["shape"] == [64]
    refused = client.post(f"/api/networks/{id}/try", json={"edits": [{"op": "remove", "nodes": ["x"]}]}).json()
    assert (refused["nodes"], refused["new"], refused["error"]["code"]) == ({}, [], "G-EDIT")
    assert networks.open(id)[1] == 1


def test_what_fits_is_told_with_shapes_and_reasons(client: TestClient, id: str) -> None:
    def ask(**query: object) -> Any:
        written = {key: value if isinstance(value, str) else json.dumps(value) for key, value in query.items()}
        response = client.get(f"/api/networks/{id}/fits", params=written)
        assert response.status_code == 200, response.text
        return response.json()

    behind = ask(**{"from": ["input"]})
    assert behind["nodes"]["flatten1"] == {"": None}
    assert behind["layers"]["Flatten"] == {"shape": "64"}
    assert "shape" in ask(edge={"source": "input", "target": "flatten1"})["layers"]["Conv2d"]
    assert ask(replace="linear1")["layers"]["Linear"]
    assert ask()["nodes"] == {}
    for query in ({"from": "["}, {"from": '["nothing"]'}, {"from": "[]"}, {"edge": "{}"}, {"replace": "nothing"}):
        response = client.get(f"/api/networks/{id}/fits", params=query)
        assert response.status_code == 400
        assert response.json()["code"] in OURS


def test_networks_are_made_from_documents_and_examples(client: TestClient, networks: Networks) -> None:
    document = chain("ReLU")
    made = client.post("/api/networks", json={"document": json.loads(write(document))}).json()["id"]
    assert networks.open(made)[0] == document
    made = client.post("/api/networks", json={"example": "xor-mlp"}).json()["id"]
    assert networks.open(made)[0] == load("xor-mlp")


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        ({"example": "nothing"}, "P-NONE", 404),
        ({}, "X-MESSAGE", 400),
        ({"example": "xor-mlp", "document": {}}, "X-MESSAGE", 400),
        ({"document": {}}, "G-JSON", 400),
        ({"document": {"format": "netbuilder", "version": 99}}, "G-VERSION", 400),
    ],
)
def test_what_is_no_network_is_not_made(
    client: TestClient, networks: Networks, body: object, code: str, status: int
) -> None:
    response = client.post("/api/networks", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert networks.list() == []


def test_numbers_that_json_does_not_know_reach_no_browser(client: TestClient, networks: Networks) -> None:
    id = networks.create(chain(("Dropout", {"p": math.nan})))
    text = client.get(f"/api/networks/{id}").text
    assert "NaN" not in json.dumps(json.loads(text)["document"])


def test_2000_nodes_are_told_and_one_more_is_refused(client: TestClient, networks: Networks) -> None:
    nodes = [Node(id=f"n{n}", type="ReLU") for n in range(2000)]
    id = networks.create(Document(graph=Document().graph.having(nodes=nodes)))
    page = Page(client, id)
    answer = page.do({"op": "insert", "type": "ReLU"})
    assert [refusal["code"] for refusal in answer["refused"]] == ["L-NODES"]
    assert len(page.do({"op": "remove", "nodes": ["n7"]})["report"]["nodes"]) < 10


@pytest.mark.parametrize(
    "id", ["nothing", "..%2f..%2fetc%2fpasswd", "3f2b7c1e-5a94-4d0b-9e6f-8c21d7a04b55", "%00", "a" * 3000]
)
def test_an_unknown_network_is_not_found_and_not_echoed(client: TestClient, id: str) -> None:
    send = {"client": "c", "source": "s", "first": 1, "base": 1, "seen": 0, "changes": []}
    answers = [
        client.get(f"/api/networks/{id}"),
        client.get(f"/api/networks/{id}/fits"),
        client.post(f"/api/networks/{id}/changes", json=send),
        client.post(f"/api/networks/{id}/try", json={"edits": []}),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert id not in answer.text
        if "%2f" not in id:
            assert answer.json()["code"] == "P-NONE"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_another_site_is_refused(client: TestClient, networks: Networks, id: str, headers: dict[str, str]) -> None:
    page = Page(client, id)
    body = page.message({"edits": [title("pwned")]})
    assert client.post(f"/api/networks/{id}/changes", json=body, headers=headers).status_code == 403
    assert client.get(f"/api/networks/{id}", headers=headers).status_code == 403
    assert networks.open(id)[1] == 1


@pytest.mark.parametrize("path", ["", "/{id}/changes", "/{id}/try"])
def test_a_body_over_5_mb_is_refused(client: TestClient, id: str, path: str) -> None:
    response = client.post(f"/api/networks{path.format(id=id)}", content=b" " * 5_000_001)
    assert (response.status_code, response.json()["code"]) == (413, "L-SIZE")


DEEP = b"[" * 100_000
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff",
    DEEP,
    b'{"document":' + DEEP,
    b'{"edits":' + DEEP,
    b'{"client":"\\ud800"}',
]
GOOD = {"client": "c", "source": "s", "first": 1, "base": 1, "seen": 0, "changes": []}
WRONG: list[dict[str, object]] = [
    {"client": ""}, {"client": "a b"}, {"client": "c" * 101}, {"client": 7}, {"source": "../x"}, {"first": 0},
    {"first": "1"}, {"first": 1.5}, {"base": -1}, {"base": 2**63}, {"base": None}, {"seen": True}, {"extra": 1},
    {"changes": {}}, {"changes": [{"kind": "jump"}]}, {"changes": [{"edits": [{"op": "exec"}]}]},
    {"changes": [{"edits": [{"op": "insert", "type": "x", "__class__": 1}]}]}, {"changes": [{"at": "now"}]},
    {"changes": [{}] * 1001},
]  # fmt: skip


@pytest.mark.parametrize("body", [*BODIES, *(json.dumps({**GOOD, **wrong}).encode() for wrong in WRONG)])
def test_a_body_that_the_page_would_not_send_is_refused(
    client: TestClient, networks: Networks, id: str, body: bytes
) -> None:
    for path in ("", f"/{id}/changes", f"/{id}/try"):
        response = client.post(f"/api/networks{path}", content=body)
        assert response.status_code == 400
        assert response.json()["code"] == "X-MESSAGE"
    assert networks.open(id)[1] == 1
    assert len(networks.list()) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
OPS = [op for member in get_args(get_args(Edit)[0]) for op in get_args(member.model_fields["op"].annotation)]
NAME = st.sampled_from(["input", "flatten1", "linear1", "output", "nothing", "block1", "", "\ud800", "\0"])
EDIT = st.fixed_dictionaries(
    {"op": st.sampled_from(OPS)},
    optional={
        "node": NAME, "type": st.sampled_from(["ReLU", "Block", "Input", "os.system", ""]), "id": NAME,
        "nodes": st.lists(NAME, max_size=3) | JSON, "before": st.none() | NAME, "after": NAME | JSON,
        "params": st.dictionaries(st.text(max_size=3), JSON, max_size=2), "sources": st.lists(NAME, max_size=3),
        "edge": st.fixed_dictionaries({"source": NAME, "target": NAME}), "positions": JSON, "values": JSON,
        "title": st.text(max_size=5), "note": JSON, "edits": JSON, "disabled": JSON, "graph": JSON,
    },
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDIT, max_size=3), other=JSON)
def test_whatever_is_sent_is_answered_in_our_words(
    client: TestClient, networks: Networks, edits: list[object], other: object
) -> None:
    id = networks.create(chain("Flatten", "Linear"))
    send = {**GOOD, "changes": [{"edits": [edit]} for edit in edits]}
    for path, body in (
        ("changes", send),
        ("try", {"edits": edits}),
        ("try", other),
        ("changes", {**GOOD, "base": other}),
    ):
        response = client.post(f"/api/networks/{id}/{path}", content=json.dumps(body))
        assert response.status_code in (200, 400, 409)
        answer = json.loads(response.content, parse_constant=lambda name: pytest.fail(name))
        if response.status_code != 200:
            assert answer["code"] in OURS
            assert len(answer["message"]) <= 300
    kept = client.get(f"/api/networks/{id}").json()
    assert from_json(kept["document"]) == networks.open(id)[0]
