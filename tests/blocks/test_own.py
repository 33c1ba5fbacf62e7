"""Blocks that a person saves: kept whole, used in other networks, named, deleted, and never fatal when damaged."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.blocks import OwnBlocks, fitted
from builder.blocks import own as saved
from builder.compiler.check import check
from builder.core.errors import Error
from builder.core.ids import new_id
from builder.graph.document import Document, Node, Note, read, write
from builder.graph.edit import apply
from tests.documents import chain, one_step


def stem(repeat: int = 1) -> Node:
    """Two layers of a network, grouped."""
    document = chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    grouped = apply(
        document,
        {"op": "group", "nodes": ["conv1", "relu1"], "id": "stem"},
        {"op": "set_params", "node": "stem", "params": {"repeat": repeat}},
    )
    node = grouped.graph.node("stem")
    assert node is not None
    return node


@pytest.fixture
def blocks(workspace: Path) -> OwnBlocks:
    return OwnBlocks(workspace)


def names(blocks: OwnBlocks) -> list[str]:
    return [template.name for template in blocks.list().templates]


def file_of(workspace: Path, key: str) -> Path:
    return workspace / "blocks" / f"{key.removeprefix('own/')}.json"


def test_a_saved_block_works_in_another_network(blocks: OwnBlocks, workspace: Path) -> None:
    kept = blocks.save(stem(repeat=3), "My stem")
    [found] = OwnBlocks(workspace).list().templates  # another session, another day
    assert found == kept
    told = found.describe()
    assert (told["name"], told["family"], told["glyph"]) == ("My stem", "Your blocks", "MS")
    assert told["description"] == "Yours, of 2 layers: Conv2d, ReLU."
    assert told["block"]["params"] == {"repeat": 3}
    other = chain("Flatten", ("Linear", {"out_features": 10}))
    graph = fitted(found, check(other).nodes["input"].spec).model_dump(mode="json", exclude_none=True)
    edit = {"op": "insert", "type": "Block", "after": "input", "graph": graph, "params": dict(found.params)}
    used = apply(other, edit)
    assert check(used).problems == []
    one_step(used)
    flat = apply(used, {"op": "ungroup", "node": "block1"})
    assert sum(node.type == "Conv2d" for node in flat.graph.nodes) == 3


def test_a_saved_block_is_a_document(blocks: OwnBlocks, workspace: Path) -> None:
    kept = blocks.save(stem(), "stem")
    document = read(file_of(workspace, kept.key).read_bytes())
    assert document.title == "stem"
    assert document.graph.nodes[0].graph == stem().graph


def test_names_are_told_apart_and_changed(blocks: OwnBlocks) -> None:
    first, second = blocks.save(stem(), " stem \n one "), blocks.save(stem(), "stem one")
    assert names(blocks) == ["stem one", "stem one 2"]
    assert blocks.rename(second.key, "stem one").name == "stem one 2"
    assert blocks.rename(first.key, "Début").name == "Début"
    assert names(blocks) == ["Début", "stem one 2"]
    with pytest.raises(Error, match="Give the block a name"):
        blocks.rename(first.key, "  \n ")
    with pytest.raises(Error, match="Give the block a name"):
        blocks.save(stem(), "")


def test_a_deleted_block_is_gone_and_its_copies_stay(blocks: OwnBlocks, workspace: Path) -> None:
    kept = blocks.save(stem(), "stem")
    blocks.delete(kept.key)
    assert names(blocks) == []
    assert list((workspace / "blocks").iterdir()) == []
    for act in (blocks.delete, blocks.get, lambda key: blocks.rename(key, "x")):
        with pytest.raises(Error, match="No such block in the palette"):
            act(kept.key)


@pytest.mark.parametrize(
    "key", ["own/../../networks/x", "own/", "own/x", "ready/residual", "", "/etc/passwd", "own/.."]
)
def test_a_key_is_never_a_path(blocks: OwnBlocks, workspace: Path, key: str) -> None:
    workspace.mkdir()
    (workspace / "x.json").write_bytes(write(Document()))
    for act in (blocks.delete, blocks.get, lambda key: blocks.rename(key, "x")):
        with pytest.raises(Error, match="No such block in the palette"):
            act(key)


def test_what_is_no_block_is_not_saved(blocks: OwnBlocks) -> None:
    for node in (Node(id="a", type="Linear"), Node(id="b", type="Block")):
        with pytest.raises(Error, match="is no block"):
            blocks.save(node, "name")
    assert names(blocks) == []


def test_limits(blocks: OwnBlocks, monkeypatch: pytest.MonkeyPatch) -> None:
    node = stem()
    assert node.graph is not None
    notes = (Note(id=f"note{i}", text="x" * 10_000) for i in range(600))
    with pytest.raises(Error, match="the most is 5"):
        blocks.save(node.model_copy(update={"graph": node.graph.having(notes=notes)}), "long")
    assert names(blocks) == []
    monkeypatch.setattr(saved, "MOST_BLOCKS", 2)
    for name in ("one", "two"):
        blocks.save(node, name)
    with pytest.raises(Error, match="holds 2 blocks of yours already"):
        blocks.save(node, "three")


def test_files_that_cannot_be_used_are_told_of_and_left_alone(blocks: OwnBlocks, workspace: Path) -> None:
    good = blocks.save(stem(), "good")
    whole = json.loads(file_of(workspace, good.key).read_bytes())
    two = {**whole, "graph": {"nodes": whole["graph"]["nodes"] * 2, "edges": []}}
    bad = {
        "half": file_of(workspace, good.key).read_bytes()[:50],
        "empty": b"",
        "garbage": bytes(range(256)),
        "newer": json.dumps({**whole, "version": 99}).encode(),
        "a layer": json.dumps({**whole, "graph": {"nodes": [{"id": "a", "type": "ReLU"}], "edges": []}}).encode(),
        "two": json.dumps(two).encode(),
    }
    for content in bad.values():
        (workspace / "blocks" / f"{new_id()}.json").write_bytes(content)
    (workspace / "blocks" / "not an id.json").write_bytes(json.dumps(whole).encode())
    (workspace / "blocks" / f"{new_id()}.json").mkdir()
    (workspace / "blocks" / ".half.json.1.tmp").write_bytes(b"half")  # left by a kill while it was written
    before = sorted(path.name for path in (workspace / "blocks").iterdir())
    found = blocks.list()
    assert [template.name for template in found.templates] == ["good"]
    assert len(found.problems) == len(bad) + 2
    assert all(str(problem).count("cannot be used") == 1 for problem in found.problems)
    assert any("newer version" in str(problem) and problem.code == "G-VERSION" for problem in found.problems)
    assert all(str(workspace) not in str(problem) for problem in found.problems)
    assert sorted(path.name for path in (workspace / "blocks").iterdir()) == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=300).filter(str.strip))
def test_any_name_is_kept_as_text(workspace: Path, name: str) -> None:
    blocks = OwnBlocks(workspace)
    kept = blocks.save(stem(), name)
    assert names(blocks) == [kept.name] == [" ".join(name.split())[:200]]
    assert [path.parent.name for path in workspace.rglob("*.json")] == ["blocks"]
    blocks.delete(kept.key)
