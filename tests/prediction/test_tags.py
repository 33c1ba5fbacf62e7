"""Tags as answers: what Predict says is what evaluation measured, and what the exported project says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.core.errors import Problem
from builder.data.entities import entity_types
from builder.evaluation import TagFigures, evaluate
from builder.export import export
from builder.prediction import Predictor
from builder.prediction.answers import Tagged
from builder.prediction.predictor import Prediction
from builder.runs.store import Run, Store
from tests.data.sets import source_of
from tests.trained import example, finish_here

TEXT = "Anna Marlinby works for Corfenton Bank in  New Torwell."


@pytest.fixture(scope="module")
def tagging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Run]]:
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("tagging")
    patch.setenv("NETBUILDER_HOME", str(home))
    store = Store(home)
    document = example(
        "entities-bilstm", "recipe.epochs=3", 'recipe.device="cpu"', 'data.padding_side="right"', "data.max_length=12"
    )
    yield store, finish_here(store, document)
    store.close()
    patch.undo()


def said(found: Prediction | Problem) -> Tagged:
    assert isinstance(found, Prediction)
    [answer] = found.answers
    assert isinstance(answer, Tagged)
    return answer


def test_predict_says_of_the_test_part_what_evaluation_measured(tagging: tuple[Store, Run]) -> None:
    store, run = tagging
    predictor = Predictor.of(store, run.id)
    figures = evaluate(store, run.id).outputs[0]
    assert isinstance(figures, TagFigures)
    samples = source_of(**predictor.trained.document.data).load()
    answers = [said(found) for found in predictor.predict(samples.of("test"))]
    rows = samples.labels[samples.parts["test"]]
    right = tokens = both = wanted = 0
    for row, answer in zip(rows, answers, strict=True):
        true = [samples.classes[tag] for tag in row.tolist() if tag >= 0]
        given = [token.name for token in answer.tokens]
        right += sum(a == b for a, b in zip(true, given, strict=True))
        tokens += len(true)
        spans = _spans(true)
        wanted += len(spans)
        both += len(spans & _spans(given))
    found = sum(len(answer.entities) for answer in answers)
    assert figures.token_accuracy == pytest.approx(right / tokens)
    assert figures.entity_f1 == pytest.approx(2 * both / (wanted + found))
    assert figures.entity_f1 == pytest.approx(run.metrics["test_entity_f1"])
    assert run.best_metric == "val_entity_f1"
    assert [one.name for one in figures.classes] == entity_types(samples.classes)
    assert (figures.baseline_entity_f1 or 0) < (figures.entity_f1 or 0)


def _spans(tags: list[str]) -> set[tuple[int, int, str]]:
    """Entities in IOB2, one token at a time."""
    spans: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        if tag == "O":
            continue
        goes_on = tag[0] == "I" and spans and spans[-1][1] == at and spans[-1][2] == tag[2:]
        spans = [*spans[:-1], (spans[-1][0], at + 1, tag[2:])] if goes_on else [*spans, (at, at + 1, tag[2:])]
    return set(spans)


def test_typed_text_gets_tags_with_the_places_of_its_characters(tagging: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = tagging
    [found] = Predictor.of(store, run.id).predict_texts([TEXT])
    plain = said(found).to_json()
    assert [token["token"] for token in plain["tags"]] == TEXT.replace(".", " .").split()
    assert all(TEXT[one["start"] : one["end"]] == one["token"] for one in plain["tags"])
    assert plain["entities"]
    assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in plain["entities"])
    export(store, run.id, "python", tmp_path / "project")
    command = [sys.executable, "predict.py", "--text", TEXT]
    done = subprocess.run(command, cwd=tmp_path / "project", capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [{"input": TEXT, **plain}]


def test_a_long_text_and_one_without_tokens(tagging: tuple[Store, Run]) -> None:
    store, run = tagging
    long, nothing = Predictor.of(store, run.id).predict_texts([TEXT * 100_000, " "])
    assert isinstance(long, Prediction)
    assert [notice.message for notice in long.notices] == ["Only the first 12 tokens were used."]
    assert len(said(long).tokens) == 12
    assert said(nothing).to_json() == {"tags": [], "entities": []}
