"""Weights and outputs that are no longer numbers, and which layer had the first of them."""

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from builder.core.errors import Error
from builder.core.text import _, quote

HUGE = 1e30  # the loss of such outputs can overflow although they are finite


def first_bad_weight(model: nn.Module) -> str | None:
    """The first layer with a weight or buffer that is not finite."""
    for name, tensor in model.state_dict().items():
        if not bool(torch.isfinite(tensor).all()):
            return name.rpartition(".")[0]
    return None


def first_bad_layer(model: nn.Module, inputs: Sequence[Tensor]) -> str | None:
    """The first layer whose weights, or whose output for these inputs, are not finite."""
    return first_bad_weight(model) or first_bad_output(model, *inputs)


def first_bad_output(model: nn.Module, *inputs: Tensor) -> str | None:
    """The first layer, in the order of computing, whose output is not finite or too large for a loss."""
    found: list[str] = []

    def look(name: str, _module: nn.Module, _inputs: object, output: object) -> None:
        output = output[0] if isinstance(output, tuple) else output  # an LSTM gives its state too
        if isinstance(output, Tensor) and not bool((output.abs() < HUGE).all()):
            found.append(name)

    hooks = [layer.register_forward_hook(partial(look, name)) for name, layer in model.named_modules() if name]
    try:
        with torch.no_grad():
            model(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None


def explain(loss: float, epoch: int, step: int, layer: str | None) -> Error:
    """The error for a loss that is not finite."""
    became = "NaN" if math.isnan(loss) else _("infinite")
    text = _("The loss became {became} at epoch {epoch}, step {step}{where}. Try a lower learning rate.")
    where = _("; the first layer to fail is {layer}").format(layer=quote(layer)) if layer else ""
    return Error("R-NAN", text.format(became=became, epoch=epoch, step=step, where=where))
