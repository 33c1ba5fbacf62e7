"""What single layers say and do beyond the contract of all."""

import math

import pytest
import torch
from pydantic import ValidationError

from builder.compiler.model import build
from builder.compiler.trace import Traced, construct, defaults, evaluate, trace
from builder.core.specs import Spec
from builder.layers import LAYERS, Call, Layer, describe
from builder.layers.layer import COLOURS, FAMILIES, Complaint, link
from tests.documents import chain

IMAGE = Spec((2, 4, 9, 8), axes="N C H W")
VOLUME = Spec((2, 4, 5, 9, 8), axes="N C D H W")
TOKENS = Spec((2, 7), "int64", "N L", 50)
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
        (
            "Conv2d",
            IMAGE,
            {"kernel_size": 5, "dilation": 3, "padding": 0},
            "the window 13x13 is larger than the input 9x8",
            {"kernel_size": 3},
        ),
        ("Conv3d", VOLUME, {"kernel_size": [7, 3, 3], "padding": 0}, "the window 7x3x3", {"kernel_size": [5, 3, 3]}),
        ("ConvTranspose2d", IMAGE, {"output_padding": 3}, "must be smaller than stride", {"output_padding": 1}),
        ("ConvTranspose1d", Spec((2, 4, 2), axes="N C L"), {"padding": 2}, "cuts off all", {"padding": 1}),
        ("ConvTranspose2d", IMAGE, {"groups": 3}, "cannot both be divided into 3 groups", {"groups": 2}),
        ("MaxPool1d", SEQUENCE, {"kernel_size": 9}, "the window 9 is larger than the input 6", {"kernel_size": 6}),
        ("LPPool2d", IMAGE, {"norm_type": 3}, "it must be even or 1", {"norm_type": 4}),
        ("GroupNorm", IMAGE, {"num_groups": 3}, "4 channels cannot be divided into 3 groups", {"num_groups": 2}),
        ("GroupNorm", IMAGE, {"num_groups": 32}, "4 channels cannot be divided into 32", {"num_groups": 4}),
        ("GLU", SEQUENCE, {"dim": 1}, "axis 1 has 7 numbers, which cannot be halved", {"dim": 2}),
        ("GLU", SEQUENCE, {"dim": 0}, "there is no axis 0", {"dim": 2}),
        ("GLU", SEQUENCE, {"dim": 4}, "there is no axis 4", {"dim": 2}),
        (
            "Hardtanh",
            IMAGE,
            {"min_val": 2.0},
            "min_val 2.0 is not below max_val",
            {"min_val": -1.0, "max_val": 1.0},
        ),
        ("PixelShuffle", IMAGE, {"upscale_factor": 4}, "4 channels cannot be laid out as 4x4", {"upscale_factor": 2}),
        ("PixelUnshuffle", IMAGE, {}, "9x8 pixels cannot be divided by 2", {"downscale_factor": 1}),
        ("ReflectionPad2d", IMAGE, {"padding": [1, 9, 1, 9]}, "a margin of 9 is wider", {"padding": [1, 7, 1, 8]}),
        ("Crop", IMAGE, {"cropping": [4, 4, 0, 0]}, "nothing of 9x8 would be left", {"cropping": [3, 3, 0, 0]}),
        ("Slice", IMAGE, {"start": 4}, "nothing of the 4 numbers of axis 1", {"start": 0, "end": None}),
        ("Slice", SEQUENCE, {"dim": 3}, "there is no axis 3", {"dim": 2}),
        ("Chunk", IMAGE, {"chunks": 3, "index": 2}, "there is no part 2; 4 numbers make 2", {"index": 1}),
        ("Squeeze", SEQUENCE, {"dim": 5}, "there is no axis 5; the input has axes 1 to 2", {"dim": 2}),
        ("Unsqueeze", SEQUENCE, {"dim": 5}, "there is no axis 5; the input has axes 1 to 3", {"dim": 3}),
        (
            "Unflatten",
            IMAGE,
            {"unflattened_size": [3, -1]},
            "4 numbers cannot be arranged as 3x-1",
            {"unflattened_size": [-1, 1]},
        ),
        (
            "MultiheadAttention",
            SEQUENCE,
            {"num_heads": 4},
            "6 features cannot be shared out evenly over 4 heads",
            {"num_heads": 3},
        ),
        ("TransformerEncoderLayer", SEQUENCE, {"nhead": 5}, "6 features cannot be shared out", {"nhead": 6}),
        ("PatchEmbedding", IMAGE, {}, "an image of 9x8 cannot be cut into patches of 4x4", {"patch_size": [3, 4]}),
        ("PatchEmbedding", IMAGE, {"patch_size": 99}, "an image of 9x8 cannot be cut", {"patch_size": [9, 8]}),
        ("EmbeddingBag", TOKENS, {"padding_idx": 50}, "is not one of the 50 tokens", {"padding_idx": 0}),
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
        ("Embedding", TOKENS, {}, (2, 7, 64), "N L F"),
        ("EmbeddingBag", TOKENS, {}, (2, 64), "N F"),
        ("Conv3d", VOLUME, {"stride": 2, "padding": [1, 0, 1]}, (2, 32, 3, 4, 4), "N C D H W"),
        ("DepthwiseConv2d", IMAGE, {"multiplier": 3}, (2, 12, 9, 8), "N C H W"),
        ("SeparableConv2d", IMAGE, {"padding": "valid"}, (2, 32, 7, 6), "N C H W"),
        ("ConvTranspose2d", IMAGE, {}, (2, 32, 18, 16), "N C H W"),
        ("MaxPool2d", IMAGE, {"ceil_mode": True}, (2, 4, 5, 4), "N C H W"),
        ("GlobalAvgPool", IMAGE, {}, (2, 4), "N F"),
        ("GlobalMaxPool", VOLUME, {}, (2, 4), "N F"),
        ("Unflatten", IMAGE, {"unflattened_size": [2, -1]}, (2, 2, 2, 9, 8), "N C D H W"),
        ("Squeeze", Spec((2, 1, 7), axes="N C L"), {}, (2, 7), "N F"),
        ("Squeeze", IMAGE, {}, (2, 4, 9, 8), "N C H W"),
        ("Unsqueeze", Spec((2, 7), axes="N F"), {"dim": 2}, (2, 7, 1), "N L F"),
        ("Upsample", IMAGE, {"scale_factor": [2, 3]}, (2, 4, 18, 24), "N C H W"),
        ("PixelShuffle", IMAGE, {}, (2, 1, 18, 16), "N C H W"),
        ("ZeroPad2d", IMAGE, {"padding": [0, 1, 2, 3]}, (2, 4, 14, 9), "N C H W"),
        ("Crop", IMAGE, {"cropping": [0, 1, 2, 3]}, (2, 4, 4, 7), "N C H W"),
        ("Slice", IMAGE, {"dim": 2, "start": -3}, (2, 4, 3, 8), "N C H W"),
        ("Chunk", IMAGE, {"chunks": 2, "dim": 2, "index": 1}, (2, 4, 4, 8), "N C H W"),
        ("GLU", IMAGE, {"dim": 1}, (2, 2, 9, 8), "N C H W"),
        ("PatchEmbedding", IMAGE, {"patch_size": [3, 4]}, (2, 6, 64), "N L F"),
        ("ClassToken", SEQUENCE, {}, (2, 8, 6), "N L F"),
        ("FirstStep", SEQUENCE, {}, (2, 6), "N F"),
        ("MultiheadAttention", SEQUENCE, {"num_heads": 2}, (2, 7, 6), "N L F"),
    ],
)
def test_output_shapes(name: str, x: Spec, params: dict[str, object], shape: tuple[int, ...], axes: str) -> None:
    found = output(name, x, **params)
    assert (found.shape, found.axes) == (shape, axes)


