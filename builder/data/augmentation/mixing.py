"""Samples mixed with others of their batch, and their classes with them."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from builder.data.sources.augmentations import ImageAugmentation


def mixed(
    images: Sequence[Tensor], y: tuple[Tensor, ...], classes: Sequence[int], settings: ImageAugmentation,
    generator: torch.Generator,
) -> tuple[list[Tensor], tuple[Tensor, ...]]:  # fmt: skip
    """Each sample mixed with another one; with mixup and cutmix both asked for, half of the samples get each.

    Shape:  images each (N, C, H, W) -> the same; y each (N,) int64 -> (N, classes) float32, shares that sum to 1
    Source: Zhang et al. 2018, arXiv:1710.09412 (mixup); Yun et al. 2019, arXiv:1905.04899 (cutmix).
    """
    samples, device = len(images[0]), images[0].device
    order = torch.randperm(samples, generator=generator)
    other = torch.empty_like(order).scatter_(0, order, order.roll(1))  # never itself
    # torch draws no Beta from a generator of one's own
    draw = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
    pasted = torch.rand(samples, generator=generator).lt(0.5) if settings.mixup and settings.cutmix else None
    alphas = (
        np.where(pasted, settings.cutmix, settings.mixup) if pasted is not None else settings.mixup or settings.cutmix
    )
    share = torch.from_numpy(draw.beta(alphas, alphas, samples)).float()
    if pasted is None:
        pasted = torch.full((samples,), bool(settings.cutmix))
    height, width = images[0].shape[2:]
    box = _boxes(share, height, width, generator)
    # of each pixel, how much of the sample's own stays
    own = torch.where(pasted[:, None, None], (~box).float(), share[:, None, None].expand(-1, height, width))
    kept, partner = own[:, None].to(device), other.to(device)
    blended = [x * kept + x[partner] * (1 - kept) for x in images]
    share = own.mean((1, 2)).to(device)[:, None]
    softened = []
    for answers, n in zip(y, classes, strict=True):
        one_hot = F.one_hot(answers, n).float()
        softened.append(one_hot * share + one_hot[partner] * (1 - share))
    return blended, tuple(softened)


def _boxes(share: Tensor, height: int, width: int, generator: torch.Generator) -> Tensor:
    """A box about a random place that covers 1 - share of the image; at the edges less. Shape: (N) -> (N, H, W)"""
    side = (1 - share).sqrt()
    middle = torch.rand((2, len(share)), generator=generator)
    inside = []
    for at, length in zip(middle, (height, width), strict=True):
        centre, half = (at * length).floor()[:, None], side[:, None] * length / 2
        places = torch.arange(length) + 0.5
        inside.append((places > centre - half) & (places < centre + half))
    rows, columns = inside
    box: Tensor = rows[:, :, None] & columns[:, None, :]
    return box
