"""What each edit makes of a graph."""

import json
from typing import Any

import pytest

from builder.core.errors import Error
from builder.graph.document import MOST_NODES, Document, Graph, Node, Note
from builder.graph.edit import apply
from builder.graph.edits import READ, Edit
from tests.documents import chain, edges, edited, ids

STACK = chain("Conv2d", "ReLU", "Flatten", ("Linear", {"out_features": 10}))
WIRES = ["conv1>relu1", "flatten1>linear1", "input>conv1", "linear1>output", "relu1>flatten1"]


def joined() -> Document:
    """input -> conv1 -> conv2 -> add1 -> flatten1 -> linear1 -> output, with a skip from conv1 to add1."""
    document = chain("Conv2d", "Conv2d", "Add", "Flatten", "Linear")
    return edited(document, {"op": "connect", "edge": {"source": "conv1", "target": "add1"}})


def test_insert_after_goes_into_the_chain() -> None:
    document = edited(STACK, {"op": "insert", "type": "Conv2d", "after": "relu1", "params": {"bias": False}})
    assert ids(document) == ["input", "conv1", "relu1", "conv2", "flatten1", "linear1", "output"]
    assert edges(document) == sorted([*WIRES[:4], "relu1>conv2", "conv2>flatten1"])
    assert document.graph.nodes[3].params == {"bias": False}


def test_insert_after_the_last_layer_leaves_no_gap() -> None:
    document = chain("Flatten", ends=False)
    document = edited(document, {"op": "insert", "type": "Linear", "after": "flatten1"})
    document = edited(document, {"op": "insert", "type": "Output", "after": "linear1"})
    assert edges(document) == ["flatten1>linear1", "linear1>output"]


def test_insert_into_a_wire_keeps_its_input() -> None:
    wire = {"source": "conv1", "target": "add1", "input": "x"}
    document = edited(joined(), {"op": "connect", "edge": wire}, {"op": "insert", "type": "ReLU", "edge": wire})
    assert {"conv1>relu1", "relu1>add1.x", "conv2>add1", "conv1>add1"} <= set(edges(document))
    assert "conv1>add1.x" not in edges(document)
    assert ids(document).index("relu1") == ids(document).index("add1") - 1


def test_insert_into_one_of_two_inputs_keeps_their_order() -> None:
    """The order of wires is the order in which a join reads them."""
    document = edited(joined(), {"op": "insert", "type": "ReLU", "edge": {"source": "conv2", "target": "add1"}})
    assert [edge.source for edge in document.graph.into("add1")] == ["relu1", "conv1"]


def test_insert_alone_has_no_wires() -> None:
    document = edited(STACK, {"op": "insert", "type": "ReLU", "position": [10, 20]})
    assert edges(document) == WIRES
    assert document.graph.nodes[-1] == Node(id="relu2", type="ReLU", position=(10.0, 20.0))


def test_an_input_never_goes_into_a_wire() -> None:
    document = edited(STACK, {"op": "insert", "type": "Input", "after": "conv1"})
    assert edges(document) == WIRES
    assert ids(document)[2] == "input1"


@pytest.mark.parametrize(
    ("node", "wires"),
    [
        ("relu1", ["conv1>flatten1", "flatten1>linear1", "input>conv1", "linear1>output"]),
        ("input", ["conv1>relu1", "flatten1>linear1", "linear1>output", "relu1>flatten1"]),
        ("output", ["conv1>relu1", "flatten1>linear1", "input>conv1", "relu1>flatten1"]),
    ],
)
def test_remove_joins_what_stood_above_to_what_stood_below(node: str, wires: list[str]) -> None:
    document = edited(STACK, {"op": "remove", "nodes": [node]})
    assert edges(document) == wires
    assert node not in ids(document)


def test_remove_a_branch_leaves_one_wire() -> None:
    """Both ways from conv1 to add1 are the same wire once nothing stands between."""
    document = edited(joined(), {"op": "remove", "nodes": ["conv2"]})
    assert edges(document) == ["add1>flatten1", "conv1>add1", "flatten1>linear1", "input>conv1", "linear1>output"]


