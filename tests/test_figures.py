"""The figures that the gallery promises, reached by the real command on the real data. Slow: `pytest -m slow`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builder.core.metrics import better
from builder.examples import facts, names
from builder.runs.store import Store
from tests.conftest import ROOT
from tests.trained import example, finish

pytestmark = pytest.mark.slow


def train(name: str, *arguments: str) -> dict[str, Any]:
    """What `netbuilder train NAME --json` prints."""
    command = [sys.executable, "-m", "builder", "train", name, *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("name", names())
def test_an_example_reaches_what_the_gallery_says(name: str, datasets: Path) -> None:
    known = facts(name)
    real = (known.real or {}).get("set", {})
    result = train(name, *(word for key, value in real.items() for word in ("--set", f"{key}={json.dumps(value)}")))
    print(name, result["metrics"])
    assert result["status"] == "finished"
    reached, aim = result["metrics"][f"test_{known.metric}"], (known.real or {}).get("reach", known.reach)
    assert better(known.metric, reached, aim), (reached, aim)


@pytest.mark.parametrize("name", ["digits-cnn", "reviews-lstm"])
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
