"""Small networks that train in a moment."""

from typing import Any

from builder.data.batches import Prepared, prepare
from builder.data.sources import parse_source
from builder.graph.document import Document
from builder.graph.recipe import Recipe
from tests.documents import chain

SGD = {"type": "SGD", "lr": 0.05, "momentum": 0.9}


def cnn(limit: int = 200, *, wide: bool = False, **recipe: Any) -> Document:
    """A CNN with everything that has a state: batch statistics, dropout, momentum."""
    document = chain(
        ("Conv2d", {"out_channels": 256 if wide else 8}),
        "BatchNorm2d",
        "ReLU",
        "Flatten",
        ("Dropout", {"p": 0.3}),
        ("Linear", {"out_features": 10}),
        limit=limit,
    )
    return document.model_copy(update={"recipe": {"batch_size": 16, "epochs": 3, "device": "cpu"} | recipe})


def exploding(limit: int = 100) -> Document:
    """A network whose loss is soon no number."""
    layers = [("Linear", {"out_features": width}) for width in (32, 32, 10)]
    rate = {"type": "SGD", "lr": 100.0}
    return chain("Flatten", *layers, limit=limit).model_copy(update={"recipe": {"optimizer": rate, "device": "cpu"}})


def prepared(document: Document) -> Prepared:
    """The data of a document."""
    source, problems = parse_source(document.data)
    assert source is not None, problems
    return prepare(source)


def recipe(document: Document) -> Recipe:
    """The checked recipe of a document."""
    return Recipe.model_validate(document.recipe)
