"""Several Inputs and Outputs in one network: fields, targets, losses, and the fixes of what is wrong with them."""

from typing import Any

import pytest

from builder.compiler.check import check
from builder.compiler.source import source
from builder.core.errors import Problem
from builder.core.settings import parameters
from builder.examples import load
from builder.graph.document import Document
from builder.graph.losses import LOSSES
from builder.layers.ends import Output
from tests.documents import edited, mended, one_step

VISITS = load("visits-two-answers")


def put(node: str, **params: Any) -> dict[str, Any]:
    return {"op": "set_params", "node": node, "params": params}


def drop(node: str, *names: str) -> dict[str, Any]:
    return {"op": "set_params", "node": node, "params": {}, "reset": list(names)}


def only(document: Document) -> Problem:
    [problem] = check(document).problems
    return problem


def test_arguments_and_answers_stand_in_the_order_of_the_document() -> None:
    report = check(VISITS)
    assert [entry.field for entry in report.inputs] == ["note", "features"]
    assert [(a.id, a.target.name, a.loss.type, a.weight) for a in report.outputs] == [
        ("again", "again", "cross_entropy", 1.0), ("rating", "rating", "huber", 1.0),
    ]  # fmt: skip
    nodes = sorted(VISITS.graph.nodes, key=lambda node: node.id != "rating")
    turned = VISITS.model_copy(update={"graph": VISITS.graph.having(nodes)})
    assert [answer.id for answer in check(turned).outputs] == ["rating", "again"]
    assert "return amount, choice" in source(turned)
    line = "self, note: torch.Tensor, numbers: torch.Tensor ) -> tuple[torch.Tensor, torch.Tensor]:"
    assert line in " ".join(source(turned).split())


def test_two_inputs_may_read_one_field() -> None:
    document = edited(
        VISITS,
        {"op": "insert", "type": "Input", "id": "again_numbers", "params": {"field": "features"}},
        {"op": "connect", "edge": {"source": "again_numbers", "target": "concat"}},
    )
    assert [entry.field for entry in check(document).inputs] == ["note", "features", "features"]
    one_step(document)


@pytest.mark.parametrize(
    ("edit", "code", "node", "said"),
    [
        (drop("note", "field"), "G-FIELD", "note", 'the data has several fields, "features", "note". Name one.'),
        (put("numbers", field="feature"), "G-FIELD", "numbers", 'the data has no field "feature"'),
        (drop("rating", "target"), "G-FIELD", "rating", 'the data has several targets, "again", "rating". Name one.'),
        (put("rating", target="ratting"), "G-FIELD", "rating", 'the data has no target "ratting"'),
        (put("rating", loss="cross_entropy"), "G-LOSS", "rating", 'is not for a number, and "rating" is one. Use mse.'),
        (put("again", loss="l1"), "G-LOSS", "again", 'is not for a category, and "again" is one. Use cross_entropy.'),
        (
            put("amount", out_features=3),
            "G-CLASSES",
            "rating",
            'needs 1 number, the one that is predicted; "amount" gives 3',
        ),
        (put("choice", out_features=5), "G-CLASSES", "again", 'needs 2 numbers, one for each class; "choice" gives 5'),
        ({"op": "remove", "nodes": ["amount", "rating"]}, "G-TARGET", None, 'No Output answers the target "rating"'),
    ],
)
def test_what_is_wrong_is_said_and_mended(edit: dict[str, Any], code: str, node: str | None, said: str) -> None:
    document = edited(VISITS, edit)
    problem = check(document).problems[0]
    assert (problem.code, problem.node) == (code, node)
    assert said in problem.message
    whole = mended(document)
    assert check(whole).problems == []
    assert {answer.target.name for answer in check(whole).outputs} == {"again", "rating"}
    one_step(whole)


def test_a_field_that_nothing_reads_is_a_hint() -> None:
    problem = only(edited(VISITS, {"op": "remove", "nodes": ["numbers", "linear1", "relu1", "concat"]}))
    assert (problem.code, problem.severity, problem.node) == ("G-UNUSED", "hint", None)
    assert 'Nothing reads the field "features" of the data' in problem.message


def test_a_network_in_which_nothing_counts_is_refused() -> None:
    problem = only(edited(VISITS, put("again", weight=0), put("rating", weight=0)))
    assert (problem.code, problem.severity, problem.param) == ("G-LOSS", "error", "weight")
    assert check(edited(VISITS, put("again", weight=0))).ok


def test_a_loss_of_the_recipe_that_fits_nothing_is_a_hint() -> None:
    document = edited(VISITS, {"op": "set_recipe", "values": {"loss": {"type": "focal", "gamma": 1.0}}})
    assert check(document).problems == []
    assert [answer.loss.type for answer in check(document).outputs] == ["focal", "huber"]
    wrong = edited(VISITS, {"op": "set_recipe", "values": {"loss": {"type": "mse"}}})
    problem = only(wrong)
    assert (problem.code, problem.severity) == ("G-LOSS", "hint")
    assert "mse fits no target here; cross_entropy is used instead" in problem.message
    assert check(mended(wrong)).problems == []


def test_every_loss_can_be_chosen_at_an_output() -> None:
    offered = next(parameter for parameter in parameters(Output) if parameter.name == "loss")
    assert set(offered.choices) == set(LOSSES)
