"""Random changes of a batch of rows, each number drawn on its own."""

import torch
from torch import Tensor


def disturbed(x_NF: Tensor, numeric_F: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    """With noise on what is a number; ones and zeros that stand for words stay. Drawn on the CPU, as everywhere.

    Shape: (N, F) float32, (F) of 0 and 1 -> (N, F)
    """
    drawn = torch.randn(x_NF.shape, generator=generator).to(x_NF)
    return x_NF + drawn * (noise * numeric_F.to(x_NF))