def test_one_number_stands_for_all_axes_and_sides() -> None:
    for size in (3, [3], [3, 3, 3]):
        assert LAYERS["Conv3d"].model_validate({"kernel_size": size}) == LAYERS["Conv3d"]()
    for size in (1, [1], [1, 1, 1, 1]):
        assert LAYERS["Crop"].model_validate({"cropping": size}) == LAYERS["Crop"]()
    with pytest.raises(ValidationError, match="Tuple should have at most 3 items"):
        LAYERS["Conv3d"].model_validate({"kernel_size": [3, 3, 3, 3]})


def test_a_crop_takes_away_what_a_pad_put_around() -> None:
    x, sides = torch.randn(2, 4, 9, 8), {"padding": [0, 1, 2, 3]}
    call = LAYERS["ZeroPad2d"].model_validate(sides).module(IMAGE)
    assert call is not None
    crop = LAYERS["Crop"].model_validate({"cropping": sides["padding"]})
    assert torch.equal(evaluate(crop.forward("", "x"), {"x": construct(call)(x)}), x)


def test_what_arranges_axes_leaves_tokens_tokens() -> None:
    assert output("Slice", TOKENS, start=2) == Spec((2, 5), "int64", "N L", 50)
    assert output("Chunk", TOKENS) == Spec((2, 4), "int64", "N L", 50)


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


