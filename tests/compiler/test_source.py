"""The network as a Python file."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.source import source
from builder.core.errors import Error
from builder.core.specs import Spec
from builder.examples import load, names
from builder.graph.document import Document
from tests.compiler.broken import conv, join, linear
from tests.documents import assert_formatted, assert_safe, chain, edited, random_input

EXPECTED = """\
import torch
from torch import nn


class Network(nn.Module):
    \"\"\"A "small" one\"\"\"

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding="same")
        self.relu1 = nn.ReLU()
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(256, 10, bias=False)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        # input: N x 1 x 8 x 8
        conv1 = self.conv1(input)  # N x 4 x 8 x 8
        relu1 = self.relu1(conv1)  # N x 4 x 8 x 8
        flatten1 = self.flatten1(relu1)  # N x 256
        linear1 = self.linear1(flatten1)  # N x 10
        return linear1
"""


def renamed(document: Document, *pairs: tuple[str, str]) -> Document:
    return edited(document, *({"op": "rename", "node": old, "id": new} for old, new in pairs))


def test_the_file_reads_as_a_person_would_write_it() -> None:
    document = chain(conv(4), "ReLU", "Flatten", ("Linear", {"out_features": 10, "bias": False}))
    document = edited(document, {"op": "set_title", "title": 'A "small" one'})
    assert source(document) == EXPECTED


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("a b", "a_b", {"a_b", "a_b_1"}),
        ("卷积", "池化", {"node", "node_1"}),
        ("class", "n_class", {"n_class", "n_class_1"}),
        ("Conv", "conv", {"conv", "conv_1"}),
        ("train", "self", {"train_1", "self_1"}),
        ("torch", "nn", {"torch_1", "nn_1"}),
        ("forward", "parameters", {"forward_1", "parameters_1"}),
        ('"""', "'''", {"node", "node_1"}),
        ("x = 1\nimport os", "Network", {"x_1_import_os", "network"}),
        ("print", "super", {"print", "super"}),
    ],
)
def test_names_become_identifiers_that_hide_nothing(one: str, other: str, found: set[str]) -> None:
    document = renamed(chain("Flatten", linear(7), "ReLU", linear(10)), ("linear1", one), ("linear2", other))
    text = source(document)
    assert_safe(text)
    model = from_source(text)
    assert {name for name, _child in model.named_children()} == {"flatten1", "relu1", *found}
    assert model.train().training
    assert model.eval()(torch.ones(2, 1, 8, 8)).shape == (2, 10)


def test_the_input_can_be_called_anything() -> None:
    document = renamed(chain("Flatten", linear(10)), ("input", "self"))
    assert from_source(source(document))(torch.ones(2, 1, 8, 8)).shape == (2, 10)


TITLES = [
    "",
    " ",
    "x" * 10_000,
    '"""',
    '"',
    '""',
    "'",
    "\\",
    '\\"',
    "a\nb\r\u2028c\x00",
    "{x}",
    "标题 🦊",
    "'''\"\"\"",
    '"a" b',
]


@pytest.mark.parametrize("title", TITLES)
def test_the_title_is_only_text(title: str) -> None:
    """On one line."""
    document = edited(chain("Flatten", linear(10)), {"op": "set_title", "title": title})
    assert_safe(source(document))
    assert (build(document).__doc__ or "") == " ".join(title.split())
    assert_formatted(source(document))


@pytest.mark.parametrize(
    "document",
    [
        join("Add", conv(4), conv(4)),
        join("Concat", conv(4), conv(6)),
        join("Concat", linear(4), linear(6), linear(1)),
        chain("Embedding", "LSTM", linear(2), data="reviews"),
        chain(
            "Embedding",
            ("GRU", {"bidirectional": True, "returns": "sequence"}),
            "MaxOverTime",
            linear(2),
            data="reviews",
        ),
        chain("Embedding", ("LSTM", {"bidirectional": True, "num_layers": 2}), linear(2), data="reviews"),
        chain("Embedding", "Permute", ("Conv1d", {"kernel_size": 5}), "Permute", "LastStep", linear(2), data="reviews"),
        chain("Embedding", "MeanOverTime", "LayerNorm", linear(2), data="reviews"),
        chain(("Reshape", {"shape": [4, 16]}), "RNN", linear(10)),
        chain(("Reshape", {"shape": [16, 2, 2]}), "BatchNorm2d", "AdaptiveAvgPool2d", "Flatten", linear(10)),
    ],
)
def test_any_batch_goes_through(document: Document) -> None:
    """The file fixes no batch size, and answers for one sample what it answers for many."""
    text = source(document)
    assert_safe(text)
    model = from_source(text).eval()
    x = random_input(_spec(document), 3)
    with torch.no_grad():
        many = model(x)
        one = torch.cat([model(x[i : i + 1]) for i in range(3)])
    assert torch.allclose(many, one, atol=1e-5)


def _spec(document: Document) -> Spec:
    report = check(document)
    assert report.ok, [str(p) for p in report.problems]
    assert report.data is not None
    return report.data.inputs[0].spec


def test_inputs_of_a_join_keep_the_order_of_their_wires() -> None:
    document = join("Concat", linear(4), linear(6))
    assert "torch.cat((branch0, branch1), 1)" in source(document)
    swapped = edited(document, {"op": "set_inputs", "node": "join", "sources": ["branch1", "branch0"]})
    assert "torch.cat((branch1, branch0), 1)" in source(swapped)


@pytest.mark.parametrize("name", names())
def test_the_same_seed_gives_the_same_weights(name: str) -> None:
    torch.manual_seed(3)
    one = build(load(name)).state_dict()
    torch.manual_seed(3)
    other = from_source(source(load(name))).state_dict()
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_the_file_runs_without_us(tmp_path: Path) -> None:
    """In a folder of its own, with torch alone; the class can be pickled and copied as any other."""
    (tmp_path / "network.py").write_text(source(load("mnist-cnn")), encoding="utf-8")
    code = "import copy, sys, torch; from network import Network; m = copy.deepcopy(Network())\n"
    code += "print(tuple(m(torch.zeros(2, 1, 28, 28)).shape), any(n.startswith('builder') for n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(2, 10) False"


def test_a_broken_network_has_no_source() -> None:
    document = chain("Linear", ("Dropout", {"p": 2}))
    with pytest.raises(Error, match=r"(?s)\[G-RANGE\].*|\[G-SHAPE\]") as raised:
        source(document)
    assert {p.code for p in raised.value.problems} == {"G-RANGE", "G-SHAPE"}
