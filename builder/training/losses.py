"""The loss that a recipe or an Output names, as a function of what the network answers and the target."""

from collections.abc import Callable
from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional as F

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


def loss_function(loss: Loss) -> LossFunction:
    """The mean loss of a batch; cross-entropy passes over the tokens whose tag is -100.

    Shape: (N, classes), (N) -> () for categories; (N, L, tags), (N, L) -> () for tags; (N, C), (N, C) -> () for
    numbers.
    """
    match loss:
        case CrossEntropy():
            return lambda output, y: F.cross_entropy(
                output.flatten(0, -2), y.flatten(), label_smoothing=loss.label_smoothing
            )
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
