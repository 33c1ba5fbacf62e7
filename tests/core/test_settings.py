"""Settings: what is said of wrong values, and what forms learn of right ones."""

from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import Field

from builder.core.settings import Ints, Margins, Pair, Parameter, Settings, parameters, parse
from builder.graph.losses import Loss
from builder.graph.recipe import Recipe


class Kernel(Settings):
    """Settings of every kind."""

    tag: Literal["kernel"] = "kernel"
    channels: int = Field(32, ge=1, le=64, description="How many.", json_schema_extra={"unit": "pixels"})
    rate: Annotated[float, Field(gt=0, lt=1)] = Field(0.5, description="How fast.")
    bias: bool = Field(True, description="Whether.")
    mode: Literal["same", "valid"] = Field("same", description="Which.")
    size: Pair = Field((3, 3), description="How large.")
    padding: Literal["same", "valid"] | Margins = Field("same", description="Zeros.")
    stride: Pair | None = Field(None, description="Steps.")
    shape: Ints = Field((-1,), description="Shape.")
    name: str | None = Field(None, max_length=5, description="Name.")
    needed: int = Field(ge=0, description="Needed.")


RIGHT: dict[str, Any] = {"needed": 1}


def said(**values: Any) -> list[tuple[str, str]]:
    """Code and sentence of each problem."""
    made, problems = parse(Kernel, {**RIGHT, **values}, what='Kernel "k1"', node="k1")
    assert (made is None) == bool(problems)
    assert all(p.node == "k1" for p in problems)
    return [(p.code, p.message.removeprefix('Kernel "k1"')) for p in problems]


def test_right_values_make_settings() -> None:
    made, problems = parse(
        Kernel, {"needed": 2, "size": 5, "shape": [2, -1], "padding": [0, 1], "stride": None}, what=""
    )
    assert problems == []
    assert made is not None
    assert (made.size, made.shape, made.padding, made.stride) == ((5, 5), (2, -1), (0, 1), None)


@pytest.mark.parametrize(
    ("values", "code", "sentence"),
    [
        ({"channels": 0}, "G-RANGE", ": channels is 0; the least is 1."),
        ({"channels": 10**9}, "G-RANGE", ": channels is 1,000,000,000; the most is 64."),
        ({"rate": 0.0}, "G-RANGE", ": rate is 0.0; it must be more than 0.0."),
        ({"rate": 1}, "G-RANGE", ": rate is 1; it must be less than 1.0."),
        ({"size": [3, 0]}, "G-RANGE", ": size is 0; the least is 1."),
        ({"channels": "3"}, "G-FIELD", ': channels is "3"; it must be a whole number.'),
        ({"channels": True}, "G-FIELD", ': channels is "True"; it must be a whole number.'),
        ({"channels": 3.5}, "G-FIELD", ": channels is 3.5; it must be a whole number."),
        ({"channels": None}, "G-FIELD", ': channels is "None"; it must be a whole number.'),
        ({"rate": "fast"}, "G-FIELD", ': rate is "fast"; it must be a number.'),
        ({"bias": 1}, "G-FIELD", ": bias is 1; it must be true or false."),
        ({"name": 7}, "G-FIELD", ": name is 7; it must be text."),
        ({"size": "3x3"}, "G-FIELD", ': size is "3x3"; it must be a number or a list of numbers.'),
        ({"mode": "vald"}, "G-FIELD", ': mode is "vald"; it must be one of same, valid.'),
        ({"rate": float("nan")}, "G-NUMBER", ": rate must be a normal number."),
        ({"rate": float("inf")}, "G-NUMBER", ": rate must be a normal number."),
        ({"channels": float("-inf")}, "G-NUMBER", ": channels must be a normal number."),
        ({"chanels": 3}, "G-FIELD", ' has no "chanels". Did you mean "channels"?'),
        ({"activation": "relu"}, "G-FIELD", ' has no "activation". Remove it.'),
        ({"__class__": "x"}, "G-FIELD", ' has no "__class__". Remove it.'),
    ],
)
def test_what_is_said_of_a_wrong_value(values: dict[str, Any], code: str, sentence: str) -> None:
    assert said(**values) == [(code, sentence)]