def test_remove_a_join_keeps_its_first_input() -> None:
    document = edited(joined(), {"op": "remove", "nodes": ["add1"]})
    assert edges(document) == ["conv1>conv2", "conv2>flatten1", "flatten1>linear1", "input>conv1", "linear1>output"]


def test_remove_several() -> None:
    document = edited(STACK, {"op": "remove", "nodes": ["conv1", "relu1"]})
    assert edges(document) == ["flatten1>linear1", "input>flatten1", "linear1>output"]


@pytest.mark.parametrize(("before", "at"), [("conv1", 1), ("relu1", 2), ("flatten1", 3), ("linear1", 4), ("output", 5)])
def test_move_through_a_stack(before: str, at: int) -> None:
    """Wherever a layer of a chain goes, a chain remains."""
    document = edited(
        chain("Conv2d", "ReLU", "Flatten", "Linear", "Tanh"), {"op": "move", "node": "tanh1", "before": before}
    )
    assert ids(document)[at] == "tanh1"
    assert edges(document) == sorted(f"{a}>{b}" for a, b in zip(ids(document), ids(document)[1:], strict=False))


def test_move_down_and_up_again_is_where_it_was() -> None:
    down = edited(STACK, {"op": "move", "node": "conv1", "before": "linear1"})
    assert ids(down) == ["input", "relu1", "flatten1", "conv1", "linear1", "output"]
    up = edited(down, {"op": "move", "node": "conv1", "before": "relu1"})
    assert (ids(up), edges(up)) == (ids(STACK), WIRES)


def test_move_past_a_join_keeps_the_skip() -> None:
    document = edited(joined(), {"op": "move", "node": "conv2", "before": "flatten1"})
    assert edges(document) == sorted(
        ["input>conv1", "conv1>add1", "add1>conv2", "conv2>flatten1", "flatten1>linear1", "linear1>output"]
    )


def test_move_a_join_keeps_its_other_inputs() -> None:
    document = edited(joined(), {"op": "move", "node": "add1", "before": "linear1"})
    assert [edge.source for edge in document.graph.into("add1")] == ["conv1", "flatten1"]
    assert "conv2>flatten1" in edges(document)


def test_move_before_itself_changes_nothing() -> None:
    assert edited(STACK, {"op": "move", "node": "relu1", "before": "relu1"}) == STACK


def test_duplicate_stands_below_with_the_same_parameters() -> None:
    document = edited(STACK, {"op": "duplicate", "node": "linear1"})
    assert edges(document) == sorted([*WIRES[:3], "relu1>flatten1", "linear1>linear2", "linear2>output"])
    assert document.graph.node("linear2") == Node(id="linear2", type="Linear", params={"out_features": 10})


def test_rename_takes_the_wires_along() -> None:
    document = edited(joined(), {"op": "rename", "node": "conv1", "id": "stem \n卷积"})
    assert [e for e in edges(document) if "stem" in e] == ["input>stem \n卷积", "stem \n卷积>add1", "stem \n卷积>conv2"]
    assert edited(document, {"op": "rename", "node": "stem \n卷积", "id": "conv1"}) == joined()


def test_rename_to_itself_changes_nothing() -> None:
    assert edited(STACK, {"op": "rename", "node": "relu1", "id": "relu1"}) == STACK


def test_replace_keeps_wires_and_what_both_have() -> None:
    document = edited(STACK, {"op": "set_params", "node": "conv1", "params": {"out_channels": 7, "stride": 2}})
    document = edited(document, {"op": "replace", "node": "conv1", "type": "Conv1d", "keep": ["out_channels", "nope"]})
    assert edges(document) == WIRES
    assert document.graph.node("conv1") == Node(id="conv1", type="Conv1d", params={"out_channels": 7})


def test_set_params_changes_some_and_resets_some() -> None:
    document = edited(STACK, {"op": "set_params", "node": "conv1", "params": {"stride": 2, "groups": 1}})
    document = edited(
        document, {"op": "set_params", "node": "conv1", "params": {"stride": [3, 3]}, "reset": ["groups"]}
    )
    assert document.graph.node("conv1") == Node(id="conv1", type="Conv2d", params={"stride": [3, 3]})


