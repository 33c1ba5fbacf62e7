"""What single layers say and do beyond the contract of all."""

import pytest
import torch

from builder.compiler.trace import Traced, construct, evaluate, trace
from builder.core.specs import Spec
from builder.layers import LAYERS, Call, Layer, describe
from builder.layers.layer import COLOURS, FAMILIES, Complaint, link

IMAGE = Spec((2, 4, 9, 8), axes="N C H W")
SEQUENCE = Spec((2, 7, 6), axes="N L F")


def complaint(name: str, x: Spec, **params: object) -> Complaint:
    found = trace(LAYERS[name].model_validate(params), (x,))
    assert isinstance(found, Complaint)
    return found


def output(name: str, x: Spec, **params: object) -> Spec:
    found = trace(LAYERS[name].model_validate(params), (x,))
    assert isinstance(found, Traced), found
    return found.spec


@pytest.mark.parametrize(
    ("name", "x", "params", "message", "better"),
    [
        (
            "Conv2d",
            IMAGE,
            {"kernel_size": 11, "padding": 0},
            "the window 11x11 is larger than the input 9x8",
            {"kernel_size": [9, 8]},
        ),
        ("Conv2d", IMAGE, {"kernel_size": [3, 9], "padding": "valid"}, "the window 3x9", {"kernel_size": [3, 8]}),
        ("Conv2d", IMAGE, {"stride": [1, 2]}, 'padding "same" needs stride 1', {"stride": 1}),
        (
            "Conv2d",
            IMAGE,
            {"groups": 3},
            "4 input and 32 output channels cannot both be divided into 3 groups",
            {"groups": 2},
        ),
        ("MaxPool2d", IMAGE, {"padding": 2}, "padding 2x2 is more than half the window 2x2", {"padding": 1}),
        ("Reshape", IMAGE, {"shape": [5, 5]}, "288 numbers cannot be arranged as 5x5", {"shape": [-1]}),
        ("Reshape", IMAGE, {"shape": [0, -1]}, "288 numbers cannot be arranged as 0x-1", {"shape": [-1]}),
        (
            "Permute",
            SEQUENCE,
            {"dims": [1, 0, 2]},
            "is not an order of the 3 axes that begins with 0",
            {"dims": [0, 2, 1]},
        ),
    ],
)
def test_a_layer_says_what_it_cannot_do_and_what_it_could(
    name: str, x: Spec, params: dict[str, object], message: str, better: dict[str, object]
) -> None:
    found = complaint(name, x, **params)
    assert message in found.message
    assert found.params == better
    assert isinstance(trace(LAYERS[name].model_validate({**params, **better}), (x,)), Traced)


def test_what_no_layer_foresaw_is_told_in_the_words_of_torch() -> None:
    class _Square(Layer):
        """A layer that does not know when it cannot work."""

        def forward(self, module: str, *x: str) -> str:
            return f"{x[0]} @ {x[0]}"

    found = trace(_Square(), (IMAGE,))
    assert isinstance(found, Complaint)
    assert found.message.startswith("torch refuses it: ")
    assert len(found.message) < 200


@pytest.mark.parametrize(
    ("name", "x", "params", "shape", "axes"),
    [
        ("Conv2d", IMAGE, {"stride": 2, "padding": 1}, (2, 32, 5, 4), "N C H W"),
        ("Conv1d", SEQUENCE, {"padding": "valid"}, (2, 32, 4), "N L F"),
        ("MaxPool2d", IMAGE, {}, (2, 4, 4, 4), "N C H W"),
        ("Flatten", IMAGE, {}, (2, 288), "N F"),
        ("Reshape", IMAGE, {"shape": [9, -1]}, (2, 9, 32), "N L F"),
        ("LSTM", SEQUENCE, {"bidirectional": True}, (2, 128), "N F"),
        ("LSTM", SEQUENCE, {"returns": "sequence"}, (2, 7, 64), "N L F"),
        ("Embedding", Spec((2, 7), "int64", "N L", 50), {}, (2, 7, 64), "N L F"),
    ],
)
def test_output_shapes(name: str, x: Spec, params: dict[str, object], shape: tuple[int, ...], axes: str) -> None:
    found = output(name, x, **params)
    assert (found.shape, found.axes) == (shape, axes)


def test_arranging_tokens_leaves_them_tokens() -> None:
    """An Embedding behind a Reshape still knows how many different tokens there are."""
    found = output("Reshape", Spec((2, 6), "int64", "N L", 50), shape=[6])
    assert (found.dtype, found.categories) == ("int64", 50)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_a_bidirectional_layer_returns_the_last_state_of_each_reading(name: str) -> None:
    """Forwards it is that of the last step, backwards that of the first."""
    layer = LAYERS[name].model_validate({"hidden_size": 5, "bidirectional": True, "num_layers": 2})
    call = layer.module(SEQUENCE)
    assert call is not None
    module, x = construct(call), torch.randn(2, 7, 6)
    steps, last = module(x)[0], evaluate(layer.forward("m", "x"), {"m": module, "x": x})
    assert torch.allclose(last, torch.cat([steps[:, -1, :5], steps[:, 0, 5:]], 1))


