"""The loss that a recipe or an Output names, as a function of what the network answers and the target."""

from collections.abc import Callable
from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional as F

from builder.data.fields import TargetKind
from builder.graph.losses import (
    CrossEntropy,
    Focal,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    NegativeLogLikelihood,
)

LossFunction = Callable[[Tensor, Tensor], Tensor]
LEAST = 1e-7  # a probability of 0 would have an infinite logarithm


def loss_function(loss: Loss, kind: TargetKind = "category") -> LossFunction:
    """The mean loss of a batch.

    Shape: (N, classes), (N) -> () for categories; (N, C), (N, C) -> () for numbers; (N, U, tokens), (N, U) -> () for
    texts, the mean over their tokens without padding
    """
    match loss:
        case CrossEntropy() if kind == "text":
            smoothing = loss.label_smoothing
            return lambda output, y: F.cross_entropy(
                output.flatten(0, 1), y.flatten(), ignore_index=0, label_smoothing=smoothing
            )
        case CrossEntropy():
            return lambda output, y: F.cross_entropy(output, y, label_smoothing=loss.label_smoothing)
        case Focal():
            return lambda output, y: _focal(output, y, loss.gamma)
        case NegativeLogLikelihood():
            return lambda output, y: F.nll_loss(output.clamp_min(LEAST).log(), y)
        case MeanSquaredError():
            return F.mse_loss
        case MeanAbsoluteError():
            return F.l1_loss
        case Huber():
            return lambda output, y: F.huber_loss(output, y, delta=loss.delta)
        case _:
            assert_never(loss)


def _focal(output: Tensor, y: Tensor, gamma: float) -> Tensor:
    """(1 - p)^gamma * -log p. Source: Lin et al. 2017, arXiv:1708.02002, equation 4."""
    negative_log_p = F.cross_entropy(output, y, reduction="none")
    # for gamma < 1 the slope at p = 1 is infinite
    doubt = (-torch.expm1(-negative_log_p)).clamp_min(LEAST)
    return (doubt**gamma * negative_log_p).mean()
