"""How tags are judged."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from builder.data.entities import NO_TOKEN, entity_spans, is_iob
from builder.training.scores.score import Sums

Counts = NDArray[np.int64]  # tokens, right ones, true entities, answered ones, ones in both


class Tags:
    """Token accuracy, and where tags mark entities their F1, by exact spans. Shape: (N, L, tags), (N, L)"""

    higher_is_better = True

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = classes
        self.metric = "entity_f1" if is_iob(classes) else "token_accuracy"

    def of(self, output: Tensor, y: Tensor) -> float:
        return _shares(_counts(output, y, self._classes))[self.metric]

    def sums(self) -> Sums:
        return _Counted(self._classes)


class _Counted:
    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = classes
        self._counts = np.zeros(5, np.int64)

    def add(self, output: Tensor, y: Tensor) -> None:
        self._counts += _counts(output, y, self._classes)

    def figures(self) -> dict[str, float]:
        found = _shares(self._counts)
        return found if is_iob(self._classes) else {"token_accuracy": found["token_accuracy"]}


def tags_of(output: Tensor, y: Tensor) -> NDArray[np.int64]:
    """The likeliest tags; where there is no token, none. Shape: (N, L, tags), (N, L) -> (N, L)"""
    true = y.cpu().numpy()
    return np.where(true == NO_TOKEN, NO_TOKEN, output.detach().float().cpu().numpy().argmax(-1))


def _counts(output: Tensor, y: Tensor, classes: Sequence[str]) -> Counts:
    true, answers = y.cpu().numpy(), tags_of(output, y)
    wanted, found = (set(map(tuple, entity_spans(tags, classes).tolist())) for tags in (true, answers))
    right = int(((answers == true) & (true != NO_TOKEN)).sum())
    return np.array([(true != NO_TOKEN).sum(), right, len(wanted), len(found), len(wanted & found)], np.int64)


def _shares(counted: Counts) -> dict[str, float]:
    tokens, right, wanted, found, both = counted.tolist()
    return {"token_accuracy": right / max(1, tokens), "entity_f1": 2 * both / max(1, wanted + found)}
