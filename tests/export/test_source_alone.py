"""For every example: the printed source, where there is only torch, answers what the trained run answers."""

from pathlib import Path

import pytest

from builder.cli.documents import with_values
from builder.compiler.source import source
from builder.evaluation import evaluate
from builder.evaluation.trained import Trained
from builder.examples import load, names
from builder.export import export
from builder.graph.document import Document
from builder.prediction import Predictor
from builder.runs.store import Run, Store
from tests.alone import answers, put
from tests.export.test_export import alone, assert_same
from tests.trained import finish, raws_of, stop_all

REAL = {"mnist-mlp", "mnist-cnn", "cifar10-cnn"}  # their data does not ship


def quick(name: str, datasets: Path | None) -> Document:
    """An example with few samples, one epoch, and data that is here."""
    values = ["data.limit=64", "recipe.epochs=1"]
    if name == "cifar10-cnn":
        assert datasets is not None
        values.insert(0, f'data={{"source": "images", "path": "{datasets / "cifar10_12k_png.zip"}"}}')
    return with_values(load(name), values)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, real_data: Path | None) -> tuple[Store, dict[str, Run]]:
    store = Store(tmp_path_factory.mktemp("examples"))
    with pytest.MonkeyPatch.context() as patch:
        if real_data is not None:
            patch.setenv("NETBUILDER_DATASETS", str(real_data))
        here = [name for name in names() if real_data is not None or name not in REAL]
        ended = finish(store, *(quick(name, real_data) for name in here), seconds=300)
    return store, dict(zip(here, ended, strict=True))


def test_every_example_answers_alone_what_its_run_answers(
    runs: tuple[Store, dict[str, Run]], tmp_path: Path, real_data: Path | None
) -> None:
    store, trained = runs
    assert set(names()) - set(trained) == (set() if real_data else REAL)
    expected = {}
    for name, run in trained.items():
        ours = Trained.of(store, run.id)
        raws, _labels = raws_of(ours.document, "test")
        put(tmp_path / name, source(ours.document), ours.weights(), list(ours.arguments(raws)))
        expected[name] = ours.each(raws)
    found = dict(zip(trained, answers([tmp_path / name for name in trained]), strict=True))
    for name, outputs in expected.items():
        alone = found[name]
        assert [one.shape for one in alone] == [one.shape for one in outputs]
        assert all((a - b).abs().max() < 1e-6 for a, b in zip(alone, outputs, strict=True))


def test_every_example_can_be_evaluated(runs: tuple[Store, dict[str, Run]]) -> None:
    store, trained = runs
    for run in trained.values():
        # what the worker itself measured, with the model that it trained
        assert evaluate(store, run.id).accuracy == run.test_value
    stop_all(store)


def test_rows_of_numbers(workspace: Path, tmp_path: Path) -> None:
    store = Store(workspace)
    [run] = finish(store, load("xor-mlp"))
    predictor = Predictor.of(store, run.id)
    results = predictor.predict_vectors([(0, 0), (0, 1), (1, 0), (1, 1), (1, 1, 1), (0, float("nan"))])
    assert [getattr(result, "label", None) for result in results] == ["0", "1", "1", "0", None, None]
    assert [getattr(result, "code", None) for result in results[4:]] == ["T-TEXT", "T-TEXT"]
    export(store, run.id, "python", tmp_path / "project")
    arguments = ["--text", "0 0", "--text", "0, 1", "--text", "1 0", "--text", "1 1"]
    assert_same(alone(tmp_path / "project", *arguments, cwd=tmp_path), results[:4])
    stop_all(store)