def test_a_call_within_a_call_is_printed_and_made_with_it() -> None:
    call = LAYERS["SeparableConv2d"]().module(IMAGE)
    assert call is not None
    depthwise = 'nn.Conv2d(4, 4, 3, padding="same", groups=4, bias=False)'
    assert call.source(defaults) == f"nn.Sequential({depthwise}, nn.Conv2d(4, 32, 1))"
    assert construct(call)(torch.randn(2, 4, 9, 8)).shape == (2, 32, 9, 8)


def test_the_sine_encoding_is_that_of_its_source() -> None:
    layer = LAYERS["PositionalEncoding"]()
    table = evaluate(layer.forward("", "x"), {"x": torch.zeros(1, 50, 7)})[0]
    for t, i in ((0, 0), (1, 1), (2, 6), (49, 3), (49, 4)):
        angle = t / 10_000 ** (2 * (i // 2) / 7)
        assert table[t, i].item() == pytest.approx(math.cos(angle) if i % 2 else math.sin(angle), abs=1e-4)


def made(name: str, *inputs: Spec, **params: object) -> tuple[Layer, torch.nn.Module]:
    """A layer and its module, with random weights."""
    layer = LAYERS[name].model_validate(params)
    call = layer.module(*inputs)
    assert call is not None
    return layer, construct(call)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("MultiheadAttention", {"num_heads": 2}),
        ("TransformerEncoderLayer", {"nhead": 2, "dropout": 0.0}),
        ("TransformerDecoderLayer", {"nhead": 2, "dropout": 0.0}),
    ],
)
@pytest.mark.parametrize("causal", [True, False])
def test_a_causal_step_sees_no_later_one(name: str, params: dict[str, object], causal: bool) -> None:
    count = 2 if name == "TransformerDecoderLayer" else 1
    layer, module = made(name, *(SEQUENCE,) * count, causal=causal, **params)
    x, memory = torch.randn(2, 7, 6), torch.randn(2, 7, 6)
    later = x.clone()
    later[:, 4:] = torch.randn(2, 3, 6)
    expression = layer.forward("m", *("x", "memory")[:count])
    y, z = (evaluate(expression, {"m": module, "x": values, "memory": memory}) for values in (x, later))
    assert torch.allclose(y[:, :4], z[:, :4], atol=1e-6) is causal
    assert not torch.allclose(y[:, 4:], z[:, 4:], atol=1e-3)


def test_an_attention_is_the_formula_of_its_source() -> None:
    layer, module = made("MultiheadAttention", SEQUENCE, num_heads=1)
    x = torch.randn(2, 7, 6)
    q, k, v = (x @ module.in_proj_weight.T).chunk(3, 2)  # offsets begin at zero
    expected = ((q @ k.mT / math.sqrt(6)).softmax(2) @ v) @ module.out_proj.weight.T
    assert torch.allclose(evaluate(layer.forward("m", "x"), {"m": module, "x": x}), expected, atol=1e-5)


