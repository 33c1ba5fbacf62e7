"""A run with two inputs and two outputs, used: measured, asked, exported, from the command line too."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Problem
from builder.data.preparations.columns import ColumnsPreparation
from builder.data.tables import read_table
from builder.evaluation import CategoryFigures, NumberFigures, evaluate
from builder.export import export
from builder.prediction import Choice, Prediction, Predictor, Value
from builder.runs.store import Store
from tests.cli.commands import netbuilder
from tests.export.test_export import alone
from tests.trained import TrainedRuns, example, finish, raws_of, stop_all

ROW = {"note": "the soup was lukewarm", "minutes": "55", "place": "café", "price": "20", "guests": "2", "ignored": "x"}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainedRuns]:
    store = Store(tmp_path_factory.mktemp("visits"))
    [run] = finish(store, example("visits-two-answers", "recipe.epochs=8", 'recipe.device="cpu"'))
    yield TrainedRuns(store, run.id, run.id)
    stop_all(store)


@pytest.fixture
def predictor(visits: TrainedRuns) -> Predictor:
    return Predictor.of(visits.store, visits.digits)


def rows(path: Path, count: int = 5) -> Path:
    """The first rows of the visits without their answers, and one with gaps and a place that nobody knows."""
    with (Path(__file__).parents[2] / "builder/data/sources/visits/visits.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        found = list(csv.DictReader(file))[:count]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["guests", "note", "price", "minutes", "place"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*found, {"note": "quiet, good tea", "place": "airport"}])
    return path


def test_figures_are_what_training_and_each_single_prediction_say(visits: TrainedRuns, predictor: Predictor) -> None:
    found = evaluate(visits.store, visits.digits)
    metrics = visits.store.get(visits.digits).metrics
    again, rating = found.outputs
    assert isinstance(again, CategoryFigures)
    assert isinstance(rating, NumberFigures)
    assert (again.output, rating.output) == ("again", "rating")
    assert again.accuracy == metrics["test_accuracy/again"]
    assert rating.mae == pytest.approx(metrics["test_mae/rating"], rel=1e-4)
    assert rating.r2 == pytest.approx(metrics["test_r2/rating"], rel=1e-4)
    assert found.loss == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert again.accuracy > again.baseline
    assert rating.mae < rating.baseline_mae
    raws, labels = raws_of(predictor.trained.document, "test")
    single = [predictor.predict({name: values[at : at + 1] for name, values in raws.items()})[0] for at in range(20)]
    assert sum(p.label == label for p, label in zip(single, labels, strict=False)) / 20 > 0.5
    values = [answer.values["rating"] for p in single for answer in p.answers if isinstance(answer, Value)]
    assert values == pytest.approx(list(rating.columns[0].predicted[:20]), rel=1e-4)


def test_one_sample_given_by_field(predictor: Predictor) -> None:
    [found] = predictor.predict_given([predictor.given(ROW)])
    assert isinstance(found, Prediction)
    again, rating = found.answers
    assert isinstance(again, Choice)
    assert isinstance(rating, Value)
    assert again.label == "no"  # nearly an hour for a lukewarm soup
    assert rating.values["rating"] < rating.mean["rating"]
    assert found.to_json()["outputs"]["rating"] == {"value": rating.values["rating"]}
    [wrong] = predictor.predict_given([predictor.given({**ROW, "minutes": "long"})])
    assert isinstance(wrong, Problem)
    assert str(wrong).startswith('[T-NUMBER] "long" in column "minutes" is not a number')


def test_a_file_alone_is_not_enough(predictor: Predictor) -> None:
    [wrong] = predictor.predict_texts(["good tea"])
    assert isinstance(wrong, Problem)
    assert str(wrong).startswith("[T-FIELDS] This network reads several fields,")


def test_the_rows_of_a_table(predictor: Predictor, tmp_path: Path) -> None:
    path = rows(tmp_path / "rows.csv")
    found = predictor.predict_table(read_table(path, name="rows.csv"))
    assert [type(item) for item in found] == [Prediction] * 6
    scale = predictor.fields["features"]
    assert isinstance(scale, ColumnsPreparation)
    cells = dict.fromkeys(scale.columns, "") | {"place": "airport"}
    assert np.count_nonzero(scale.apply([scale.row(cells)])) == 0  # all missing: means, and zeros for the place
    with pytest.raises(Exception, match=r'\[T-ROW\] The table has no column "note"; this network reads'):
        predictor.predict_table(read_table(_without_note(tmp_path), name="t.csv"))


def _without_note(folder: Path) -> Path:
    (folder / "t.csv").write_text("price,minutes\n3,4\n")
    return folder / "t.csv"


def test_exported_it_says_the_same(visits: TrainedRuns, predictor: Predictor, tmp_path: Path) -> None:
    path = rows(tmp_path / "rows.csv")
    export(visits.store, visits.digits, "python", tmp_path / "project")
    answers = alone(tmp_path / "project", str(path), cwd=tmp_path)
    found = predictor.predict_table(read_table(path, name="rows.csv"))
    assert len(answers) == len(found) == 6
    for answer, prediction in zip(answers, found, strict=True):
        assert isinstance(prediction, Prediction)
        assert answer["label"] == prediction.label
        assert answer["probabilities"] == pytest.approx(prediction.probabilities, abs=1e-6)
        value = prediction.to_json()["outputs"]["rating"]["value"]
        assert answer["outputs"]["rating"]["value"] == pytest.approx(value, abs=1e-5)


def test_the_command_line_says_the_same(visits: TrainedRuns, predictor: Predictor, tmp_path: Path) -> None:
    measured = netbuilder(visits.home, "evaluate", visits.digits, "--json").json
    assert [output["output"] for output in measured["outputs"]] == ["again", "rating"]
    assert measured["accuracy"] == evaluate(visits.store, visits.digits).accuracy
    path = rows(tmp_path / "rows.csv")
    told = netbuilder(visits.home, "predict", visits.digits, str(path), "--json").json
    found = predictor.predict_table(read_table(path, name="rows.csv"))
    assert len(told) == len(found) == 6
    for answer, item in zip(told, found, strict=True):
        assert isinstance(item, Prediction)
        ours = item.to_json()["outputs"]
        assert answer["outputs"]["again"]["label"] == ours["again"]["label"]
        assert answer["outputs"]["rating"]["value"] == pytest.approx(ours["rating"]["value"], rel=1e-5)
    shown = netbuilder(visits.home, "predict", visits.digits, str(path)).out
    assert "rating" in shown
    described = netbuilder(visits.home, "data", "visits-two-answers", "--json").json
    assert [target["kind"] for target in described["targets"]] == ["category", "number"]
