"""What every layer of the catalogue must keep. A new layer is tested by existing."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, ClassVar

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.source import source
from builder.compiler.trace import Traced, construct, evaluate, trace
from builder.core.settings import Parameter, parameters
from builder.core.specs import Spec
from builder.layers import LAYERS, Layer, Many, describe
from builder.layers.layer import FAMILIES
from tests.documents import as_source, chain, edited, random_input

SIZES = {"C": 4, "D": 5, "H": 9, "W": 8, "L": 7, "F": 6}
OWN_SIZES = {"Backbone": {"C": 3, "H": 32, "W": 32}}  # where only some sizes are taken
ANY = "N F | N L F | N C H W | N C D H W"
MANY_SETTINGS = {
    cls: [
        {"hidden_size": 6, "num_layers": layers, "bidirectional": both, "dropout": dropout, "returns": returns}
        for layers, both, dropout, returns in product((1, 3), (False, True), (0.0, 0.5), ("last", "sequence"))
    ]
    for cls in ("RNN", "LSTM", "GRU")
}
ENCODERS: list[dict[str, Any]] = [
    {"nhead": heads, "dim_feedforward": 10, "dropout": dropout, "activation": activation, "norm_first": first,
     "causal": causal}
    for heads, dropout, activation, first, causal in (
        (2, 0.0, "relu", False, False), (2, 0.5, "gelu", True, True), (3, 0.0, "gelu", False, True),
    )
]  # fmt: skip
MORE_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "Conv1d": [{"padding": 2, "stride": 3}, {"padding": "valid", "dilation": 3}, {"groups": 4, "bias": False}],
    "Conv2d": [
        {"padding": [0, 1], "stride": 2, "kernel_size": [2, 5]},
        {"padding": "valid", "dilation": [2, 3]},
        {"groups": 4, "kernel_size": 5},
        {"padding": 3, "kernel_size": 7, "stride": [3, 1]},
    ],
    "MaxPool2d": [{"kernel_size": 3, "stride": [1, 2], "padding": 1}],
    "AvgPool2d": [{"kernel_size": [3, 2], "stride": 2, "padding": [1, 0]}],
    "Conv3d": [
        {"padding": [0, 1, 2], "kernel_size": [1, 3, 5], "stride": 2},
        {"padding": "valid", "dilation": [1, 2, 3]},
    ],
    "DepthwiseConv2d": [{"multiplier": 3, "padding": 1, "stride": [2, 1]}],
    "SeparableConv2d": [{"padding": "valid", "dilation": 2, "bias": False}, {"padding": [0, 1], "stride": 2}],
    "ConvTranspose1d": [{"kernel_size": 5, "stride": 3, "padding": 2, "output_padding": 1, "groups": 4, "dilation": 2}],
    "ConvTranspose2d": [{"kernel_size": [3, 4], "stride": [2, 1], "padding": [1, 0], "output_padding": [1, 0]}],
    "MaxPool1d": [{"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}],
    "AvgPool3d": [{"kernel_size": [1, 2, 3], "stride": [1, 2, 1], "padding": [0, 1, 1]}],
    "MaxPool3d": [{"kernel_size": 3, "padding": 1, "ceil_mode": True}],
    "LPPool2d": [{"norm_type": 4, "kernel_size": 3, "stride": 2, "ceil_mode": True}],
    "Unflatten": [{"dim": 2, "unflattened_size": [2, -1]}, {"unflattened_size": [2, 2]}],
    "ZeroPad2d": [{"padding": [0, 1, 2, 3]}],
    "ReflectionPad2d": [{"padding": [0, 1, 2, 3]}],
    "ReplicationPad2d": [{"padding": [0, 1, 2, 3]}],
    "Crop": [{"cropping": 0}, {"cropping": [0, 1, 2, 3]}],
    "Slice": [{"start": 1, "end": -1}, {"dim": 2, "start": -3}, {"dim": 3, "end": 4}],
    "Chunk": [{"chunks": 4, "index": 1}, {"chunks": 3, "dim": 2, "index": 2}],
    "GroupNorm": [{"num_groups": 2, "affine": False}],
    "Hardtanh": [{"min_val": 0, "max_val": 2.5}],
    "Reshape": [{"shape": [2, -1]}, {"shape": [-1, 2, 3]}],
    "Permute": [{"dims": [0, 2, 3, 1]}],
    "Concat": [{"dim": 2}, {"dim": 3}],
    "MultiheadAttention": [{"num_heads": 2, "dropout": 0.25}, {"num_heads": 2, "causal": True}, {"num_heads": 6}],
    "TransformerEncoderLayer": ENCODERS,
    "TransformerDecoderLayer": [{**params, "causal": not params["causal"]} for params in ENCODERS],
    "PatchEmbedding": [{"patch_size": [3, 4]}, {"patch_size": [9, 2], "embed_dim": 5}],
    **MANY_SETTINGS,
}
# where a variation alone would make large networks by the dozen; tests/layers/test_backbone.py holds all of them
FEW_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "Backbone": [{}, {"model": "mobilenet_v3_small", "weights": "none", "frozen": False, "returns": "map"}]
}
INNER = [name for name, cls in LAYERS.items() if cls.inputs]


def specs(cls: type[Layer]) -> list[tuple[Spec, ...]]:
    """Inputs that a layer says it accepts, one tuple for each alternative and each number of wires."""
    dtype, categories = ("int64", 11) if cls.takes == "int64" else ("float32", None)
    found = []
    for pattern in (cls.accepts or ANY).split("|"):
        axes = pattern.strip()
        sizes = SIZES | OWN_SIZES.get(cls.__name__, {})
        shape = (2, *(sizes[letter] for letter in axes.split()[1:]))
        one = Spec(shape, dtype, axes, categories)  # type: ignore[arg-type]
        found += [(one,) * count for count in counts(cls)]
    return found


def counts(cls: type[Layer]) -> range:
    """With how many wires a layer is tried."""
    if isinstance(cls.inputs, Many):
        return range(cls.inputs.at_least, cls.inputs.at_least + 2)
    return range(len(cls.inputs) - cls.optional, len(cls.inputs) + 1)


def other_values(parameter: Parameter) -> list[Any]:
    """A few values of a parameter apart from its default."""
    if parameter.kind == "bool":
        return [not parameter.default]
    if parameter.kind == "pair":
        return [*parameter.choices, [1, 3], [2, 2]]
    if parameter.kind == "int":
        return [*parameter.choices, *(n for n in (1, 2, 3) if n >= (parameter.minimum or 0))]
    if parameter.kind == "float":
        return [(parameter.minimum or 0) + 0.25]
    return list(parameter.choices)


def settings(cls: type[Layer]) -> list[dict[str, Any]]:
    """Default values, each parameter varied alone, and the combinations above."""
    if cls.__name__ in FEW_SETTINGS:
        return FEW_SETTINGS[cls.__name__]
    alone = [{p.name: value} for p in parameters(cls) for value in other_values(p)]
    return [{}, *alone, *MORE_SETTINGS.get(cls.__name__, [])]


def layer(cls: type[Layer], params: dict[str, Any]) -> Layer:
    return cls.model_validate(params)


def traced(cls: type[Layer]) -> Iterator[tuple[Layer, tuple[Spec, ...], Traced]]:
    """All settings and inputs of a layer that go together."""
    for params in settings(cls):
        for inputs in specs(cls):
            found = trace(layer(cls, params), inputs)
            if isinstance(found, Traced):
                yield layer(cls, params), inputs, found


def with_batch(inputs: tuple[Spec, ...], samples: int) -> tuple[Spec, ...]:
    return tuple(Spec((samples, *x.shape[1:]), x.dtype, x.axes, x.categories) for x in inputs)


def run(made: Layer, inputs: tuple[Spec, ...], values: list[torch.Tensor]) -> tuple[torch.nn.Module | None, Any]:
    """The real module of a layer and its output for real values."""
    call = made.module(*inputs)
    module = construct(call) if call else None
    return module, output(made, module, values)


def output(made: Layer, module: torch.nn.Module | None, values: list[torch.Tensor], **masks: torch.Tensor) -> Any:
    """What a layer's expression gives for real values."""
    names = {f"x{i}": value for i, value in enumerate(values)}
    forward: Callable[..., str] = made.forward
    return evaluate(forward("module", *names, **{name: name for name in masks}), {"module": module, **names, **masks})


