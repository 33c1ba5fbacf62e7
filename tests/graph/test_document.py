"""Reading and writing documents; faults of reading are in tests/compiler/test_faults.py."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.graph.document import Document, Edge, Graph, Node, from_json, read, write
from builder.graph.migrate import STEPS, VERSION

GOLDEN = Path(__file__).parent / "golden"


def test_every_version_has_its_golden_file() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {f"version-{n}.json" for n in [*STEPS, VERSION]}


def test_the_file_of_version_1_reads_as_it_always_has() -> None:
    """This file never changes: what was saved once can be read for ever."""
    document = read((GOLDEN / "version-1.json").read_bytes())
    assert document.title == 'Two "branches" 两支'
    assert document.about == "<b>Everything</b> that version 1 can say.\nOn two lines."
    assert document.data == {"source": "digits", "seed": 3, "augmentation": {"flip": True, "rotation": 10.5}}
    assert [node.id for node in document.graph.nodes] == ["input", "conv1", "conv 2", "add", "flatten1", "out"]
    assert document.graph.node("conv1") == Node(
        id="conv1",
        type="Conv2d",
        params={"out_channels": 4, "kernel_size": [3, 5], "bias": False},
        position=(0.0, 120.5),
    )
    assert document.graph.into("add") == (
        Edge(source="conv1", target="add", input="x"),
        Edge(source="conv 2", target="add"),
    )
    assert document.recipe["optimizer"] == {"type": "SGD", "lr": 0.1, "momentum": 0.0}
    if VERSION == 1:
        assert write(document) == (GOLDEN / "version-1.json").read_bytes()


def test_a_newer_file_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    content = json.dumps({"format": "netbuilder", "version": VERSION + 1, "graph": [], "new": 1}).encode()
    path.write_bytes(content)
    with pytest.raises(Error, match=r"\[G-VERSION\] Made by a newer version \(2\)\. Update the app; the file was left"):
        read(path.read_bytes())
    assert path.read_bytes() == content


def test_what_is_left_out_takes_its_default() -> None:
    document = from_json({"format": "netbuilder", "version": 1, "graph": {"nodes": [{"id": "a", "type": "ReLU"}]}})
    assert document == Document(graph=Graph(nodes=(Node(id="a", type="ReLU"),)))
    assert read(write(Document())) == Document()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"graph": {"nodes": [{"id": "a"}]}}, r'"graph\.nodes\.0\.type": Field required'),
        ({"graph": {"nodes": [{"id": "", "type": "ReLU"}]}}, r'"graph\.nodes\.0\.id": String should have at least 1'),
        ({"graph": {"nodes": [{"id": 1, "type": "ReLU"}]}}, r'"graph\.nodes\.0\.id": Input should be a valid string'),
        ({"graph": {"nodes": [], "wires": []}}, r'"graph\.wires": Extra inputs are not permitted'),
        ({"graph": {"nodes": [{"id": "a", "type": "ReLU", "position": [1]}]}}, r'"graph\.nodes\.0\.position'),
        ({"graph": None}, r'"graph": '),
        ({"title": 1}, r'"title": Input should be a valid string'),
        ({"author": "me"}, r'"author": Extra inputs are not permitted'),
        ({"recipe": []}, r'"recipe": Input should be'),
    ],
)
def test_a_field_of_the_wrong_form(change: dict[str, Any], says: str) -> None:
    with pytest.raises(Error, match=rf"\[G-FIELD\] {says}.*Correct the file or open another\."):
        from_json({"format": "netbuilder", "version": 1, **change})


@pytest.mark.parametrize("content", [b"null", b"[]", b'"x"', b"{}", b'{"format": "keras"}', b'{"nodes": []}'])
def test_json_that_is_no_document(content: bytes) -> None:
    with pytest.raises(Error, match=r'\[G-JSON\] This file is not a valid project\. It has no "format": "netbuilder"'):
        read(content)


text = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


@given(title=text, params=st.dictionaries(text, values, max_size=3), id=text.filter(bool))
def test_what_is_written_is_read_again(title: str, params: dict[str, Any], id: str) -> None:
    graph = Graph(
        nodes=(Node(id=id, type="ReLU", params=params, position=(0.1, -3.0)),), edges=(Edge(source=id, target=id),)
    )
    document = Document(title=title, graph=graph, data=params, recipe=params)
    assert read(write(document)) == document
    assert write(read(write(document))) == write(document)


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        Document().title = "x"  # type: ignore[misc]
