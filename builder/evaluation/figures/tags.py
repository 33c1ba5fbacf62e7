"""Figures of tags: each token on its own, and entities by exact spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.entities import NO_TOKEN, entity_spans, entity_types, is_iob
from builder.data.fitting import divided_field
from builder.data.sources import Samples
from builder.data.sources.source import Index
from builder.evaluation.figures.category import ClassFigures
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function
from builder.training.scores.tags import tags_of


@dataclass(frozen=True)
class TagFigures:
    """One Output whose target is a tag for each token; only real tokens count.

    Those of entities are None where the tags mark none; one counts if its first and last token and its type are right.
    `classes` are the types of entities, or else the tags. Baselines give each token the tag that it has most often in
    the training part.
    """

    output: str
    target: str
    token_accuracy: float
    baseline_token_accuracy: float
    entity_precision: float | None
    entity_recall: float | None
    entity_f1: float | None
    baseline_entity_f1: float | None
    loss: float
    classes: tuple[ClassFigures, ...]


def tags(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> TagFigures:
    """How well an Output tags."""
    name, classes = answer.target.name, answer.target.classes
    true = samples.targets[name][index]
    loss = loss_function(answer.loss)(output, torch.from_numpy(true)).item()
    usual = _usual(trained, samples, index, name, len(classes))
    answers = tags_of(output, torch.from_numpy(true))
    return tag_figures(answer.id, name, answers, true, np.where(true == NO_TOKEN, NO_TOKEN, usual), classes, loss)


def _usual(trained: Trained, samples: Samples, index: Index, target: str, tags: int) -> NDArray[np.int64]:
    """The tag that each token has most often in the training part."""
    name, field = divided_field(trained.preparation)
    rows, train = cast(list[tuple[str, ...]], samples.inputs[name]), samples.parts["train"]
    tokens, right = field.apply([rows[at] for at in train]), samples.targets[target][train]
    real = right != NO_TOKEN
    seen = np.zeros((int(tokens.max()) + 1, tags), np.int64)
    np.add.at(seen, (tokens[real], right[real]), 1)
    most = np.where(seen.any(1), seen.argmax(1), seen.sum(0).argmax())
    found: NDArray[np.int64] = most[np.minimum(field.apply([rows[at] for at in index]), len(most) - 1)]
    return found


def tag_figures(
    output: str,
    target: str,
    answers: NDArray[np.int64],
    true: NDArray[np.int64],
    usual: NDArray[np.int64],
    classes: Sequence[str],
    loss: float,
) -> TagFigures:
    """All figures. Shape: answers, true and usual (N, L), -100 where there is no token."""
    real = true != NO_TOKEN
    each = _each_tag(answers[real], true[real], classes)
    precision = recall = f1 = usual_f1 = None
    if is_iob(classes):
        wanted, found, always = (_spans(tags, classes) for tags in (true, answers, usual))
        (precision, recall, f1), usual_f1 = _judged(wanted, found), _judged(wanted, always)[2]
        each = tuple(
            ClassFigures(name, *_judged(_of(wanted, at), _of(found, at)), support=len(_of(wanted, at)))
            for at, name in enumerate(entity_types(classes))
        )
    share, usually = (float((given == true)[real].mean()) for given in (answers, usual))
    return TagFigures(output, target, share, usually, precision, recall, f1, usual_f1, loss, each)


Spans = set[tuple[int, ...]]


def _spans(tags: NDArray[np.int64], classes: Sequence[str]) -> Spans:
    return set(map(tuple, entity_spans(tags, classes).tolist()))


def _of(spans: Spans, kind: int) -> Spans:
    return {span for span in spans if span[3] == kind}


def _judged(wanted: Spans, found: Spans) -> tuple[float, float, float]:
    """Precision, recall and F1; what cannot be divided counts as 0."""
    both = len(wanted & found)
    return both / max(1, len(found)), both / max(1, len(wanted)), 2 * both / max(1, len(found) + len(wanted))


def _each_tag(answers: NDArray[np.int64], true: NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassFigures, ...]:
    each = precision_recall_fscore_support(true, answers, labels=np.arange(len(classes)), zero_division=0.0)
    return tuple(map(ClassFigures, classes, *(values.tolist() for values in each)))
