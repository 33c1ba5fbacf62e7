"""Blocks in the printed file: a class each, with arguments for what differs, shared and repeated."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar

import pytest
import torch

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.report import Answer, Entry, Place, Report, Step
from builder.compiler.source import identifiers, source, write
from builder.core.specs import Spec
from builder.data.fields import Target
from builder.graph.document import Document, Edge, Graph, Node
from builder.graph.losses import CrossEntropy
from builder.layers import LAYERS, Layer
from tests.compiler.broken import CLASSIFY, LAST, conv, linear, residual
from tests.documents import assert_formatted, assert_safe, chain, edited

LABEL = Target("label", ("a", "b"))
RESIDUAL = """\
class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding="same")
        self.relu1 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: N x channels x H x W
        conv1 = self.conv1(x)  # N x channels x H x W
        relu1 = self.relu1(conv1)  # N x channels x H x W
        add1 = relu1 + x  # N x channels x H x W
        return add1


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, padding="same")
        self.residual1 = nn.Sequential(*(Residual(8) for _ in range(6)))
        self.down = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.residual2 = nn.Sequential(Residual(16), Residual(16))
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(256, 10)
"""


def group(*nodes: str, id: str) -> dict[str, Any]:
    return {"op": "group", "nodes": list(nodes), "id": id}


def times(block: str, n: int) -> dict[str, Any]:
    return {"op": "set_params", "node": block, "params": {"repeat": n}}


def block(id: str, graph: Graph, repeat: int = 1) -> Node:
    return Node(id=id, type="Block", params={"repeat": repeat}, graph=graph)


def in_a_row(*nodes: Node, inputs: tuple[str, ...] = ("input",)) -> Graph:
    """A graph whose nodes stand in a chain behind the first Input."""
    ends = [Node(id=id, type="Input") for id in inputs], [Node(id="output", type="Output")]
    row = [ends[0][0], *nodes, *ends[1]]
    wires = (Edge(source=a.id, target=b.id) for a, b in pairwise(row))
    return Graph(nodes=(*ends[0], *nodes, *ends[1]), edges=tuple(wires))


def residuals() -> Document:
    """Two stages of residual blocks, with a convolution between them that halves the image."""
    inner = in_a_row(
        Node(id="conv1", type="Conv2d", params={"out_channels": 8}), Node(id="relu1", type="ReLU"),
        Node(id="add1", type="Add"),
    )  # fmt: skip
    inner = inner.having(edges=(*inner.edges, Edge(source="input", target="add1")))
    wide = inner.having(
        [n.model_copy(update={"params": {"out_channels": 16}}) if n.id == "conv1" else n for n in inner.nodes]
    )
    graph = in_a_row(
        Node(id="stem", type="Conv2d", params={"out_channels": 8}),
        block("residual1", inner, 6),
        Node(id="down", type="Conv2d", params={"out_channels": 16, "stride": 2, "padding": 1}),
        block("residual2", wide, 2),
        Node(id="flatten1", type="Flatten"),
        Node(id="linear1", type="Linear", params={"out_features": 10}),
    )
    return Document(data={"source": "digits"}, graph=graph)


def good(document: Document) -> str:
    """The source of a document, which is as ruff formats it and calls nothing strange."""
    text = source(document)
    assert_safe(text)
    assert_formatted(text)
    return text


def test_equal_blocks_share_a_class_with_arguments_for_what_differs() -> None:
    text = good(residuals())
    assert RESIDUAL in text
    assert "        residual1 = self.residual1(stem)  # N x 8 x 8 x 8\n" in text
    names = identifiers(check(residuals()))
    assert names["residual1", 6, "conv1"] == "residual1.5.conv1"
    assert names["residual2", 1, "conv1"] == "residual2.0.conv1"
    model = build(residuals())
    assert {name: m.out_channels for name, m in model.named_modules() if name.endswith(".conv1")} == {
        **{f"residual1.{n}.conv1": 8 for n in range(6)}, "residual2.0.conv1": 16, "residual2.1.conv1": 16,
    }  # fmt: skip


def test_what_differs_between_copies_is_given_to_each() -> None:
    """The first copy sees other sizes than the rest; where a size grows, it is counted."""
    document = edited(chain("Flatten", linear(9), LAST), group("linear1", id="mlp"), times("mlp", 4))
    assert "self.mlp = nn.Sequential(Mlp(64), *(Mlp(9) for _ in range(3)))" in good(document)
    dense = in_a_row(Node(id="conv1", type="Conv2d", params={"out_channels": 4}), Node(id="concat1", type="Concat"))
    dense = dense.having(edges=(Edge(source="input", target="concat1"), *dense.edges))
    flat = Node(id="flat", type="Flatten"), Node(id="last", type="Linear", params={"out_features": 10})
    document = Document(data={"source": "digits"}, graph=in_a_row(block("dense1", dense, 5), *flat))
    text = good(document)
    assert "self.dense1 = nn.Sequential(*(Dense(1 + 4 * i) for i in range(5)))" in text
    assert [m.in_channels for m in build(document).modules() if isinstance(m, torch.nn.Conv2d)] == [1, 5, 9, 13, 17]


def test_blocks_within_blocks_share_too() -> None:
    """A block that is the same but for how often it repeats another one takes that as an argument."""
    inner = in_a_row(Node(id="linear1", type="Linear", params={"out_features": 9}), Node(id="relu1", type="ReLU"))
    stages = [block(f"stage{n}", in_a_row(block("unit", inner, repeat))) for n, repeat in ((1, 4), (2, 7))]
    rest = Node(id="last", type="Linear", params={"out_features": 10})
    first = Node(id="flat", type="Flatten"), Node(id="first", type="Linear", params={"out_features": 9})
    document = Document(data={"source": "digits"}, graph=in_a_row(*first, *stages, rest))
    text = good(document)
    assert "    def __init__(self, repeat: int) -> None:\n" in text
    assert "self.unit = nn.Sequential(*(Unit() for _ in range(repeat)))" in text
    assert "self.stage1 = Stage(4)\n        self.stage2 = Stage(7)\n" in text


def test_several_inputs_go_round_in_a_loop() -> None:
    document = edited(
        chain(conv(1), "Add", *CLASSIFY),
        {"op": "connect", "edge": {"source": "input", "target": "add1"}},
        group("add1", id="mix"),
        times("mix", 3),
    )
    text = good(document)
    assert "self.mix = nn.ModuleList([Mix() for _ in range(3)])\n" in text
    loop = "        mix = conv1\n        for layer in self.mix:\n            mix = layer(mix, input)  # N x 1 x 8 x 8\n"
    assert loop in text


def test_one_source_at_two_inputs_is_told_apart() -> None:
    """The first copy gets the image twice, the others once and what the copy before gave."""
    graph = in_a_row(Node(id="subtract1", type="Subtract"), inputs=("a", "b"))
    graph = graph.having(edges=(*graph.edges, Edge(source="b", target="subtract1")))
    nodes = (
        block("twice", graph, 2),
        *(Node(id="flat", type="Flatten"), Node(id="last", type="Linear", params={"out_features": 10})),
    )
    whole = in_a_row(*nodes)
    wires = [Edge(source="input", target="twice", input=port) for port in ("a", "b")]
    whole = whole.having(edges=(*wires, *(e for e in whole.edges if e.target != "twice")))
    document = Document(data={"source": "digits"}, graph=whole)
    good(document)
    model, x = build(document), torch.randn(2, 1, 8, 8)
    assert torch.allclose(model(x), model.last((x - x - x).flatten(1)))


@pytest.mark.parametrize(
    ("id", "name"),
    [("residual12", "Residual"), ("none", "Block"), ("True", "BlockTrue"), ("network", "Network2"), ("3x3", "Block3x3"),
     ("squeeze-excite 2", "SqueezeExcite"), ("卷积块", "Block"), ("conv3x3", "Conv3x3")],
)  # fmt: skip
def test_classes_are_named_after_their_blocks(id: str, name: str) -> None:
    text = good(residual({"op": "rename", "node": "block1", "id": id}))
    assert f"class {name}(nn.Module)" in text or (id == "none" and "class BlockNone(nn.Module)" in text)


@pytest.fixture
def masked() -> Iterator[None]:
    """A layer that has to know what is padding."""

    class Masked(Layer):
        """Zero where there is no token.

        Shape:  (N, L, F) -> the same
        Source: torch.mul.
        """

        family: ClassVar[str] = "Sequence"
        accepts: ClassVar[str] = "N L F"
        masks: ClassVar[bool] = True

        def forward(self, module: str, *x: str, padding: str = "") -> str:
            return f"{x[0]} * ~{padding}[:, :, None]" if padding else x[0]

    yield
    del LAYERS["Masked"]


@pytest.mark.usefixtures("masked")
@pytest.mark.parametrize("repeat", [1, 3])
def test_padding_goes_into_the_blocks_that_ask_for_it(repeat: int) -> None:
    document = edited(
        chain("Embedding", "Masked", "LSTM", linear(2), data="reviews"),
        group("masked1", id="inner"), group("inner", id="outer"), times("outer", repeat),
    )  # fmt: skip
    text = source(document)
    assert_formatted(text)
    assert "        padding = input == 0  # True where there is no token\n" in text
    assert "    def forward(self, x: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:\n" in text
    assert ("outer = layer(outer, padding)" if repeat > 1 else "outer = self.outer(embedding1, padding)") in text
    model, tokens = from_source(text), torch.tensor([[3, 5, 0], [7, 0, 0]])
    masked = model.embedding1(tokens) * (tokens != 0)[:, :, None]
    expected = model.linear1(model.lstm1(masked)[1][0][-1])
    assert torch.allclose(model(tokens), expected)


def test_several_ends_are_arguments_and_a_tuple_in_the_order_of_the_document() -> None:
    image, flat, both = Spec((2, 1, 8, 8)), Spec((2, 64)), Spec((2, 128))
    make = {name: LAYERS[name].model_validate({}) for name in ("Input", "Output", "Flatten", "Concat")}
    network: dict[Place, Step] = {
        ("right",): Step(make["Input"], (), image),
        ("left",): Step(make["Input"], (), image),
        ("flat1",): Step(make["Flatten"], (("left",),), flat),
        ("flat2",): Step(make["Flatten"], (("right",),), flat),
        ("join",): Step(make["Concat"], (("flat1",), ("flat2",)), both),
        ("one",): Step(make["Output"], (("flat2",),), flat),
        ("other",): Step(make["Output"], (("join",),), both),
    }
    inputs = tuple(Entry((id,), id) for id in ("left", "right"))
    outputs = tuple(Answer(id, (id,), LABEL, CrossEntropy(), 1.0, False) for id in ("other", "one"))
    report = Report({}, [], network=network, inputs=inputs, outputs=outputs)
    text = write(report, "")
    assert_formatted(text)
    assert "self, left: torch.Tensor, right: torch.Tensor\n    ) -> tuple[torch.Tensor, torch.Tensor]:\n" in text
    model, left, right = from_source(text), torch.zeros(2, 1, 8, 8), torch.ones(2, 1, 8, 8)
    joined, alone = model(left, right)
    assert torch.equal(joined, torch.cat((left.flatten(1), right.flatten(1)), 1))
    assert torch.equal(alone, right.flatten(1))
