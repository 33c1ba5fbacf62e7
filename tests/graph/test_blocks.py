"""Layers made one block, opened, and put back."""

from typing import Any

import pytest

from builder.core.errors import Error
from builder.graph.blocks import fed
from builder.graph.document import MOST_DEPTH, MOST_NODES, Document, Graph, Node, from_json, read, write
from builder.graph.edit import apply
from builder.graph.edits import Insert
from tests.documents import chain, edges, edited, ids

STACK = chain("Conv2d", "ReLU", "Flatten", ("Linear", {"out_features": 10}))


def group(*nodes: str, **more: Any) -> dict[str, Any]:
    return {"op": "group", "nodes": list(nodes), **more}


def ungroup(node: str) -> dict[str, Any]:
    return {"op": "ungroup", "node": node}


def inside(node: str, *edits: dict[str, Any]) -> dict[str, Any]:
    return {"op": "inside", "node": node, "edits": list(edits)}


def held(document: Document, block: str) -> Document:
    """What a block holds, as a document of its own."""
    node = document.graph.node(block)
    assert node is not None
    assert node.graph is not None
    return Document(graph=node.graph)


def skipping() -> Document:
    """input -> conv1 -> conv2 -> add1 -> flatten1 -> output, with a skip from conv1 to add1."""
    document = chain("Conv2d", "Conv2d", "Add", "Flatten")
    return edited(document, {"op": "connect", "edge": {"source": "conv1", "target": "add1"}})


def test_a_chain_becomes_a_block_with_one_input_and_one_output() -> None:
    document = edited(STACK, {"op": "place", "positions": {"conv1": [5, 6]}}, group("conv1", "relu1"))
    assert ids(document) == ["input", "block1", "flatten1", "linear1", "output"]
    assert edges(document) == ["block1>flatten1", "flatten1>linear1", "input>block1", "linear1>output"]
    block = document.graph.node("block1")
    assert block is not None
    assert (block.type, block.position, block.params) == ("Block", (5.0, 6.0), {})
    assert ids(held(document, "block1")) == ["input", "conv1", "relu1", "output"]
    assert edges(held(document, "block1")) == ["conv1>relu1", "input>conv1", "relu1>output"]
    assert document.graph.count == 9


def test_each_source_outside_is_one_input() -> None:
    """conv1 feeds two of the layers and needs one input; input and conv1 need two, which the wires name."""
    one = edited(skipping(), group("conv2", "add1"))
    assert edges(one) == ["block1>flatten1", "conv1>block1", "flatten1>output", "input>conv1"]
    assert edges(held(one, "block1")) == ["add1>output", "conv2>add1", "input>add1", "input>conv2"]
    two = edited(
        chain("Conv2d", "Add", "Flatten"),
        {"op": "connect", "edge": {"source": "input", "target": "add1"}},
        group("add1", id="sum"),
    )
    assert [e for e in edges(two) if ">sum" in e] == ["conv1>sum.input", "input>sum.input1"]
    block = two.graph.node("sum")
    assert block is not None
    assert fed(two.graph, block) == ["conv1", "input"]


def test_what_leads_nowhere_is_what_the_block_gives() -> None:
    document = edited(chain("ReLU", "Tanh", ends=False), group("relu1", "tanh1"))
    assert edges(held(document, "block1")) == ["relu1>tanh1", "tanh1>output"]


def test_grouping_and_ungrouping_is_what_it_was() -> None:
    stack = edited(STACK, group("conv1", "relu1"), ungroup("block1"))
    assert (stack.graph.nodes, edges(stack)) == (STACK.graph.nodes, edges(STACK))
    again = edited(skipping(), group("conv2", "add1"), ungroup("block1"))
    assert (ids(again), edges(again)) == (ids(skipping()), edges(skipping()))
    assert [e.source for e in again.graph.into("add1")] == ["conv2", "conv1"]  # the order in which they are joined