@pytest.mark.parametrize("name", LAYERS)
def test_the_docstring_has_a_sentence_then_shape_then_source(name: str) -> None:
    doc = LAYERS[name].__doc__
    assert doc is not None
    assert re.fullmatch(r"[A-Z][^\n]+\.\n\n( {4}[^\n]+\n)* {4}Shape: [^\n]+\n(.*\n)* {4}Source: .+\.\n {4}", doc), doc
    shown = describe(LAYERS[name])
    assert shown["description"].endswith(".")
    assert shown["shape"]
    assert shown["source"].endswith(".")
    assert shown["family"] in FAMILIES


@pytest.mark.parametrize("name", LAYERS)
def test_every_parameter_explains_itself(name: str) -> None:
    for parameter in parameters(LAYERS[name]):
        assert re.fullmatch(r"[A-Z].+\.", parameter.help), parameter
        assert parameter.minimum is not None or parameter.kind not in ("int", "float"), parameter
        assert parameter.maximum is not None or parameter.kind not in ("int", "float", "pair"), parameter


@pytest.mark.parametrize("name", LAYERS)
def test_settings_survive_json(name: str) -> None:
    cls = LAYERS[name]
    for params in settings(cls):
        made = layer(cls, params)
        assert cls.model_validate(json.loads(json.dumps(made.model_dump(mode="json")))) == made
    json.dumps(describe(cls))


