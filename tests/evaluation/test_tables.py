"""A run on a table that says yes or no and finds labels: measured, asked, exported, the same by all."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from builder.data.tables import read_table
from builder.evaluation import BinaryFigures, LabelsFigures, evaluate
from builder.export import export
from builder.graph.document import Document
from builder.prediction import Choice, Prediction, Predictor
from builder.prediction.answers import LabelSet
from builder.runs.store import Store
from tests.export.test_export import alone
from tests.trained import finish_here

COLOURS = ("red", "green", "blue")


def rows(count: int) -> str:
    lines = ["when,colour,size,dear,tags"]
    for n in range(count):
        size = (n * 37) % 11
        tags = ";".join(name for name, there in (("big", size > 5), ("warm", n % 3 == 0)) if there)
        hour = 8 + n % 10
        dear = ("no", "yes")[(size > 5) != (n % 3 == 2)]
        lines.append(f"2024-03-{1 + n % 28:02} {hour:02}:00,{COLOURS[n % 3]},{size if n % 13 else ''},{dear},{tags}")
    return "\n".join(lines) + "\n"


def document(path: Path) -> Document:
    nodes = [
        ("numbers", "Input", {"field": "features"}),
        ("words", "Input", {"field": "categories"}),
        ("embedding", "Embedding", {"embedding_dim": 4}),
        ("flatten", "Flatten", {}),
        ("concat", "Concat", {}),
        ("hidden", "Linear", {"out_features": 24}),
        ("relu", "ReLU", {}),
        ("logit", "Linear", {"out_features": 1}),
        ("dear", "Output", {"target": "dear"}),
        ("logits", "Linear", {"out_features": 2}),
        ("tags", "Output", {"target": "tags"}),
    ]
    edges = [
        ("words", "embedding"), ("embedding", "flatten"), ("numbers", "concat"), ("flatten", "concat"),
        ("concat", "hidden"), ("hidden", "relu"), ("relu", "logit"), ("logit", "dear"),
        ("relu", "logits"), ("logits", "tags"),
    ]  # fmt: skip
    columns = {"dear": "target_yes_no", "tags": "target_labels"}
    data = {"source": "table", "path": str(path), "columns": columns, "categories": "indices"}
    graph = {
        "nodes": [{"id": id, "type": type, "params": params} for id, type, params in nodes],
        "edges": [{"source": source, "target": target} for source, target in edges],
    }
    recipe = {"epochs": 12, "batch_size": 32, "optimizer": {"type": "Adam", "lr": 0.02}, "device": "cpu"}
    return Document.model_validate({"title": "Shop", "data": data, "graph": graph, "recipe": recipe}, strict=False)


def test_all_ways_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text(rows(500))
    store = Store(tmp_path / "home")
    run = finish_here(store, document(tmp_path / "shop.csv"))
    found = evaluate(store, run.id)
    dear, tags = found.outputs
    assert isinstance(dear, BinaryFigures)
    assert isinstance(tags, LabelsFigures)
    assert dear.accuracy == pytest.approx(run.metrics["test_accuracy/dear"])
    assert dear.roc_auc == pytest.approx(run.metrics["test_roc_auc/dear"])
    assert dear.accuracy > 0.85 > dear.baseline
    assert dear.true_positive_rate[-1] == dear.false_positive_rate[-1] == 1.0
    assert (tags.f1_micro, tags.f1_macro, tags.exact_match) == pytest.approx(
        [run.metrics[f"test_{name}/tags"] for name in ("f1_micro", "f1_macro", "exact_match")]
    )
    assert tags.f1_micro > tags.baseline_f1_micro

    predictor = Predictor.of(store, run.id)
    source_rows = read_table(tmp_path / "shop.csv", name="shop.csv")
    predicted = predictor.predict_table(source_rows)
    chosen = [item.answers[0] for item in predicted if isinstance(item, Prediction)]
    sets = [item.answers[1] for item in predicted if isinstance(item, Prediction)]
    assert len(chosen) == 500
    samples = _test_part(predictor)
    shares = [answer.probabilities["yes"] for answer in chosen if isinstance(answer, Choice)]
    truth = [cell == "yes" for cell in source_rows.column("dear")]
    assert roc_auc_score([truth[at] for at in samples], [shares[at] for at in samples]) == pytest.approx(dear.roc_auc)
    found_sets = [answer.labels for answer in sets if isinstance(answer, LabelSet)]
    said = np.array([[label in own for label in ("big", "warm")] for own in found_sets])
    true = np.array([[label in cell.split(";") for label in ("big", "warm")] for cell in source_rows.column("tags")])
    assert f1_score(true[samples], said[samples], average="micro") == pytest.approx(tags.f1_micro)

    export(store, run.id, "python", tmp_path / "project")
    answers = alone(tmp_path / "project", str(tmp_path / "shop.csv"), cwd=tmp_path)
    assert [answer["probabilities"]["yes"] for answer in answers] == pytest.approx(shares, abs=1e-5)
    labels = [answer["outputs"]["tags"]["labels"] for answer in answers]
    assert labels == [list(own) for own in found_sets]
    store.close()


def _test_part(predictor: Predictor) -> list[int]:
    from builder.data.sources import parse_source

    source, _problems = parse_source(predictor.trained.document.data)
    assert source is not None
    return [int(at) for at in source.load().parts["test"]]