def test_set_inputs_wires_anew_in_this_order() -> None:
    document = edited(joined(), {"op": "set_inputs", "node": "add1", "sources": ["input", "conv2", "input"]})
    assert [edge.source for edge in document.graph.into("add1")] == ["input", "conv2", "input"]
    assert "conv1>conv2" in edges(document)


def test_connect_twice_is_one_wire_and_disconnect_takes_it_away() -> None:
    wire = {"source": "input", "target": "flatten1"}
    document = edited(STACK, {"op": "connect", "edge": wire}, {"op": "connect", "edge": wire})
    assert edges(document) == sorted([*WIRES, "input>flatten1"])
    assert edited(document, {"op": "disconnect", "edge": wire}) == STACK
    assert edited(STACK, {"op": "disconnect", "edge": wire}) == STACK


def test_place_moves_only_what_it_names() -> None:
    document = edited(STACK, {"op": "place", "positions": {"conv1": [1, 2.5], "gone": [0, 0]}})
    assert [n.position for n in document.graph.nodes] == [None, (1.0, 2.5), None, None, None, None]


def test_recipe_and_data() -> None:
    document = edited(STACK, {"op": "set_recipe", "values": {"epochs": 3, "seed": 1}})
    document = edited(document, {"op": "set_recipe", "values": {"epochs": None, "batch_size": 8}})
    assert document.recipe == {"seed": 1, "batch_size": 8}
    document = edited(document, {"op": "set_data", "values": {"limit": 10, "seed": 4}})
    assert document.data == {"source": "digits", "limit": 10, "seed": 4}
    assert edited(document, {"op": "set_data", "values": {"limit": None}}).data == {"source": "digits", "seed": 4}
    assert edited(document, {"op": "set_data", "values": {"source": "xor"}, "replace": True}).data == {"source": "xor"}


def test_title_and_about() -> None:
    document = edited(
        STACK, {"op": "set_title", "title": "A", "about": "B"}, {"op": "set_title", "title": "x" * 20_000}
    )
    assert (len(document.title), document.about) == (10_000, "B")


def sent(**edit: Any) -> Edit:
    """An edit as a browser sends it."""
    return READ.validate_json(json.dumps(edit))


def test_add_takes_what_was_copied_as_it_is() -> None:
    copied = {
        "nodes": [{"id": "a", "type": "ReLU", "position": [1, 2]}, {"id": "b", "type": "Tanh", "disabled": True}],
        "edges": [{"source": "a", "target": "b"}, {"source": "conv1", "target": "a"}],
        "notes": [{"id": "c", "text": "both"}],
    }
    document = apply(STACK, sent(op="add", **copied))
    assert ids(document) == [*ids(STACK), "a", "b"]
    assert edges(document) == sorted([*WIRES, "a>b", "conv1>a"])
    assert document.graph.node("b") == Node(id="b", type="Tanh", disabled=True)
    assert document.graph.notes == (Note(id="c", text="both"),)
    wire = document.graph.edges[0].model_dump()
    assert edited(document, {"op": "add", "edges": [wire]}) == document  # there already


def test_disable_and_enable() -> None:
    document = edited(STACK, {"op": "disable", "nodes": ["conv1", "relu1"]})
    assert [node.disabled for node in document.graph.nodes] == [False, True, True, False, False, False]
    assert edges(document) == WIRES
    assert edited(document, {"op": "disable", "nodes": ["relu1", "conv1"], "disabled": False}) == STACK


def test_notes_are_written_changed_placed_and_removed() -> None:
    note = {"id": "note1", "text": "a", "position": [1, 2], "size": [100, 50]}
    document = apply(STACK, sent(op="annotate", note=note))
    document = apply(document, sent(op="annotate", note={**note, "text": "b"}))
    document = edited(document, {"op": "place", "positions": {"note1": [3, 4], "conv1": [5, 6]}})
    assert document.graph.notes == (Note(id="note1", text="b", position=(3.0, 4.0), size=(100.0, 50.0)),)
    assert document.graph.node("conv1") == Node(id="conv1", type="Conv2d", position=(5.0, 6.0))
    document = edited(document, {"op": "remove", "nodes": ["note1", "conv1"]})
    assert document.graph.notes == ()
    assert edges(document) == ["flatten1>linear1", "input>relu1", "linear1>output", "relu1>flatten1"]