@pytest.mark.parametrize("name", INNER)
def test_default_settings_take_what_the_layer_accepts(name: str) -> None:
    """Each accepted input works as it is, or the complaint says how to make it work."""
    cls = LAYERS[name]
    for inputs in specs(cls):
        found = trace(cls(), inputs)
        if not isinstance(found, Traced):
            assert found.params, found.message
            assert isinstance(trace(layer(cls, found.params), inputs), Traced)
    assert isinstance(trace(cls(), specs(cls)[0]), Traced) or any(traced(cls))


@pytest.mark.parametrize("name", INNER)
def test_shape_and_parameters_are_those_of_the_real_module(name: str) -> None:
    for made, inputs, _found in traced(LAYERS[name]):
        for samples in (2, 5):
            batch = with_batch(inputs, samples)
            found = trace(made, batch)
            assert isinstance(found, Traced)
            module, y = run(made, batch, [random_input(x, samples) for x in batch])
            assert found.spec.shape == tuple(y.shape), made
            assert str(y.dtype) == f"torch.{found.spec.dtype}"
            assert found.params == (sum(p.numel() for p in module.parameters()) if module else 0)
            assert len(found.spec.axes.split()) == len(found.spec.shape) or not found.spec.axes


@pytest.mark.parametrize(
    "name", [name for name in INNER if name not in ("Bilinear", "Dot")]
)  # which torch does not count
def test_flops_are_those_that_torch_counts_on_the_real_module(name: str) -> None:
    for made, inputs, found in traced(LAYERS[name]):
        values = [random_input(x, 2) for x in inputs]
        # oneDNN runs a whole LSTM as one operation, which the counter does not know
        with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
            run(made, inputs, values)
        assert found.flops == counter.get_total_flops() // 2, made


