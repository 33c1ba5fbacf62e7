"""A run's network ready for use: its frozen document, its own preparation, its weights and its classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.source import write
from builder.core.errors import Error
from builder.core.text import _
from builder.data.fields import DataSpec
from builder.data.preparation import ImagePreparation, TextPreparation, VectorPreparation, from_json
from builder.graph.document import Document, read
from builder.graph.recipe import Recipe
from builder.runs.folder import RunFolder
from builder.runs.store import Run, Store
from builder.training import checkpoint

Which = Literal["best", "last"]


@dataclass(frozen=True)
class Trained:
    """Everything that a run learned, on the CPU and in evaluation mode.

    `source` is the network as Python; `gives_probabilities` says that it ends in Softmax, so its outputs are no logits.
    """

    run: Run
    document: Document
    recipe: Recipe
    preparation: ImagePreparation | TextPreparation | VectorPreparation
    classes: tuple[str, ...]
    source: str
    gives_probabilities: bool
    model: nn.Module

    @classmethod
    def of(cls, store: Store, run_id: str, which: Which = "best") -> "Trained":
        """What a run has learned so far, by its best epoch or its last checkpoint.

        Raises: Error P-NONE (no such run), R-EARLY (nothing is saved yet), M-DAMAGED, and those of its data.
        """
        run = store.get(run_id)
        folder = RunFolder(store.home, run_id)
        weights = _weights(folder, store, run, which)
        document = read(folder.read("document.json"))
        report = check(document, DataSpec.from_json(folder.read("data.json")))
        if not report.ok or report.data is None or report.recipe is None:
            raise Error.of(report.errors)
        source = write(report, document.title)
        model = from_source(source)
        model.load_state_dict(weights)
        return cls(
            run,
            document,
            report.recipe,
            from_json(folder.read("preparation.json")),
            report.data.target.classes,
            source,
            type(report.last).__name__ == "Softmax",
            model.eval(),
        )

    def outputs(self, raws: Sequence[Any]) -> Tensor:
        """What the network answers to one batch of raw samples. Shape: (N, classes)."""
        with torch.inference_mode():
            answer: Tensor = self.model(torch.from_numpy(self.preparation.apply(raws)))
        return answer

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Outputs as shares that sum to 1. Shape: (N, classes) -> the same."""
        return outputs if self.gives_probabilities else outputs.softmax(1)

    def weights(self) -> dict[str, Tensor]:
        """The weights under the names that the source gives them."""
        return {name: tensor.contiguous() for name, tensor in self.model.state_dict().items()}


def _weights(folder: RunFolder, store: Store, run: Run, which: Which) -> dict[str, Tensor]:
    if not store.checkpoints(run.id):
        waiting = _("This run has no checkpoint yet. Wait until its first epoch is done, then try again.")
        over = _("This run has no checkpoint: it ended before the first was saved. Train it again.")
        raise Error("R-EARLY", waiting if run.active else over)
    return checkpoint.weights(folder, store, which)
