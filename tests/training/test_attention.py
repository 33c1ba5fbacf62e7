"""Networks of attention, trained on real data until they are clearly better than chance."""

from typing import Any

from builder.compiler.check import check
from builder.graph.document import Document
from builder.training import loop
from builder.training.events import EpochEnd, Finished
from tests.documents import chain, edited
from tests.training.networks import prepared, recipe

TWICE = {"op": "set_params", "node": "block1", "params": {"repeat": 2}}


def finished(document: Document, **settings: Any) -> tuple[Finished, list[EpochEnd]]:
    document = document.model_copy(update={"recipe": {"device": "cpu", **settings}})
    assert check(document).ok
    model, state = loop.start(document, recipe(document))
    events = list(loop.train(model, prepared(document), recipe(document), state))
    assert isinstance(events[-1], Finished)
    return events[-1], [event for event in events if isinstance(event, EpochEnd)]


def test_a_text_transformer_judges_reviews() -> None:
    document = edited(
        chain(
            ("Embedding", {"embedding_dim": 32}),
            "PositionalEncoding",
            ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 32}),
            "MeanOverTime",
            ("Linear", {"out_features": 2}),
            data="reviews",
        ),
        {"op": "group", "nodes": ["transformerencoderlayer1"]},
        TWICE,
    )
    end, epochs = finished(document, epochs=10, optimizer={"type": "Adam", "lr": 0.002})
    assert end.test["accuracy"] >= 0.7  # of two classes
    assert epochs[-1].train["loss"] < 0.5 * epochs[0].train["loss"]


def test_a_vision_transformer_reads_digits() -> None:
    document = edited(
        chain(
            ("PatchEmbedding", {"embed_dim": 32, "patch_size": 2}),
            "ClassToken",
            ("PositionalEncoding", {"kind": "learned"}),
            ("TransformerEncoderLayer", {"dim_feedforward": 64, "activation": "gelu", "norm_first": True}),
            "FirstStep",
            "LayerNorm",
            ("Linear", {"out_features": 10}),
        ),
        {"op": "group", "nodes": ["transformerencoderlayer1"]},
        TWICE,
    )
    end, _epochs = finished(document, epochs=5, batch_size=32, optimizer={"type": "Adam", "lr": 0.002})
    assert end.test["accuracy"] >= 0.7  # of ten classes
