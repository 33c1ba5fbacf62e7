"""Blocks: written out they are the layers they hold, and what is wrong inside is said inside and outside."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.report import Report
from builder.compiler.source import identifiers, source
from builder.core.errors import Error
from builder.core.specs import Spec
from builder.evaluation.trained import Trained
from builder.export import export
from builder.graph.document import MOST_NODES, Document, Edge, Graph, Node
from builder.graph.edit import apply
from builder.layers import LAYERS
from builder.prediction import Predictor
from builder.runs.store import Store
from tests.compiler.broken import CLASSIFY, LAST, conv, inside, linear, residual
from tests.documents import chain, edited, mended, one_step, random_input
from tests.export.test_export import alone, assert_same
from tests.trained import finish, raws_of, stop_all


def group(*nodes: str, **more: str) -> dict[str, Any]:
    return {"op": "group", "nodes": list(nodes), **more}


def times(block: str, n: int) -> dict[str, Any]:
    return {"op": "set_params", "node": block, "params": {"repeat": n}}


def good(document: Document) -> Report:
    report = check(document)
    assert [str(p) for p in report.problems if p.severity != "hint"] == []
    return report


def test_a_block_costs_what_all_its_copies_cost() -> None:
    report, once = good(residual(times("block1", 3))), good(residual())
    block, plain = report.nodes["block1"], once.nodes["block1"]
    assert (block.params, block.flops, block.bytes) == (3 * plain.params, 3 * plain.flops, 3 * plain.bytes)
    assert plain.params == plain.inside["conv2"].params == 3 * 3 * 4 * 4 + 4
    assert plain.bytes == 2 * 4 * 8 * 8 * 4  # what the convolution gives, and what the sum gives
    assert (block.spec, block.state) == (plain.spec, "ok")
    assert report.params == sum(p.numel() for p in build(residual(times("block1", 3))).parameters())


def test_inside_is_reported_as_the_first_copy_finds_it() -> None:
    document = edited(chain("MaxPool2d", *CLASSIFY), group("maxpool1"), times("block1", 3))
    found = good(document).nodes["block1"]
    assert {id: str(n.spec) for id, n in found.inside.items()} == {
        "input": "1x8x8", "maxpool1": "1x4x4", "output": "1x4x4",
    }  # fmt: skip
    assert str(found.spec) == "1x1x1"


def test_every_input_but_the_first_is_the_same_for_each_copy() -> None:
    """Two inputs: the convolution's output and, through all copies, the image."""
    document = edited(
        chain(conv(1), "Add", *CLASSIFY),
        {"op": "connect", "edge": {"source": "input", "target": "add1"}},
        group("add1"),
        times("block1", 2),
    )
    model, x = build(document), torch.randn(2, 1, 8, 8)
    assert torch.allclose(model(x), model.linear1((model.conv1(x) + x + x).flatten(1)))


def test_a_block_within_a_block_within_a_copy() -> None:
    document = edited(
        chain("Flatten", linear(9), "ReLU", LAST),
        group("linear1", "relu1", id="in"), times("in", 2), group("in", id="out"), times("out", 2),
    )  # fmt: skip
    names = identifiers(good(document)).values()
    assert [n for n in names if "linear1" in n] == [f"out.{i}.n_in.{j}.linear1" for i in (0, 1) for j in (0, 1)]
    assert one_step(document) > 0


def test_names_that_would_meet_are_kept_apart() -> None:
    document = edited(chain("Flatten", "ReLU", "Tanh", LAST), group("relu1"))
    document = edited(document, {"op": "rename", "node": "tanh1", "id": "Block1"})
    names = list(identifiers(good(document)).values())
    assert names == ["flatten1", "block1.relu1", "block1_1", "linear1"]
    assert one_step(document) > 0


def test_a_block_that_holds_nothing_but_a_wire_passes_it_on() -> None:
    document = edited(chain("ReLU", *CLASSIFY), group("relu1"), inside("block1", op="remove", nodes=["relu1"]))
    assert "flatten1 = self.flatten1(input)" in source(document)


def test_fixes_inside_can_be_applied_to_the_document() -> None:
    document = residual(
        inside("block1", op="set_params", node="conv2", params={"out_channels": 5}), group("block1", id="outer")
    )
    [problem] = check(document).problems
    assert (problem.code, problem.node) == ("G-SHAPE", "outer")
    outer = check(document).nodes["outer"]
    [said] = outer.inside["block1"].inside["add1"].problems
    assert said.message.startswith('Add "add1" gets 5x8x8 from "conv2" and 4x8x8 from "input"')
    assert said.node == "add1"
    for fix in (problem.fix, said.fix):
        assert fix is not None
        assert good(apply(document, *fix.edits)).ok


