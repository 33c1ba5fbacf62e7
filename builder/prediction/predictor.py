"""A trained network used on new inputs: files, typed text, numbers or drawings."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.evaluation.trained import Trained, Which
from builder.prediction.drawing import FILLS, from_drawing
from builder.runs.store import Store

BATCH = 64
Read = Callable[[Callable[[Problem], None]], Any]  # reads one raw, passing on notices


@dataclass(frozen=True)
class Prediction:
    """The answer for one input: probabilities in falling order, and its share of the time that its batch took."""

    input: str
    label: str
    probabilities: dict[str, float]
    milliseconds: float
    notices: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints for one input."""
        return {
            "input": self.input,
            "label": self.label,
            "probabilities": self.probabilities,
            "milliseconds": self.milliseconds,
            "notices": [str(notice) for notice in self.notices],
        }


class Predictor:
    """One run's network, loaded once; safe to use from many threads."""

    def __init__(self, trained: Trained) -> None:
        self.trained = trained
        self.preparation = trained.preparation
        self.classes = trained.classes

    @classmethod
    def of(cls, store: Store, run_id: str, which: Which = "best") -> "Predictor":
        """The predictor of a run, finished or still training.

        Raises: Error P-NONE (no such run), R-EARLY (nothing is saved yet), M-DAMAGED, and those of its data.
        """
        return cls(Trained.of(store, run_id, which))

    def predict(self, raws: Sequence[Any], names: Sequence[str] = ()) -> list[Prediction]:
        """Predictions for raw samples, as the preparation's `read` gives them, a batch at a time."""
        names = names or [str(number + 1) for number in range(len(raws))]
        found: list[Prediction] = []
        for start in range(0, len(raws), BATCH):
            batch = raws[start : start + BATCH]
            began = time.perf_counter()
            shares = self.trained.probabilities(self.trained.outputs(batch)).tolist()
            spent = 1000 * (time.perf_counter() - began) / len(batch)
            found += [self._prediction(name, row, spent) for name, row in zip(names[start:], shares, strict=False)]
        return found

    def predict_files(self, files: Iterable[tuple[str, bytes]]) -> list[Prediction | Problem]:
        """Predictions for (name, content); a file that cannot be used gives a Problem in its place."""

        def reading(name: str, content: bytes) -> Read:
            return lambda notify: self.preparation.read(content, name, notify)

        return self._each((name, reading(name, content)) for name, content in files)

    def predict_texts(self, texts: Iterable[str]) -> list[Prediction | Problem]:
        """Predictions for typed texts; one that cannot be used gives a Problem in its place."""

        def reading(text: str) -> Read:
            return lambda notify: self.preparation.read_text(text, notify)

        return self._each((text, reading(text)) for text in texts)

    def predict_vectors(self, rows: Iterable[Sequence[float]]) -> list[Prediction | Problem]:
        """Predictions for rows of numbers; one of the wrong length gives a Problem in its place."""
        return self.predict_texts(" ".join(str(float(value)) for value in row) for row in rows)

    def drawing(self, rgba: NDArray[np.uint8]) -> bytes | None:
        """A canvas drawing as an image file that looks like the run's training data; None when it is empty.

        Shape: (H, W, 4) uint8, white strokes on black
        """
        return from_drawing(rgba, FILLS.get(str(self.trained.document.data.get("source")), FILLS["mnist"]))

    def read(self, content: bytes, name: str) -> Any:
        """A raw sample from a file's content. Raises: Error of the preparation."""
        return self.preparation.read(content, name)

    def view(self, raw: Any) -> Any:
        """A raw sample as the network sees it."""
        return self.preparation.view(raw)

    def _each(self, inputs: Iterable[tuple[str, Read]]) -> list[Prediction | Problem]:
        raws: list[Any] = []
        names: list[str] = []
        notices: list[tuple[Problem, ...]] = []
        problems: dict[int, Problem] = {}
        for at, (name, read) in enumerate(inputs):
            heard: list[Problem] = []
            try:
                raws.append(read(heard.append))
            except Error as error:
                problems[at] = error.problems[0]
            else:
                names.append(name)
                notices.append(tuple(heard))
        predictions = iter(zip(self.predict(raws, names), notices, strict=True))
        return [
            problems[at] if at in problems else _with_notices(*next(predictions))
            for at in range(len(names) + len(problems))
        ]

    def _prediction(self, name: str, shares: list[float], milliseconds: float) -> Prediction:
        ranked = sorted(zip(self.classes, shares, strict=True), key=lambda pair: -pair[1])
        return Prediction(name, ranked[0][0], dict(ranked), milliseconds)


def _with_notices(prediction: Prediction, notices: tuple[Problem, ...]) -> Prediction:
    return Prediction(prediction.input, prediction.label, prediction.probabilities, prediction.milliseconds, notices)
