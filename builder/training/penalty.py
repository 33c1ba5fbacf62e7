"""Penalties on weights: what layers add to the loss that is minimised."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

Penalty = Callable[[], Tensor]


def penalty(model: nn.Module, factors: Mapping[str, tuple[float, float]]) -> Penalty | None:
    """The sum of l1 · Σ |w| + l2 · Σ w² over the weights of these submodules, as it is when called; None without any.

    Weights are matrices and kernels; offsets and the scales of norms, which have one axis, are free.
    """
    held = [(weight, *factor) for name, factor in factors.items() for weight in _weights(model.get_submodule(name))]
    terms = [(l1, weight, torch.abs) for weight, l1, _l2 in held if l1]
    terms += [(l2, weight, torch.square) for weight, _l1, l2 in held if l2]
    return (lambda: torch.stack([factor * of(weight).sum() for factor, weight, of in terms]).sum()) if terms else None


def _weights(module: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in module.parameters() if weight.dim() > 1]
