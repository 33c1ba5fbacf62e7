import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from builder.core.errors import Problem
from builder.prediction import Prediction, Predictor
from builder.runs.store import Store
from tests.trained import TrainedRuns, example, finish, raws_of


@pytest.fixture(scope="module")
def digits(trained: TrainedRuns) -> Predictor:
    return Predictor.of(trained.store, trained.digits)


@pytest.fixture(scope="module")
def reviews(trained: TrainedRuns) -> Predictor:
    return Predictor.of(trained.store, trained.reviews)


def png(raw: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(raw.squeeze(-1)).save(file, "PNG")
    return file.getvalue()


def predictions(results: list[Prediction | Problem]) -> list[Prediction]:
    assert all(isinstance(result, Prediction) for result in results), results
    return [result for result in results if isinstance(result, Prediction)]


def test_probabilities_sum_to_1_and_fall(digits: Predictor) -> None:
    raws, _labels = raws_of(digits.trained.document, "test")
    for prediction in digits.predict(raws[:20]):
        shares = list(prediction.probabilities.values())
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)
        assert prediction.label == next(iter(prediction.probabilities))
        assert set(prediction.probabilities) == set(digits.classes)
        assert prediction.milliseconds > 0


def test_an_image_file_is_predicted_as_its_sample_is(digits: Predictor) -> None:
    raws, _labels = raws_of(digits.trained.document, "test")
    from_files = predictions(digits.predict_files((f"{at}.png", png(raw)) for at, raw in enumerate(raws[:10])))
    for of_file, of_sample in zip(from_files, digits.predict(raws[:10]), strict=True):
        assert of_file.probabilities == pytest.approx(of_sample.probabilities, abs=1e-6)
    assert [prediction.input for prediction in from_files] == [f"{at}.png" for at in range(10)]


def test_a_bad_file_gives_a_problem_in_its_place_and_the_rest_is_predicted(digits: Predictor) -> None:
    raws, _labels = raws_of(digits.trained.document, "test")
    files = [(f"{at}.png", png(raw)) for at, raw in enumerate(raws[:150])]  # more than two batches
    bad = {0: b"", 70: b"<svg/>", 149: files[149][1][:40]}
    results = digits.predict_files((name, bad.get(at, content)) for at, (name, content) in enumerate(files))
    assert [at for at, result in enumerate(results) if isinstance(result, Problem)] == list(bad)
    assert [result.code for result in results if isinstance(result, Problem)] == ["I-BAD", "I-TYPE", "I-BAD"]
    whole = predictions(digits.predict_files(files))
    for at, result in enumerate(results):
        if isinstance(result, Prediction):
            assert (result.input, result.label) == (whole[at].input, whole[at].label)


def test_nothing_gives_nothing(digits: Predictor) -> None:
    assert digits.predict([]) == []
    assert digits.predict_files([]) == []


def test_texts_in_two_languages(reviews: Predictor) -> None:
    raws, _labels = raws_of(reviews.trained.document, "test")
    chinese = next(raw for raw in raws if any("\u4e00" <= c <= "\u9fff" for c in raw))
    english = next(raw for raw in raws if raw.isascii())
    found = predictions(reviews.predict_texts([chinese, english, ""]))
    assert [prediction.input for prediction in found] == [chinese, english, ""]
    assert [p.label for p in found[:2]] == [p.label for p in reviews.predict([chinese, english])]


def test_what_is_wrong_with_a_text_is_said(reviews: Predictor) -> None:
    broken, long = reviews.predict_texts(["half \ud800", "very " * 100_000])
    assert isinstance(broken, Problem)
    assert broken.code == "T-TEXT"
    assert isinstance(long, Prediction)
    assert [notice.code for notice in long.notices] == ["T-LONG"]
    assert "Only the first 32 tokens were used." in long.to_json()["notices"][0]


def test_the_view_is_what_the_network_gets(digits: Predictor, reviews: Predictor) -> None:
    large = Image.new("RGB", (300, 200), "white")
    file = io.BytesIO()
    large.save(file, "PNG")
    raw = digits.read(file.getvalue(), "white.png")
    assert digits.view(raw).shape == (8, 8, 1)
    assert digits.view(raw).min() == 255
    assert reviews.view("Good, 很好") == reviews.view("good, 很好")
    assert len(reviews.view("Good, 很好")) == 4


def test_images_take_no_text(digits: Predictor) -> None:
    [problem] = digits.predict_texts(["seven"])
    assert isinstance(problem, Problem)
    assert "reads images, not text" in problem.message


def test_a_run_is_of_use_when_its_data_is_gone(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "moods.csv"
    rows = [f"{word} day number {i},{label}" for i in range(20) for word, label in (("good", "glad"), ("bad", "sad"))]
    table.write_text("\n".join(["text,label", *rows]))
    store = Store(workspace)
    data = json.dumps({"source": "text-table", "path": str(table)})
    run = finish(store, example("sentiment-mlp", f"data={data}", "recipe.epochs=120"))[0]
    table.unlink()
    predictor = Predictor.of(store, run.id)
    assert predictor.classes == ("glad", "sad")
    assert [found.label for found in predictor.predict_texts(["a good day", "a bad day"])] == ["glad", "sad"]  # type: ignore[union-attr]
    store.close()