def test_several_problems_inside_are_one_on_the_block_and_themselves_in_the_list() -> None:
    document = residual(inside("block1", op="insert", type="ReLU", id="alone"), group("block1", id="outer"))
    report = check(document)
    assert [(p.code, p.node, p.severity) for p in report.problems] == [
        ("G-INPUT", "outer", "error"), ("G-UNUSED", "outer", "warning"),
    ]  # fmt: skip
    assert report.problems[0].message.startswith('Block "outer": Block "block1": ReLU "alone" has no input')
    [said] = report.nodes["outer"].problems
    assert str(said) == '[G-INPUT] Block "outer": 2 problems inside. Open it to see them.'
    assert [p.code for p in report.nodes["outer"].inside["block1"].inside["alone"].problems] == ["G-INPUT", "G-UNUSED"]
    assert report.nodes["outer"].state == "error"
    assert one_step(mended(document)) > 0


def test_what_is_wrong_with_a_graph_as_a_whole_is_said_on_its_block() -> None:
    document = residual(inside("block1", op="connect", edge={"source": "add1", "target": "conv2"}))
    document = edited(document, inside("block1", op="disconnect", edge={"source": "input", "target": "conv2"}))
    [problem] = check(document).errors
    assert problem.message.startswith('Block "block1": "add1" -> "conv2" -> "add1" form a loop')
    found = check(residual(inside("block1", op="remove", nodes=["output"]))).nodes["block1"]
    assert [p.code for p in found.problems] == ["G-NOOUT", "G-UNUSED"]


def test_layers_behind_a_broken_block_wait() -> None:
    document = residual(inside("block1", op="set_params", node="conv2", params={"out_channels": 0}))
    report = check(document)
    assert [p.code for p in report.problems] == ["G-RANGE"]
    assert {id: n.state for id, n in report.nodes.items() if n.state != "ok"} == {
        "block1": "error", "flatten1": "waiting", "linear1": "waiting", "output": "waiting",
    }  # fmt: skip
    assert report.nodes["block1"].inside["input"].state == "ok"


def test_a_block_in_a_loop_still_shows_what_it_holds() -> None:
    document = residual({"op": "connect", "edge": {"source": "flatten1", "target": "relu1"}})
    report = check(document)
    assert any(p.code == "G-CYCLE" for p in report.errors)
    assert set(report.nodes["block1"].inside) == {"input", "conv2", "add1", "output"}


def test_a_network_may_be_written_out_to_2000_layers() -> None:
    """Blocks multiply, so their extent is known before anything is tried out."""
    block = edited(chain("ReLU", "Tanh", *CLASSIFY), group("relu1", "tanh1"), times("block1", 100))
    room = (MOST_NODES - 4) // 200
    document = edited(block, group("block1", id="outer"), times("outer", room))
    assert len(good(document).network) == 200 * room + 4
    assert [p.code for p in check(edited(document, times("outer", room + 1))).problems] == ["L-NODES"]
    off = edited(document, times("outer", 100), {"op": "disable", "nodes": ["outer"]})
    assert len(good(off).network) == 4


def test_only_the_file_of_a_network_with_blocks_differs() -> None:
    """Grouped and ungrouped again it is the network that it was."""
    document = chain(conv(4), "ReLU", conv(4), *CLASSIFY)
    again = edited(document, group("relu1", "conv2"), {"op": "ungroup", "node": "block1"})
    assert source(again) == source(document)


SHAPES = {"Conv2d": {"out_channels": 3}, "Linear": {"out_features": 5}}


