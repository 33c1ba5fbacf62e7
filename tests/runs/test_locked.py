"""The test part is locked: while a run trains, nothing that a person can open tells a score of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from builder.core.errors import Error
from builder.evaluation import evaluate
from builder.live.routes import routes
from builder.runs.store import Store
from builder.training import supervisor
from tests.cli.commands import Inside
from tests.trained import example, stop_all


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    store = Store(workspace)
    yield store
    stop_all(store)


@pytest.fixture
def paused(store: Store) -> str:
    """A run that has measured its validation part several times, and waits."""
    run = supervisor.start(store, example("digits-cnn", "recipe.epochs=1000"), "in the middle")
    while "val_accuracy" not in store.history(run.id).series:
        supervisor.wait(store, run.id, 0.1)
        assert store.get(run.id).active
    supervisor.pause(store, run.id)
    while store.get(run.id).status != "paused":
        supervisor.wait(store, run.id, 0.1)
    return run.id


def page(name: str) -> None:
    """One of the pages, as the navigation shows it."""
    import runpy
    from pathlib import Path

    import builder.ui.session as session

    session.begin({})
    runpy.run_path(str(Path(session.__file__).parents[2] / "pages" / f"{name}.py"))


def test_nothing_tells_of_the_test_part_before_the_end(
    store: Store, paused: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not [name for name in store.history(paused).series if name.startswith("test")]
    assert not store.get(paused).metrics
    with pytest.raises(Error, match="The test part is locked"):
        evaluate(store, paused)
    inside = Inside(store.home, monkeypatch, capsys)
    for command in (["show", paused], ["show", paused, "--json"], ["runs"], ["runs", "--json"]):
        done = inside(*command)
        assert done.status == 0
        assert "test_" not in done.out
    for command in (["evaluate", paused], ["evaluate", paused, "--json"]):
        done = inside(*command)
        assert (done.status, "[R-LOCKED]" in done.err, "accuracy" in done.out) == (1, True, False)
    app = Starlette(routes=routes(lambda: store))
    answer: httpx.Response = TestClient(app).get(f"/api/runs/{paused}/metrics")
    assert answer.status_code == 200
    assert "val_accuracy" in answer.text
    assert "test_" not in json.dumps(answer.json())
    for name in ("train", "runs", "predict", "data"):
        at = AppTest.from_function(page, args=(name,), default_timeout=60)
        at.query_params["run"] = paused
        at.run()
        assert not at.exception, name
        words = " ".join(str(getattr(element, "value", "")) for element in at.main)
        assert "est accuracy" not in words
        assert "test_accuracy" not in words