@pytest.mark.parametrize(("name", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_flops_of_recurrent_layers_by_hand(name: str, gates: int) -> None:
    """Each of 7 steps multiplies 6 inputs and 5 states into each gate of 5 numbers; the second layer reads 2 x 5."""
    x = (Spec((2, 7, 6), axes="N L F"),)
    one = trace(layer(LAYERS[name], {"hidden_size": 5}), x)
    two = trace(layer(LAYERS[name], {"hidden_size": 5, "num_layers": 2, "bidirectional": True}), x)
    assert isinstance(one, Traced)
    assert isinstance(two, Traced)
    assert one.flops == 7 * 2 * gates * 5 * (6 + 5)
    assert two.flops == 7 * 2 * 2 * gates * 5 * ((6 + 5) + (10 + 5))


@pytest.mark.parametrize("name", ["MultiheadAttention", "TransformerDecoderLayer"])
def test_flops_of_looking_at_a_sequence_of_another_size(name: str) -> None:
    context = Spec((2, 3, 4 if name == "MultiheadAttention" else 6), axes="N L F")
    inputs, params = (Spec((2, 7, 6), axes="N L F"), context), {"causal": False}
    made = layer(LAYERS[name], params | {"num_heads" if name == "MultiheadAttention" else "nhead": 2})
    found = trace(made, inputs)
    assert isinstance(found, Traced)
    with FlopCounterMode(display=False) as counter:
        module, y = run(made, inputs, [random_input(x, 2) for x in inputs])
    assert found.flops == counter.get_total_flops() // 2
    assert (found.spec.shape, found.params) == (tuple(y.shape), sum(p.numel() for p in module.parameters()))


def test_flops_of_a_bilinear_layer_by_hand() -> None:
    """At each of 7 steps, for each of 5 sums: 6 x 6 weights times one input, and the 6 sums times the other."""
    x = Spec((2, 7, 6), axes="N L F")
    found = trace(layer(LAYERS["Bilinear"], {"out_features": 5}), (x, x))
    assert isinstance(found, Traced)
    assert found.flops == 7 * 5 * 2 * (6 * 6 + 6)


def test_flops_of_a_dot_product_by_hand() -> None:
    """At each of 7 steps, 6 products and their sum."""
    x = Spec((2, 7, 6), axes="N L F")
    found = trace(layer(LAYERS["Dot"], {}), (x, x))
    assert isinstance(found, Traced)
    assert found.flops == 7 * 6 * 2


@pytest.mark.parametrize("name", INNER)
def test_gradients_are_finite(name: str) -> None:
    for made, inputs, _found in traced(LAYERS[name]):
        torch.manual_seed(0)
        values = [random_input(x, 4).requires_grad_(x.dtype == "float32") for x in inputs]
        module, y = run(made, inputs, values)
        y.pow(2).sum().backward()
        assert torch.isfinite(y).all()
        learned = [v for v in (*(module.parameters() if module else ()), *values) if v.requires_grad]
        assert all(v.grad is not None and torch.isfinite(v.grad).all() for v in learned), made


PADDING = torch.tensor([[True] * 3 + [False] * 4, [False] * 7, [True] * 7, [True] * 6 + [False]])
ZERO = torch.zeros(())
MASKING = [name for name, cls in LAYERS.items() if cls.masks]


def masked_cases(name: str) -> Iterator[tuple[Layer, torch.nn.Module | None, list[torch.Tensor], dict[str, Any], int]]:
    """A layer that masks with its module in both modes, values, marks of padding, and the axis of its steps."""
    for made, inputs, _found in traced(LAYERS[name]):
        letters = next(p.split() for p in LAYERS[name].accepts.split(" | ") if len(p.split()) == len(inputs[0].shape))
        if "L" in letters and not getattr(made, "dropout", 0):
            call = made.module(*inputs)
            masks = {"padding": PADDING} | ({"query_padding": PADDING} if LAYERS[name].masks_queries else {})
            for mode in (True, False):
                module = construct(call).train(mode) if call else None
                yield made, module, [random_input(x, 4) for x in inputs], masks, letters.index("L")


@pytest.mark.parametrize("name", MASKING)
def test_what_is_padding_makes_no_difference(name: str) -> None:
    """Neither to the steps that are none nor to a pooling; nothing of it is learned from, and nothing is ever NaN."""
    cases = list(masked_cases(name))
    assert cases
    for made, module, values, masks, axis in cases:
        values = [value.requires_grad_() for value in values]
        y = output(made, module, values, **masks)
        real = (
            ~PADDING[:, :, None] & (PADDING.sum(1) < 7)[:, None, None] if y.dim() == 3 else (~PADDING).any(1)[:, None]
        )
        torch.where(real, y, 0.0).pow(2).sum().backward()
        assert torch.isfinite(y).all(), made
        with torch.inference_mode():  # in which torch takes shortcuts
            assert torch.allclose(output(made, module, values, **masks), y, atol=1e-6)
        padded = PADDING[:, :, None] if axis == 1 else PADDING[:, None]
        other = [torch.where(padded, torch.randn_like(value), value) for value in values]
        assert torch.allclose(torch.where(real, output(made, module, other, **masks) - y, 0.0), ZERO, atol=1e-6), made
        for value in values:
            assert value.grad is not None
            assert torch.isfinite(value.grad).all()
            assert (value.grad.masked_select(padded) == 0).all(), made
            assert value.grad.abs().sum() > 0


@pytest.mark.parametrize("name", MASKING)
def test_a_layer_that_masks_gives_the_same_where_nothing_is_padding(name: str) -> None:
    for made, module, values, masks, _axis in masked_cases(name):
        nothing = {key: torch.zeros_like(mask) for key, mask in masks.items()}
        assert torch.allclose(output(made, module, values), output(made, module, values, **nothing), atol=1e-6)


@pytest.mark.parametrize(
    "name", [name for name in INNER if not re.search("BatchNorm|Dropout|Noise|Depth|Backbone", name)]
)
def test_without_dropout_evaluation_gives_what_training_gives(name: str) -> None:
    for made, inputs, _found in traced(LAYERS[name]):
        call = made.module(*inputs)
        if call and not getattr(made, "dropout", 0):
            module, values = construct(call), [random_input(x, 4) for x in inputs]
            y = output(made, module, values)
            with torch.inference_mode():
                assert torch.allclose(output(made, module.eval(), values), y, atol=1e-6), made


def plainly(module: torch.nn.Module) -> str:
    """A module's own account of its settings, where (2, 2) and 2 mean the same."""
    return re.sub(r"\(([\d.]+)(?:, \1)+\)", r"\1", repr(module))


@pytest.mark.parametrize("name", INNER)
def test_the_line_of_source_makes_the_same_module(name: str) -> None:
    for made, inputs, _found in traced(LAYERS[name]):
        call = made.module(*inputs)
        if call:
            torch.manual_seed(1)
            module = construct(call)
            torch.manual_seed(1)
            printed = as_source(call)
            assert plainly(printed) == plainly(module)
            assert all(torch.equal(a, b) for a, b in zip(module.parameters(), printed.parameters(), strict=True))


def test_no_layer_needs_torch_to_be_described() -> None:
    code = """
import importlib, sys
for name in ("layers", "graph.edit", "graph.networks", "examples", "runs.store"):
    importlib.import_module(f"builder.{name}")
from builder.examples import load, names
from builder.layers import LAYERS, describe
[load(name) for name in names()], [describe(cls) for cls in LAYERS.values()]
print(sorted({"torch", "sklearn", "streamlit"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def halve() -> Iterator[type[Layer]]:
    """A layer that did not exist when the app was written."""

    class Halve(Layer):
        """Halve each number.

        Shape:  any -> the same
        Source: torch.mul.
        """

        family: ClassVar[str] = "Activation"

        def forward(self, module: str, *x: str) -> str:
            return f"{x[0]} * 0.5"

    yield Halve
    del LAYERS["Halve"]


def test_adding_a_layer_is_one_class(halve: type[Layer]) -> None:
    """Palette, checks, source and model know it at once, and a typo is led to it."""
    assert describe(halve)["description"] == "Halve each number."
    document = chain("Flatten", "Halve", ("Linear", {"out_features": 10}))
    report = check(document)
    assert report.ok
    assert report.nodes["halve1"].spec == report.nodes["flatten1"].spec
    assert "halve1 = flatten1 * 0.5" in source(document)
    torch.manual_seed(0)
    model, x = build(document), torch.randn(3, 1, 8, 8)
    assert torch.allclose(model(x), model.linear1(x.flatten(1) * 0.5))
    typo = edited(document, {"op": "replace", "node": "halve1", "type": "Halv"})
    assert 'Did you mean "Halve"?' in str(check(typo).errors[0])
