"""Tags as an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.entities import entity_spans, entity_types
from builder.data.fitting import divided_field
from builder.evaluation.trained import Trained


@dataclass(frozen=True)
class Span:
    """A token with its tag or an entity with its type: the part of a text from character `start` up to before `end`."""

    name: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Tagged:
    """A text with the tag of each token that the network saw, and the entities that the tags mark."""

    output: str
    target: str
    text: str
    tokens: tuple[Span, ...]
    entities: tuple[Span, ...]
    types: tuple[str, ...]  # the kinds of entities there may be

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints: tags by token, and entities; none where the tags mark none."""
        tokens = [{"token": one.text, "tag": one.name, "start": one.start, "end": one.end} for one in self.tokens]
        entities = [{"type": one.name, "text": one.text, "start": one.start, "end": one.end} for one in self.entities]
        return {"tags": tokens, **({"entities": entities} if self.types else {})}


def tagged(trained: Trained, answer: Answer, output: Tensor, raws: Mapping[str, Any]) -> list[Tagged]:
    """The texts with their tags, from what an Output gives to each sample. Shape: output (N, L, tags)"""
    name, field = divided_field(trained.preparation)
    classes = answer.target.classes
    types = entity_types(classes)
    found = []
    for row, raw in zip(output.argmax(2).numpy(), raws[name], strict=True):
        pieces = field.pieces(raw)
        tags = row[field.steps(len(pieces))].astype(np.int64)
        places = zip(tags.tolist(), pieces, pieces.places, strict=True)
        tokens = tuple(Span(classes[tag], token, *place) for tag, token, place in places)
        entities = []
        for _row, first, behind, kind in entity_spans(tags[None], classes).tolist():
            start, end = pieces.places[first][0], pieces.places[behind - 1][1]
            entities.append(Span(types[kind], pieces.text[start:end], start, end))
        found.append(Tagged(answer.id, answer.target.name, pieces.text, tokens, tuple(entities), tuple(types)))
    return found
