"""torchvision's classifiers as graphs: what is in them, and that they compute what the originals do."""

import json
from pathlib import Path

import pytest
import torch

from builder.compiler.check import check
from builder.core.errors import Error
from builder.graph.document import read, write
from builder.importing import torchvision_model
from builder.importing.torchvision_models import names
from tests.importing.models import TEN, built, furthest, original

torch.set_num_threads(1)
QUICK = ("resnet18", "squeezenet1_1", "mobilenet_v3_small", "densenet121")
UNKNOWN = {"vit": "MultiheadAttention", "swin": "shifted_window_attention", "maxvit": "einsum"}


@pytest.fixture(scope="module")
def facts(real_data: Path | None) -> dict[str, dict[str, int]]:
    if real_data is None or not (real_data / "model_facts.json").is_file():
        pytest.skip("no model_facts.json beside the real data")
    found: dict[str, dict[str, int]] = json.loads((real_data / "model_facts.json").read_bytes())
    return found


@pytest.mark.parametrize("name", TEN)
def test_the_ten_open_with_their_parameters(name: str, facts: dict[str, dict[str, int]]) -> None:
    made = torchvision_model(name)
    report = made.report()
    assert report.errors == []
    assert report.params == facts[name]["params"]
    assert check(made.document).params == facts[name]["params"]
    assert read(write(made.document)) == made.document
    [end] = [node.id for node in made.document.graph.nodes if node.type == "Output"]
    assert report.nodes[end].spec is not None
    assert report.nodes[end].spec.shape[1:] == (1000,)


@pytest.mark.parametrize("name", QUICK)
def test_with_the_same_weights_they_answer_the_same(name: str) -> None:
    compared(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in TEN if name not in QUICK])
def test_so_do_the_others(name: str) -> None:
    compared(name)


def compared(name: str) -> None:
    theirs = original(name)
    made = torchvision_model(name)
    ours = built(made, theirs.state_dict())
    size = made.data.inputs[0].spec.shape[2]
    assert furthest(theirs, ours, torch.randn(1, 3, size, size)) < 1e-5


def test_layers_are_called_after_their_path_and_equal_ones_repeat() -> None:
    graph = torchvision_model("resnet50").document.graph
    assert [node.id for node in graph.nodes] == [
        "input", "conv1", "bn1", "relu", "maxpool", "layer1_0", "layer1_1", "layer2_0", "layer2_1", "layer3_0",
        "layer3_1", "layer4_0", "layer4_1", "avgpool", "flatten", "fc", "output",
    ]  # fmt: skip
    assert {n.id: n.params.get("repeat") for n in graph.nodes if n.type == "Block" and n.params} == {
        "layer1_1": 2, "layer2_1": 3, "layer3_1": 5, "layer4_1": 2,
    }  # fmt: skip
    first = graph.node("layer1_0")
    assert first is not None
    assert first.graph is not None
    assert {n.id for n in first.graph.nodes} > {"conv1", "bn3", "downsample_0", "downsample_1", "add"}
    assert first.graph.node("relu_1") is not None  # the same module is called again


def test_a_dense_block_holds_layers_that_each_get_all_before() -> None:
    graph = torchvision_model("densenet121").document.graph
    block = graph.node("features_denseblock1")
    assert block is not None
    assert block.graph is not None
    inner = [node for node in block.graph.nodes if node.type == "Block"]
    assert [node.id for node in inner] == [f"denselayer{n}" for n in range(1, 7)]
    assert all(len(block.graph.into(node.id)) == 1 for node in inner)  # what joins stands before the layer
    assert len(block.graph.into("denselayer6_concat")) == 6


def test_a_gate_of_one_number_a_channel_multiplies_an_image() -> None:
    made = torchvision_model("mobilenet_v3_small")
    gates = [step for step in made.report().network.values() if type(step.layer).__name__ == "Multiply"]
    assert len(gates) == 9
    assert [p for p in made.report().problems if p.severity != "hint"] == []


def test_the_heads_of_googlenet_are_there_and_lead_nowhere() -> None:
    made = torchvision_model("googlenet")
    assert "auxiliary heads" in made.document.about
    unused = [problem.node for problem in made.report().problems if problem.code == "G-UNUSED"]
    assert unused == ["aux1", "aux2"]


def test_an_image_of_a_classifier_has_the_size_it_was_made_for() -> None:
    assert torchvision_model("inception_v3").document.data == {"source": "cifar10", "size": 299}


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_classifier_opens_or_says_what_is_unknown(name: str) -> None:
    word = next((word for start, word in UNKNOWN.items() if name.startswith(start)), None)
    if word is None:
        assert torchvision_model(name).report().params > 1_000_000
        return
    with pytest.raises(Error, match=word) as error:
        torchvision_model(name)
    assert error.value.code == "M-LAYER"


def test_an_unknown_operation_is_named_with_its_place() -> None:
    with pytest.raises(Error, match="MultiheadAttention") as error:
        torchvision_model("vit_b_16")
    found = [problem for problem in error.value.problems if "MultiheadAttention" in problem.message]
    assert len(found) == 12
    assert '"encoder.layers.encoder_layer_11.self_attention"' in found[-1].message


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(Error, match=r'no classifier "resnet81". Did you mean "resnet18"'):
        torchvision_model("resnet81")
