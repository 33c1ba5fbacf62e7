"""A trained network used on new inputs: files, typed text, numbers, drawings, rows of a table."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.columnar import Table
from builder.data.fitting import FieldPreparation, Raws
from builder.data.preparations.cells import given_cells
from builder.data.preparations.columns import ColumnsPreparation
from builder.data.preparations.index import IndexPreparation
from builder.evaluation.trained import Trained, Which
from builder.prediction.answers import Choice, Said, said
from builder.prediction.drawing import FILLS, from_drawing
from builder.runs.store import Store
from builder.training.decoding import BEAMS

BATCH = 64
TABULAR = (ColumnsPreparation, IndexPreparation)  # made of columns of a table
Notify = Callable[[Problem], None]
Read = Callable[[Notify], Any]  # reads one raw sample, passing on notices
Given = str | bytes | Mapping[str, str]  # of one field: typed text, a file's content, or cells of a table by column


@dataclass(frozen=True)
class Prediction:
    """What the network says to one input, Output by Output, and its share of the time that its batch took."""

    input: str
    answers: tuple[Said, ...]
    milliseconds: float
    notices: tuple[Problem, ...] = ()

    @property
    def label(self) -> str:
        """The likeliest class, of the first Output that answers with one; empty where none does."""
        return next((answer.label for answer in self.answers if isinstance(answer, Choice)), "")

    @property
    def probabilities(self) -> dict[str, float]:
        """The probabilities of that Output's classes, in falling order."""
        return next((answer.probabilities for answer in self.answers if isinstance(answer, Choice)), {})

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints for one input: the first Output, and of several all in `outputs`."""
        several = {answer.output: answer.to_json() for answer in self.answers} if len(self.answers) > 1 else None
        return {
            "input": self.input,
            **self.answers[0].to_json(),
            **({"outputs": several} if several else {}),
            "milliseconds": self.milliseconds,
            "notices": [str(notice) for notice in self.notices],
        }


class Predictor:
    """One run's network, loaded once; safe to use from many threads."""

    def __init__(self, trained: Trained) -> None:
        self.trained = trained
        self.beams = BEAMS  # texts that are followed at once where a text is the answer
        self.preparation = trained.preparation
        self.fields: dict[str, FieldPreparation] = {
            name: field
            for name, field in trained.preparation.fields.items()
            if any(entry.field == name for entry in trained.inputs)
        }  # those that the network reads
        self.classes = trained.classes

    @classmethod
    def of(cls, store: Store, run_id: str, which: Which = "best") -> "Predictor":
        """The predictor of a run, finished or still training.

        Raises: Error P-NONE (no such run), R-EARLY (nothing is saved yet), M-DAMAGED, and those of its data.
        """
        return cls(Trained.of(store, run_id, which))

    @property
    def only(self) -> FieldPreparation | None:
        """The preparation of the only field that the network reads; None where it reads several."""
        return next(iter(self.fields.values())) if len(self.fields) == 1 else None

    @property
    def reads_tables(self) -> bool:
        """Whether a file given to it is a table, a sample in each row."""
        return self.only is None or isinstance(self.only, TABULAR)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table that the network can read: those of its vector, and its texts by their names."""
        names: list[str] = []
        for name, field in self.fields.items():
            names += field.columns if isinstance(field, TABULAR) else [name]
        return tuple(names)

    def predict(self, raws: Raws, names: Sequence[str] = ()) -> list[Prediction]:
        """Predictions for raw samples, as the preparation's `read` gives them, a batch at a time.

        Params: `raws`, of each field those of all samples; of a network that reads one field, they alone.
        """
        given: Mapping[str, Any] = raws if isinstance(raws, Mapping) else {next(iter(self.fields)): raws}
        count = len(next(iter(given.values())))
        names = names or [str(number + 1) for number in range(count)]
        found: list[Prediction] = []
        for start in range(0, count, BATCH):
            batch = {name: rows[start : start + BATCH] for name, rows in given.items()}
            size = min(BATCH, count - start)
            began = time.perf_counter()
            outputs = self.trained.each(batch, self.beams)
            answers = [
                said(self.trained, answer, out, batch)
                for answer, out in zip(self.trained.answers, outputs, strict=True)
            ]
            spent = 1000 * (time.perf_counter() - began) / size
            rows = zip(*answers, strict=True)
            found += [Prediction(name, row, spent) for name, row in zip(names[start : start + size], rows, strict=True)]
        return found

    def predict_files(self, files: Iterable[tuple[str, bytes]]) -> list[Prediction | Problem]:
        """Predictions for (name, content); a file that cannot be used gives a Problem in its place."""
        return self._each((name, self._reading(self._sole(content), name)) for name, content in files)

    def predict_texts(self, texts: Iterable[str]) -> list[Prediction | Problem]:
        """Predictions for typed texts; one that cannot be used gives a Problem in its place."""
        return self._each((text, self._reading_typed(text)) for text in texts)

    def predict_vectors(self, rows: Iterable[Sequence[float]]) -> list[Prediction | Problem]:
        """Predictions for rows of numbers; one of the wrong length gives a Problem in its place."""
        return self.predict_texts(" ".join(str(float(value)) for value in row) for row in rows)

    def predict_given(
        self, samples: Iterable[Mapping[str, Given]], names: Sequence[str] = ()
    ) -> list[Prediction | Problem]:
        """Predictions for samples given by field; one that cannot be used gives a Problem in its place."""
        listed = list(samples)
        names = names or [str(number + 1) for number in range(len(listed))]
        return self._each((name, self._reading(given, name)) for name, given in zip(names, listed, strict=True))

    def predict_table(self, table: Table) -> list[Prediction | Problem]:
        """Predictions for the rows of a table with the columns of the training data; others are passed over.

        Raises: Error T-ROW when a column of text is not there, or none at all.
        """
        there = [name for name in self.columns if name in table.columns]
        texts = [name for name, field in self.fields.items() if not isinstance(field, TABULAR)]
        lacking = next((name for name in texts if name not in there), None)
        if lacking is not None or not there:
            text = _("The table has no column {name}; this network reads {names}. Name the columns as in its data.")
            names = ", ".join(quote(name, 30) for name in self.columns[:10])
            raise Error("T-ROW", text.format(name=quote(lacking or self.columns[0]), names=names))
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        lines = [_("line {line}").format(line=line) for line in table.lines]
        return self.predict_given((self.given(row) for row in rows), lines)

    def given(self, cells: Mapping[str, str]) -> dict[str, Given]:
        """Cells by column as what is given to each field."""
        return {
            name: dict(cells) if isinstance(field, TABULAR) else cells.get(name, "")
            for name, field in self.fields.items()
        }

    def drawing(self, rgba: NDArray[np.uint8]) -> bytes | None:
        """A canvas drawing as an image file that looks like the run's training data; None when it is empty.

        Shape: (H, W, 4) uint8, white strokes on black
        """
        return from_drawing(rgba, FILLS.get(str(self.trained.document.data.get("source")), FILLS["mnist"]))

    def read(self, content: bytes, name: str) -> Any:
        """A raw sample from a file's content, where the network reads one field. Raises: Error of the preparation."""
        return self._sole_field().read(content, name)

    def view(self, raw: Any) -> Any:
        """A raw sample as the network sees it, where the network reads one field."""
        return self._sole_field().view(raw)

    def _sole_field(self) -> FieldPreparation:
        if self.only is None:
            text = _("This network reads several fields, {names}. Give a table with these columns.")
            raise Error("T-FIELDS", text.format(names=", ".join(map(quote, self.columns[:10]))))
        return self.only

    def _sole(self, given: Given) -> dict[str, Given]:
        """What is given to the only field; a network that reads several says so when it is read."""
        return {next(iter(self.fields)): given} if self.only else {}

    def _reading_typed(self, text: str) -> Read:
        """Reads a text, or where the network reads several fields what it says of their columns."""
        if self.only is not None or "=" not in text:
            return self._reading(self._sole(text), text)
        return lambda notify: self._reading(self.given(given_cells(text, self.columns)), text)(notify)

    def _reading(self, given: Mapping[str, Given], name: str) -> Read:
        def read(notify: Notify) -> dict[str, Any]:
            if not given:
                self._sole_field()
            return {key: _raw(field, given[key], name, notify) for key, field in self.fields.items()}

        return read

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
        columns = {name: [raw[name] for raw in raws] for name in self.fields}
        predictions = iter(zip(self.predict(columns, names), notices, strict=True))
        return [
            problems[at] if at in problems else _with_notices(*next(predictions))
            for at in range(len(names) + len(problems))
        ]


def _raw(field: FieldPreparation, given: Given, name: str, notify: Notify) -> Any:
    if isinstance(given, bytes):
        return field.read(given, name, notify)
    if isinstance(given, str):
        return field.read_text(given, notify)
    assert isinstance(field, TABULAR)
    return field.row(given)


def _with_notices(prediction: Prediction, notices: tuple[Problem, ...]) -> Prediction:
    return Prediction(prediction.input, prediction.answers, prediction.milliseconds, notices)
