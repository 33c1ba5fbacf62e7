"""A run measured on a part of its data, with the test part locked until the run is finished."""

from typing import Any

import numpy as np
import torch

from builder.core.errors import Error
from builder.core.text import _
from builder.data.fields import Part
from builder.data.sources import Progress, Samples, parse_source, quiet
from builder.evaluation.metrics import Evaluation, figures
from builder.evaluation.trained import Trained
from builder.runs.store import Run, Store
from builder.training.losses import loss_function

BATCH = 256


def evaluate(store: Store, run_id: str, split: Part = "test", progress: Progress = quiet) -> Evaluation:
    """The figures of a run's best epoch on one part of its data.

    Raises: Error R-LOCKED (the test part of a run that is not finished), R-DATA (the data is not what it was),
    R-EMPTY (the part holds nothing), and those of `Trained.of` and of the data.
    """
    run = store.get(run_id)
    if split == "test" and run.status != "finished":
        text = _("The test part is locked until the run is finished; it is {status}. Evaluate the validation part.")
        raise Error("R-LOCKED", text.format(status=run.status))
    trained = Trained.of(store, run_id)
    samples = _samples(run, trained, progress)
    raws: Any = samples.of(split)
    labels = samples.labels[samples.parts[split]]
    if not len(labels):
        raise Error("R-EMPTY", _("The {part} part holds no samples. Choose another part.").format(part=split))
    batches = []
    for start in range(0, len(labels), BATCH):
        batches.append(trained.outputs(raws[start : start + BATCH]))
        progress(min(1.0, (start + BATCH) / len(labels)), _("Evaluating"))
    outputs = torch.cat(batches)
    loss = loss_function(trained.recipe.loss)(outputs, torch.from_numpy(labels)).item()
    return figures(run_id, split, outputs.numpy(), labels.astype(np.int64), trained.classes, loss)


def _samples(run: Run, trained: Trained, progress: Progress) -> Samples:
    """The very samples that the run was trained with."""
    source, problems = parse_source(trained.document.data)
    if source is None:
        raise Error.of(problems)
    samples = source.load(progress)
    if run.fingerprint not in (None, samples.fingerprint):
        text = _("The data has changed since this run began, so its parts are not the same. Put it back.")
        raise Error("R-DATA", text)
    return samples
