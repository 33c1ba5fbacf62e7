"""A run measured on a part of its data, with the test part locked until the run is finished."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from builder.core.errors import Error
from builder.core.text import _
from builder.data.fields import Part
from builder.data.loading import load
from builder.data.sources import Progress, Samples, parse_source, quiet
from builder.evaluation.figures import Evaluation, figures
from builder.evaluation.trained import Texts, Trained
from builder.runs.store import Run, Store

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
    samples = samples_of(run, trained, progress)
    index = samples.parts[split]
    if not len(index):
        raise Error("R-EMPTY", _("The {part} part holds no samples. Choose another part.").format(part=split))
    raws = samples.of(split)
    batches = []
    for start in range(0, len(index), BATCH):
        batches.append(trained.each({name: rows[start : start + BATCH] for name, rows in raws.items()}))
        progress(min(1.0, (start + BATCH) / len(index)), _("Evaluating"))
    outputs = [_together(column) for column in zip(*batches, strict=True)]
    found = [
        figures(trained, answer, output, samples, index)
        for answer, output in zip(trained.answers, outputs, strict=True)
    ]
    loss = sum(answer.weight * one.loss for answer, one in zip(trained.answers, found, strict=True))
    return Evaluation(run_id, split, len(index), loss, tuple(found))


def _together(column: Sequence[Tensor | list[Texts]]) -> Any:
    """What an Output said to all samples, from what it said to each batch."""
    if isinstance(column[0], list):
        return [texts for batch in column for texts in batch]
    return torch.cat([batch for batch in column if isinstance(batch, Tensor)])


def samples_of(run: Run, trained: Trained, progress: Progress = quiet) -> Samples:
    """The very samples that the run was trained with. Raises: Error R-DATA, and those of the data."""
    source, problems = parse_source(trained.document.data)
    if source is None:
        raise Error.of(problems)
    samples = load(source, progress)
    if run.fingerprint not in (None, samples.fingerprint):
        text = _("The data has changed since this run began, so its parts are not the same. Put it back.")
        raise Error("R-DATA", text)
    return samples
