"""A run that answers with texts, used: measured, asked, exported, from the command line too."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from builder.data.sources import parse_source
from builder.evaluation import TextFigures, evaluate
from builder.export import export
from builder.prediction import Prediction, Predictor, Words
from builder.runs.store import Store
from tests.cli.commands import Inside
from tests.export.test_export import alone
from tests.trained import TrainedRuns, example, finish_here

ASKED = ("She will buy a hat tomorrow.", "Do they wash the dog?", "I")


@pytest.fixture(scope="module")
def phrases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainedRuns]:
    store = Store(tmp_path_factory.mktemp("phrases"))
    run = finish_here(store, example("translate-seq2seq", "recipe.epochs=4", "data.limit=1600", 'recipe.device="cpu"'))
    yield TrainedRuns(store, run.id, run.id)
    store.close()


@pytest.fixture(scope="module")
def predictor(phrases: TrainedRuns) -> Predictor:
    return Predictor.of(phrases.store, phrases.digits)


def said(predictions: list[object]) -> list[Words]:
    found = [prediction.answers[0] for prediction in predictions if isinstance(prediction, Prediction)]
    assert len(found) == len(predictions)
    return [answer for answer in found if isinstance(answer, Words)]


def test_figures_are_what_every_single_prediction_says(phrases: TrainedRuns, predictor: Predictor) -> None:
    found = evaluate(phrases.store, phrases.digits)
    metrics = phrases.store.get(phrases.digits).metrics
    [figures] = found.outputs
    assert isinstance(figures, TextFigures)
    assert figures.loss == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert figures.bleu > 60 > 20 > figures.baseline_bleu
    assert figures.cer < 0.3 < figures.baseline_cer
    source, _problems = parse_source(predictor.trained.document.data)
    assert source is not None
    samples = source.load()
    answers = said([*predictor.predict_texts(samples.of("test")["text"])])
    right = predictor.preparation.texts("translation").plain(samples.labels[samples.parts["test"]])
    exact = sum(answer.text == truth for answer, truth in zip(answers, right, strict=True)) / len(right)
    assert figures.exact == pytest.approx(exact)
    given = dict(zip(samples.of("test")["text"], answers, strict=True))
    assert all(given[one.source].text == one.given for one in figures.examples)


def test_a_text_comes_with_others_that_were_followed(predictor: Predictor) -> None:
    for answer in said([*predictor.predict_texts(ASKED)]):
        assert answer.text
        assert 0 < answer.share <= 1
        assert 1 <= len(answer.others) < predictor.beams
        assert answer.text not in answer.others
        assert all(a >= b for a, b in pairwise(answer.others.values()))


def test_one_beam_takes_the_likeliest_token_at_each_step(phrases: TrainedRuns) -> None:
    predictor = Predictor.of(phrases.store, phrases.digits)
    predictor.beams = 1
    trained = predictor.trained
    words = trained.preparation.texts("translation")
    for text, answer in zip(ASKED, said([*predictor.predict_texts(ASKED)]), strict=True):
        tokens = [2]
        source = torch.from_numpy(trained.preparation.apply([text])["text"])
        while len(tokens) <= words.max_length and tokens[-1] != 3:
            begun = torch.tensor([tokens + [0] * (words.max_length + 1 - len(tokens))])
            with torch.no_grad():
                scores = trained.model(source, begun)[0, len(tokens) - 1]
            scores[:3] = -torch.inf  # padding, unknown and beginning are never said
            tokens.append(int(scores.argmax()))
        assert [answer.text] == words.texts([tokens])
        assert answer.others == {}


def test_a_project_writes_the_same_texts_alone(phrases: TrainedRuns, predictor: Predictor, tmp_path: Path) -> None:
    export(phrases.store, phrases.digits, "python", tmp_path / "project")
    asked = [word for text in ASKED for word in ("--text", text)]
    answers = alone(tmp_path / "project", *asked, cwd=tmp_path)
    for answer, expected in zip(answers, said([*predictor.predict_texts(ASKED)]), strict=True):
        assert answer["text"] == expected.text
        assert answer["probability"] == pytest.approx(expected.share, abs=1e-6)
        assert answer["others"] == pytest.approx(expected.others, abs=1e-6)


def test_from_the_command_line(
    phrases: TrainedRuns, predictor: Predictor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    netbuilder = Inside(phrases.home, monkeypatch, capsys)
    [answer] = said([*predictor.predict_texts(ASKED[:1])])
    assert netbuilder("predict", phrases.digits, "--text", ASKED[0], "--json").json[0]["text"] == answer.text
    assert answer.text in netbuilder("predict", phrases.digits, "--text", ASKED[0]).out
    greedy = netbuilder("predict", phrases.digits, "--text", ASKED[0], "--beams", "1", "--json").json[0]
    assert greedy["others"] == {}
    assert "BLEU" in netbuilder("evaluate", phrases.digits).out
