"""Fields that are reconstructed and what is latent: checked, trained, measured, predicted and exported alike."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from builder.compiler.check import check
from builder.core.specs import Spec
from builder.data.fields import DataSpec, InputField
from builder.evaluation import InputFigures, LatentFigures, evaluate
from builder.evaluation.trained import Trained
from builder.examples import load
from builder.export import export
from builder.graph.losses import BinaryCrossEntropy, KullbackLeibler
from builder.prediction import Located, Predictor, Restored
from builder.runs.store import Run, Store
from builder.training.losses import loss_function
from builder.training.objective import Objective
from builder.training.scores.latent import purity
from tests.documents import chain, edited, mended, one_step
from tests.trained import example, finish_here, raws_of

VAE = load("vae")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Run]]:
    store = Store(tmp_path_factory.mktemp("autoencoders"))
    yield store, finish_here(store, example("vae", "recipe.epochs=3", 'recipe.device="cpu"'))
    store.close()


@pytest.mark.parametrize(
    ("layers", "types"),
    [
        (["Flatten", ("Linear", {"out_features": 9})], ["Flatten", "Linear", "Unflatten"]),
        (["Flatten", ("Linear", {"out_features": 64})], ["Flatten", "Linear", "Unflatten"]),
        ([("Conv2d", {"out_channels": 3})], ["Conv2d", "ReLU", "Conv2d"]),  # a hint adds what bends
        ([("Conv2d", {}), ("MaxPool2d", {})], ["Conv2d", "MaxPool2d", "ConvTranspose2d"]),
        ([("Conv2d", {"out_channels": 4}), ("Reshape", {"shape": [64, 4]}), ("Linear", {"out_features": 1})],
         ["Conv2d", "Reshape", "Linear", "Reshape"]),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_brought_to_the_fields(layers: list[Any], types: list[str]) -> None:
    document = edited(chain(*layers), {"op": "set_params", "node": "output", "params": {"target": "image"}})
    problem = check(document).problems[0]
    assert problem.code == "G-CLASSES"
    assert "needs 1x8x8 numbers, the field that it reconstructs" in problem.message
    whole = mended(document)
    assert [node.type for node in whole.graph.nodes if node.type not in ("Input", "Output")] == types
    assert check(whole).problems == []
    one_step(whole)


def test_a_loss_between_0_and_1_needs_a_field_that_lies_there() -> None:
    document = edited(VAE, {"op": "set_data", "values": {"normalise": "own"}})
    problem = check(document).problems[0]
    assert problem.code == "G-LOSS"
    assert "needs a field whose numbers lie between 0 and 1" in problem.message
    assert mended(document).data["normalise"] == "unit"


def test_means_and_log_variances_come_in_pairs() -> None:
    document = edited(VAE, {"op": "set_params", "node": "moments", "params": {"out_features": 15}})
    assert any("cannot be halved" in problem.message for problem in check(document).problems)
    with torch.no_grad():
        standard = loss_function(KullbackLeibler())(torch.zeros(5, 8), torch.zeros(5))
        away = loss_function(KullbackLeibler())(torch.tensor([[1.0, 2.0, 0.0, 0.0]]), torch.zeros(1))
    assert (standard.item(), away.item()) == (0.0, pytest.approx((1 + 4) / 2))


def test_what_is_latent_is_not_learned_alone() -> None:
    document = edited(
        VAE, {"op": "remove", "nodes": ["sample", "decoder1", "relu2", "decoder2", "unflatten", "reconstruction"]}
    )
    assert "cannot be learned by itself" in check(document).errors[0].message


def test_labels_and_the_input_may_be_answered_at_once() -> None:
    document = edited(
        load("digits-autoencoder"),
        {"op": "insert", "type": "Linear", "id": "classes", "params": {"out_features": 10}},
        {"op": "insert", "type": "Output", "id": "digit", "params": {"target": "label"}},
        {"op": "connect", "edge": {"source": "code", "target": "classes"}},
        {"op": "connect", "edge": {"source": "classes", "target": "digit"}},
    )
    report = check(document)
    assert report.problems == []
    assert {answer.target.kind for answer in report.outputs} == {"input", "latent", "category"}
    one_step(document)


def test_data_without_labels_says_what_may_be_answered() -> None:
    spec = DataSpec((InputField("image", "image", Spec((2, 1, 8, 8), "float32", "N C H W"), unit=True),), ())
    problem = next(p for p in check(chain("Flatten", ("Linear", {"out_features": 10})), spec).problems)
    assert 'the data has no target. Name what is to be answered: "image", "latent"' in problem.message
    report = check(VAE, spec)
    assert report.ok
    assert [answer.target.classes for answer in report.outputs] == [(), ()]


def test_noise_is_put_on_what_enters_and_not_on_what_is_answered(trained: tuple[Store, Run]) -> None:
    document = load("denoising-autoencoder")
    report = check(document)
    assert report.problems == []
    assert report.data is not None
    kept = Trained.of(trained[0], trained[1].id)
    objective = Objective(report.inputs, report.outputs, report.data, kept.preparation)
    x = torch.rand(4, 1, 8, 8)
    given, right = objective.meet((x,), ())
    assert torch.equal(given[0], x)
    assert torch.equal(right[0], x)


def test_what_is_predicted_is_what_was_measured(trained: tuple[Store, Run]) -> None:
    store, run = trained
    found = evaluate(store, run.id)
    reconstruction, latent = found.outputs
    assert isinstance(reconstruction, InputFigures)
    assert isinstance(latent, LatentFigures)
    assert found.loss == pytest.approx(run.metrics["test_loss"], rel=1e-4)
    assert reconstruction.reconstruction_mse == pytest.approx(
        run.metrics["test_reconstruction_mse/reconstruction"], rel=1e-5
    )
    assert latent.purity == pytest.approx(run.metrics["test_purity/latent"], abs=0.02)
    assert latent.purity == purity(np.array(latent.found), np.array(latent.labels))
    assert reconstruction.reconstruction_mse < reconstruction.baseline_reconstruction_mse
    raws, _labels = raws_of(example("vae"), "test")
    predictions = Predictor.of(store, run.id).predict(raws)
    said = [prediction.answers for prediction in predictions]
    errors = [one.error for answers in said for one in answers if isinstance(one, Restored)]
    assert np.mean(errors) == pytest.approx(reconstruction.reconstruction_mse, rel=1e-5)  # type: ignore[arg-type]
    positions = np.array([one.position for answers in said for one in answers if isinstance(one, Located)])
    np.testing.assert_allclose(positions, latent.points, rtol=1e-4, atol=1e-5)
    assert json.loads(json.dumps(found.to_json()))["outputs"][1]["purity"] == latent.purity


def test_what_is_unlike_the_training_part_is_told(trained: tuple[Store, Run]) -> None:
    predictor = Predictor.of(trained[0], trained[1].id)
    raws, _labels = raws_of(example("vae"), "train")
    noise = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 1)).astype(np.uint8)
    [strange] = predictor.predict(noise)
    usual = [prediction.answers[0].unlike for prediction in predictor.predict(raws[:200])]  # type: ignore[union-attr]
    assert strange.answers[0].unlike == 1.0  # type: ignore[union-attr]
    assert 0.4 < np.median(usual) < 0.6  # type: ignore[arg-type]


def test_an_export_reconstructs_the_same(trained: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = trained
    raws, _labels = raws_of(example("vae"), "test")
    Image.fromarray(raws[0][..., 0]).save(tmp_path / "digit.png")
    export(store, run.id, "python", tmp_path / "project")
    command = [sys.executable, str(tmp_path / "project" / "predict.py"), str(tmp_path / "digit.png")]
    [alone] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    [ours] = Predictor.of(store, run.id).predict(raws[:1])
    for answer in ours.answers:
        theirs, own = alone["outputs"][answer.output], answer.to_json()
        for name, value in theirs.items():
            np.testing.assert_allclose(value, own[name], rtol=1e-4, atol=1e-4 if name != "reconstruction" else 1)


def test_binary_cross_entropy_is_learned_from_logits() -> None:
    y = torch.rand(3, 1, 8, 8)
    output = torch.logit(y.clamp(1e-4, 1 - 1e-4))
    loss = loss_function(BinaryCrossEntropy())
    assert loss(output, y) < loss(torch.zeros_like(y), y)
