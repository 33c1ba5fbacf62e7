"""Layers that make images larger or smaller without weights."""

from collections.abc import Iterator
from math import gcd
from typing import Literal

from pydantic import Field

from builder.core.settings import Pair, Sides
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer, Window
from builder.layers.windows import by, nearest_divisor, setting, windows


class Upsample(Layer):
    """Enlarge an image by repeating its pixels, or by values between them.

    Shape:  (N, C, H, W) -> (N, C, H · scale_factor, W · scale_factor)
    Source: torch.nn.Upsample.
    """

    family = "Shape"
    accepts = "N C H W"
    aliases = ("enlarge", "resize", "interpolate", "decoder")

    scale_factor: Pair = Field((2, 2), description="How many times higher and wider.")
    mode: Literal["nearest", "bilinear", "bicubic"] = Field("nearest", description="What stands between the pixels.")

    def reach(self, x: Spec) -> tuple[Window, ...]:
        size = {"nearest": 1, "bilinear": 2, "bicubic": 4}[self.mode]
        return tuple(Window(size, 1 / factor) for factor in self.scale_factor)

    def module(self, x: Spec) -> Call:
        return Call("nn.Upsample", scale_factor=self.scale_factor, mode=self.mode)


class PixelShuffle(Layer):
    """Lay channels out as pixels: fewer channels, a larger image.

    Shape:  (N, C · r², H, W) -> (N, C, H · r, W · r), where r is upscale_factor
    Source: torch.nn.PixelShuffle; Shi et al. 2016, arXiv:1609.05158.
    """

    family = "Shape"
    accepts = "N C H W"
    aliases = ("depth to space", "super-resolution", "upsampling")

    upscale_factor: int = Field(2, ge=1, le=256, description="How many times higher and wider.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if x.shape[1] % self.upscale_factor**2:
            text = _("{n} channels cannot be laid out as {r}x{r} pixels").format(n=x.shape[1], r=self.upscale_factor)
            fitting = [r for r in range(1, self.upscale_factor) if x.shape[1] % r**2 == 0]
            yield Complaint(text, *setting("upscale_factor", fitting[-1:]))

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return (Window(1, 1 / self.upscale_factor),) * 2

    def module(self, x: Spec) -> Call:
        return Call("nn.PixelShuffle", self.upscale_factor)


class PixelUnshuffle(Layer):
    """Lay pixels out as channels: a smaller image that has lost nothing.

    Shape:  (N, C, H · r, W · r) -> (N, C · r², H, W), where r is downscale_factor
    Source: torch.nn.PixelUnshuffle; Shi et al. 2016, arXiv:1609.05158.
    """

    family = "Shape"
    accepts = "N C H W"
    aliases = ("space to depth", "downsampling")
    glyph = "PU"

    downscale_factor: int = Field(2, ge=1, le=256, description="How many times lower and narrower.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        shared = gcd(*x.shape[2:])
        if shared % self.downscale_factor:
            text = _("{size} pixels cannot be divided by {r}").format(size=by(x.shape[2:]), r=self.downscale_factor)
            yield Complaint(text, *setting("downscale_factor", [nearest_divisor(shared, self.downscale_factor)]))

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, self.downscale_factor, self.downscale_factor)

    def module(self, x: Spec) -> Call:
        return Call("nn.PixelUnshuffle", self.downscale_factor)


class ChannelShuffle(Layer):
    """Mix groups of channels: the first of each group, then the second of each, and so on.

    Shape:  (N, C, H, W) -> the same
    Source: torch.nn.ChannelShuffle, by its definition; Zhang et al. 2017, arXiv:1707.01083.
    """

    family = "Shape"
    accepts = "N C H W"
    aliases = ("shufflenet", "groups", "mix")

    groups: int = Field(2, ge=1, le=65_536, description="Into how many groups channels are split.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if x.shape[1] % self.groups:
            text = _("{n} channels cannot be divided into {groups} groups").format(n=x.shape[1], groups=self.groups)
            yield Complaint(text, *setting("groups", [nearest_divisor(x.shape[1], self.groups)]))

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.unflatten(1, ({self.groups}, -1)).transpose(1, 2).flatten(1, 2)"


class _Pad(Layer):
    """Put a margin around an image."""

    family = "Shape"
    accepts = "N C H W"

    padding: Sides = Field(
        (1, 1, 1, 1),
        description="Left, right, top and bottom; one number for all.",
        json_schema_extra={"unit": "pixels"},
    )

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, 1)

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}", self.padding)


class ZeroPad2d(_Pad):
    """Put a margin of zeros around an image.

    Shape:  (N, C, H, W) -> (N, C, top + H + bottom, left + W + right)
    Source: torch.nn.ZeroPad2d.
    """

    aliases = ("pad", "border", "margin")


class ReflectionPad2d(_Pad):
    """Put a margin around an image that mirrors what is inside.

    Shape:  (N, C, H, W) -> (N, C, top + H + bottom, left + W + right)
    Source: torch.nn.ReflectionPad2d.
    """

    aliases = ("pad", "mirror", "border", "margin")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        rows, columns = x.shape[2:]
        most = [columns - 1, columns - 1, rows - 1, rows - 1]
        if any(p > m for p, m in zip(self.padding, most, strict=True)):
            text = _("a margin of {padding} is wider than what it would mirror of {size}")
            fitting = [min(p, m) for p, m in zip(self.padding, most, strict=True)]
            message = text.format(padding=max(self.padding), size=by(x.shape[2:]))
            yield Complaint(message, *setting("padding", fitting))


class ReplicationPad2d(_Pad):
    """Put a margin around an image that repeats the pixels of its border.

    Shape:  (N, C, H, W) -> (N, C, top + H + bottom, left + W + right)
    Source: torch.nn.ReplicationPad2d.
    """

    aliases = ("pad", "repeat", "border", "margin")
    glyph = "RR2"


class Crop(Layer):
    """Cut off the borders of an image.

    Shape:  (N, C, H, W) -> (N, C, H − top − bottom, W − left − right)
    Source: indexing of axes 2 and 3.
    """

    family = "Shape"
    accepts = "N C H W"
    aliases = ("cut", "trim")

    cropping: Sides = Field(
        (1, 1, 1, 1),
        description="Left, right, top and bottom; one number for all.",
        json_schema_extra={"unit": "pixels"},
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        left, right, top, bottom = self.cropping
        rows, columns = x.shape[2:]
        if left + right >= columns or top + bottom >= rows:
            text = _("nothing of {size} would be left").format(size=by(x.shape[2:]))
            most = min(rows - 1, columns - 1) // 2
            yield Complaint(text, *setting("cropping", [min(n, most) for n in self.cropping]))

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, 1)

    def forward(self, module: str, *x: str) -> str:
        left, right, top, bottom = self.cropping
        return f"{x[0]}[:, :, {top or ''}:{-bottom or ''}, {left or ''}:{-right or ''}]"