def test_ungrouping_writes_every_copy_out() -> None:
    document = edited(
        skipping(), group("conv2", "add1"), {"op": "set_params", "node": "block1", "params": {"repeat": 2}}
    )
    document = edited(document, ungroup("block1"))
    assert ids(document) == ["input", "conv1", "conv2", "add1", "conv3", "add2", "flatten1", "output"]
    wires = ["input>conv1", "conv1>conv2", "conv2>add1", "conv1>add1", "add1>conv3", "conv3>add2", "add1>add2"]
    assert edges(document) == sorted([*wires, "add2>flatten1", "flatten1>output"])


def test_ungrouping_takes_no_name_that_is_there() -> None:
    document = edited(STACK, group("relu1"), {"op": "insert", "type": "ReLU", "id": "relu1"}, ungroup("block1"))
    assert ids(document) == ["input", "conv1", "relu2", "flatten1", "linear1", "output", "relu1"]
    assert {"conv1>relu2", "relu2>flatten1"} <= set(edges(document))


def test_blocks_in_blocks() -> None:
    document = edited(STACK, group("relu1", id="a"), group("conv1", "a", id="b"))
    assert ids(document) == ["input", "b", "flatten1", "linear1", "output"]
    assert ids(held(held(document, "b"), "a")) == ["input", "relu1", "output"]
    stack = edited(document, ungroup("b"), ungroup("a"))
    assert (stack.graph.nodes, edges(stack)) == (STACK.graph.nodes, edges(STACK))


def test_what_is_done_inside_stays_inside() -> None:
    document = edited(STACK, group("conv1", "relu1"))
    insert = {"op": "insert", "type": "Tanh", "after": "relu1"}
    changed = edited(document, inside("block1", insert, {"op": "remove", "nodes": ["relu1"]}))
    assert edges(held(changed, "block1")) == ["conv1>tanh1", "input>conv1", "tanh1>output"]
    assert edges(changed) == edges(document)
    deep = edited(changed, inside("block1", group("tanh1", id="deep")))
    deep = edited(deep, inside("block1", inside("deep", {"op": "rename", "node": "tanh1", "id": "last"})))
    assert ids(held(held(deep, "block1"), "deep")) == ["input", "last", "output"]


def test_a_fix_inside_may_change_the_recipe() -> None:
    document = edited(STACK, group("relu1"), inside("block1", {"op": "set_recipe", "values": {"epochs": 3}}))
    assert document.recipe == {"epochs": 3}


def test_a_block_is_copied_with_what_it_holds() -> None:
    document = edited(STACK, group("conv1", "relu1"), {"op": "duplicate", "node": "block1"})
    assert ids(document)[1:3] == ["block1", "block2"]
    assert held(document, "block1") == held(document, "block2")
    inserted = apply(STACK, Insert(type="Block", graph=STACK.graph, after="relu1"))
    assert ids(held(inserted, "block1")) == ids(STACK)


def test_a_block_survives_its_file() -> None:
    document = edited(STACK, group("conv1", "relu1"), inside("block1", {"op": "disable", "nodes": ["relu1"]}))
    assert read(write(document)) == document
    assert not any(word in write(STACK) for word in (b"disabled", b"notes", b"null"))  # of what is as usual, nothing


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (group(), r"\[G-EDIT\] Choose the layers that the block shall hold"),
        (group("gone"), r'\[G-EDIT\] There is no layer "gone"'),
        (group("input", "conv1"), r'\[G-EDIT\] "input" is an Input and stays outside a block'),
        (group("linear1", "output"), r'\[G-EDIT\] "output" is an Output and stays outside a block'),
        (group("conv1", "flatten1"), r'\[G-EDIT\] "relu1" lies between these layers\. Choose it as well'),
        (group("relu1", id="conv1"), r'\[G-ID\] There is already a layer "conv1"'),
        (ungroup("gone"), r'\[G-EDIT\] There is no layer "gone"'),
        (ungroup("relu1"), r'\[G-EDIT\] "relu1" is no block'),
        (inside("relu1"), r'\[G-EDIT\] "relu1" is no block'),
        (inside("gone"), r'\[G-EDIT\] There is no layer "gone"'),
        (inside("relu1", {"op": "explode"}), r"\[G-EDIT\] This edit is not known"),
    ],
)  # fmt: skip
def test_a_block_that_cannot_be(edit: dict[str, Any], says: str) -> None:
    with pytest.raises(Error, match=says):
        apply(STACK, edit)


