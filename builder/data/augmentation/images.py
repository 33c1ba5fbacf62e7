"""Random changes of a batch of images, each sample drawn on its own."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from builder.data.sources.augmentations import ImageAugmentation


def augmented(x_NCHW: Tensor, settings: ImageAugmentation, generator: torch.Generator) -> Tensor:
    """Flipped, shifted and turned as the settings say.

    Shape: (N, C, H, W) float32 -> the same. Numbers are drawn on the CPU, so that every device draws the same. What
    comes in from outside the image is 0: after preparation, the mean.
    """
    if settings.flip:
        x_NCHW = _flipped(x_NCHW, generator)
    if settings.crop:
        x_NCHW = _shifted(x_NCHW, settings.crop, generator)
    if settings.rotation:
        x_NCHW = _turned(x_NCHW, settings.rotation, generator)
    return x_NCHW


def _flipped(x: Tensor, generator: torch.Generator) -> Tensor:
    chosen = torch.rand(len(x), generator=generator).lt(0.5).to(x.device)
    return torch.where(chosen[:, None, None, None], x.flip(3), x)


def _shifted(x: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Padded by `most` pixels on every side and cut back at a random place."""
    samples, channels, height, width = x.shape
    down, right = torch.randint(0, 2 * most + 1, (2, samples), generator=generator).to(x.device)
    rows = down[:, None] + torch.arange(height, device=x.device)
    columns = right[:, None] + torch.arange(width, device=x.device)
    padded = F.pad(x, (most, most, most, most))
    wide = padded.gather(2, rows[:, None, :, None].expand(-1, channels, -1, padded.shape[3]))
    return wide.gather(3, columns[:, None, None, :].expand(-1, channels, height, -1))


def _turned(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Turned by up to `most` degrees about the middle, each pixel mixed from its nearest four."""
    angle = (torch.rand(len(x), generator=generator) * 2 - 1) * math.radians(most)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros(len(x))
    # affine_grid measures both axes from -1 to 1, so an oblong image needs the ratio of its sides
    ratio = x.shape[2] / x.shape[3]
    rows = torch.stack([torch.stack([cos, -sin * ratio, zero], 1), torch.stack([sin / ratio, cos, zero], 1)], 1)
    grid = F.affine_grid(rows.to(x), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="zeros", align_corners=False)
