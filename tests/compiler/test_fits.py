"""What fits where: nothing is promised that the check then refuses, and nothing refused that it would take."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.compiler.check import check
from builder.compiler.fits import Candidate, candidates, fits
from builder.compiler.structure import ports
from builder.compiler.trace import trace
from builder.core.errors import Error
from builder.examples import load, names
from builder.graph.blocks import by_input
from builder.graph.document import Document, Edge
from builder.graph.edit import apply
from builder.layers import LAYERS, Many
from tests.compiler.broken import CLASSIFY, LAST, conv, inside, residual
from tests.documents import chain, edited

CNN = load("mnist-cnn")


def where(document: Document, *source: str) -> dict[str, dict[str, str | None]]:
    return fits(document, check(document), source)


def what(document: Document, **place: Any) -> dict[str, Candidate]:
    return candidates(document, check(document), **place)


def wired(document: Document, source: str, target: str, input: str | None = None) -> Document:
    """The document with one input of a node fed by another source; a join takes it beside the others."""
    node = document.graph.node(target)
    assert node is not None
    join = node.type in LAYERS and isinstance(ports(node), Many)
    into = document.graph.into(target)
    if join:
        old = [e for e in into if e.source == source]
    elif node.type not in LAYERS:
        old = [e for e in into if e.input == input]
    else:
        names = tuple(ports(node))
        standing = dict(zip(names, by_input(names, into), strict=True)).get(input or names[0])
        old = [standing] if standing else []
    cut = [{"op": "disconnect", "edge": edge.model_dump()} for edge in old]
    return edited(document, *cut, {"op": "connect", "edge": {"source": source, "target": target, "input": input}})


def test_where_a_wire_may_go() -> None:
    found = where(CNN, "maxpool1")
    loop, wide = "That would make a loop.", "needs feature or position x feature; "
    assert found == {
        "input": {}, "conv1": {"": loop}, "relu1": {"": loop}, "maxpool1": {"": loop},
        "conv2": {"": None}, "relu2": {"": None}, "maxpool2": {"": None}, "flatten1": {"": None},
        "linear1": {"": f'Linear "linear1" {wide}"maxpool1" gives 32x14x14 (channel x height x width).'},
        "relu3": {"": None},
        "linear2": {"": f'Linear "linear2" {wide}"maxpool1" gives 32x14x14 (channel x height x width).'},
        "output": {"": 'Output "output" needs 10 numbers, one for each class; "maxpool1" gives 32x14x14.'},
    }  # fmt: skip
    assert {reason for names in where(CNN, "output").values() for reason in names.values()} == {
        "An Output feeds no other layer."
    }


@pytest.mark.parametrize("name", names())
def test_what_is_said_of_a_wire_is_what_the_check_says_of_it(name: str) -> None:
    """Every pair of an example's layers, wired for real."""
    document = load(name)
    for source in document.graph.nodes:
        for target, inputs in where(document, source.id).items():
            for input, reason in inputs.items():
                report = check(wired(document, source.id, target, input or None))
                said = [p.message for p in report.errors]
                if reason is None:
                    later = ("G-WEIGHTS", "G-CLASSES")  # a vector of another length may be wired, and is mended then
                    assert [p for p in report.errors if p.node == target and p.code not in later] == []
                else:
                    assert reason in said or any(p.code in ("G-CYCLE", "G-EDGE") for p in report.errors), (reason, said)


def test_a_join_takes_a_wire_more_that_is_like_the_others() -> None:
    document = residual({"op": "ungroup", "node": "block1"})
    assert where(document, "conv1")["add1"] == {"": None}
    assert where(document, "relu1")["add1"] == {"": None}  # there already
    reason = where(document, "input")["add1"][""]
    assert reason == (
        'Add "add1" gets 4x8x8 from "conv2" and 1x8x8 from "input"; they must be equal.'
    )  # fmt: skip
    alone = edited(document, {"op": "set_inputs", "node": "add1", "sources": []})
    assert where(alone, "input")["add1"] == {"": None}


def test_the_inputs_of_a_block_have_names() -> None:
    document = edited(
        chain(conv(4), conv(4), "Add", *CLASSIFY),
        {"op": "connect", "edge": {"source": "conv1", "target": "add1"}},
        {"op": "group", "nodes": ["add1"]},
    )
    assert where(document, "conv1")["block1"] == {"input": None, "input1": None}
    refused = where(document, "input")["block1"]
    assert refused["input"] is not None
    assert refused["input"].startswith('Block "block1": Add "add1" gets 1x8x8 from "input" and 4x8x8 from "input1"')
    assert where(residual(), "conv1")["block1"] == {"": None}


def test_a_repeated_block_must_fit_in_every_copy() -> None:
    document = edited(
        chain(conv(4), "MaxPool2d", *CLASSIFY),
        {"op": "group", "nodes": ["maxpool1"]},
        {"op": "set_params", "node": "block1", "params": {"repeat": 2}},
        {"op": "insert", "type": "AdaptiveAvgPool2d", "id": "small", "params": {"output_size": 3}},
        {"op": "connect", "edge": {"source": "conv1", "target": "small"}},
    )
    assert where(document, "conv1")["block1"] == {"": None}
    reason = where(document, "small")["block1"][""]
    assert reason is not None
    assert "copy 2 gets 4x1x1 where the first gets 4x3x3" in reason


