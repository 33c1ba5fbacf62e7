"""A run's network ready for use: its frozen document, its own preparation, its weights and what it answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.report import Answer, Entry
from builder.compiler.source import write
from builder.core.errors import Error
from builder.core.text import _
from builder.data.fields import DataSpec
from builder.data.fitting import Preparation, Raws, from_json
from builder.graph.document import Document
from builder.graph.document import read as document_of
from builder.graph.recipe import Recipe
from builder.runs.folder import FAMILIAR, RunFolder
from builder.runs.store import Run, Store
from builder.training import checkpoint
from builder.training.decoding import BEAMS, Read, Reader, begun, read

Which = Literal["best", "last"]
Texts = dict[str, float]  # what may be the answer to one sample, each with its probability, the likeliest first


@dataclass(frozen=True)
class Trained:
    """Everything that a run learned, on the CPU and in evaluation mode.

    `inputs` and `answers` are what the network takes and gives; `source` is the network as Python; `familiar` are, of
    each Output that reconstructs, the percentiles of its errors on the training part, once the run is finished.
    """

    run: Run
    document: Document
    recipe: Recipe
    spec: DataSpec
    preparation: Preparation
    inputs: tuple[Entry, ...]
    answers: tuple[Answer, ...]
    source: str
    model: nn.Module
    familiar: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, store: Store, run_id: str, which: Which = "best") -> "Trained":
        """What a run has learned so far, by its best epoch or its last checkpoint.

        Raises: Error P-NONE (no such run), R-EARLY (nothing is saved yet), M-DAMAGED, and those of its data.
        """
        run = store.get(run_id)
        folder = RunFolder(store.home, run_id)
        weights = _weights(folder, store, run, which)
        document = document_of(folder.read("document.json"))
        report = check(document, DataSpec.from_json(folder.read("data.json")))
        if not report.ok or report.data is None or report.recipe is None:
            raise Error.of(report.errors)
        source = write(report, document.title)
        model = from_source(source)
        model.load_state_dict(weights)
        preparation = from_json(folder.read("preparation.json"))
        args = (run, document, report.recipe, report.data, preparation, report.inputs, report.outputs, source)
        return cls(*args, model.eval(), _familiar(folder))

    @property
    def classes(self) -> tuple[str, ...]:
        """Those of the first answer; none when it is a number."""
        return self.answers[0].target.classes

    @property
    def gives_probabilities(self) -> bool:
        """Whether the first answer comes from a Softmax, so that it is no logits."""
        return self.answers[0].probabilities

    def arguments(self, raws: Raws, right: Mapping[str, Tensor] | None = None) -> tuple[Tensor, ...]:
        """What the network takes for one batch of raw samples: of each field, or of the only one.

        Params: `right`, of each text that it has to answer and that enters it, what it has learned; left out, nothing
        but the beginning enters.
        """
        fields = self.preparation.apply(raws)
        samples = len(next(iter(fields.values())))
        return tuple(
            begun(right[entry.field] if right else self._nothing(entry.field, samples))
            if entry.forced
            else torch.from_numpy(fields[entry.field])
            for entry in self.inputs
        )

    def _nothing(self, target: str, samples: int) -> Tensor:
        """Texts that end at once."""
        empty = self.preparation.answer(target, np.array([""] * samples, object))
        return torch.from_numpy(empty)

    def outputs(self, raws: Raws, right: Mapping[str, Tensor] | None = None) -> Any:
        """What the network gives to one batch of raw samples: a tensor, or of several Outputs a tuple."""
        with torch.inference_mode():
            return self.model(*self.arguments(raws, right))

    def each(self, raws: Raws, beams: int = BEAMS) -> tuple[Tensor | list[Texts], ...]:
        """What each Output says: its numbers, or of one that answers with texts, for each sample the likeliest."""
        given = self.arguments(raws)
        several = len(self.answers) > 1
        with torch.inference_mode():
            made = self.model(*given)
            outputs: tuple[Tensor, ...] = made if several else (made,)
            if all(answer.target.kind != "text" for answer in self.answers):
                return outputs
            reader = Reader(self.model, self.inputs, given, several)
            return tuple(
                self._texts(answer, read(reader, at, answer, output, beams)) if answer.target.kind == "text" else output
                for at, (answer, output) in enumerate(zip(self.answers, outputs, strict=True))
            )

    def _texts(self, answer: Answer, found: Read) -> list[Texts]:
        """For each sample the texts that were found, each once, with their shares, in falling order."""
        words = self.preparation.texts(answer.target.name)
        listed: list[Texts] = []
        for rows, shares in zip(found.tokens.tolist(), found.shares.tolist(), strict=True):
            kept: Texts = {}
            for text, share in zip(words.texts(rows), shares, strict=True):
                if share > 0 or not kept:
                    kept.setdefault(text, share)
            listed.append(kept)
        return listed

    def probabilities(self, output: Tensor, answer: Answer | None = None) -> Tensor:
        """An answer to a category as shares that sum to 1. Shape: (N, classes) -> the same."""
        answer = answer or self.answers[0]
        return output if answer.probabilities else output.softmax(1)

    def weights(self) -> dict[str, Tensor]:
        """The weights under the names that the source gives them."""
        return {name: tensor.contiguous() for name, tensor in self.model.state_dict().items()}


def _familiar(folder: RunFolder) -> dict[str, list[float]]:
    try:
        kept: dict[str, list[float]] = json.loads(folder.read(FAMILIAR))
    except FileNotFoundError:
        return {}
    return kept


def _weights(folder: RunFolder, store: Store, run: Run, which: Which) -> dict[str, Tensor]:
    if not store.checkpoints(run.id):
        waiting = _("This run has no checkpoint yet. Wait until its first epoch is done, then try again.")
        over = _("This run has no checkpoint: it ended before the first was saved. Train it again.")
        raise Error("R-EARLY", waiting if run.active else over)
    return checkpoint.weights(folder, store, which)
