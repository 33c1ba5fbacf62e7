"""A reconstructed field as an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained
from builder.training.scores.input import errors, reconstructed


@dataclass(frozen=True)
class Restored:
    """A field as the network reconstructs it, in its own scale, beside what was given.

    `error` is the mean squared error, `familiar` the percentiles of those on the training part: by them one tells what
    is unlike all that was learned. There are none before the run is finished, and no error where the field was not
    given.
    """

    output: str
    target: str
    original: NDArray[Any] | None
    reconstruction: NDArray[Any]
    error: float | None
    familiar: Sequence[float] = ()

    @property
    def unlike(self) -> float | None:
        """The share of the training part that is reconstructed better."""
        if self.error is None or not len(self.familiar):
            return None
        return float(np.searchsorted(self.familiar, self.error)) / len(self.familiar)

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder predict --json` prints."""
        error = {"error": self.error, "error_percentile": None if self.unlike is None else 100 * self.unlike}
        return {**error, "reconstruction": self.reconstruction.tolist()}


def restorations(trained: Trained, answer: Answer, output: Tensor, given: Mapping[str, Any]) -> list[Restored]:
    """The reconstructions, from what an Output gives to each sample. Shape: output (N, ...)"""
    name, target = answer.target.name, answer.id
    field, familiar = trained.preparation.fields[name], trained.familiar.get(target, ())
    made = reconstructed(output, answer.loss)
    shown = field.back(made.numpy())
    if name not in given:
        return [Restored(target, name, None, one, None, familiar) for one in shown]
    x = torch.from_numpy(field.apply(given[name]))
    each = errors(made, x, torch.from_numpy(field.spread)).tolist()
    rows = zip(field.back(x.numpy()), shown, each, strict=True)
    return [Restored(target, name, *row, familiar) for row in rows]
