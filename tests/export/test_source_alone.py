"""For every example: the printed source, where there is only torch, answers what the trained run answers."""

from pathlib import Path

import torch
from torch import Tensor

from builder.compiler.source import source
from builder.data.fitting import Raws
from builder.data.loading import load
from builder.data.sources import parse_source
from builder.evaluation.trained import Trained
from builder.examples import names
from builder.export import export
from builder.graph.document import Document
from builder.prediction import Predictor
from builder.runs.store import Store
from tests.alone import answers, put
from tests.export.test_export import alone, assert_same
from tests.trained import example, finish_here

REAL = {"mnist-mlp", "mnist-cnn", "cifar10-cnn"}  # their data does not ship


def quick(name: str, datasets: Path | None) -> Document:
    """An example with few samples, one epoch, and data that is here."""
    values = ["data.limit=24", "recipe.epochs=1", 'recipe.device="cpu"']
    if name == "cifar10-cnn":
        assert datasets is not None
        values.insert(0, f'data={{"source": "images", "path": "{datasets / "cifar10_12k_png.zip"}"}}')
    return example(name, *values)


def held_back(trained: Trained) -> tuple[Raws, dict[str, Tensor]]:
    """The raw samples of the test part, and the right texts, of those that enter the network too."""
    given, problems = parse_source(trained.document.data)
    assert given is not None, problems
    samples = load(given)
    rows = samples.parts["test"]
    forced = [entry.field for entry in trained.inputs if entry.forced]
    right = {name: trained.preparation.answer(name, samples.targets[name][rows]) for name in forced}
    return samples.of("test"), {name: torch.from_numpy(texts) for name, texts in right.items()}


def test_every_example_answers_alone_what_its_run_answers(
    workspace: Path, tmp_path: Path, real_data: Path | None
) -> None:
    store = Store(workspace)
    here = [name for name in names() if real_data is not None or name not in REAL]
    expected: list[tuple[Tensor, ...]] = []
    for name in here:
        run = finish_here(store, quick(name, real_data))
        ours = Trained.of(store, run.id)
        raws, right = held_back(ours)
        put(tmp_path / name, source(ours.document), ours.weights(), list(ours.arguments(raws, right)))
        outputs = ours.outputs(raws, right)
        expected.append(outputs if isinstance(outputs, tuple) else (outputs,))
    found = answers([tmp_path / name for name in here])
    for name, said, outputs in zip(here, found, expected, strict=True):
        assert [one.shape for one in said] == [one.shape for one in outputs], name
        assert all((a - b).abs().max() < 1e-6 for a, b in zip(said, outputs, strict=True)), name
    store.close()


def test_rows_of_numbers(workspace: Path, tmp_path: Path) -> None:
    store = Store(workspace)
    run = finish_here(store, example("xor-mlp", 'recipe.device="cpu"'))
    predictor = Predictor.of(store, run.id)
    results = predictor.predict_vectors([(0, 0), (0, 1), (1, 0), (1, 1), (1, 1, 1), (0, float("nan"))])
    assert [getattr(result, "label", None) for result in results] == ["0", "1", "1", "0", None, None]
    assert [getattr(result, "code", None) for result in results[4:]] == ["T-TEXT", "T-TEXT"]
    export(store, run.id, "python", tmp_path / "project")
    arguments = ["--text", "0 0", "--text", "0, 1", "--text", "1 0", "--text", "1 1"]
    assert_same(alone(tmp_path / "project", *arguments, cwd=tmp_path), results[:4])
    store.close()
