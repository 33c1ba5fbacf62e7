"""Learned windows that slide over images, sequences and volumes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from builder.core.settings import Depths, Margin, Margins, Pair, Size, Triple
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer, Window
from builder.layers.penalty import Penalised
from builder.layers.windows import each, setting, strided_same, too_large, uneven_groups, windows


class _Windows(Penalised, Layer):
    """Slide windows along an input of any number of axes."""

    family = "Convolution"

    if TYPE_CHECKING:  # each declares them itself, in its own place among the others
        kernel_size: Size | Pair | Triple
        stride: Size | Pair | Triple
        dilation: Size | Pair | Triple

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, self.kernel_size, self.stride, self.dilation)

    def slides(self, x: Spec, kernel_size: Any, stride: Any, padding: Any, dilation: Any) -> Iterator[Complaint]:
        """What is wrong with windows of these sizes."""
        yield from strided_same(padding, stride)
        if padding != "same":
            yield from too_large(x, kernel_size, 0 if padding == "valid" else padding, dilation)


class _Conv(_Windows):
    """Slide learned windows along an input; subclasses say along how many axes."""

    out_channels: int = Field(32, ge=1, le=65_536, description="How many windows are learned.")
    kernel_size: Size | Pair | Triple = Field(3, description="Window size.")
    stride: Size | Pair | Triple = Field(1, description="Step between windows.")
    padding: Literal["same", "valid"] | Margin | Margins | Depths = Field("same", description="Zeros at the borders.")
    dilation: Size | Pair | Triple = Field(1, description="Distance between the points of a window.")
    groups: Size = Field(1, description="Channels are split into so many groups that do not see each other.")
    bias: bool = Field(True, description="Add a learned offset to each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from uneven_groups(x.shape[1], self.out_channels, self.groups)
        yield from self.slides(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}", x.shape[1], self.out_channels, self.kernel_size, stride=self.stride,
                    padding=self.padding, dilation=self.dilation, groups=self.groups, bias=self.bias)  # fmt: skip


class Conv2d(_Conv):
    """Slide learned windows over an image.

    Shape:  (N, C, H, W) -> (N, out_channels, H', W')
    Formula: H' = ⌊(H + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv2d; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285, section 2.
    """

    aliases = ("filter", "kernel", "cnn")
    accepts = "N C H W"

    kernel_size: Pair = Field((3, 3), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair = Field((1, 1), description="Step between windows.", json_schema_extra={"unit": "pixels"})
    padding: Literal["same", "valid"] | Margins = Field("same", description="Zeros around the image.")
    dilation: Pair = Field((1, 1), description="Distance between the points of a window.")


class Conv1d(_Conv):
    """Slide learned windows along a sequence.

    Shape:  (N, C, L) -> (N, out_channels, L')
    Formula: L' = ⌊(L + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv1d; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285, section 2.
    """

    aliases = ("filter", "cnn")
    accepts = "N C L"

    kernel_size: Size = Field(3, description="Window length.", json_schema_extra={"unit": "positions"})
    stride: Size = Field(1, description="Step between windows.", json_schema_extra={"unit": "positions"})
    padding: Literal["same", "valid"] | Margin = Field("same", description="Zeros at both ends.")
    dilation: Size = Field(1, description="Distance between the points of a window.")


class Conv3d(_Conv):
    """Slide learned windows through a volume or a video.

    Shape:  (N, C, D, H, W) -> (N, out_channels, D', H', W')
    Formula: D' = ⌊(D + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv3d; for videos in Tran et al. 2014, arXiv:1412.0767.
    """

    aliases = ("volume", "video", "filter", "cnn")
    accepts = "N C D H W"

    kernel_size: Triple = Field(
        (3, 3, 3), description="Window depth, height and width.", json_schema_extra={"unit": "voxels"}
    )
    stride: Triple = Field((1, 1, 1), description="Step between windows.", json_schema_extra={"unit": "voxels"})
    padding: Literal["same", "valid"] | Depths = Field("same", description="Zeros around the volume.")
    dilation: Triple = Field((1, 1, 1), description="Distance between the points of a window.")


class DepthwiseConv2d(_Windows):
    """Slide learned windows over each channel of an image by itself.

    Shape:  (N, C, H, W) -> (N, C · multiplier, H', W')
    Formula: H' = ⌊(H + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv2d with as many groups as channels; Howard et al. 2017, arXiv:1704.04861.
    """

    aliases = ("mobilenet", "grouped", "cnn")
    accepts = "N C H W"
    keys = ("kernel_size",)

    multiplier: int = Field(1, ge=1, le=1024, description="How many windows each channel gets.")
    kernel_size: Pair = Field((3, 3), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair = Field((1, 1), description="Step between windows.", json_schema_extra={"unit": "pixels"})
    padding: Literal["same", "valid"] | Margins = Field("same", description="Zeros around the image.")
    dilation: Pair = Field((1, 1), description="Distance between the points of a window.")
    bias: bool = Field(True, description="Add a learned offset to each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from self.slides(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def module(self, x: Spec) -> Call:
        return Call("nn.Conv2d", x.shape[1], x.shape[1] * self.multiplier, self.kernel_size, stride=self.stride,
                    padding=self.padding, dilation=self.dilation, groups=x.shape[1], bias=self.bias)  # fmt: skip


class SeparableConv2d(_Windows):
    """Slide windows over each channel by itself, then mix the channels at each pixel: a Conv2d with fewer weights.

    Shape:  (N, C, H, W) -> (N, out_channels, H', W')
    Formula: H' = ⌊(H + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1
    Source: torch.nn.Conv2d twice; Chollet 2016, arXiv:1610.02357.
    """

    aliases = ("depthwise", "pointwise", "mobilenet", "xception", "cnn")
    accepts = "N C H W"

    out_channels: int = Field(32, ge=1, le=65_536, description="How many mixtures of channels are learned.")
    kernel_size: Pair = Field((3, 3), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair = Field((1, 1), description="Step between windows.", json_schema_extra={"unit": "pixels"})
    padding: Literal["same", "valid"] | Margins = Field("same", description="Zeros around the image.")
    dilation: Pair = Field((1, 1), description="Distance between the points of a window.")
    bias: bool = Field(True, description="Add a learned offset to each output channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from self.slides(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def module(self, x: Spec) -> Call:
        # an offset before the mixture would only be mixed into the one behind it
        alone = Call("nn.Conv2d", x.shape[1], x.shape[1], self.kernel_size, stride=self.stride,
                     padding=self.padding, dilation=self.dilation, groups=x.shape[1], bias=False)  # fmt: skip
        return Call("nn.Sequential", alone, Call("nn.Conv2d", x.shape[1], self.out_channels, 1, bias=self.bias))


class _ConvTranspose(Penalised, Layer):
    """Spread each number over a learned window, which enlarges the input."""

    family = "Convolution"
    aliases = ("deconvolution", "upsampling", "decoder")

    out_channels: int = Field(32, ge=1, le=65_536, description="How many windows are learned.")
    kernel_size: Size | Pair = Field(2, description="Window size.")
    stride: Size | Pair = Field(2, description="Step between windows in the output.")
    padding: Margin | Margins = Field(0, description="Cut off at the borders.")
    output_padding: Margin | Margins = Field(0, description="Added at one border.")
    dilation: Size | Pair = Field(1, description="Distance between the points of a window.")
    groups: Size = Field(1, description="Channels are split into so many groups that do not see each other.")
    bias: bool = Field(True, description="Add a learned offset to each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from uneven_groups(x.shape[1], self.out_channels, self.groups)
        stride, dilation, extra = each(self.stride, x), each(self.dilation, x), each(self.output_padding, x)
        most = [max(s, d) - 1 for s, d in zip(stride, dilation, strict=True)]
        if any(e > m for e, m in zip(extra, most, strict=True)):
            text = _("output_padding must be smaller than stride or dilation")
            fitting = [min(e, m) for e, m in zip(extra, most, strict=True)]
            yield Complaint(text, *setting("output_padding", fitting))
        kernel, padding = each(self.kernel_size, x), each(self.padding, x)
        sizes = zip(x.shape[2:], kernel, stride, dilation, extra, strict=True)
        full = [(n - 1) * s + d * (k - 1) + e + 1 for n, k, s, d, e in sizes]
        if any(f <= 2 * p for f, p in zip(full, padding, strict=True)):
            text = _("padding cuts off all of the output")
            fitting = [min(p, (f - 1) // 2) for f, p in zip(full, padding, strict=True)]
            yield Complaint(text, *setting("padding", fitting))

    def reach(self, x: Spec) -> tuple[Window, ...]:
        spread = zip(windows(x, self.kernel_size, 1, self.dilation), each(self.stride, x), strict=True)
        return tuple(Window(-(-window.size // stride), 1 / stride) for window, stride in spread)

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}", x.shape[1], self.out_channels, self.kernel_size, stride=self.stride,
                    padding=self.padding, output_padding=self.output_padding, groups=self.groups, bias=self.bias,
                    dilation=self.dilation)  # fmt: skip


class ConvTranspose2d(_ConvTranspose):
    """Enlarge an image with learned windows, the way back of a Conv2d with a stride.

    Shape:  (N, C, H, W) -> (N, out_channels, H', W')
    Formula: H' = (H − 1) · stride − 2 · padding + dilation · (kernel_size − 1) + output_padding + 1
    Source: torch.nn.ConvTranspose2d; Zeiler et al. 2010; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285.
    """

    accepts = "N C H W"

    kernel_size: Pair = Field((2, 2), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair = Field((2, 2), description="How many times larger.", json_schema_extra={"unit": "pixels"})
    padding: Margins = Field((0, 0), description="Cut off around the image.", json_schema_extra={"unit": "pixels"})
    output_padding: Margins = Field(
        (0, 0), description="Added at the bottom and the right.", json_schema_extra={"unit": "pixels"}
    )
    dilation: Pair = Field((1, 1), description="Distance between the points of a window.")


class ConvTranspose1d(_ConvTranspose):
    """Lengthen a sequence with learned windows, the way back of a Conv1d with a stride.

    Shape:  (N, C, L) -> (N, out_channels, L')
    Formula: L' = (L − 1) · stride − 2 · padding + dilation · (kernel_size − 1) + output_padding + 1
    Source: torch.nn.ConvTranspose1d; arithmetic in Dumoulin & Visin 2016, arXiv:1603.07285.
    """

    accepts = "N C L"

    kernel_size: Size = Field(2, description="Window length.", json_schema_extra={"unit": "positions"})
    stride: Size = Field(2, description="How many times longer.", json_schema_extra={"unit": "positions"})
    padding: Margin = Field(0, description="Cut off at both ends.", json_schema_extra={"unit": "positions"})
    output_padding: Margin = Field(0, description="Added at the end.", json_schema_extra={"unit": "positions"})
    dilation: Size = Field(1, description="Distance between the points of a window.")