@st.composite
def networks(draw: st.DrawFn) -> Document:
    """Layers that all keep the shape, with skips between them, then the classes."""
    types = draw(st.lists(st.sampled_from(["Conv2d", "ReLU", "BatchNorm2d", "Add"]), min_size=2, max_size=8))
    nodes = [Node(id="input", type="Input"), Node(id="stem", type="Conv2d", params=SHAPES["Conv2d"])]
    edges = [Edge(source="input", target="stem")]
    for number, type in enumerate(types):
        node = Node(id=f"n{number}", type=type, params=SHAPES.get(type, {}))
        earlier = [n.id for n in nodes[1:]]
        edges.append(Edge(source=earlier[-1], target=node.id))
        if type == "Add":
            edges.append(Edge(source=draw(st.sampled_from(earlier)), target=node.id))
        nodes.append(node)
    nodes += [Node(id="flat", type="Flatten"), Node(id="last", type="Linear", params={"out_features": 10})]
    nodes.append(Node(id="output", type="Output"))
    edges += [Edge(source=a.id, target=b.id) for a, b in zip(nodes[-4:], nodes[-3:], strict=False)]
    return Document(data={"source": "digits"}, graph=Graph(nodes=tuple(nodes), edges=tuple(dict.fromkeys(edges))))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_grouping_changes_nothing_that_is_computed(data: st.DataObject) -> None:
    """Any layers that can be one block: written out and ungrouped they have the same weights and give the same."""
    document = data.draw(networks())
    assume(check(document).ok)
    ids = [node.id for node in document.graph.nodes if node.type not in ("Input", "Output")]
    chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    try:
        grouped = edited(document, group(*chosen))
    except Error:
        assume(False)
    again = edited(grouped, {"op": "ungroup", "node": "block1"})
    x = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    plain = build(document).eval()
    expected = plain(x)
    for other in (grouped, again):
        report = good(other)
        assert report.params == check(document).params
        names = {name: str(place[-1]) for place, name in identifiers(report).items()}
        model = from_source(source(other)).eval()
        weights = plain.state_dict()
        owners = {k: k.rpartition(".") for k in model.state_dict()}
        model.load_state_dict({k: weights[f"{names[owner]}.{name}"] for k, (owner, _dot, name) in owners.items()})
        assert torch.allclose(model(x), expected, atol=1e-5)


@given(repeat=st.integers(1, 5))
@settings(max_examples=5, deadline=None)
def test_ungrouping_a_repeated_block_changes_nothing_that_is_computed(repeat: int) -> None:
    document = residual(times("block1", repeat))
    again = edited(document, {"op": "ungroup", "node": "block1"})
    torch.manual_seed(1)
    one = build(document)
    torch.manual_seed(1)
    other = build(again)
    x = random_input(Spec((2, 1, 8, 8)))
    assert torch.equal(one(x), other(x))
    assert good(document).params == good(again).params


def test_no_layer_but_a_block_holds_a_graph() -> None:
    """A palette hides it, since grouping makes it."""
    assert [name for name, cls in LAYERS.items() if cls.hidden] == ["Block"]


def test_a_network_of_copies_trains_predicts_and_is_exported(tmp_path: Path) -> None:
    """Also with a Softmax inside a block and a layer switched off behind it, which must not hide it."""
    document = edited(
        chain(conv(4), "BatchNorm2d", "ReLU", *CLASSIFY, "Softmax", "Dropout", limit=200),
        {"op": "set_params", "node": "conv1", "params": {"out_channels": 4}},
        group("conv1", "batchnorm1", "relu1"), times("block1", 2),
        group("linear1", "softmax1"), {"op": "disable", "nodes": ["dropout1"]},
        {"op": "set_recipe", "values": {"epochs": 1, "device": "cpu", "loss": {"type": "nll"}}},
    )  # fmt: skip
    good(document)
    store = Store(tmp_path / "home")
    [run] = finish(store, document)
    ours = Trained.of(store, run.id)
    assert {n for n, _m in ours.model.named_modules()} >= {"block1.0.conv1", "block1.1.conv1", "block2.softmax1"}
    assert ours.gives_probabilities
    predictor = Predictor.of(store, run.id)
    raws, _labels = raws_of(document, "test")
    files = []
    for at, raw in enumerate(raws[:3]):
        Image.fromarray(raw.squeeze(-1)).save(tmp_path / f"{at}.png")
        files.append(tmp_path / f"{at}.png")
    predictions = predictor.predict_files((path.name, path.read_bytes()) for path in files)
    export(store, run.id, "python", tmp_path / "project")
    stop_all(store)
    answers = alone(tmp_path / "project", *map(str, files), cwd=tmp_path)
    assert_same(answers, predictions)
    assert [sum(answer["probabilities"].values()) for answer in answers] == pytest.approx([1.0] * 3, abs=1e-5)
    with torch.no_grad():  # as the network gives them; a second softmax would level them
        expected = ours.model.eval()(*ours.arguments(raws[:3]))
    assert [answer["probabilities"][ours.classes[0]] for answer in answers] == pytest.approx(
        expected[:, 0].tolist(), abs=1e-4
    )