def test_notes_and_layers_share_their_names() -> None:
    document = edited(STACK, {"op": "annotate", "note": {"id": "relu2"}}, {"op": "insert", "type": "ReLU"})
    assert ids(document)[-1] == "relu3"
    with pytest.raises(Error, match=r'\[G-ID\] There is already a layer "relu2"'):
        apply(document, {"op": "rename", "node": "relu1", "id": "relu2"})


def test_an_edit_leaves_the_document_before_it_alone() -> None:
    before = STACK.model_dump_json()
    apply(STACK, {"op": "remove", "nodes": ["conv1"]}, {"op": "set_recipe", "values": {"epochs": 1}})
    assert STACK.model_dump_json() == before


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"op": "explode"}, r"\[G-EDIT\] This edit is not known"),
        ({}, r"\[G-EDIT\] This edit is not known"),
        ({"op": "remove"}, r"\[G-EDIT\] This edit is not known: Field required"),
        ({"op": "remove", "nodes": ["relu1"], "really": True}, r"\[G-EDIT\] This edit is not known: Extra"),
        ({"op": "remove", "nodes": ["gone"]}, r'\[G-EDIT\] There is no layer "gone"\. Reload the page'),
        ({"op": "move", "node": "gone", "before": None}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "move", "node": "relu1", "before": "gone"}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "insert", "type": "ReLU", "after": "gone"}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "insert", "type": "ReLU", "edge": {"source": "a", "target": "relu1"}}, r"\[G-EDIT\] There is no suc"),
        ({"op": "insert", "type": "ReLU", "id": "conv1"}, r'\[G-ID\] There is already a layer "conv1"'),
        ({"op": "rename", "node": "relu1", "id": "conv1"}, r'\[G-ID\] There is already a layer "conv1"'),
        ({"op": "rename", "node": "relu1", "id": ""}, r"\[G-EDIT\] This edit is not known: String should have"),
        ({"op": "connect", "edge": {"source": "relu1", "target": "gone"}}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "set_inputs", "node": "relu1", "sources": ["gone"]}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "disable", "nodes": ["relu1", "gone"]}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "annotate", "note": {"id": "relu1"}}, r'\[G-ID\] There is already a layer "relu1"'),
        ({"op": "annotate", "note": {"id": "n", "size": (0, 5)}}, r"\[G-EDIT\] This edit is not known: Input shou"),
        ({"op": "add", "nodes": [{"id": "relu1", "type": "ReLU"}]}, r'\[G-ID\] There is already a layer "relu1"'),
        ({"op": "add", "notes": [{"id": "relu1"}]}, r'\[G-ID\] There is already a layer "relu1"'),
        ({"op": "add", "nodes": [{"id": "a", "type": "A"}], "notes": [{"id": "a"}]}, r"\[G-ID\] Two of the added"),
        ({"op": "add", "edges": [{"source": "relu1", "target": "gone"}]}, r'\[G-EDIT\] There is no layer "gone"'),
        ({"op": "set_params", "node": "<b>", "params": {}}, r'\[G-EDIT\] There is no layer "<b>"'),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be(edit: dict[str, Any], says: str) -> None:
    with pytest.raises(Error, match=says):
        apply(STACK, edit)


def test_a_graph_is_full_at_2000() -> None:
    full = Document(graph=Graph(nodes=tuple(Node(id=f"n{i}", type="ReLU") for i in range(MOST_NODES))))
    with pytest.raises(Error, match=r"\[L-NODES\] 2,001 layers; the most is 2,000"):
        apply(full, {"op": "insert", "type": "ReLU"})
    with pytest.raises(Error, match=r"\[L-NODES\]"):
        apply(full, {"op": "duplicate", "node": "n7"})
