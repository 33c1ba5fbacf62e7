import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from builder.evaluation.figures import CategoryFigures, Evaluation
from builder.evaluation.figures.category import category_figures

NAMES = ("cat", "dog", "eel")


def of(outputs: list[list[float]], labels: list[int], names: tuple[str, ...] = NAMES) -> CategoryFigures:
    return category_figures("output", "label", np.array(outputs, np.float32), np.array(labels, np.int64), names, 0.5)


def test_figures_of_a_case_worked_by_hand() -> None:
    found = of([[9, 0, 0], [9, 0, 0], [0, 9, 0], [9, 0, 0]], [0, 0, 1, 1])
    cat, dog, eel = found.classes
    assert (cat.precision, cat.recall, cat.support) == (pytest.approx(2 / 3), 1.0, 2)
    assert (dog.precision, dog.recall, dog.support) == (1.0, 0.5, 2)
    assert (found.accuracy, found.baseline, found.loss) == (0.75, 0.5, 0.5)
    # a class that never occurs is listed, and counts as 0 in the means
    assert (eel.name, eel.precision, eel.recall, eel.f1, eel.support) == ("eel", 0.0, 0.0, 0.0, 0)
    assert found.recall == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.confusion == ((2, 0, 0), (1, 1, 0), (0, 0, 0))


def test_top5_only_where_there_are_more_than_5_classes() -> None:
    outputs = np.random.default_rng(0).normal(size=(200, 7))
    labels = np.random.default_rng(1).integers(0, 7, 200)
    names = tuple("abcdefg")
    found = of(outputs.tolist(), labels.tolist(), names)
    assert found.top5_accuracy == pytest.approx(top_k_accuracy_score(labels, outputs, k=5, labels=range(7)))
    assert of([[1, 0, 0]], [0]).top5_accuracy is None


def test_as_json_it_is_plain_data() -> None:
    found = Evaluation("run", "test", 1, 0.5, (of([[9, 0, 0]], [0]),)).to_json()
    assert (found["run"], found["n"], found["accuracy"]) == ("run", 1, 1.0)
    assert "outputs" not in found
    assert found["classes"][0] == {"name": "cat", "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert type(found["confusion"][0][0]) is int
