"""A gate of one number a channel: an axis of size 1 goes with any size, where a layer says so."""

import pytest
import torch
from torch import nn

from builder.compiler.check import check
from builder.compiler.model import build
from builder.graph.document import Document, Edge, Graph
from tests.documents import chain


def gated(join: str) -> Document:
    """Squeeze and excitation on digits, with a join of the image and its gate."""
    document = chain(
        ("Conv2d", {"out_channels": 8}), ("AdaptiveAvgPool2d", {}), ("Conv2d", {"out_channels": 8, "kernel_size": 1}),
        "Sigmoid", join, "Flatten", ("Linear", {"out_features": 10}),
    )  # fmt: skip
    graph = document.graph
    skip = Edge(source="conv1", target=f"{join.lower()}1")
    return document.model_copy(update={"graph": Graph(nodes=graph.nodes, edges=(*graph.edges, skip))})


def test_a_gate_multiplies_an_image_in_either_order() -> None:
    document = gated("Multiply")
    spec = check(document).nodes["multiply1"].spec
    assert spec is not None
    assert spec.shape[1:] == (8, 8, 8)
    model = build(document)
    x = torch.randn(3, 1, 8, 8)
    image = model.get_submodule("conv1")(x)
    gate = model.get_submodule("conv2")(image.mean((2, 3), keepdim=True)).sigmoid()
    expected = model.get_submodule("linear1")((gate * image).flatten(1))
    assert torch.allclose(model(x), expected, atol=1e-6)


@pytest.mark.parametrize("join", ["Add", "Maximum"])
def test_other_joins_still_want_equal_shapes(join: str) -> None:
    [problem] = [problem for problem in check(gated(join)).problems if problem.code == "G-SHAPE"]
    assert "8x1x1" in problem.message
    assert "8x8x8" in problem.message


def test_sizes_that_differ_otherwise_do_not_multiply() -> None:
    document = gated("Multiply")
    nodes = [
        n if n.id != "conv2" else n.model_copy(update={"params": {"out_channels": 4}}) for n in document.graph.nodes
    ]
    graph = Graph(nodes=tuple(nodes), edges=document.graph.edges)
    problems = check(document.model_copy(update={"graph": graph})).problems
    assert [problem.node for problem in problems if problem.code == "G-SHAPE"] == ["multiply1"]


def test_a_margin_counts_in_a_mean_or_not() -> None:
    x = torch.ones(1, 1, 4, 4)
    for counted in (True, False):
        document = chain(("AvgPool2d", {"kernel_size": 3, "padding": 1, "count_include_pad": counted}))
        line = [step.layer.module(step.spec) for step in check(document).network.values()][1]
        assert line is not None
        assert line.kwargs["count_include_pad"] is counted
        pool = nn.AvgPool2d(3, 1, 1, count_include_pad=counted)
        assert (float(pool(x)[0, 0, 0, 0]) == 1) is not counted


def test_channels_are_mixed_as_torch_does() -> None:
    document = chain(
        ("Conv2d", {"out_channels": 8, "bias": False}), ("ChannelShuffle", {"groups": 4}), "Flatten",
        ("Linear", {"out_features": 10}),
    )  # fmt: skip
    model = build(document)
    x = torch.randn(2, 1, 8, 8)
    mixed = nn.ChannelShuffle(4)(model.get_submodule("conv1")(x))
    assert torch.equal(model(x), model.get_submodule("linear1")(mixed.flatten(1)))