def test_inside_a_block() -> None:
    assert where(residual(), "block1", "input") == {
        "input": {}, "conv2": {"": None}, "add1": {"": None}, "output": {"": None},
    }  # fmt: skip
    found = what(residual(), within=["block1"], source="conv2")
    assert found["Conv2d"] == ("32x8x8", None)
    assert found["Output"] == (None, "A block has one Output, which is there already.")
    with pytest.raises(Error, match=r'\[G-EDIT\] "relu1" is no block'):
        where(residual(), "relu1", "input")


def test_where_nothing_is_known_nothing_is_refused() -> None:
    document = edited(CNN, {"op": "set_params", "node": "conv1", "params": {"kernel_size": 99, "padding": 0}})
    assert where(document, "conv1")["flatten1"] == {"": None}
    found = what(document, source="relu1")
    assert found["Linear"] == found["Conv2d"] == (None, None)
    off = edited(CNN, {"op": "disable", "nodes": ["linear1"]})
    assert where(off, "conv1")["linear1"] == {"": None}


def test_which_layers_could_stand_behind_a_layer() -> None:
    found = what(CNN, source="maxpool2")
    assert found["Conv2d"] == ("32x7x7", None)
    assert found["Flatten"] == ("3136", None)
    assert found["Add"] == (None, None)  # what it gives depends on its other inputs
    assert found["LSTM"] == (
        None, 'LSTM needs position x feature; "maxpool2" gives 64x7x7 (channel x height x width).',
    )  # fmt: skip
    assert found["Input"] == (None, "No wire leads to an Input.")
    assert "Block" not in found
    headless = edited(CNN, {"op": "remove", "nodes": ["output"]})
    assert what(headless, source="linear2")["Output"] == ("10", None)
    assert what(headless, source="relu3")["Output"] == ("128", None)  # wired first, then mended by its fix
    assert what(headless, source="maxpool2")["Output"] == (
        None, 'Output needs 10 numbers, one for each class; "maxpool2" gives 64x7x7.',
    )  # fmt: skip


def test_which_layers_could_stand_on_a_wire() -> None:
    edge = Edge(source="relu1", target="maxpool1")
    found = what(CNN, edge=edge)
    assert found["BatchNorm2d"] == ("32x28x28", None)
    assert found["Flatten"] == (
        "25088", 'MaxPool2d "maxpool1" needs channel x height x width; "Flatten" gives 25088 (feature).',
    )  # fmt: skip
    with pytest.raises(Error, match=r"\[G-EDIT\] There is no such wire"):
        what(CNN, edge=Edge(source="relu1", target="conv2"))


def test_which_layers_could_stand_in_place_of_another() -> None:
    found = what(CNN, replace="relu2")
    assert found["Tanh"] == ("64x14x14", None)
    assert found["Output"] == (None, "Nothing can stand behind an Output.")
    assert what(CNN, replace="output")["Output"] == ("10", None)
    join = residual({"op": "ungroup", "node": "block1"})
    assert what(join, replace="add1")["Concat"] == ("8x8x8", None)
    assert what(join, replace="add1")["ReLU"] == (None, "ReLU takes 1 input(s) and gets 2.")
    assert what(chain("Flatten", LAST), replace="input")["Input"] == ("1x8x8", None)


def test_with_nothing_chosen_every_layer_could_begin() -> None:
    found = what(Document(data={"source": "mnist"}))
    assert found.pop("Input") == ("1x28x28", None)
    assert set(found.values()) == {(None, None)}
    assert len(found) == len(LAYERS) - 2


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_candidate_inserted_for_real_gives_what_it_promised(data: st.DataObject) -> None:
    document = load(data.draw(st.sampled_from(["mnist-cnn", "sentiment-lstm"])))
    edge = data.draw(st.sampled_from(document.graph.edges))
    found = what(document, edge=edge)
    alone = {type for type in found if LAYERS[type].inputs == ("x",)}
    type = data.draw(st.sampled_from(sorted(alone - {"Output"})))
    shape, reason = found[type]
    report = check(apply(document, {"op": "insert", "type": type, "id": "new", "edge": edge.model_dump()}))
    assert (str(report.nodes["new"].spec) if report.nodes["new"].spec else None) == shape
    wrong = [p for p in report.errors if p.node in ("new", edge.target)]
    spec = report.nodes["new"].spec
    if spec and len(spec.shape) == 2:  # a vector of another length may lead to an Output
        wrong = [p for p in wrong if p.code != "G-CLASSES"]
    assert (reason is None) == (wrong == []), (reason, wrong)


def test_asking_again_tries_nothing_out_again() -> None:
    """A canvas asks while a wire is drawn: the second answer comes from what is remembered."""
    document = edited(CNN, {"op": "set_params", "node": "conv1", "params": {"out_channels": 37}})
    report = check(document)
    for _time in range(2):
        before = trace.cache_info().misses
        for node in document.graph.nodes:
            fits(document, report, [node.id])
            candidates(document, report, source=node.id)
    assert trace.cache_info().misses == before


def test_a_node_that_is_not_there() -> None:
    for place in ({"source": "gone"}, {"replace": "gone"}, {"source": "gone", "within": ["block1"]}):
        with pytest.raises(Error, match=r'\[G-EDIT\] There is no layer "gone"'):
            what(residual(), **place)
    with pytest.raises(Error, match=r'\[G-EDIT\] There is no layer "gone"'):
        where(residual(inside("block1", op="disable", nodes=["conv2"])), "block1", "gone")
