"""Hints: said where something is seldom meant, silent where the field does it on purpose, and mended by their fixes."""

from typing import Any

import pytest

from builder.compiler.check import check
from builder.core.errors import Problem
from builder.examples import load, names
from builder.graph.document import Document
from builder.graph.edit import apply
from tests.compiler.broken import CLASSIFY, LAST, conv, linear
from tests.compiler.test_memory import resnet, unet, wire
from tests.documents import Step, chain, edited, one_step

HIDDEN: Step = ("Linear", {"out_features": 64})


def hints(document: Document) -> list[Problem]:
    report = check(document)
    assert report.ok, [str(p) for p in report.errors]
    return [p for p in report.problems if p.severity == "hint"]


def deep(activation: str, times: int) -> Document:
    return chain("Flatten", *[HIDDEN, activation] * times, LAST)


SUSPECT: dict[str, tuple[Document, str, str, str]] = {
    "two activations": (chain("Flatten", HIDDEN, "ReLU", "ELU", LAST), "G-ACTIVATIONS", "elu1", "behind ReLU"),
    "two Linear": (chain("Flatten", HIDDEN, LAST), "G-LINEAR", "linear2", 'between Linear "linear1" and Linear'),
    "two Linear with a Dropout between": (chain("Flatten", HIDDEN, "Dropout", LAST), "G-LINEAR", "linear2", "ReLU"),
    "Conv2d and Linear": (chain(conv(8), "BatchNorm2d", *CLASSIFY), "G-LINEAR", "linear1", 'Conv2d "conv1"'),
    "Dropout before the Output": (chain(*CLASSIFY, "Dropout"), "G-DROPOUT", "dropout1", "at random"),
    "ReLU before the Output": (chain(*CLASSIFY, "ReLU"), "G-SCORES", "relu1", "scores that no activation has bent"),
    "Dropout of everything": (
        chain("Flatten", HIDDEN, "ReLU", ("Dropout", {"p": 1}), LAST), "G-DROPOUT", "dropout1", "sets everything",
    ),
    "a bottleneck": (
        chain("Flatten", linear(4), "ReLU", LAST), "G-NARROW", "linear1", "4 numbers through, fewer than the 10 classes"
    ),
    "Dropout before BatchNorm": (
        chain(conv(8, bias=False), "Dropout2d", "BatchNorm2d", "ReLU", *CLASSIFY), "G-ORDER", "dropout1", "Exchange",
    ),
    "a bias before BatchNorm": (chain(conv(8), "BatchNorm2d", "ReLU", *CLASSIFY), "G-BIAS", "conv1", "takes away"),
    "deep sigmoids": (deep("Sigmoid", 4), "G-VANISH", "sigmoid1", "4 layers of sigmoids"),
    "a short sight": (
        chain(conv(16), "ReLU", "GlobalAvgPool", LAST), "G-SIGHT", "globalavgpool1", "each saw 3x3 of 8x8 pixels"
    ),
    "a heavy Linear": (
        chain(conv(64), "ReLU", "Flatten", linear(512), "ReLU", LAST, size=64),
        "G-HEAVY", "linear1", "of the 134,2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SUSPECT)
def test_a_hint_is_given_where_it_belongs_and_mended(name: str) -> None:
    document, code, node, says = SUSPECT[name]
    found = [p for p in hints(document) if p.code == code]
    assert [p.node for p in found] == [node], [str(p) for p in hints(document)]
    [hint] = found
    assert says in hint.message
    assert len(hint.message) <= 300
    assert hint in check(document).nodes[node].problems
    assert hint.fixes, "each of these has a way out"
    for fix in hint.fixes:
        after = apply(document, *fix.edits)
        assert str(hint) not in [str(p) for p in hints(after)]
        if name != "a heavy Linear":
            one_step(after)


def excite() -> Document:
    """A squeeze-and-excitation whose gate scales the channels of the image again."""
    document = chain(
        conv(16), "ReLU", "GlobalAvgPool", linear(4), "ReLU", linear(16), "Sigmoid",
        ("Unflatten", {"unflattened_size": [16, 1, 1]}), ("Upsample", {"scale_factor": 8}), "Multiply",
        *CLASSIFY,
    )  # fmt: skip
    return edited(document, wire("relu1", "multiply1"))


def inverted() -> Document:
    """MobileNetV2's way: a narrow sum without an activation, then a wide one."""
    wide: Step = ("Conv2d", {"out_channels": 32, "kernel_size": 1})
    narrow: Step = ("Conv2d", {"out_channels": 8, "kernel_size": 1})
    return chain(
        wide, "ReLU6", "DepthwiseConv2d", "ReLU6", narrow, wide, "ReLU6", "DepthwiseConv2d", narrow, "ReLU", *CLASSIFY
    )


@pytest.mark.parametrize(
    "document",
    [
        *(load(name) for name in names()),
        excite(),
        inverted(),
        unet(),
        deep("ReLU", 6),
        deep("Tanh", 3),
        deep("Sigmoid", 2),
        chain("Flatten", linear(64), "Tanh", "Softmax", LAST),
        chain("Flatten", linear(12), linear(64), "ReLU", LAST),
        chain(conv(8, bias=False), "BatchNorm2d", "ReLU", "Dropout2d", conv(8), "ReLU", *CLASSIFY),
        chain("Embedding", "LSTM", linear(2), data="reviews"),
        chain("EmbeddingBag", linear(16), "ReLU", linear(2), data="reviews"),
    ],
)
def test_what_the_field_does_on_purpose_gets_no_hint(document: Document) -> None:
    assert [str(hint) for hint in hints(document)] == []


def test_a_hint_inside_a_repeated_block_is_told_once_and_mended_there() -> None:
    document = edited(
        chain(conv(4), "ReLU", conv(4), "BatchNorm2d", "ReLU", *CLASSIFY),
        {"op": "group", "nodes": ["conv2", "batchnorm1", "relu2"], "id": "b"},
        {"op": "set_params", "node": "b", "params": {"repeat": 3}},
    )
    [hint] = hints(document)
    assert (hint.code, hint.node) == ("G-BIAS", "b")
    assert hint.message.startswith('Block "b": Conv2d "conv2" learns a bias')
    report = check(document)
    assert [p.code for p in report.nodes["b"].inside["conv2"].problems] == ["G-BIAS"]
    assert report.nodes["b"].state == "hint"
    assert hint.fix
    assert hints(apply(document, *hint.fix.edits)) == []


def test_all_biases_go_with_one_press() -> None:
    first = hints(resnet())[0]
    assert [fix.label for fix in first.fixes] == ['Set bias of "conv1" to false', "Set bias of all 5 to false"]
    assert "G-BIAS" not in {p.code for p in hints(apply(resnet(), *first.fixes[1].edits))}


def test_no_hints_beside_errors() -> None:
    """What is wrong comes first; what is only odd waits until it is mended."""
    document = edited(SUSPECT["two Linear"][0], {"op": "set_params", "node": "linear2", "params": {"out_features": 3}})
    assert {p.severity for p in check(document).problems} == {"error"}


@pytest.mark.parametrize(
    ("steps", "sees"),
    [
        ([conv(4)], (3, 3)),
        ([conv(4), conv(4)], (5, 5)),
        ([conv(4, dilation=3)], (7, 7)),
        ([conv(4), "MaxPool2d", conv(4)], (8, 8)),
        ([("Conv2d", {"kernel_size": [1, 5], "stride": [1, 2], "padding": 0}), conv(4)], (3, 9)),
        (["MaxPool2d", "MaxPool2d"], (4, 4)),
        (["MaxPool2d", "Upsample", conv(4)], (4, 4)),
        (["MaxPool2d", ("ConvTranspose2d", {"kernel_size": 3})], (4, 4)),
        (["ReLU", "BatchNorm2d", "Dropout", ("ZeroPad2d", {})], (1, 1)),
        (["GlobalAvgPool"], ()),
        (["Flatten"], ()),
    ],
)
def test_receptive_fields_by_hand(steps: list[Any], sees: tuple[int, ...]) -> None:
    """Each window adds its size less one, times the pixels between two numbers of what it reads."""
    report = check(chain(*steps, ends=True))
    last = [id for id in report.nodes if id != "output"][-1]
    assert report.nodes[last].sees == sees
