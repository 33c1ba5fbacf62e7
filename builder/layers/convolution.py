"""Learned windows that slide over images and sequences."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from builder.core.settings import Margin, Margins, Pair, Size
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer


def too_large(window: tuple[int, ...], padding: tuple[int, ...], x: Spec, name: str) -> Iterator[Complaint]:
    """Complain where a window is larger than the padded input, and offer the largest that fits."""
    room = tuple(n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
    if any(w > r for w, r in zip(window, room, strict=True)):
        fitting = [min(w, r) for w, r in zip(window, room, strict=True)]
        value = fitting[0] if len(set(fitting)) == 1 else fitting
        text = _("the window {window} is larger than the input {room}").format(window=by(window), room=by(room))
        yield Complaint(text, {name: value}, _("Set {name} to {value}").format(name=name, value=by(fitting)))


def uneven_groups(channels: int, out_channels: int, groups: int) -> Iterator[Complaint]:
    """Complain where channels cannot be shared out evenly over the groups."""
    if channels % groups or out_channels % groups:
        text = _("{channels} input and {out} output channels cannot both be divided into {groups} groups")
        message = text.format(channels=channels, out=out_channels, groups=groups)
        yield Complaint(message, {"groups": 1}, _("Set {name} to {value}").format(name="groups", value=1))


def strided_same(padding: object, stride: tuple[int, ...]) -> Iterator[Complaint]:
    """Complain about a combination that torch refuses: padding `same` with a step over 1."""
    if padding == "same" and any(step > 1 for step in stride):
        yield Complaint(
            _('padding "same" needs stride 1'), {"stride": 1}, _("Set {name} to {value}").format(name="stride", value=1)
        )


def by(sizes: object) -> str:
    """Sizes as people write them: `3x3`."""
    return "x".join(str(n) for n in sizes) if isinstance(sizes, tuple | list) else str(sizes)


class Conv1d(Layer):
    """Slide learned windows along a sequence.

    Shape:  (N, C, L) -> (N, out_channels, L')
    Formula: L' = ⌊(L + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv1d; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285, section 2.
    """

    family = "Convolution"
    aliases = ("filter", "cnn")
    accepts = "N C L"

    out_channels: int = Field(32, ge=1, le=65_536, description="How many windows are learned.")
    kernel_size: Size = Field(3, description="Window length.", json_schema_extra={"unit": "positions"})
    stride: Size = Field(1, description="Step between windows.", json_schema_extra={"unit": "positions"})
    padding: Literal["same", "valid"] | Margin = Field("same", description="Zeros at both ends.")
    dilation: Size = Field(1, description="Distance between the points of a window.")
    groups: Size = Field(1, description="Channels are split into so many groups that do not see each other.")
    bias: bool = Field(True, description="Add a learned offset to each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from strided_same(self.padding, (self.stride,))
        yield from uneven_groups(x.shape[1], self.out_channels, self.groups)
        if self.padding != "same":
            margin = 0 if self.padding == "valid" else int(self.padding)
            if self.dilation == 1:
                yield from too_large((self.kernel_size,), (margin,), x, "kernel_size")

    def module(self, x: Spec) -> Call:
        return Call("nn.Conv1d", x.shape[1], self.out_channels, self.kernel_size, stride=self.stride,
                    padding=self.padding, dilation=self.dilation, groups=self.groups, bias=self.bias)  # fmt: skip


class Conv2d(Layer):
    """Slide learned windows over an image.

    Shape:  (N, C, H, W) -> (N, out_channels, H', W')
    Formula: H' = ⌊(H + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv2d; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285, section 2.
    """

    family = "Convolution"
    aliases = ("filter", "kernel", "cnn")
    accepts = "N C H W"

    out_channels: int = Field(32, ge=1, le=65_536, description="How many windows are learned.")
    kernel_size: Pair = Field((3, 3), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair = Field((1, 1), description="Step between windows.", json_schema_extra={"unit": "pixels"})
    padding: Literal["same", "valid"] | Margins = Field("same", description="Zeros around the image.")
    dilation: Pair = Field((1, 1), description="Distance between the points of a window.")
    groups: Size = Field(1, description="Channels are split into so many groups that do not see each other.")
    bias: bool = Field(True, description="Add a learned offset to each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from strided_same(self.padding, self.stride)
        yield from uneven_groups(x.shape[1], self.out_channels, self.groups)
        if self.padding != "same" and self.dilation == (1, 1):
            margins = (0, 0) if isinstance(self.padding, str) else self.padding
            yield from too_large(self.kernel_size, margins, x, "kernel_size")

    def module(self, x: Spec) -> Call:
        return Call("nn.Conv2d", x.shape[1], self.out_channels, self.kernel_size, stride=self.stride,
                    padding=self.padding, dilation=self.dilation, groups=self.groups, bias=self.bias)  # fmt: skip
