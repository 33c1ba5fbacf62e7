"""How well a trained network reconstructs what it was trained on: what it reconstructs worse is unlike all of that."""

import numpy as np
import torch
from torch import nn

from builder.data.batches import EVALUATED, Tensors
from builder.training.objective import Objective

MOST = 10_000  # samples of the training part
PERCENTILES = np.arange(101)


def familiar(model: nn.Module, training: Tensors, objective: Objective) -> dict[str, list[float]]:
    """The percentiles, 0 to 100, of the errors on the training part, of each Output that reconstructs a field."""
    some = torch.linspace(0, len(training) - 1, min(len(training), MOST)).long()
    device = next(model.parameters()).device
    found: dict[str, list[torch.Tensor]] = {}
    for start in range(0, len(some), EVALUATED) if objective.reconstructs else ():
        places = some[start : start + EVALUATED].to(device)
        given, right = objective.meet(*training.at(places))
        with torch.inference_mode():
            errors = objective.errors(model(*given), right)
        for id, own in errors.items():
            found.setdefault(id, []).append(own.cpu())
    return {id: np.percentile(torch.cat(errors).numpy(), PERCENTILES).tolist() for id, errors in found.items()}
