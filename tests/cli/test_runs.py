"""train, runs, show, pause, resume, stop, delete, evaluate, predict and export."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from builder.evaluation import evaluate
from builder.prediction import Prediction, Predictor
from builder.runs.store import Store
from builder.training import supervisor
from tests.cli.commands import Inside, environment, netbuilder
from tests.trained import TrainedRuns, raws_of, stop_all

LONG = ("--set", "recipe.epochs=100000")


def until(store: Store, id: str, *statuses: str) -> str:
    end = time.monotonic() + 60
    while (status := store.get(id).status) not in statuses and time.monotonic() < end:
        time.sleep(0.05)
        supervisor.reap(store)
    return status


def test_train_ends_with_the_figures_of_the_test_part(workspace: Path) -> None:
    done = netbuilder(workspace, "train", "digits-cnn", "--set", "recipe.epochs=2", "--set", "data.limit=300", "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json.keys() == {"run", "status", "metrics"}
    assert done.json["status"] == "finished"
    run = Store(workspace).get(done.json["run"])
    assert done.json["metrics"] == run.metrics
    assert run.metrics["test_accuracy"] == evaluate(Store(workspace), run.id).accuracy
    assert (run.epochs, run.document["data"]["limit"]) == (2, 300)


def test_a_training_that_fails_ends_with_its_sentence_and_1(inside: Inside) -> None:
    done = inside(
        "train", "digits-cnn", "--set", 'recipe.optimizer={"type": "SGD", "lr": 100.0, "weight_decay": 10.0}', "--json"
    )
    assert done.status == 1
    assert done.json["status"] == "failed"
    assert done.json["problem"]["code"] == "R-NAN"
    assert "[R-NAN] The loss became" in done.err
    nothing = inside("predict", done.json["run"], "--text", "x")
    assert (nothing.status, nothing.out) == (1, "")
    assert "[R-EARLY] This run has no checkpoint: it ended before" in nothing.err


def test_a_network_that_cannot_train_is_refused_before_it_starts(inside: Inside, workspace: Path) -> None:
    done = inside("train", "digits-cnn", "--set", "recipe.epoch=3", "--set", "recipe.batch_size=0")
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 2
    assert 'Did you mean "epochs"?' in done.err
    assert Store(workspace).list() == ()


def test_the_life_of_a_run_by_its_commands(workspace: Path, inside: Inside) -> None:
    started = netbuilder(workspace, "train", "digits-cnn", *LONG, "--detach", "--json")
    assert started.status == 0
    id = started.json["run"]
    store = Store(workspace)
    try:
        assert until(store, id, "running") == "running"
        while not store.get(id).step:  # a pause is obeyed once it trains
            time.sleep(0.05)
        assert netbuilder(workspace, "pause", id[:8], "--json").json["status"] == "paused"
        assert inside("show", "Digits CNN", "--json").json["status"] == "paused"
        assert netbuilder(workspace, "resume", id, "--json").json["status"] == "running"
        refused = inside("delete", id)
        assert (refused.status, refused.out) == (1, "")
        assert "[R-ACTIVE]" in refused.err
        assert netbuilder(workspace, "stop", id, "--json").json["status"] == "stopped"
        assert inside("stop", id, "--json").json["status"] == "stopped"
        assert f"Run {id[:8]} was deleted." in netbuilder(workspace, "delete", id).out
        assert inside("runs", "--json").json == []
        assert not (workspace / "runs" / id).exists()
    finally:
        stop_all(store)


def test_ctrl_c_leaves_the_run_going(workspace: Path) -> None:
    store = Store(workspace)
    command = [sys.executable, "-m", "builder", "train", "digits-cnn", *LONG, "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment(workspace), encoding="utf-8", start_new_session=True, **pipes)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 60
        while not any(run.step for run in store.list()) and time.monotonic() < end:
            time.sleep(0.1)
        [run] = store.list()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert f"1 run continues. Stop it with: netbuilder stop {run.id}" in err
        assert (out, process.returncode) == ("", 130)
        time.sleep(1)
        supervisor.reap(store)
        assert store.get(run.id).status == "running"
        assert store.get(run.id).step > run.step
    finally:
        process.kill()
        stop_all(store)


def test_runs_and_show(trained: TrainedRuns, used: Inside) -> None:
    listed = netbuilder(trained.home, "runs", "--json").json
    assert {run["run"] for run in listed} == {trained.digits, trained.reviews}
    shown = netbuilder(trained.home, "show", trained.digits, "--json").json
    assert shown["status"] == "finished"
    assert all(row.keys() == {"step", "epoch", "name", "value"} for row in shown["history"])
    accuracy = [row["value"] for row in shown["history"] if row["name"] == "val_accuracy"]
    assert len(accuracy) == 3
    assert max(accuracy) == shown["best_val_accuracy"]
    assert {row["name"] for row in shown["history"]} >= {"train_loss", "val_accuracy", "samples_per_second"}
    steps = [row["step"] for row in shown["history"] if row["name"] == "train_loss"]
    assert steps == list(range(1, shown["steps"] + 1))
    assert trained.digits[:8] in used("runs").out
    assert "test_accuracy" in used("show", trained.digits).out


def test_a_run_is_found_by_the_start_of_its_id_and_by_its_name(trained: TrainedRuns, used: Inside) -> None:
    name = trained.store.get(trained.reviews).name
    for given in (trained.reviews, trained.reviews[:4], name):
        assert used("show", given, "--json").json["run"] == trained.reviews
    for given in (trained.reviews[:3], "no such", "../store", name[:-1]):
        done = used("show", given)
        assert (done.status, done.out) == (1, "")
        assert "[P-NONE] No such run" in done.err


def test_a_name_that_two_runs_share(workspace: Path, inside: Inside, trained: TrainedRuns) -> None:
    store = Store(workspace)
    document = Predictor.of(trained.store, trained.digits).trained.document
    ids = [store.create(document, "twin").id for _ in range(2)]
    done = inside("show", "twin")
    assert done.status == 1
    assert done.err.startswith('[P-MANY] "twin" fits 2 runs')
    assert all(id[:8] in done.err for id in ids)


def test_evaluate(trained: TrainedRuns, used: Inside) -> None:
    done = netbuilder(trained.home, "evaluate", trained.digits, "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json == json.loads(json.dumps(evaluate(trained.store, trained.digits).to_json()))
    validation = used("evaluate", trained.digits, "--split", "validation", "--json").json
    assert validation["accuracy"] == trained.store.get(trained.digits).best_val_accuracy
    people = used("evaluate", trained.reviews)
    assert "positive" in people.out
    assert "Always the most frequent class" in people.out


def test_predict_files(trained: TrainedRuns, used: Inside, tmp_path: Path) -> None:
    predictor = Predictor.of(trained.store, trained.digits)
    raws, _labels = raws_of(predictor.trained.document, "test")
    files = [tmp_path / f"{at}.png" for at in range(3)]
    for file, raw in zip(files, raws, strict=False):
        Image.fromarray(raw.squeeze(-1)).save(file)
    done = netbuilder(trained.home, "predict", trained.digits, *map(str, files), "--json")
    assert (done.status, done.err) == (0, "")
    for item, file, expected in zip(done.json, files, predictor.predict(raws[:3]), strict=True):
        assert item["input"] == str(file)
        assert item["label"] == expected.label
        assert item["probabilities"] == pytest.approx(expected.probabilities, abs=1e-6)
        assert list(item["probabilities"]) == list(expected.probabilities)
    files[1].write_bytes(b"no image")
    mixed = used("predict", trained.digits, *map(str, [*files, tmp_path / "gone.png"]), "--json")
    assert mixed.status == 1
    assert [item.get("label") for item in mixed.json] == [done.json[0]["label"], None, done.json[2]["label"], None]
    assert [item.get("problem", {}).get("code") for item in mixed.json] == [None, "I-TYPE", None, "P-NONE"]
    assert "[I-TYPE]" in mixed.err
    assert "[P-NONE]" in mixed.err


def test_predict_texts(trained: TrainedRuns, used: Inside) -> None:
    texts = ["这家店的服务很好", "[bold]terrible[/bold]"]
    arguments = [part for text in texts for part in ("--text", text)]
    [first, second] = used("predict", trained.reviews, *arguments, "--json").json
    expected = Predictor.of(trained.store, trained.reviews).predict_texts(texts)
    for item, text, prediction in zip((first, second), texts, expected, strict=True):
        assert isinstance(prediction, Prediction)
        assert (item["input"], item["label"]) == (text, prediction.label)
    people = used("predict", trained.reviews, *arguments)
    assert all(text in people.out for text in texts)


def test_export(trained: TrainedRuns, used: Inside, tmp_path: Path) -> None:
    done = netbuilder(trained.home, "export", trained.digits, "--to", "python", "--out", "here", cwd=tmp_path)
    assert done.status == 0, done.err
    assert (tmp_path / "here" / "predict.py").is_file()
    again = used("export", trained.digits, "--to", "python", "--out", str(tmp_path / "here"))
    assert (again.status, again.err[:10]) == (1, "[P-EXISTS]")
    used("export", trained.digits, "--to", "safetensors", "--out", str(tmp_path / "w.safetensors"))
    pytest.importorskip("onnxruntime")
    used("export", trained.digits, "--to", "onnx", "--out", str(tmp_path / "w.onnx"))
    assert (tmp_path / "w.onnx").stat().st_size > 10_000
    assert (tmp_path / "w.safetensors").is_file()