def test_a_value_that_must_be_given() -> None:
    _made, problems = parse(Kernel, {}, what="Kernel")
    assert [p.message for p in problems] == ["Kernel: needed must be given."]


@pytest.mark.parametrize("values", [{"size": [1, 2, 3]}, {"size": []}, {"shape": list(range(17))}, {"name": "x" * 6}])
def test_what_is_too_long_or_too_short_is_a_problem(values: dict[str, Any]) -> None:
    [(code, sentence)] = said(**values)
    assert code == "G-FIELD"
    assert next(iter(values)) in sentence


def test_all_wrong_values_are_named_at_once() -> None:
    assert [code for code, _text in said(channels=0, bias=1, rate=float("nan"), chanels=1)] == [
        "G-RANGE", "G-NUMBER", "G-FIELD", "G-FIELD",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "label", "params", "reset"),
    [
        ({"channels": 100}, "Set channels to 64", {"channels": 64}, None),
        ({"channels": -5}, "Set channels to 1", {"channels": 1}, None),
        ({"mode": "smae"}, "Set mode to same", {"mode": "same"}, None),
        ({"chanels": 3}, "Rename it to channels", {"channels": 3}, ["chanels"]),
        ({"chanels": 3, "channels": 4}, "Remove it", {}, ["chanels"]),
        ({"activation": 1}, "Remove it", {}, ["activation"]),
    ],
)
def test_the_fix_of_a_wrong_value(values: dict[str, Any], label: str, params: dict[str, Any], reset: Any) -> None:
    [problem] = parse(Kernel, {**RIGHT, **values}, what="k", node="k1")[1]
    assert problem.fix
    assert problem.fix.label == label
    edit = {"op": "set_params", "node": "k1", "params": params}
    assert problem.fix.edits == (edit if reset is None else {**edit, "reset": reset},)


def test_no_fix_where_there_is_no_node() -> None:
    [problem] = parse(Kernel, {**RIGHT, "channels": 100}, what="k")[1]
    assert problem.fix is None


def test_values_inside_a_choice_are_named_with_their_owner() -> None:
    wrong = {"optimizer": {"type": "Adam", "lr": -1}, "loss": {"type": "hinge"}}
    losses = ", ".join(cls.model_fields["type"].default for cls in get_args(Loss))
    said = [p.message for p in parse(Recipe, wrong, what="recipe")[1]]
    assert said == [
        "recipe: optimizer.lr is -1; it must be more than 0.0.",
        f'recipe: loss is "hinge"; it must be one of {losses}.',
    ]


def test_what_forms_learn_of_each_kind() -> None:
    assert parameters(Kernel) == (
        Parameter("channels", "int", 32, minimum=1, maximum=64, unit="pixels", help="How many."),
        Parameter("rate", "float", 0.5, minimum=0, maximum=1, help="How fast."),
        Parameter("bias", "bool", True, help="Whether."),
        Parameter("mode", "choice", "same", help="Which.", choices=("same", "valid")),
        Parameter("size", "pair", (3, 3), minimum=1, maximum=65_536, help="How large."),
        Parameter("padding", "pair", "same", minimum=0, maximum=65_536, help="Zeros.", choices=("same", "valid")),
        Parameter("stride", "pair", None, optional=True, minimum=1, maximum=65_536, help="Steps."),
        Parameter("shape", "ints", (-1,), help="Shape."),
        Parameter("name", "text", None, optional=True, help="Name."),
        Parameter("needed", "int", None, required=True, minimum=0, help="Needed."),
    )


def test_settings_inside_settings_have_forms_of_their_own() -> None:
    assert [p.name for p in parameters(Recipe)] == ["epochs", "batch_size", "seed", "device", "weights"]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        Kernel(needed=1).bias = False  # type: ignore[misc]
