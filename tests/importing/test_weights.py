"""Weights to begin with: checked against the network, kept in the workspace, loaded before the first step."""

import json
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.source import write
from builder.core.errors import Error
from builder.data.fields import DataSpec, Target
from builder.data.sources.digits import Digits
from builder.evaluation.trained import Trained
from builder.graph.document import Document
from builder.graph.edit import apply
from builder.importing import into, torchvision_model, with_weights
from builder.importing.keras_json import keras_model
from builder.runs.store import Store
from builder.training import supervisor, weights
from tests.documents import chain, mended
from tests.importing.keras_texts import dense, layer3, sequential3
from tests.importing.models import original

DIGITS = Digits().spec()
SMALL = chain("Flatten", ("Linear", {"out_features": 16}), "ReLU", ("Linear", {"out_features": 10}))


def saved(path: Path, tensors: dict[str, torch.Tensor]) -> Path:
    safetensors.torch.save_file(tensors, path)
    return path


def state(document: Document) -> dict[str, torch.Tensor]:
    torch.manual_seed(7)
    return build(document).state_dict()


def beginning(document: Document) -> dict[str, torch.Tensor]:
    """The weights with which training of a document begins."""
    report = check(document)
    torch.manual_seed(0)
    model = build(document)
    weights.begin(model, report)
    return model.state_dict()


def alike(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))


def test_weights_of_the_same_names_go_in(tmp_path: Path, workspace: Path) -> None:
    theirs = state(SMALL)
    document = into(SMALL, saved(tmp_path / "w.safetensors", theirs))
    sha = document.recipe["weights"]
    assert (workspace / "weights" / f"{sha}.safetensors").is_file()
    assert alike(beginning(document), theirs)
    assert not alike(beginning(SMALL), theirs)


@pytest.mark.parametrize(
    "names",
    [
        ("layer8.weight", "layer8.bias", "layer10.weight", "layer10.bias"),  # in the order in which people count
        ("features.0.weight", "features.0.bias", "classifier.weight", "classifier.bias"),  # told by their shapes
        ("p01", "p02", "p03", "p04"),
    ],
)
def test_weights_of_other_names_go_in_where_it_is_clear_which_is_which(tmp_path: Path, names: tuple[str, ...]) -> None:
    theirs = state(SMALL)
    other = dict(zip(names, theirs.values(), strict=True))
    assert alike(beginning(into(SMALL, saved(tmp_path / "w.safetensors", other))), theirs)


def test_halves_are_read_as_what_the_network_has(tmp_path: Path) -> None:
    theirs = {name: tensor.half() for name, tensor in state(SMALL).items()}
    found = beginning(into(SMALL, saved(tmp_path / "w.safetensors", theirs)))
    assert {tensor.dtype for tensor in found.values()} == {torch.float32}
    assert alike(found, {name: tensor.float() for name, tensor in theirs.items()})


def test_every_mismatch_is_named(tmp_path: Path) -> None:
    theirs = state(SMALL)
    theirs["linear1.weight"] = torch.zeros(16, 65)
    theirs["extra"] = theirs.pop("linear2.bias")
    with pytest.raises(Error, match=r'"linear1.weight" is 16x65; this network needs 16x64') as error:
        into(SMALL, saved(tmp_path / "w.safetensors", theirs))
    text = str(error.value)
    assert {problem.code for problem in error.value.problems} == {"M-SHAPE"}
    assert '"linear2.bias" is missing in the weights; this network has it as 10' in text
    assert '"extra" (10) of the weights belongs to no layer' in text
    assert not list(weights.folder().iterdir())


