"""A layer that is switched off: what enters it goes on behind it, and it costs nothing."""

from typing import Any

import pytest
import torch

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.report import Report
from builder.compiler.source import source
from builder.graph.document import Document
from builder.graph.edit import apply
from tests.compiler.broken import CLASSIFY, LAST, conv, inside, linear, residual
from tests.documents import chain, edited, one_step


def off(*nodes: str, **more: Any) -> dict[str, Any]:
    return {"op": "disable", "nodes": list(nodes), **more}


def good(document: Document) -> Report:
    report = check(document)
    assert [str(p) for p in report.problems if p.severity != "hint"] == []
    return report


def test_it_is_passed_over() -> None:
    document = chain(conv(4), "BatchNorm2d", "ReLU", *CLASSIFY)
    report = good(edited(document, off("batchnorm1", "relu1")))
    assert source(edited(document, off("batchnorm1", "relu1"))) == source(chain(conv(4), *CLASSIFY))
    found = report.nodes["batchnorm1"]
    assert (found.off, found.state, found.params, found.flops, found.bytes) == (True, "off", 0, 0, 0)
    assert found.spec == report.nodes["conv1"].spec
    assert report.activation_bytes == check(chain(conv(4), *CLASSIFY)).activation_bytes
    assert edited(document, off("relu1"), off("relu1", disabled=False)) == document


def test_it_has_no_problems_of_its_own() -> None:
    """Neither of its shape nor of its parameters nor of its type; the layers behind it have theirs."""
    document = chain(conv(4), ("Dropout", {"p": 7}), "BatchNorm1d", "Nope", *CLASSIFY)
    assert len(check(document).errors) > 1
    good(edited(document, off("dropout1", "batchnorm1", "nope1")))
    without = check(edited(chain(conv(4), *CLASSIFY), off("flatten1")))
    assert [(p.code, p.node) for p in without.problems] == [("G-SHAPE", "linear1")]
    assert '"flatten1" gives 4x8x8' in without.problems[0].message


def test_a_join_passes_on_its_first_input() -> None:
    document = edited(residual({"op": "ungroup", "node": "block1"}), off("add1"))
    report = good(document)
    assert report.nodes["add1"].spec == report.nodes["conv2"].spec
    assert "flatten1 = self.flatten1(conv2)" in source(document)
    swapped = edited(document, {"op": "set_inputs", "node": "add1", "sources": ["relu1", "conv2"]})
    assert "flatten1 = self.flatten1(relu1)" in source(swapped)
    assert "conv2" not in source(swapped)


def test_a_block_passes_on_what_enters_its_first_input() -> None:
    document = edited(
        chain(conv(1), "Add", *CLASSIFY),
        {"op": "connect", "edge": {"source": "input", "target": "add1"}},
        {"op": "group", "nodes": ["add1"]},
        off("block1"),
    )
    assert "flatten1 = self.flatten1(conv1)" in source(document)
    wires = [{"source": "input", "target": "block1", "input": "input1"}]
    wires += [{"source": "conv1", "target": "block1", "input": "input"}]
    document = edited(
        document,
        {"op": "set_inputs", "node": "block1", "sources": []},
        *({"op": "connect", "edge": wire} for wire in wires),
    )
    found = good(document).nodes["block1"]
    assert "flatten1 = self.flatten1(conv1)" in source(document)
    assert {id: node.state for id, node in found.inside.items()} == {
        "input": "off", "input1": "off", "add1": "off", "output": "off",
    }  # fmt: skip
    assert one_step(document) > 0


def test_inside_a_block_and_in_each_of_its_copies() -> None:
    document = residual(
        inside("block1", op="disable", nodes=["add1"]),
        {"op": "set_params", "node": "block1", "params": {"repeat": 2}},
    )
    assert good(document).nodes["block1"].inside["add1"].off
    assert "add1" not in source(document)
    model, x = build(document), torch.randn(2, 1, 8, 8)
    convolved = model.block1[1].conv2(model.block1[0].conv2(model.conv1(x).relu()))
    assert torch.allclose(model(x), model.linear1(convolved.flatten(1)))


@pytest.mark.parametrize("path", [(), ("block1",)])
@pytest.mark.parametrize("end", ["input", "output"])
def test_ends_cannot_be_switched_off(path: tuple[str, ...], end: str) -> None:
    document = residual(inside(*path, **off(end)))
    [problem] = check(document).problems
    assert problem.code == "G-ENDS"
    assert f'"{end}" cannot be switched off' in problem.message
    assert problem.fix
    assert apply(document, *problem.fix.edits) == residual()


def test_on_its_own_it_is_nobodys_problem() -> None:
    document = edited(chain("Flatten", LAST), {"op": "insert", "type": "ReLU", "id": "alone"}, off("alone"))
    assert good(document).nodes["alone"].spec is None
    hungry = edited(document, {"op": "connect", "edge": {"source": "alone", "target": "flatten1"}})
    hungry = edited(hungry, {"op": "disconnect", "edge": {"source": "input", "target": "flatten1"}})
    assert check(hungry).nodes["alone"].state == "error"


def test_the_last_linear_that_works_is_the_one_to_resize() -> None:
    document = edited(chain("Flatten", linear(7), linear(10)), off("linear2"))
    [problem] = check(document).problems
    assert problem.fix
    assert problem.fix.label == 'Set out_features of "linear1" to 10'
    assert check(apply(document, *problem.fix.edits)).ok
