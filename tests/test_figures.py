"""The figures that the gallery promises, reached as `netbuilder bench-examples --real` does. Slow: `pytest -m slow`."""

from pathlib import Path

import pytest

from builder.cli.bench import chosen, measure
from builder.core.metrics import better
from builder.examples import names
from builder.runs.store import Store
from tests.trained import example, finish

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", names())
def test_an_example_reaches_what_the_gallery_says(name: str, datasets: Path, workspace: Path) -> None:
    store = Store(workspace)
    measured = measure(store, name, *chosen(name, real=True))
    store.close()
    assert measured.reached, measured
    assert measured.baseline is None or better(measured.metric, measured.value, measured.baseline), measured


@pytest.mark.parametrize("name", ["digits-cnn", "sentiment-lstm"])
def test_two_runs_with_one_seed_have_equal_curves(name: str, workspace: Path) -> None:
    store = Store(workspace)
    document = example(name, "recipe.epochs=3", 'recipe.device="cpu"')
    curves = []
    for _attempt in range(2):
        run = finish(store, document)[0]
        series = store.history(run.id).series
        curves.append({k: (v.step, v.value) for k, v in series.items() if k != "samples_per_second"})
    assert curves[0] == curves[1]
    store.close()