def test_a_block_has_one_output() -> None:
    document = edited(STACK, {"op": "connect", "edge": {"source": "conv1", "target": "linear1"}})
    with pytest.raises(Error, match=r'A block has one output, but "relu1" and "conv1" both lead out of it|"conv1" and'):
        apply(document, group("conv1", "relu1"))


def test_an_edit_inside_that_is_refused_changes_nothing() -> None:
    document = edited(STACK, group("conv1", "relu1"))
    with pytest.raises(Error, match=r'\[G-EDIT\] There is no layer "linear1"'):
        apply(document, inside("block1", {"op": "remove", "nodes": ["relu1", "linear1"]}))


def test_a_document_is_full_at_2000_with_what_blocks_hold() -> None:
    graph = Graph(nodes=tuple(Node(id=f"n{i}", type="ReLU") for i in range(MOST_NODES - 2)))
    document = Document(graph=Graph(nodes=(Node(id="b", type="Block", graph=graph), Node(id="a", type="ReLU"))))
    assert document.graph.count == MOST_NODES
    for edit in (
        {"op": "insert", "type": "ReLU"},
        {"op": "duplicate", "node": "b"},
        inside("b", {"op": "insert", "type": "ReLU"}),
        {"op": "add", "nodes": [{"id": "new", "type": "ReLU"}]},
        {"op": "insert", "type": "Block", "graph": {"nodes": [{"id": "x", "type": "ReLU"}]}},
    ):
        with pytest.raises(Error, match=r"\[L-NODES\] [\d,]+ layers; the most is 2,000"):
            apply(document, edit)
    times = {"op": "set_params", "node": "b", "params": {"repeat": 2}}
    with pytest.raises(Error, match=r"\[L-NODES\] 3,997 layers"):
        apply(document, times, ungroup("b"))


def test_a_file_with_blocks_too_deep_or_too_full_is_refused() -> None:
    def nested(depth: int) -> dict[str, Any]:
        graph: dict[str, Any] = {"nodes": []}
        for _level in range(depth):
            graph = {"nodes": [{"id": "b", "type": "Block", "graph": graph}]}
        return {"format": "netbuilder", "version": 1, "graph": graph}

    assert from_json(nested(MOST_DEPTH)).graph.count == MOST_DEPTH
    with pytest.raises(Error, match=r"\[L-NODES\] Blocks stand more than 8 deep"):
        from_json(nested(MOST_DEPTH + 1))
    full = {"nodes": [{"id": f"n{i}", "type": "ReLU"} for i in range(MOST_NODES)]}
    document = {"format": "netbuilder", "version": 1, "graph": {"nodes": [{"id": "b", "type": "Block", "graph": full}]}}
    with pytest.raises(Error, match=r"\[L-NODES\] 2,001 nodes"):
        from_json(document)


def test_ungroup_brings_the_notes_of_a_block_along() -> None:
    note = {"op": "annotate", "note": {"id": "note1", "text": "inside"}}
    document = apply(chain("ReLU"), {"op": "group", "nodes": ["relu1"]}, inside("block1", note))
    document = apply(document, {"op": "annotate", "note": {"id": "note1", "text": "outside"}})
    flat = apply(document, {"op": "ungroup", "node": "block1"})
    assert [(n.id, n.text) for n in flat.graph.notes] == [("note1", "outside"), ("note2", "inside")]
