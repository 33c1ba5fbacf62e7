"""The loss that a recipe or an Output names, as a function of what the network answers and the target."""

from collections.abc import Callable, Sequence
from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional as F

from builder.data.fields import TargetKind
from builder.graph.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Ctc,
    Focal,
    Huber,
    KullbackLeibler,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    NegativeLogLikelihood,
    Nothing,
    PairwiseRanking,
)
from builder.training.alignment import ctc_loss

LossFunction = Callable[[Tensor, Tensor], Tensor]
LEAST = 1e-7  # a probability of 0 would have an infinite logarithm


def loss_function(loss: Loss, counts: Sequence[int] = (), kind: TargetKind = "category") -> LossFunction:
    """The mean loss of a batch; cross-entropy passes over the tokens whose tag is -100.

    Shape: (N, classes), (N) or shares (N, classes) -> () for categories; (N, L, tags), (N, L) -> () for tags;
    (N, C), (N, C) -> () for all else but texts: (N, U, tokens), (N, U) -> (), the mean over their tokens without
    padding
    Params: counts, the samples of each class in the training part, by which classes are balanced
    """
    match loss:
        case CrossEntropy() if kind == "text":
            smoothing = loss.label_smoothing
            return lambda output, y: F.cross_entropy(
                output.flatten(0, 1), y.flatten(), ignore_index=0, label_smoothing=smoothing
            )
        case CrossEntropy():
            return _cross_entropy(loss, balanced(counts) if loss.class_weights == "balanced" else None)
        case Focal():
            return lambda output, y: _focal(output, y, loss.gamma)
        case NegativeLogLikelihood():
            return lambda output, y: _nll(output.clamp_min(LEAST).log(), y)
        case Ctc():
            return ctc_loss
        case BinaryCrossEntropy():
            return _binary_cross_entropy(loss)
        case MeanSquaredError():
            return F.mse_loss
        case MeanAbsoluteError():
            return F.l1_loss
        case Huber():
            return lambda output, y: F.huber_loss(output, y, delta=loss.delta)
        case PairwiseRanking():
            return _pairwise
        case KullbackLeibler():
            return lambda output, _y: _divergence(output)
        case Nothing():
            return lambda output, _y: output.new_zeros(())
        case _:
            assert_never(loss)


def _pairwise(output: Tensor, liked: Tensor) -> Tensor:
    """-log sigmoid of how far a liked item stands above another. Shape: (2N, 1), (N, 1) of 1 where liked, else 0

    Source: Rendle et al. 2009, arXiv:1205.2618, section 4.1.
    """
    apart = output[: len(liked)] - output[len(liked) :]
    return (liked * F.softplus(-apart)).mean()


def balanced(counts: Sequence[int]) -> Tensor:
    """Weights of classes under which each counts the same; as scikit-learn's "balanced" weighs them."""
    found = torch.tensor(counts, dtype=torch.float32).clamp_min(1)
    return found.sum() / (len(found) * found)


def _cross_entropy(loss: CrossEntropy, weight: Tensor | None) -> LossFunction:
    def cross_entropy(output: Tensor, y: Tensor) -> Tensor:
        # the training part may lack the last tags; it has every category
        fill = (0, output.shape[-1] - len(weight)) if weight is not None else (0, 0)
        weights = F.pad(weight.to(output), fill, value=1.0) if weight is not None else None
        if output.ndim > 2:  # a class for each step
            output, y = output.flatten(0, -2), y.flatten()
        return F.cross_entropy(output, y, weights, label_smoothing=loss.label_smoothing)

    return cross_entropy


def _binary_cross_entropy(loss: BinaryCrossEntropy) -> LossFunction:
    if loss.pos_weight is None:
        return F.binary_cross_entropy_with_logits
    weight = torch.tensor(loss.pos_weight)
    return lambda output, y: F.binary_cross_entropy_with_logits(output, y, pos_weight=weight.to(output))


def _nll(log_p: Tensor, y: Tensor) -> Tensor:
    if y.is_floating_point():
        return -(y * log_p).sum(1).mean()
    return F.nll_loss(log_p, y)


def _focal(output: Tensor, y: Tensor, gamma: float) -> Tensor:
    """(1 - p)^gamma * -log p, for shares their mean. Source: Lin et al. 2017, arXiv:1708.02002, equation 4."""
    if y.is_floating_point():
        log_p = output.log_softmax(1)
        return -(y * (1 - log_p.exp()).clamp_min(LEAST) ** gamma * log_p).sum(1).mean()
    negative_log_p = F.cross_entropy(output, y, reduction="none")
    # for gamma < 1 the slope at p = 1 is infinite
    doubt = (-torch.expm1(-negative_log_p)).clamp_min(LEAST)
    return (doubt**gamma * negative_log_p).mean()


def _divergence(output: Tensor) -> Tensor:
    """KL divergence to the standard normal distribution, summed over the latent numbers. Shape: (N, 2 Z) -> ()"""
    mean, log_variance = output.chunk(2, dim=1)
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean() / 2
