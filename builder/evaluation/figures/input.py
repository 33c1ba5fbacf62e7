"""Figures of a field that is reconstructed, in its own scale; the loss is told in that in which it was learned."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index, chosen
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function
from builder.training.scores.input import errors, reconstructed

MOST = 10_000  # samples of the training part of which the mean is made
SHOWN = 10  # samples that are shown beside what was made of them
BATCH = 256


@dataclass(frozen=True)
class InputFigures:
    """One Output that reconstructs a field: mean squared errors, and those of always answering the mean of the training
    part. `originals` and `reconstructions` are some samples as they are shown. `worst` are the places, in the part, of
    those that are reconstructed worst, and their errors."""

    output: str
    target: str
    reconstruction_mse: float
    baseline_reconstruction_mse: float
    loss: float
    worst: tuple[tuple[int, float], ...]
    originals: NDArray[Any]
    reconstructions: NDArray[Any]
    worst_originals: NDArray[Any]
    worst_reconstructions: NDArray[Any]


def inputs(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> InputFigures:
    """How near to the field an Output's reconstructions are."""
    name = answer.target.name
    field = trained.preparation.fields[name]
    spread = torch.from_numpy(field.spread)
    mean = torch.from_numpy(_mean(trained, name, samples)).float()
    found, always, lost = [], [], 0.0
    for start in range(0, len(index), BATCH):
        right = torch.from_numpy(_prepared(trained, name, samples, index[start : start + BATCH]))
        own = output[start : start + BATCH]
        lost += loss_function(answer.loss)(own, right).item() * len(right)
        found.append(errors(reconstructed(own, answer.loss), right, spread))
        always.append(errors(mean.expand_as(right), right, spread))
    each = torch.cat(found).numpy()
    some = np.linspace(0, len(index) - 1, min(SHOWN, len(index))).astype(np.int64)
    worst = np.argsort(-each, kind="stable")[:SHOWN]

    def given(places: NDArray[np.int64]) -> NDArray[Any]:
        return field.back(_prepared(trained, name, samples, index[places]))

    def made(places: NDArray[np.int64]) -> NDArray[Any]:
        return field.back(reconstructed(output[torch.from_numpy(places)], answer.loss).numpy())

    return InputFigures(
        output=answer.id,
        target=name,
        reconstruction_mse=float(each.mean()),
        baseline_reconstruction_mse=float(torch.cat(always).mean()),
        loss=lost / len(index),
        worst=tuple((int(place), float(each[place])) for place in worst),
        originals=given(some),
        reconstructions=made(some),
        worst_originals=given(worst),
        worst_reconstructions=made(worst),
    )


def _prepared(trained: Trained, name: str, samples: Samples, index: Index) -> NDArray[Any]:
    return trained.preparation.apply({name: chosen(samples.inputs[name], index)})[name]


def _mean(trained: Trained, name: str, samples: Samples) -> NDArray[np.float64]:
    """The mean of the field over the training part, prepared."""
    train = samples.parts["train"]
    some = train[np.linspace(0, len(train) - 1, min(len(train), MOST)).astype(np.int64)]
    sums = 0.0
    for start in range(0, len(some), BATCH):
        sums = sums + _prepared(trained, name, samples, some[start : start + BATCH]).sum(axis=0, dtype=np.float64)
    return np.asarray(sums / len(some))
