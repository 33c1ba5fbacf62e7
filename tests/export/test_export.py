"""What is exported must run where there is no netbuilder, and answer what the predictor answers."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from builder.core.errors import Error
from builder.core.files import sha256
from builder.export import export, onnx
from builder.graph.document import from_json
from builder.prediction import Prediction, Predictor
from builder.runs.store import Store
from tests.documents import chain, edited
from tests.trained import TrainedRuns, finish, raws_of, stop_all

# -I leaves out this folder, PYTHONPATH and the current folder; the block leaves out an installed netbuilder
ALONE = """
import runpy, sys
sys.modules["builder"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def alone(folder: Path, *arguments: str, cwd: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(folder / "predict.py"), *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_same(answers: Any, predictions: list[Any]) -> None:
    assert len(answers) == len(predictions)
    for answer, prediction in zip(answers, predictions, strict=True):
        assert isinstance(prediction, Prediction)
        assert answer["label"] == prediction.label
        assert answer["probabilities"] == pytest.approx(prediction.probabilities, abs=1e-6)


def test_a_project_for_images_runs_alone(trained: TrainedRuns, tmp_path: Path) -> None:
    out = tmp_path / "project"
    export(trained.store, trained.digits, "python", out)
    names = {"network.py", "weights.safetensors", "preparation.json", "predict.py", "requirements.txt", "README.md"}
    assert {path.name for path in out.iterdir()} == names
    predictor = Predictor.of(trained.store, trained.digits)
    raws, _labels = raws_of(predictor.trained.document, "test")
    (tmp_path / "images").mkdir()
    for at, raw in enumerate(raws[:5]):
        Image.fromarray(raw.squeeze(-1)).save(tmp_path / "images" / f"{at}.png")
    photo = np.random.default_rng(0).integers(0, 256, (90, 60, 4), np.uint8)  # in colour, transparent, of another size
    Image.fromarray(photo).save(tmp_path / "images" / "photo.png")
    files = sorted((tmp_path / "images").iterdir())
    predictions = predictor.predict_files((path.name, path.read_bytes()) for path in files)
    assert_same(alone(out, *map(str, files), cwd=tmp_path), predictions)


def test_a_project_for_text_runs_alone(trained: TrainedRuns, tmp_path: Path) -> None:
    out = tmp_path / "project"
    out.mkdir()  # an empty folder may be filled
    export(trained.store, trained.reviews, "python", out)
    assert (out / "tokenizer.json").is_file()
    assert "tokenizer" not in json.loads((out / "preparation.json").read_text())["fields"]["text"]
    predictor = Predictor.of(trained.store, trained.reviews)
    texts = [*raws_of(predictor.trained.document, "test")[0][::20], "", "从来没见过的词 zyzzyva"]
    arguments = [part for text in texts for part in ("--text", text)]
    assert_same(alone(out, *arguments, cwd=tmp_path), predictor.predict_texts(texts))


def test_exported_source_names_nothing_of_netbuilder(trained: TrainedRuns, tmp_path: Path) -> None:
    allowed = {
        "argparse",
        "collections",
        "json",
        "network",
        "pathlib",
        "sys",
        "typing",
        "numpy",
        "safetensors",
        "torch",
    }
    for name, more in (("digits", {"PIL"}), ("reviews", {"tokenizers"})):
        export(trained.store, getattr(trained, name), "python", tmp_path / name)
        for path in (tmp_path / name).glob("*.py"):
            imports = list(ast.walk(ast.parse(path.read_text("utf-8"))))
            found = {i.module or "" for i in imports if isinstance(i, ast.ImportFrom)}
            found |= {alias.name for i in imports if isinstance(i, ast.Import) for alias in i.names}
            assert {module.split(".")[0] for module in found} <= allowed | more


def test_weights_carry_their_document(trained: TrainedRuns, tmp_path: Path) -> None:
    out = tmp_path / "new" / "weights.safetensors"
    export(trained.store, trained.digits, "safetensors", out)
    predictor = Predictor.of(trained.store, trained.digits)
    with safetensors.safe_open(out, "pt") as file:
        metadata = file.metadata()
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert from_json(json.loads(metadata["document"])) == predictor.trained.document
    assert json.loads(metadata["outputs"])[0]["classes"] == list("0123456789")
    assert metadata["sha256"] == sha256(safetensors.torch.save(weights))
    ours = predictor.trained.model.state_dict()
    assert weights.keys() == ours.keys()
    assert all(torch.equal(weights[name], ours[name]) for name in weights)


def test_onnx_answers_what_the_predictor_answers(trained: TrainedRuns, tmp_path: Path) -> None:
    """Any number of samples at once, by the names of the nodes; what it expects stands in the file."""
    onnxruntime = pytest.importorskip("onnxruntime")
    for run, node in ((trained.digits, "image"), (trained.reviews, "text")):
        out = tmp_path / "new" / f"{node}.onnx"
        export(trained.store, run, "onnx", out)
        session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
        ours = Predictor.of(trained.store, run).trained
        ids = [n.id for type in ("Input", "Output") for n in ours.document.graph.nodes if n.type == type]
        assert [end.name for end in (*session.get_inputs(), *session.get_outputs())] == ids
        said = session.get_modelmeta().custom_metadata_map
        assert json.loads(said["preparation"]) == ours.preparation.model_dump(mode="json")
        assert json.loads(said["outputs"])[0]["classes"] == list(ours.classes)
        raws, _labels = raws_of(ours.document, "test")
        for n in (1, 7):
            [found] = session.run(None, {ids[0]: ours.arguments(raws[:n])[0].numpy()})
            assert found == pytest.approx(ours.outputs(raws[:n]).numpy(), abs=1e-4)


def test_onnx_names_the_layer_that_it_cannot_express(workspace: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    document = chain("Flatten", ("Squeeze", {"dim": 1}), ("Linear", {"out_features": 10}), limit=100)
    document = edited(document, {"op": "set_recipe", "values": {"epochs": 1, "device": "cpu"}})
    store = Store(workspace)
    [run] = finish(store, document)
    with pytest.raises(
        Error, match=r'\[M-ONNX\] ONNX cannot express Squeeze "squeeze1"\. Replace this layer, or export'
    ):
        export(store, run.id, "onnx", tmp_path / "out.onnx")
    assert list(tmp_path.glob("*.onnx")) == []
    stop_all(store)


def test_what_onnx_needs_is_named(trained: TrainedRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "PACKAGES", ("onnx", "a_package_that_nobody_has"))
    with pytest.raises(Error, match=r"\[X-EXTRA\] .* a_package_that_nobody_has .* pip install -e '\.\[onnx\]'"):
        export(trained.store, trained.digits, "onnx", tmp_path / "out.onnx")


def test_nothing_is_written_over(trained: TrainedRuns, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for form, out in (("python", tmp_path), ("python", tmp_path / "mine.txt"), ("safetensors", tmp_path / "mine.txt")):
        with pytest.raises(Error, match=r"is there already\. Choose another place") as caught:
            export(trained.store, trained.digits, form, out)  # type: ignore[arg-type]
        assert caught.value.code == "P-EXISTS"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_place_that_cannot_be_written(trained: TrainedRuns, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Error, match='Cannot write to "below"') as caught:
        export(trained.store, trained.digits, "python", tmp_path / "file" / "below")
    assert str(tmp_path) not in str(caught.value)
