"""What a report adds up, what it prints, and what an edit costs."""

import json

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.source.names import RESERVED
from builder.compiler.trace import trace
from builder.examples import load, names
from builder.layers.join import Dot
from tests.compiler.broken import CLASSIFY, conv
from tests.documents import chain, edited, random_inputs


@pytest.mark.parametrize("name", names())
def test_sums_are_those_of_the_real_network(name: str) -> None:
    report, model = check(load(name)), build(load(name)).eval()
    inputs = random_inputs(report, 3)
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
        model(*inputs)
    # torch counts a product of two vectors where it is written as a product of matrices alone
    dots = sum(step.flops for step in report.network.values() if isinstance(step.layer, Dot))
    assert report.flops - dots == counter.get_total_flops() // 3
    assert report.params == sum(p.numel() for p in model.parameters())
    children = dict(model.named_children())
    for id, node in report.nodes.items():
        own = children.get(f"{id}_1" if id in RESERVED else id)  # what torch needs the name for is called otherwise
        assert node.params == (sum(p.numel() for p in own.parameters()) if own else 0)


def test_mnist_cnn_by_hand() -> None:
    """Conv2d: k * k * in * out + out weights, 2 FLOPs each for every pixel but the offsets; float32 has 4 bytes."""
    report = check(load("mnist-cnn"))
    assert report.nodes["conv1"].params == 3 * 3 * 1 * 32 + 32
    assert report.nodes["conv1"].flops == 2 * 3 * 3 * 1 * 32 * 28 * 28
    assert report.nodes["conv1"].bytes == 32 * 28 * 28 * 4
    assert report.nodes["linear1"].params == 64 * 7 * 7 * 128 + 128
    assert report.nodes["linear1"].flops == 2 * 64 * 7 * 7 * 128
    assert report.nodes["input"].bytes == 28 * 28 * 4


def test_memory_follows_batch_and_optimizer() -> None:
    """Weights and the optimizer's states once; outputs for each sample, which stay until they are all there."""
    document = chain(conv(4), "ReLU", *CLASSIFY)
    small = check(edited(document, {"op": "set_recipe", "values": {"batch_size": 1}}))
    large = check(edited(document, {"op": "set_recipe", "values": {"batch_size": 11}}))
    plain = check(edited(document, {"op": "set_recipe", "values": {"batch_size": 1, "optimizer": {"type": "SGD"}}}))
    flat = 4 * 8 * 8 * 4
    assert small.activation_bytes == 4 * (64 + 10 + 10) + 3 * flat
    assert 8 * small.activation_bytes < large.memory_bytes - small.memory_bytes <= 10 * small.activation_bytes
    assert small.memory_bytes - plain.memory_bytes == small.params * 4


def test_an_edit_costs_what_it_changes() -> None:
    """Only the layers whose settings or inputs changed are tried out again."""
    trace.cache_clear()
    document = chain(*["ReLU"] * 20, conv(3), *["Tanh"] * 20, "Flatten", ("Linear", {"out_features": 10}))
    check(document)
    before = trace.cache_info()
    check(edited(document, {"op": "set_params", "node": "conv1", "params": {"padding": 1}}))
    after = trace.cache_info()
    assert after.misses - before.misses == 1
    assert after.hits - before.hits == 43


def test_the_order_of_nodes_is_one_in_which_they_can_be_computed() -> None:
    document = edited(load("mnist-cnn"), {"op": "move", "node": "conv1", "before": "flatten1"})
    seen: set[str] = set()
    for id, node in check(document).nodes.items():
        assert set(node.sources) <= seen
        seen.add(id)


def test_errors_stand_before_warnings_and_in_the_order_of_the_outline() -> None:
    document = chain("Sofmax", ("Dropout", {"p": 2}), "Relu", "Softmax")
    document = edited(document, {"op": "insert", "type": "Linear", "id": "loose"})
    problems = check(document).problems
    assert [p.node for p in problems] == ["sofmax1", "dropout1", "relu1", "loose", "loose"]
    assert [p.severity for p in problems] == ["error"] * 4 + ["warning"]


def test_json_holds_what_the_command_prints() -> None:
    shown = check(load("xor-mlp")).to_json()
    assert json.loads(json.dumps(shown)) == shown
    sums = ["params", "trainable", "flops", "activation_bytes", "memory_bytes"]
    assert list(shown) == ["ok", "problems", "nodes", *sums]
    assert (shown["ok"], shown["problems"], shown["params"]) == (True, [], 82)
    assert shown["nodes"]["linear1"] == {
        "shape": [16], "params": 48, "trainable": 48, "flops": 64, "bytes": 64, "sees": None,
    }  # fmt: skip


def test_json_of_a_problem() -> None:
    document = edited(load("xor-mlp"), {"op": "set_params", "node": "linear2", "params": {"out_features": 3}})
    [problem] = check(document).to_json()["problems"]
    assert problem == {
        "code": "G-CLASSES",
        "severity": "error",
        "node": "output",
        "param": None,
        "message": 'Output "output" needs 2 numbers, one for each class; "linear2" gives 3.',
        "fix": {
            "label": 'Set out_features of "linear2" to 2',
            "edits": [{"op": "set_params", "node": "linear2", "params": {"out_features": 2}}],
        },
        "others": [],
    }


def test_json_lists_20_problems_and_counts_the_rest() -> None:
    shown = check(chain(*["Nope"] * 25)).to_json()
    assert len(shown["problems"]) == 21
    assert shown["problems"][-1]["message"] == "and 5 more"
    assert not shown["ok"]
