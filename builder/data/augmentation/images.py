"""Random changes of a batch of images, each sample drawn on its own.

Numbers are drawn on the CPU, so that every device draws the same. What comes in from outside an image is 0: after
preparation, the mean.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from builder.data.augmentation.colours import recoloured
from builder.data.sources.augmentations import ImageAugmentation

TILT = 0.4  # of the most perspective: below a half, so that no corner comes from behind the eye


@dataclass(frozen=True)
class Scale:
    """Mean and spread by which images were normalised, each (C, 1, 1)."""

    mean: Tensor
    std: Tensor

    def to(self, device: str | torch.device) -> "Scale":
        """The same on another device."""
        return Scale(self.mean.to(device), self.std.to(device))

    def lit(self, x: Tensor) -> Tensor:
        """From 0, black, to 1, white."""
        return x * self.std.to(x) + self.mean.to(x)

    def normalised(self, light: Tensor) -> Tensor:
        """Back again."""
        return (light - self.mean.to(light)) / self.std.to(light)


AS_IT_IS = Scale(torch.tensor(0.0), torch.tensor(1.0))


def augmented(
    x_NCHW: Tensor, settings: ImageAugmentation, generator: torch.Generator, scale: Scale = AS_IT_IS
) -> Tensor:
    """Mirrored, moved, recoloured, and disturbed as the settings say; mixing is for `mixed`.

    Shape: (N, C, H, W) float32 -> the same
    """
    x = x_NCHW
    if settings.flip:
        x = _flipped(x, 3, generator)
    if settings.flip_vertical:
        x = _flipped(x, 2, generator)
    if settings.crop:
        x = _shifted(x, settings.crop, generator)
    if settings.rotation or settings.scale or settings.translate or settings.perspective:
        x = _moved(x, settings, generator)
    if settings.brightness or settings.contrast or settings.saturation or settings.hue:
        x = scale.normalised(recoloured(scale.lit(x), settings, generator))
    if settings.noise:
        x = x + torch.randn(x.shape, generator=generator).to(x) * settings.noise / scale.std.to(x)
    if settings.cutout:
        x = _covered(x, settings.cutout, generator)
    return x


def _flipped(x: Tensor, axis: int, generator: torch.Generator) -> Tensor:
    chosen = torch.rand(len(x), generator=generator).lt(0.5).to(x.device)
    return torch.where(chosen[:, None, None, None], x.flip(axis), x)


def _shifted(x: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Padded by `most` pixels on every side and cut back at a random place."""
    samples, channels, height, width = x.shape
    down, right = torch.randint(0, 2 * most + 1, (2, samples), generator=generator).to(x.device)
    rows = down[:, None] + torch.arange(height, device=x.device)
    columns = right[:, None] + torch.arange(width, device=x.device)
    padded = F.pad(x, (most, most, most, most))
    wide = padded.gather(2, rows[:, None, :, None].expand(-1, channels, -1, padded.shape[3]))
    return wide.gather(3, columns[:, None, None, :].expand(-1, channels, height, -1))


def _moved(x: Tensor, settings: ImageAugmentation, generator: torch.Generator) -> Tensor:
    """Turned, scaled, moved and tilted in one step, each pixel mixed from its nearest four.

    Every pixel of the result asks where it comes from: its place, from -1 to 1 on both axes, is tilted, moved, turned
    and scaled.
    """
    samples, _channels, height, width = x.shape

    def drawn(most: float) -> Tensor:
        return (torch.rand(samples, generator=generator) * 2 - 1) * most

    angle, size = drawn(math.radians(settings.rotation)), (1 + drawn(settings.scale)).reciprocal()
    right, down = 2 * drawn(settings.translate), 2 * drawn(settings.translate)
    tilt_x, tilt_y = drawn(settings.perspective * TILT), drawn(settings.perspective * TILT)
    cos, sin, zero, one = angle.cos() * size, angle.sin() * size, torch.zeros(samples), torch.ones(samples)
    ratio = height / width  # both axes go from -1 to 1, so an oblong image needs the ratio of its sides to turn
    turn = _matrices([[cos, -sin * ratio, zero], [sin / ratio, cos, zero], [zero, zero, one]])
    move = _matrices([[one, zero, -right], [zero, one, -down], [zero, zero, one]])
    tilt = _matrices([[one, zero, zero], [zero, one, zero], [tilt_x, tilt_y, one]])
    place = F.affine_grid(torch.eye(2, 3)[None], [1, 1, height, width], align_corners=False).reshape(1, -1, 2)
    from_N3 = F.pad(place, (0, 1), value=1.0).to(x) @ (turn @ move @ tilt).transpose(1, 2).to(x)
    grid = (from_N3[..., :2] / from_N3[..., 2:]).reshape(samples, height, width, 2)
    return F.grid_sample(x, grid, padding_mode="zeros", align_corners=False)


def _matrices(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([torch.stack(row, 1) for row in rows], 1)


def _covered(x: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """A square about a random pixel is covered; at the edges less of it. Source: DeVries & Taylor 2017, 1708.04552."""
    samples, _channels, height, width = x.shape
    middle = torch.rand((2, samples), generator=generator)
    inside = [
        (torch.arange(length) - (at * length).floor()[:, None] + side // 2).div(side).floor() == 0
        for at, length in zip(middle, (height, width), strict=True)
    ]
    covered = (inside[0][:, :, None] & inside[1][:, None, :]).to(x.device)
    return x.masked_fill(covered[:, None], 0.0)