def test_softmax_is_over_the_last_axis() -> None:
    y = evaluate("m(x)", {"m": construct(Call("nn.Softmax", dim=-1)), "x": torch.randn(2, 7, 6)})
    assert torch.allclose(y.sum(-1), torch.ones(2, 7))


def test_padding_keeps_its_zero_vector() -> None:
    call = LAYERS["Embedding"]().module(Spec((2, 7), "int64", "N L", 50))
    assert call is not None
    module = construct(call)
    assert torch.equal(module(torch.zeros(1, dtype=torch.int64)), torch.zeros(1, 64))


@pytest.mark.parametrize("bad", ["os.system", "torch.load", "Linear"])
def test_a_call_names_a_module_of_torch(bad: str) -> None:
    with pytest.raises(AssertionError, match=r"^$"):
        Call(bad)


def test_a_call_takes_plain_values_only() -> None:
    with pytest.raises(AssertionError, match=r"^$"):
        Call("nn.Linear", object())


def test_a_name_is_used_once() -> None:
    with pytest.raises(AssertionError, match="Linear"):
        type("Linear", (Layer,), {"__module__": "elsewhere", "__doc__": "Another."})
    assert LAYERS["Linear"].__module__ == "builder.layers.dense"


def test_the_palette_has_every_family() -> None:
    assert {describe(cls)["family"] for cls in LAYERS.values()} == set(FAMILIES)


def test_what_a_palette_needs_of_a_layer() -> None:
    shown = describe(LAYERS["Add"])
    assert (shown["inputs"], shown["many"], shown["params"]) == (["x"], True, [])
    shown = describe(LAYERS["Conv1d"])
    assert (shown["inputs"], shown["many"]) == (["x"], False)
    assert [p["name"] for p in shown["params"]][:2] == ["out_channels", "kernel_size"]
    assert shown["params"][1]["unit"] == "positions"


def test_what_stands_on_a_node() -> None:
    keys = {name: describe(cls)["keys"] for name, cls in LAYERS.items()}
    assert keys["Conv2d"] == ["out_channels", "kernel_size"]
    assert keys["Linear"] == ["out_features"]
    assert keys["LSTM"] == ["hidden_size", "returns"]
    assert keys["BatchNorm2d"] == keys["ReLU"] == keys["Input"] == []
    assert keys["Block"] == ["repeat"]
    for name, cls in LAYERS.items():
        assert set(keys[name]) <= set(cls.model_fields)


def test_the_sign_of_a_layer_is_its_own() -> None:
    signs = {name: describe(cls)["glyph"] for name, cls in LAYERS.items()}
    assert (signs["Conv2d"], signs["BatchNorm1d"], signs["Linear"], signs["Add"]) == ("C2", "BN1", "Li", "+")
    assert all(1 <= len(sign) <= 3 for sign in signs.values())
    assert len(set(signs.values())) == len(signs)


def test_where_more_is_written_about_a_layer() -> None:
    torch_page = "https://docs.pytorch.org/docs/stable/generated/{}.html"
    assert describe(LAYERS["Conv2d"])["link"] == torch_page.format("torch.nn.Conv2d")
    assert describe(LAYERS["Reshape"])["link"] == torch_page.format("torch.Tensor.reshape")
    assert link("Vaswani et al. 2017, arXiv:1706.03762, section 3.") == "https://arxiv.org/abs/1706.03762"
    assert describe(LAYERS["Input"])["link"] == ""
    for cls in LAYERS.values():
        name = describe(cls)["link"].removeprefix(torch_page[:-7]).removesuffix(".html").removeprefix("torch.")
        found = torch
        for word in name.split(".") if name else ():
            found = getattr(found, word)


def test_formulas_are_plain_text_on_one_line() -> None:
    formulas = {name: describe(cls)["formula"] for name, cls in LAYERS.items()}
    assert formulas["Linear"] == "y = x·Wᵀ + b"
    assert formulas["Block"] == ""
    assert sum(map(bool, formulas.values())) > 20
    assert all(formula.isprintable() and " = " in formula for formula in formulas.values() if formula)


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_every_family_has_a_colour_that_is_seen_on_light_and_dark() -> None:
    assert tuple(COLOURS) == FAMILIES
    assert len(set(COLOURS.values())) == len(FAMILIES)
    for colour in COLOURS.values():
        assert (luminance("#ffffff") + 0.05) / (luminance(colour) + 0.05) >= 3
        assert (luminance(colour) + 0.05) / (luminance("#0e1117") + 0.05) >= 3
