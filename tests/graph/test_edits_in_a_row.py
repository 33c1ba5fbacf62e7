"""Whatever is done to a document, it stays one that can be saved, checked and undone."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.compiler.check import check
from builder.core.errors import Error
from builder.graph.document import Document, Graph, read, write
from builder.graph.edit import apply
from builder.graph.history import History
from tests.documents import chain, edited

START = edited(
    chain(
        ("Conv2d", {"out_channels": 4}),
        ("Conv2d", {"out_channels": 4}),
        "Add",
        "Flatten",
        ("Linear", {"out_features": 10}),
    ),
    {"op": "connect", "edge": {"source": "conv1", "target": "add1"}},
)
TYPES = ["Conv2d", "ReLU", "Flatten", "Linear", "Add", "Concat", "Input", "Output", "LSTM", "no such"]
OPS = ["insert", "insert", "remove", "move", "duplicate", "rename", "replace", "set_params", "set_inputs"]
OPS += ["connect", "disconnect", "place", "set_recipe", "set_data", "set_title"]
OPS += ["add", "disable", "group", "group", "ungroup", "inside", "annotate"]


def edit(draw: st.DrawFn, document: Document) -> dict[str, Any]:
    """Any edit of this document, or of what one of its blocks holds."""
    nodes = [node.id for node in document.graph.nodes] or ["gone"]
    node = st.sampled_from([*nodes, "gone"])
    blocks = [node for node in document.graph.nodes if node.graph is not None]
    note = st.sampled_from(["note1", "note2", nodes[0]])
    wire = st.sampled_from(
        [edge.model_dump() for edge in document.graph.edges] or [{"source": "gone", "target": "gone"}]
    )
    op = draw(st.sampled_from(OPS))
    if op == "inside" and blocks:
        block = draw(st.sampled_from(blocks))
        inner = edit(draw, document.model_copy(update={"graph": block.graph}))
        return {"op": "inside", "node": block.id, "edits": [inner]}
    values: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "insert": {"type": st.sampled_from(TYPES), "after": st.none() | node, "edge": st.none() | wire},
        "remove": {"nodes": st.lists(st.sampled_from(nodes), min_size=1, max_size=2, unique=True)},
        "move": {"node": node, "before": st.none() | node},
        "duplicate": {"node": node},
        "rename": {"node": node, "id": st.sampled_from(["a", "class", "x y", *nodes])},
        "replace": {"node": node, "type": st.sampled_from(TYPES)},
        "set_params": {
            "node": node,
            "params": st.sampled_from([{"bias": False}, {"out_channels": "x"}, {"kernel_size": 99}]),
        },
        "set_inputs": {"node": node, "sources": st.lists(node, max_size=3)},
        "connect": {"edge": st.fixed_dictionaries({"source": node, "target": node})},
        "disconnect": {"edge": wire},
        "place": {"positions": st.dictionaries(node, st.just((1.0, 2.0)), max_size=2)},
        "set_recipe": {"values": st.sampled_from([{"epochs": 2}, {"epochs": None}, {"loss": {"type": "nll"}}])},
        "set_data": {"values": st.sampled_from([{"limit": 2}, {"source": "xor"}, {"source": None}])},
        "add": {
            "nodes": st.lists(st.fixed_dictionaries({"id": st.sampled_from(["new", *nodes]), "type": st.just("ReLU")})),
            "edges": st.lists(st.fixed_dictionaries({"source": node, "target": st.just("new")}), max_size=1),
            "notes": st.lists(st.fixed_dictionaries({"id": note}), max_size=1),
        },
        "disable": {"nodes": st.lists(node, max_size=2), "disabled": st.booleans()},
        "group": {"nodes": st.lists(st.sampled_from(nodes), max_size=4, unique=True)},
        "ungroup": {"node": st.sampled_from([block.id for block in blocks] or ["gone"])},
        "inside": {"node": node, "edits": st.just([])},
        "annotate": {"note": st.fixed_dictionaries({"id": note, "text": st.text("ab", max_size=3)})},
        "set_title": {"title": st.text(st.characters(codec="utf-8"), max_size=5)},
    }
    return {"op": op, **{name: draw(value) for name, value in values[op].items()}}


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_thirty_edits_and_all_the_way_back(data: st.DataObject) -> None:
    history = History(START)
    documents = [START]
    refused: set[str] = set()
    for number in range(30):
        change = data.draw(st.composite(edit)(history.present), label="edit")  # type: ignore[arg-type]
        try:
            document = apply(history.present, change)
        except Error as error:
            refused.add(error.code)
            continue
        assert_whole(document)
        history = history.do(document, at=float(number))
        documents += [document] if document != documents[-1] else []
    assert refused <= {"G-EDIT", "G-ID"}
    for document in reversed(documents[:-1]):
        history = history.undo()
        assert history.present == document
    assert history.undo() == history
    for document in documents[1:]:
        history = history.redo()
        assert history.present == document
    assert history.redo() == history


def assert_whole(document: Document) -> None:
    """No dangling wire, no id twice, in blocks neither; it can be written, read again and checked."""
    assert_graph(document.graph)
    assert read(write(document)) == document
    check(document)


def assert_graph(graph: Graph) -> None:
    ids = [part.id for part in (*graph.nodes, *graph.notes)]
    assert len(set(ids)) == len(ids)
    nodes = {node.id for node in graph.nodes}
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= nodes
    for node in graph.nodes:
        if node.graph is not None:
            assert_graph(node.graph)
