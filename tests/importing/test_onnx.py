"""ONNX graphs with their weights: read back, they answer as onnxruntime does."""

import io
import random
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from builder.compiler.check import check
from builder.compiler.model import build
from builder.core.errors import Error
from builder.examples import load
from builder.importing import Imported, import_file
from builder.importing.onnx_graph import onnx_graph
from tests.documents import chain, random_input
from tests.importing.models import built

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
torch.set_num_threads(1)
pytestmark = [pytest.mark.filterwarnings("ignore::FutureWarning"), pytest.mark.filterwarnings("ignore::UserWarning")]


def exported(model: nn.Module, x: torch.Tensor) -> bytes:
    """A model as torch writes it, for any batch size."""
    sizes = ({0: torch.export.Dim("batch")},)
    program = torch.onnx.export(model.eval(), (x,), dynamo=True, dynamic_shapes=sizes, verbose=False)
    assert program is not None
    file = io.BytesIO()
    program.save(file)
    return file.getvalue()


def answers_alike(content: bytes, made: Imported) -> None:
    torch.manual_seed(1)
    x = random_input(made.data.inputs[0].spec, 3)
    with torch.inference_mode():
        ours = built(made, dict(made.tensors))(x).numpy()
    session = onnxruntime.InferenceSession(content)
    [theirs] = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    assert np.abs(ours - theirs).max() < 1e-4 * max(1.0, np.abs(theirs).max())


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if slow else ())
     for name, slow in (("digits-cnn", False), ("sentiment-lstm", False), ("mnist-cnn", True))],
)  # fmt: skip
def test_our_own_networks_come_back(name: str) -> None:
    document = load(name)
    data = check(document).data
    assert data is not None
    content = exported(build(document), random_input(data.inputs[0].spec, 2))
    made = onnx_graph(content)
    answers_alike(content, made)
    kept = {node.type for node in document.graph.nodes} - {"Dropout"}
    assert {node.type for node in made.document.graph.nodes} >= kept


def test_a_mean_that_leaves_padding_out_is_refused_by_its_operators() -> None:
    """It is a handful of operators in ONNX, which are not put together again."""
    document = load("sentiment-mlp")
    with pytest.raises(Error, match=r"\[M-LAYER\] \"Equal\" cannot be imported"):
        onnx_graph(exported(build(document), torch.ones(2, 32, dtype=torch.int64)))


@pytest.mark.slow
def test_resnet18_comes_back_without_its_normalisation() -> None:
    torch.manual_seed(0)
    content = exported(torchvision.models.resnet18(weights=None), torch.randn(2, 3, 64, 64))
    made = onnx_graph(content)
    types = [node.type for node in made.document.graph.nodes]
    assert types.count("Conv2d") == 20
    assert "BatchNorm2d" not in types  # the exporter folds it into the weights
    assert made.document.graph.node("layer4_1_conv2") is not None
    answers_alike(content, made)


IMAGES = {
    "norms": nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.Hardswish(), nn.PReLU(8),
                           nn.InstanceNorm2d(8, affine=True), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(8 * 36, 4)),
    "pools": nn.Sequential(nn.AvgPool2d(3, 2, 1), nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.ReLU6(), nn.ELU(),
                           nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4), nn.LogSoftmax(-1)),
    "decoder": nn.Sequential(nn.ConvTranspose2d(3, 4, 3, 2, padding=1, output_padding=1), nn.Upsample(scale_factor=2),
                             nn.ZeroPad2d((0, 1, 2, 3)), nn.Hardtanh(-2, 2), nn.AdaptiveMaxPool2d(1), nn.Flatten()),
    "groups": nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, dilation=2), nn.Mish(), nn.Softplus(), nn.PixelShuffle(1),
                            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Softmax(-1)),
}  # fmt: skip


@pytest.mark.parametrize("name", IMAGES)
def test_layers_on_images_answer_alike(name: str) -> None:
    torch.manual_seed(0)
    content = exported(IMAGES[name], torch.randn(2, 3, 12, 12))
    answers_alike(content, onnx_graph(content))


class Sequences(nn.Module):
    """A GRU over all steps, then an RNN in both directions, with a LayerNorm between."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(5, 6, batch_first=True)
        self.norm = nn.LayerNorm(6)
        self.linear = nn.Linear(6, 7)
        self.out = nn.Linear(7, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        every, _last = self.gru(x)
        return self.out(torch.nn.functional.gelu(self.linear(self.norm(every))).mean(1))


def test_sequences_answer_alike() -> None:
    torch.manual_seed(0)
    content = exported(Sequences(), torch.randn(2, 9, 5))
    made = onnx_graph(content)
    assert made.document.graph.node("gru") is not None or any(n.type == "GRU" for n in made.document.graph.nodes)
    answers_alike(content, made)


@cache
def _small() -> bytes:
    return exported(build(chain("Flatten", ("Linear", {"out_features": 10}))), torch.randn(2, 1, 8, 8))


def small() -> Any:
    return onnx.load_model_from_string(_small())


def test_what_is_unknown_is_named_with_its_place() -> None:
    model = small()
    model.graph.node[0].op_type = "Einsum"
    model.graph.node[1].domain = "com.example"
    model.graph.node[1].op_type = "RunCommand"
    with pytest.raises(Error, match='"Einsum" cannot be imported') as error:
        onnx_graph(model.SerializeToString())
    assert [problem.code for problem in error.value.problems] == ["M-LAYER", "M-LAYER"]
    assert "RunCommand" in str(error.value)


def test_weights_outside_the_file_are_not_opened(tmp_path: Path) -> None:
    model = small()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../secret"
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(Error, match="outside it") as error:
        import_file(tmp_path / "m.onnx")
    assert error.value.code == "M-TYPE"


def test_a_tensor_that_claims_more_than_the_file_holds_is_refused() -> None:
    model = small()
    weight = next(tensor for tensor in model.graph.initializer if len(tensor.dims) == 2)
    weight.dims[0] = 10**12
    with pytest.raises(Error, match="damaged") as error:
        onnx_graph(model.SerializeToString())
    assert error.value.code == "M-TYPE"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_a_file_that_is_cut_off_is_refused(share: float) -> None:
    content = small().SerializeToString()
    with pytest.raises(Error, match=r"M-TYPE|M-LAYER"):
        onnx_graph(content[: int(share * len(content))])


def test_a_graph_with_something_odd_opens_or_says_why_not() -> None:
    draw = random.Random(0)
    codes = set()
    for _round in range(300):
        model = small()
        graph = model.graph
        for _times in range(2):
            node = draw.choice(graph.node)
            match draw.randrange(6):
                case 0:
                    node.op_type = draw.choice(["Slice", "LSTM", "Conv", "Split", "Pad", "Resize", "Gather", "Where"])
                case 1 if node.input:
                    node.input[draw.randrange(len(node.input))] = draw.choice(["input", "", graph.initializer[0].name])
                case 2 if node.attribute:
                    del node.attribute[draw.randrange(len(node.attribute))]
                case 3:
                    tensor = draw.choice(graph.initializer)
                    tensor.dims[0] = draw.choice([0, -1, 1, 10**12])
                case 4:
                    del node.input[:]
                case 5:
                    graph.input[0].type.tensor_type.shape.dim[-1].dim_value = draw.choice([0, -1, 10**9])
        code = "none"
        try:
            made = onnx_graph(model.SerializeToString())
            made.state(made.tensors)
        except Error as error:
            code = error.code
        codes.add(code)
    assert codes <= {"none", "M-LAYER", "M-TYPE", "M-SHAPE"}
    assert {"M-LAYER", "M-TYPE"} <= codes