@pytest.mark.parametrize(
    "content",
    [
        (2**60).to_bytes(8, "little") + b"{}",
        (20).to_bytes(8, "little") + b'{"a":{"dtype":"F32"}}',
        json.dumps({"a": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4]}}).encode(),
        b"",
    ],
)
def test_damaged_files_are_refused_by_their_header(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(content if content[:1] != b"{" else len(content).to_bytes(8, "little") + content + bytes(4))
    with pytest.raises(Error, match=r"\[M-TYPE\]"):
        into(SMALL, file)


def test_the_weights_of_a_torchvision_model_come_along(tmp_path: Path) -> None:
    model = original("squeezenet1_1")
    file = saved(tmp_path / "s.safetensors", model.state_dict())
    document = with_weights(torchvision_model("squeezenet1_1"), file)
    fitting = mended(document)  # the data has ten classes
    found = beginning(fitting)
    theirs = model.state_dict()
    assert torch.equal(found["features_0.weight"], theirs["features.0.weight"])
    assert torch.equal(found["classifier_1.weight"], theirs["classifier.1.weight"])
    assert found["classes.weight"].shape == (10, 1000)  # a layer behind it, for the classes of the data
    theirs.pop("features.0.bias")
    with pytest.raises(Error, match=r'"features.0.bias" is missing'):
        with_weights(torchvision_model("squeezenet1_1"), saved(tmp_path / "t.safetensors", theirs))


def test_the_last_layer_follows_the_classes_and_nothing_else_may_change(tmp_path: Path) -> None:
    document = into(SMALL, saved(tmp_path / "w.safetensors", state(SMALL)))
    pair = DataSpec(DIGITS.inputs, (Target("label", ("even", "odd")),))
    fewer = apply(document, {"op": "set_params", "node": "linear2", "params": {"out_features": 2}})
    report = check(fewer, pair)
    model = from_source(write(report, ""))
    before = model.get_parameter("linear2.weight").clone()
    weights.begin(model, report)
    assert torch.equal(model.get_parameter("linear1.weight"), state(SMALL)["linear1.weight"])
    assert torch.equal(model.get_parameter("linear2.weight"), before)
    wider = apply(document, {"op": "set_params", "node": "linear1", "params": {"out_features": 17}})
    with pytest.raises(Error, match=r'"linear1.weight" is 16x64; this network needs 17x64'):
        supervisor.start(Store(), wider)


def test_a_renamed_layer_still_begins_with_its_weights(tmp_path: Path) -> None:
    document = into(SMALL, saved(tmp_path / "w.safetensors", state(SMALL)))
    renamed = apply(document, {"op": "rename", "node": "linear1", "id": "hidden"})
    assert torch.equal(beginning(renamed)["hidden.weight"], state(SMALL)["linear1.weight"])


def test_weights_that_are_gone_or_damaged_are_told_before_a_run_begins(tmp_path: Path) -> None:
    document = into(SMALL, saved(tmp_path / "w.safetensors", state(SMALL)))
    [kept] = weights.folder().iterdir()
    content = bytearray(kept.read_bytes())
    content[-1] ^= 1
    kept.write_bytes(content)
    with pytest.raises(Error, match=r"damaged\. Import them again"):
        beginning(document)
    kept.unlink()
    with pytest.raises(Error, match=r"are not in this workspace\. Import them again") as error:
        supervisor.start(Store(), document)
    assert error.value.code == "M-NONE"
    assert Store().list() == ()


def test_a_run_goes_on_from_the_weights(tmp_path: Path) -> None:
    theirs = state(SMALL)
    document = into(SMALL, saved(tmp_path / "w.safetensors", theirs))
    tiny = {"optimizer": {"type": "SGD", "lr": 1e-12, "momentum": 0.0}, "epochs": 1, "device": "cpu"}
    document = apply(document, {"op": "set_recipe", "values": tiny})
    store = Store()
    run = supervisor.start(store, document)
    assert supervisor.wait(store, run.id, 120).status == "finished"
    found = Trained.of(store, run.id).weights()
    assert all(torch.allclose(found[name], tensor, atol=1e-6) for name, tensor in theirs.items())


def test_a_file_of_another_kind_is_no_weights(tmp_path: Path) -> None:
    made = keras_model(sequential3(layer3("Dense", "d", **dense(10)), shape=[784]))
    assert "weights" not in with_weights(made).recipe
    text: Any = tmp_path / "w.json"
    text.write_text("{}")
    with pytest.raises(Error, match="is no safetensors file"):
        into(SMALL, text)
