"""The ready blocks: that each takes on the sizes of where it is put, is sound there, learns, and can be changed."""

import re
from typing import Any

import pytest
import torch

from builder.blocks import READY, Template, fitted
from builder.blocks.template import SIZE
from builder.compiler.check import check
from builder.compiler.fits import candidates
from builder.compiler.model import build
from builder.compiler.report import Report
from builder.core.specs import Spec
from builder.graph.document import Document, Edge, Graph, Node
from builder.graph.edit import apply
from builder.layers import LAYERS
from builder.layers.layer import FAMILIES
from tests.documents import chain, ids, one_step

MLP = READY["ready/mlp"]
OF_IMAGES = [block for block in READY.values() if block is not MLP]
SIZES = [(1, 8), (1, 9), (3, 16), (24, 7)]  # channels, pixels


def images(channels: int, pixels: int) -> Document:
    """Digits of a size, and layers behind which a block may stand."""
    before = [("Conv2d", {"out_channels": channels, "kernel_size": 1})] if channels not in (1, 3) else ["Identity"]
    mode = "colour" if channels == 3 else "grey"
    return chain(*before, "GlobalAvgPool", ("Linear", {"out_features": 10}), size=pixels, mode=mode)


def put(document: Document, block: Template, after: str, **params: Any) -> Document:
    """A block behind a layer, as palettes put it there."""
    entering = check(document).nodes[after].spec
    graph = fitted(block, entering).model_dump(mode="json", exclude_none=True)
    return apply(document, {"op": "insert", "type": "Block", "id": "new", "after": after, "graph": graph,
                            "params": params})  # fmt: skip


def before_pool(document: Document) -> str:
    return ids(document)[1]


@pytest.mark.parametrize("block", READY.values(), ids=lambda block: block.name)
def test_a_ready_block_tells_what_a_layer_tells(block: Template) -> None:
    told, layer = block.describe(), LAYERS["Conv2d"]
    assert block.key not in LAYERS
    assert block.name not in LAYERS  # search finds both
    assert re.fullmatch(r"[A-Z].+\.", told["description"])
    assert re.fullmatch(r".+ et al\. \d{4}, arXiv:[\d.]+.*\.", told["source"])
    assert told["link"].startswith("https://arxiv.org/abs/")
    assert told["shape"]
    assert 0 < len(told["glyph"]) <= 3
    assert told["family"] in FAMILIES
    assert told["inputs"] == ["input"]
    assert {*told} >= {"type", "params", "keys", "many", "hidden", "aliases", "colour"}
    assert layer.family != told["family"]


def faults(report: Report) -> list[str]:
    """Problems, but no hints: a block alone before the pool sees little of the image."""
    return [str(problem) for problem in report.problems if problem.severity != "hint"]


