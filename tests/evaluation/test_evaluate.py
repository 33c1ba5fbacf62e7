import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.core.ids import new_id
from builder.evaluation import CategoryFigures, evaluate
from builder.graph.document import Document, from_json
from builder.prediction import Prediction, Predictor
from builder.runs.store import Store
from builder.training import supervisor
from tests.trained import TrainedRuns, example, finish, raws_of, stop_all


@pytest.mark.parametrize("name", ["digits", "reviews"])
def test_figures_are_what_training_and_each_single_prediction_say(trained: TrainedRuns, name: str) -> None:
    id = getattr(trained, name)
    found = evaluate(trained.store, id)
    [figures] = found.outputs
    predictor = Predictor.of(trained.store, id)
    raws, labels = raws_of(predictor.trained.document, "test")
    answers = [predictor.predict([raw])[0].label for raw in raws]
    counted = Counter(zip(labels, answers, strict=True))
    assert isinstance(figures, CategoryFigures)
    assert figures.confusion == tuple(tuple(counted[a, b] for b in predictor.classes) for a in predictor.classes)
    metrics = trained.store.get(id).metrics
    assert found.accuracy == metrics["test_accuracy"]
    assert found.loss == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert found.n == len(labels)
    assert figures.baseline == max(Counter(labels).values()) / len(labels)
    assert figures.accuracy > figures.baseline
    assert (figures.top5_accuracy is None) == (name == "reviews")


def test_other_parts_differ_and_are_never_locked(trained: TrainedRuns) -> None:
    sizes = {split: evaluate(trained.store, trained.digits, split).n for split in ("train", "validation", "test")}
    assert sum(sizes.values()) == 1797
    assert evaluate(trained.store, trained.digits, "validation").accuracy == pytest.approx(
        trained.store.get(trained.digits).best_val_accuracy
    )


def test_the_test_part_stays_locked_until_a_run_is_finished(workspace: Path) -> None:
    store = Store(workspace)
    run = supervisor.start(store, example("digits-cnn", "recipe.epochs=100000"))
    try:
        with pytest.raises(Error, match=r"This run has no checkpoint yet\. Wait until") as early:
            Predictor.of(store, run.id)
        assert early.value.code == "R-EARLY"
        until = time.monotonic() + 60
        while not store.checkpoints(run.id) and time.monotonic() < until:
            time.sleep(0.1)
        raws, _labels = raws_of(example("digits-cnn"), "validation")
        [prediction] = Predictor.of(store, run.id).predict(raws[:1])
        assert isinstance(prediction, Prediction)
        with pytest.raises(Error, match="locked until the run is finished; it is running") as locked:
            evaluate(store, run.id)
        assert locked.value.code == "R-LOCKED"
        assert evaluate(store, run.id, "validation").n == len(raws)
        supervisor.stop(store, run.id)
        assert supervisor.wait(store, run.id).status == "stopped"
        with pytest.raises(Error, match=r"it is stopped\. Evaluate the validation part"):
            evaluate(store, run.id)
    finally:
        stop_all(store)


def words(path: Path) -> Document:
    nodes = [
        {"id": "input", "type": "Input"},
        {"id": "embedding", "type": "Embedding", "params": {"embedding_dim": 4}},
        {"id": "mean", "type": "MeanOverTime"},
        {"id": "linear", "type": "Linear", "params": {"out_features": 2}},
        {"id": "output", "type": "Output"},
    ]
    ids = [str(node["id"]) for node in nodes]
    edges = [{"source": a, "target": b} for a, b in pairwise(ids)]
    data = {"source": "text-table", "path": str(path)}
    graph = {"nodes": nodes, "edges": edges}
    return from_json({"format": "netbuilder", "version": 1, "data": data, "graph": graph, "recipe": {"epochs": 1}})


def test_data_that_changed_is_not_measured(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    rows = [f"a fine day {n},good\na grey day {n},bad" for n in range(20)]
    table.write_text("\n".join(["text,label", *rows]))
    store = Store(workspace)
    [run] = finish(store, words(table))
    assert evaluate(store, run.id).n == 8
    table.write_text("\n".join(["text,label", *rows, "one more day,bad"]))
    with pytest.raises(Error, match="The data has changed since this run began") as caught:
        evaluate(store, run.id)
    assert caught.value.code == "R-DATA"


def test_a_run_that_is_not_there(workspace: Path) -> None:
    with pytest.raises(Error, match="No such run"):
        evaluate(Store(workspace), new_id())
