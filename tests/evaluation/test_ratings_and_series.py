"""Runs that rate, rank and forecast, used: measured, asked, exported, from the command line too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Problem
from builder.evaluation import ForecastFigures, RatingFigures, evaluate
from builder.evaluation.evaluate import samples_of
from builder.export import export
from builder.prediction import Forecast, Prediction, Predictor, Rating, recommending
from builder.prediction.rolling import rolled, rolls
from builder.runs.store import Store
from tests.cli.commands import Inside
from tests.export.test_export import alone
from tests.trained import example, finish_here

CPU = 'recipe.device="cpu"'


FAST = ('recipe.optimizer={"type": "Adam", "lr": 0.03}', "recipe.batch_size=32")


@dataclass(frozen=True)
class Runs:
    """A workspace with a run of each kind, by their ids."""

    store: Store
    sine: str
    rates: str
    ranks: str


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    store = Store(tmp_path_factory.mktemp("kinds"))
    documents = (
        example("sine-rnn", "data.points=1000", "data.window=24", "data.noise=0.01", "recipe.epochs=6", CPU),
        example("ratings-factorisation", *FAST, "data.users=150", "data.items=60", "recipe.epochs=14", CPU),
        example("ratings-factorisation", *FAST, "data.users=80", "data.items=60",
                'recipe.loss={"type": "bpr"}', "recipe.epochs=5", CPU),
    )  # fmt: skip
    yield Runs(store, *(finish_here(store, document).id for document in documents))
    store.close()


def test_forecasts_are_measured_as_they_are_predicted(runs: Runs) -> None:
    found = evaluate(runs.store, runs.sine)
    [figures] = found.outputs
    assert isinstance(figures, ForecastFigures)
    metrics = runs.store.get(runs.sine).metrics
    assert figures.mae == pytest.approx(metrics["test_mae"], rel=1e-4)
    assert figures.rmse == pytest.approx(metrics["test_rmse"], rel=1e-4)
    assert figures.loss == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert figures.mae < 0.5 * figures.baseline_mae
    predictor = Predictor.of(runs.store, runs.sine)
    samples = samples_of(predictor.trained.run, predictor.trained)
    index = samples.parts["test"]
    raws, true = np.asarray(samples.inputs["series"])[index], samples.targets["value"][index]
    texts = [" ".join(map(repr, raw[:, 0].tolist())) for raw in raws]
    each = [p.answers[0] for p in predictor.predict_texts(texts) if isinstance(p, Prediction)]
    given = np.array([answer.values for answer in each if isinstance(answer, Forecast)])
    assert np.allclose(given, np.array(figures.course.predicted), atol=1e-5)
    assert np.allclose(true, np.array(figures.course.true))
    assert figures.mae == pytest.approx(float(abs(given - true).mean()), rel=1e-5)
    assert figures.baseline_mae == pytest.approx(float(abs(raws[:, -1] - true).mean()), rel=1e-5)
    assert figures.steps[0].mae == pytest.approx(float(abs(given - true)[:, 0].mean()), rel=1e-4)


def test_a_forecast_is_rolled_on(runs: Runs) -> None:
    predictor = Predictor.of(runs.store, runs.sine)
    assert rolls(predictor)
    raw = predictor.read(b"\n".join(b"%f" % np.sin(2 * np.pi * at / 24) for at in range(40)), "past.csv")
    once, thrice = rolled(predictor, raw, 1), rolled(predictor, raw, 3)
    assert len(thrice) == 36
    assert thrice[:12] == once
    following = np.concatenate([raw[:, 0], np.array(once, np.float32)])[-24:]
    assert thrice[12:24] == rolled(predictor, following[:, None], 1)


def test_ratings_are_measured_as_they_are_predicted(runs: Runs) -> None:
    [figures] = evaluate(runs.store, runs.rates).outputs
    assert isinstance(figures, RatingFigures)
    metrics = runs.store.get(runs.rates).metrics
    assert figures.rmse == pytest.approx(metrics["test_rmse"], rel=1e-4)
    assert figures.loss == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert figures.rmse is not None
    assert 0.3 < figures.rmse < 0.45 < figures.baseline_rmse  # 0.3 is the noise: nobody can do better
    assert figures.ranking is not None
    assert figures.ranking.hit_rate > 0.4  # ten of about thirty would be a third
    predictor = Predictor.of(runs.store, runs.rates)
    samples = samples_of(predictor.trained.run, predictor.trained)
    index = samples.parts["test"]
    users, items = (recommending.names(predictor, name) for name in ("user", "item"))
    places = zip(*(samples.inputs[name][index, 0].tolist() for name in ("user", "item")), strict=True)  # type: ignore[call-overload]
    texts = [f"user={users[user - 1]}, item={items[item - 1]}" for user, item in places]
    given = [p.answers[0] for p in predictor.predict_texts(texts) if isinstance(p, Prediction)]
    values = np.array([answer.value for answer in given if isinstance(answer, Rating)])
    true = samples.targets["rating"][index, 0]
    assert figures.rmse == pytest.approx(float(np.sqrt(((values - true) ** 2).mean())), rel=1e-5)


def test_a_network_that_ranks_is_measured_so(runs: Runs) -> None:
    [figures] = evaluate(runs.store, runs.ranks).outputs
    assert isinstance(figures, RatingFigures)
    assert (figures.rmse, figures.mae) == (None, None)
    assert figures.loss == pytest.approx(runs.store.get(runs.ranks).metrics["test_loss"], rel=1e-4)
    assert figures.ranking is not None
    assert figures.ranking.hit_rate > 0.5  # ten of about forty would be a quarter
    [said] = Predictor.of(runs.store, runs.ranks).predict_texts(["user=u3, item=i5"])
    assert isinstance(said, Prediction)
    assert [*said.to_json()][1] == "score"


def test_what_a_user_may_like_is_new_to_the_user_and_in_order(runs: Runs) -> None:
    predictor = Predictor.of(runs.store, runs.rates)
    assert recommending.recommends(predictor)
    rated = recommending.rated(predictor)
    assert rated is not None
    users, items = (recommending.names(predictor, name) for name in ("user", "item"))
    own = rated[users.index("u3") + 1]
    found = recommending.recommended(predictor, "u3", 100, own)
    assert {name for name, _rating in found} == {*items} - {items[place - 1] for place in own}
    values = [rating.value for _name, rating in found]
    assert values == sorted(values, reverse=True)
    [alone] = predictor.predict_texts([f"item={found[0][0]}; user=u3"])
    assert isinstance(alone, Prediction)
    assert alone.to_json()["value"] == pytest.approx(values[0], abs=1e-5)
    assert recommending.recommended(predictor, "nobody", 3) != []
    [wrong] = predictor.predict_texts(["user=u3, thing=i5"])
    assert isinstance(wrong, Problem)
    assert 'is not of the form "user=...". This network reads "user", "item"' in wrong.message


@pytest.mark.parametrize("kind", ["sine", "rates"])
def test_exported_and_from_the_command_line_they_say_the_same(
    runs: Runs, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = getattr(runs, kind)
    netbuilder = Inside(runs.store.home, monkeypatch, capsys)
    table, text = tmp_path / "given.csv", "user=u3, item=i5"
    table.write_text("user,item\nu3,i5\nu4,i1\nnobody,i5\n")
    if kind == "sine":
        text = " ".join(f"{np.sin(at / 4):.4f}" for at in range(24))
        table.write_text("value\n" + text.replace(" ", "\n"))
    measured = netbuilder("evaluate", run, "--json").json
    assert measured["mae"] == pytest.approx(runs.store.get(run).metrics["test_mae"], rel=1e-4)
    told = netbuilder("predict", run, str(table), "--json").json
    [typed] = netbuilder("predict", run, "--text", text, "--json").json
    export(runs.store, run, "python", tmp_path / "project")
    answers = alone(tmp_path / "project", str(table), cwd=tmp_path)
    assert len(answers) == len(told) == (1 if kind == "sine" else 3)
    for answer, ours in zip(answers, told, strict=True):
        name = "values" if kind == "sine" else "value"
        assert answer[name] == pytest.approx(ours[name], abs=1e-5)
    assert typed.get("value", typed.get("values")) == told[0].get("value", told[0].get("values"))
    assert netbuilder("predict", run, str(table)).out
    assert "Network" in (shown := netbuilder("evaluate", run).out) or "Steps ahead" in shown
    export(runs.store, run, "onnx", tmp_path / "network.onnx")
    assert (tmp_path / "network.onnx").stat().st_size > 0
