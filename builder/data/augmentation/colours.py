"""Random light and colours of a batch of images."""

import math

import torch
from torch import Tensor

from builder.data.sources.augmentations import ImageAugmentation

GREY = torch.tensor([0.299, 0.587, 0.114])  # how bright red, green and blue look: ITU-R BT.601
# red, green, blue to brightness and two axes of colour, in whose plane hues are angles: NTSC's YIQ
TO_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


def recoloured(light_NCHW: Tensor, settings: ImageAugmentation, generator: torch.Generator) -> Tensor:
    """Brightness, contrast, saturation and hue changed, in this order. Shape: (N, C, H, W), 0 to 1 -> the same"""
    x = light_NCHW

    def drawn(most: float) -> Tensor:
        return ((torch.rand(len(x), generator=generator) * 2 - 1) * most).reshape(-1, 1, 1, 1).to(x)

    if settings.brightness:
        x = (x * (1 + drawn(settings.brightness))).clamp(0, 1)
    if settings.contrast:
        mean = _grey(x).mean((2, 3), keepdim=True)
        x = (mean + (x - mean) * (1 + drawn(settings.contrast))).clamp(0, 1)
    if x.shape[1] == 3 and settings.saturation:
        grey = _grey(x)
        x = (grey + (x - grey) * (1 + drawn(settings.saturation))).clamp(0, 1)
    if x.shape[1] == 3 and settings.hue:
        x = _turned(x, drawn(settings.hue).flatten() * 2 * math.pi)
    return x


def _grey(x: Tensor) -> Tensor:
    if x.shape[1] != 3:
        return x.mean(1, keepdim=True)
    return (x * GREY.to(x).reshape(3, 1, 1)).sum(1, keepdim=True)


def _turned(x: Tensor, angle: Tensor) -> Tensor:
    """All hues turned by an angle for each image, their brightness kept."""
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    turn = torch.stack([one, zero, zero, zero, cos, -sin, zero, sin, cos], 1).reshape(-1, 3, 3)
    way = torch.linalg.inv(TO_YIQ).to(x) @ turn @ TO_YIQ.to(x)
    return torch.einsum("nij,njhw->nihw", way, x).clamp(0, 1)
