"""Random changes of a batch of texts as token numbers, each token drawn on its own."""

import torch
from torch import Tensor

from builder.data.sources.augmentations import TextAugmentation, TokenAugmentation

PADDING, UNKNOWN = 0, 1


def augmented(x_NL: Tensor, settings: TokenAugmentation, generator: torch.Generator) -> Tensor:
    """Tokens made unknown and neighbours exchanged as the settings say; padding stays as it is.

    Shape: (N, L) int64 -> the same. Numbers are drawn on the CPU, so that every device draws the same.
    Source: word dropout: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods", section 3.
    """
    if isinstance(settings, TextAugmentation) and settings.swap:
        x_NL = _swapped(x_NL, settings.swap, generator)
    if settings.word_dropout:
        chosen = torch.rand(x_NL.shape, generator=generator).lt(settings.word_dropout).to(x_NL.device)
        x_NL = x_NL.masked_fill(chosen & (x_NL != PADDING), UNKNOWN)
    return x_NL


def _swapped(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Pairs (0, 1), (2, 3) and so on, or from 1 on, of a sample change places: no token moves by more than one."""
    samples, length = x.shape
    if length < 2:
        return x
    first = torch.randint(0, 2, (samples, 1), generator=generator)
    # half of all neighbours are a pair, so of these twice as many change
    chosen = torch.rand((samples, length - 1), generator=generator).lt(2 * share)
    chosen &= torch.arange(length - 1) % 2 == first
    chosen = chosen.to(x.device) & (x[:, :-1] != PADDING) & (x[:, 1:] != PADDING)
    nothing = chosen.new_zeros((samples, 1))
    step = torch.cat([chosen, nothing], 1).long() - torch.cat([nothing, chosen], 1).long()
    return x.gather(1, torch.arange(length, device=x.device) + step)