def test_patches_are_read_row_by_row_and_each_by_itself() -> None:
    layer, module = made("PatchEmbedding", IMAGE, embed_dim=5, patch_size=[3, 4])
    x = torch.randn(2, 4, 9, 8)
    y = evaluate(layer.forward("m", "x"), {"m": module, "x": x})
    second = x[:, :, :3, 4:].flatten(1) @ module.weight.flatten(1).T + module.bias
    assert torch.allclose(y[:, 1], second, atol=1e-5)


def test_the_class_token_is_one_for_all_and_stands_first() -> None:
    layer, module = made("ClassToken", SEQUENCE)
    x = torch.randn(2, 7, 6)
    y = evaluate(layer.forward("m", "x"), {"m": module, "x": x})
    assert torch.equal(y[:, 1:], x)
    assert torch.equal(y[0, 0], y[1, 0])
    assert torch.equal(evaluate(LAYERS["FirstStep"]().forward("", "y"), {"y": y}), y[:, 0])


def test_penalties_stand_at_the_end_of_every_form_of_a_layer_with_weights() -> None:
    names = {name: [p["name"] for p in describe(cls)["params"]] for name, cls in LAYERS.items()}
    penalised = {name for name, found in names.items() if "l1" in found}
    weighty = {"Linear", "Bilinear", "Embedding", "EmbeddingBag", "RNN", "LSTM", "GRU", "MultiheadAttention",
               "TransformerEncoderLayer", "TransformerDecoderLayer", "PatchEmbedding"}  # fmt: skip
    assert penalised == weighty | {name for name in names if "Conv" in name}
    for name in penalised:
        assert names[name][-2:] == ["l1", "l2"]
        assert [p["advanced"] for p in describe(LAYERS[name])["params"]][-3:] == [False, True, True]


def test_noise_is_added_while_training_only() -> None:
    torch.manual_seed(0)
    model = build(chain(("GaussianNoise", {"std": 0.5}), "Flatten", ("Linear", {"out_features": 10})))
    model.linear1 = torch.nn.Identity()
    x = torch.randn(50, 1, 8, 8)
    assert (model(x) - x.flatten(1)).std().item() == pytest.approx(0.5, rel=0.1)
    assert torch.equal(model.eval()(x), x.flatten(1))


def test_stochastic_depth_drops_whole_samples_while_training_only() -> None:
    torch.manual_seed(0)
    model = build(chain(("StochasticDepth", {"p": 0.25}), "Flatten", ("Linear", {"out_features": 10})))
    model.linear1 = torch.nn.Identity()
    x = torch.randn(1000, 1, 8, 8)
    y = model(x)
    dropped = (y == 0).all(1)
    assert dropped.float().mean().item() == pytest.approx(0.25, abs=0.05)
    assert torch.allclose(y[~dropped], x.flatten(1)[~dropped] / 0.75)
    assert torch.equal(model.eval()(x), x.flatten(1))


def test_a_mean_embedding_leaves_padding_out() -> None:
    call = LAYERS["EmbeddingBag"]().module(TOKENS)
    assert call is not None
    module = construct(call)
    assert torch.allclose(module(torch.tensor([[0, 0, 3, 4]])), module(torch.tensor([[3, 4]])))


def test_common_layers_stand_first_in_their_family() -> None:
    first: dict[str, str] = {}
    for name, cls in LAYERS.items():
        first.setdefault(cls.family, name)
    assert (first["Convolution"], first["Pooling"], first["Activation"]) == ("Conv2d", "MaxPool2d", "ReLU")
    assert (first["Dense"], first["Shape"], first["Join"]) == ("Linear", "Flatten", "Add")
    assert (first["Normalisation"], first["Regularisation"], first["Sequence"]) == (
        "BatchNorm2d", "Dropout", "Embedding",
    )  # fmt: skip


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
    assert keys["BatchNorm2d"] == keys["ReLU"] == []
    assert (keys["Input"], keys["Output"]) == (["field"], ["target"])  # shown once one is named
    assert keys["Block"] == []  # it says x6
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
    assert describe(LAYERS["Backbone"])["link"] == "https://arxiv.org/abs/1512.03385"
    for cls in LAYERS.values():
        if describe(cls)["link"].startswith("https://arxiv.org/abs/"):
            continue
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
