"""Random changes of a batch of sounds, each sample drawn on its own."""

import torch
from torch import Tensor

from builder.data.sources.augmentations import SoundAugmentation


def augmented(x_NCHW: Tensor, settings: SoundAugmentation, generator: torch.Generator) -> Tensor:
    """Shifted, with noise, and masked as the settings say; what is masked becomes 0: after preparation, the mean.

    Shape: (N, 1, bands, moments) float32 -> the same. Numbers are drawn on the CPU, for every device the same.
    Source: Park et al. 2019, arXiv:1904.08779 (SpecAugment), section 2, without its warping.
    """
    if settings.shift:
        x_NCHW = _shifted(x_NCHW, settings.shift, generator)
    if settings.noise:
        x_NCHW = x_NCHW + settings.noise * torch.randn(x_NCHW.shape, generator=generator).to(x_NCHW)
    if settings.time_mask:
        x_NCHW = _masked(x_NCHW, settings.time_mask, 3, generator)
    if settings.band_mask:
        x_NCHW = _masked(x_NCHW, settings.band_mask, 2, generator)
    return x_NCHW


def _shifted(x: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Moved by up to `most` moments each way; what was first or last fills the gap."""
    by = torch.randint(-most, most + 1, (len(x), 1), generator=generator)
    moments = (torch.arange(x.shape[3]) - by).clamp(0, x.shape[3] - 1).to(x.device)
    return x.gather(3, moments[:, None, None, :].expand(x.shape))


def _masked(x: Tensor, most: int, axis: int, generator: torch.Generator) -> Tensor:
    """A stretch of 0 to `most` places along an axis, but never all of it, set to 0."""
    size = x.shape[axis]
    width = torch.randint(0, min(most, size - 1) + 1, (len(x), 1), generator=generator)
    start = (torch.rand(len(x), 1, generator=generator) * (size - width + 1)).long()
    places = torch.arange(size)
    hidden = ((places >= start) & (places < start + width)).to(x.device)
    return x.masked_fill(hidden.view(len(x), 1, *((size, 1) if axis == 2 else (1, size))), 0.0)