@pytest.mark.parametrize("block", OF_IMAGES, ids=lambda block: block.name)
@pytest.mark.parametrize(("channels", "pixels"), SIZES)
def test_a_ready_block_is_sound_and_learns_at_every_size(block: Template, channels: int, pixels: int) -> None:
    document = images(channels, pixels)
    with_block = put(document, block, before_pool(document))
    report = check(with_block)
    assert faults(report) == []
    one_step(with_block)
    inner = report.nodes["new"].spec
    assert inner is not None
    halved = block.name == "ResidualBottleneck"
    assert inner.shape[2:] == ((-(-pixels // 2),) * 2 if halved else (pixels, pixels))
    same = {"Residual", "SqueezeExcite"}
    assert (inner.shape[1] == channels) or block.name not in same
    assert not left_to_fill(with_block.graph)


def left_to_fill(graph: Graph) -> bool:
    """Whether a size still waits to be replaced."""
    values = [value for node in graph.nodes for value in node.params.values()]
    inside = [node.graph for node in graph.nodes if node.graph]
    return any(isinstance(v, str) and v.startswith("$") for v in values) or any(map(left_to_fill, inside))


@pytest.mark.parametrize("document", [
    chain("Flatten", ("Linear", {"out_features": 10})),
    chain(("Embedding", {"embedding_dim": 6}), "LSTM", ("Linear", {"out_features": 2}), data="reviews"),
], ids=["vectors", "sequences"])  # fmt: skip
def test_the_block_of_linear_layers_takes_vectors_and_sequences(document: Document) -> None:
    after = ids(document)[1]
    with_block = put(document, MLP, after)
    assert faults(check(with_block)) == []
    assert check(with_block).nodes["new"].spec == check(document).nodes[after].spec
    one_step(with_block)


def test_channels_are_those_of_what_enters() -> None:
    def channels(block: str, entering: Spec | None) -> list[int]:
        nodes = fitted(READY[f"ready/{block}"], entering).nodes
        return [int(str(n.params["out_channels"])) for n in nodes if "out_channels" in n.params]

    image = Spec((2, 48, 5, 5), axes="N C H W")
    assert channels("residual", image) == [48, 48]
    assert channels("bottleneck", image) == [24, 24, 96, 96]
    assert channels("squeeze-excite", image) == [4, 48]
    assert channels("squeeze-excite", Spec((2, 160, 5, 5), axes="N C H W")) == [10, 160]
    assert channels("inception", image) == [12, 12, 24, 3, 6, 6]
    assert channels("residual", None) == [64, 64]  # nothing is known of an empty canvas
    assert channels("residual", Spec((2, 9), axes="N F")) == [64, 64]  # nor of channels where there are none
    vector = fitted(MLP, Spec((2, 30), axes="N F")).nodes
    assert [n.params["out_features"] for n in vector if "out_features" in n.params] == [60, 30]


def test_only_sizes_that_a_block_names_are_replaced() -> None:
    """What a person saved may say "$C" and mean it."""
    graph = Graph(nodes=(Node(id="a", type="Conv2d", params={"out_channels": "$C", "kernel_size": ["$C/2,3", 1]}),))
    image = Spec((2, 8, 5, 5), axes="N C H W")
    assert fitted(Template("own/1", "mine", "", graph), image) == graph
    [node] = fitted(Template("x", "x", "", graph, sizes={"C": 1}), image).nodes
    assert node.params == {"out_channels": 8, "kernel_size": [4, 1]}
    assert not any(SIZE.fullmatch(text) for text in ("$c", "$CC", "$C/0", "$C/", "C", "$C-1", "$C,0", "$C/2,"))


@pytest.mark.parametrize("block", OF_IMAGES, ids=lambda block: block.name)
def test_a_ready_block_is_repeated_edited_and_ungrouped(block: Template) -> None:
    document = images(24, 8)
    twice = put(document, block, before_pool(document), repeat=2)
    assert check(twice).errors == []
    once = put(document, block, before_pool(document))
    inside = {"op": "insert", "type": "Dropout", "after": fitted(block, None).nodes[-2].id}
    edited = apply(once, {"op": "inside", "node": "new", "edits": [inside]})
    assert faults(check(edited)) == []
    flat = apply(once, {"op": "ungroup", "node": "new"})
    assert faults(check(flat)) == []
    torch.manual_seed(0)
    whole = build(once)
    torch.manual_seed(0)
    apart = build(flat)
    x = torch.randn(2, 1, 8, 8)
    assert torch.equal(whole(x), apart(x))  # the same weights are drawn in the same order


def test_what_is_promised_is_what_is_put() -> None:
    """Behind a layer, on a wire, in place of a layer: the shape that a palette shows is what comes out."""
    document = images(24, 8)
    after, pool = ids(document)[1:3]
    report, blocks = check(document), tuple(READY.values())
    wire = Edge(source=after, target=pool)
    behind = candidates(document, report, source=after, blocks=blocks)
    on = candidates(document, report, edge=wire, blocks=blocks)
    for block in OF_IMAGES:
        real = check(put(document, block, after)).nodes["new"].spec
        assert behind[block.key] == on[block.key] == (str(real), None)
    shape, reason = on[MLP.key]
    assert shape is None  # eight pixels in a row are its features, and come out as they went in
    assert reason is None or "MLP" in reason
    instead = candidates(document, report, replace=pool, blocks=blocks)
    assert instead["ready/residual"][1] is not None  # a Linear stands behind it, which takes no image
    assert set(behind) == {*(name for name, cls in LAYERS.items() if not cls.hidden), *READY}


def test_a_block_that_does_not_fit_says_why_in_its_own_name() -> None:
    document = chain("Flatten", ("Linear", {"out_features": 10}))
    found = candidates(document, check(document), source="flatten1", blocks=READY.values())
    shape, reason = found["ready/residual"]
    assert shape is None
    assert reason is not None
    assert reason.startswith('Residual: Conv2d "conv1" needs channel x height x width; ')


def test_a_gate_of_one_number_a_channel_scales_all_of_it() -> None:
    document = images(24, 8)
    model = build(put(document, READY["ready/squeeze-excite"], before_pool(document))).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "expand" in name:
                weight.zero_()
    x = torch.randn(2, 1, 8, 8)
    assert torch.allclose(model(x), model.linear1(model.conv1(x).mul(0.5).mean((2, 3))), atol=1e-6)


def test_a_join_that_does_not_stretch_still_refuses() -> None:
    document = images(24, 8)
    gate = apply(
        document,
        {"op": "insert", "type": "AdaptiveAvgPool2d", "id": "small", "params": {"output_size": 1}},
        {"op": "connect", "edge": {"source": "conv1", "target": "small"}},
        {"op": "insert", "type": "Add", "id": "join", "edge": {"source": "conv1", "target": "globalavgpool1"}},
        {"op": "connect", "edge": {"source": "small", "target": "join"}},
    )
    assert "gets 24x8x8" in check(gate).errors[0].message
    scaled = apply(gate, {"op": "replace", "node": "join", "type": "Multiply"})
    assert check(scaled).ok
    odd = apply(scaled, {"op": "set_params", "node": "small", "params": {"output_size": 2}})
    assert [problem.code for problem in check(odd).errors] == ["G-SHAPE"]


def test_a_layer_is_replaced_by_a_block() -> None:
    document = images(24, 8)
    at = before_pool(document)
    graph = fitted(READY["ready/residual"], None).model_dump(mode="json", exclude_none=True)
    replaced = apply(document, {"op": "replace", "node": at, "type": "Block", "graph": graph})
    node = replaced.graph.node(at)
    assert node is not None
    assert node.graph is not None
    back = apply(replaced, {"op": "replace", "node": at, "type": "ReLU"}).graph.node(at)
    assert back is not None
    assert back.graph is None
