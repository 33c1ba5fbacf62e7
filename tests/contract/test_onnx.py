"""What ONNX can express, it expresses as PyTorch does: every layer, and every example."""

from collections.abc import Sequence

import pytest

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.source import side_by_side
from builder.core.specs import Spec
from builder.examples import load, names
from builder.export.onnx import Inexpressible, converted
from builder.layers import LAYERS, Layer
from tests.contract.test_layers import INNER, MANY_SETTINGS, traced

pytest.importorskip("onnxscript")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporter about itself

One = tuple[Layer, tuple[Spec, ...], Spec]

# layers that ONNX cannot express with some settings, and what the refusal names; tested to fail, so that it stays true
NOT: dict[str, str] = {
    "Squeeze": "Squeeze",  # torch leaves an axis that is larger than 1 alone, ONNX refuses it
    "AdaptiveMaxPool1d": "adaptive_max_pool2d",  # torch has no way to say it in ONNX, but for the maximum of all
    "AdaptiveMaxPool2d": "adaptive_max_pool2d",
}


def as_onnx(layers: Sequence[One]) -> bytes:
    """Layers side by side in one file, compared in onnxruntime at two batch sizes. Raises: Inexpressible."""
    specs = [spec for _layer, inputs, _given in layers for spec in inputs]
    model = from_source(side_by_side(layers))
    return converted(model, {f"x{n}": x for n, x in enumerate(specs)}, [f"y{n}" for n in range(len(layers))], {})


def everything(name: str) -> list[One]:
    return [(layer, inputs, found.spec) for layer, inputs, found in traced(LAYERS[name])]


def expressible(one: One) -> bool:
    layer, inputs, _given = one
    match type(layer).__name__:
        case "Squeeze":
            return inputs[0].shape[getattr(layer, "dim", 0)] == 1
        case "AdaptiveMaxPool1d" | "AdaptiveMaxPool2d":
            sizes = getattr(layer, "output_size", 1)
            return {*sizes} == {1} if isinstance(sizes, tuple) else sizes == 1
    return True


@pytest.mark.parametrize("half", [0, 1])
def test_every_layer_answers_in_onnx_what_it_answers_in_pytorch(half: int) -> None:
    """With its default settings where they fit."""
    firsts = [next(filter(expressible, everything(name)), None) for name in INNER[half::2]]
    as_onnx([one for one in firsts if one is not None])


@pytest.mark.slow
@pytest.mark.parametrize("name", INNER)
def test_every_setting_of_a_layer_answers_in_onnx_what_it_answers_in_pytorch(name: str) -> None:
    found = list(filter(expressible, everything(name)))
    assert found or name in NOT
    found = found[::5] if name in MANY_SETTINGS else found  # recurrent layers take half a minute each
    if found:
        as_onnx(found)


@pytest.mark.parametrize("name", NOT)
def test_what_onnx_cannot_express_is_refused(name: str) -> None:
    one = next(one for one in everything(name) if not expressible(one))
    with pytest.raises(Inexpressible, match=NOT[name]):
        as_onnx([one])


@pytest.mark.parametrize("name", ["sentiment-lstm"])
def test_an_example_answers_in_onnx_what_it_answers_in_pytorch(name: str) -> None:
    report = check(load(name))
    inputs = {str(entry.place[0]): report.network[entry.place].spec for entry in report.inputs}
    converted(build(load(name)), inputs, [answer.id for answer in report.outputs], {})


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_example_answers_in_onnx_what_it_answers_in_pytorch(name: str) -> None:
    test_an_example_answers_in_onnx_what_it_answers_in_pytorch(name)
