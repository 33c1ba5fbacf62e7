"""Windows that keep one number each."""

from collections.abc import Iterator

from pydantic import Field

from builder.core.settings import Depths, Margin, Margins, Pair, Size, Triple
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers import padding as padded
from builder.layers.layer import Call, Complaint, Layer, Window
from builder.layers.windows import by, each, setting, too_large, windows

COUNTED = "Count the zeros of the margin in the mean, too."


class _Pool(Layer):
    """Slide a window over each channel and keep one number of it; subclasses say along how many axes."""

    family = "Pooling"

    kernel_size: Size | Pair | Triple = Field(2, description="Window size.")
    stride: Size | Pair | Triple | None = Field(None, description="Step between windows.")
    padding: Margin | Margins | Depths = Field(0, description="Margin, at most half the window.")
    ceil_mode: bool = Field(False, description="Keep a last window that is only partly filled.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from too_large(x, self.kernel_size, self.padding)
        kernel, padding = each(self.kernel_size, x), each(self.padding, x)
        if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
            text = _("padding {padding} is more than half the window {window}")
            message = text.format(padding=by(padding), window=by(kernel))
            yield Complaint(
                message, *setting("padding", [min(p, k // 2) for p, k in zip(padding, kernel, strict=True)])
            )

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, self.kernel_size, self.stride or self.kernel_size)

    def module(self, x: Spec) -> Call:
        name = f"nn.{type(self).__name__}"
        stride = self.stride or self.kernel_size
        counted = getattr(self, "count_include_pad", None)
        return Call(name, self.kernel_size, stride=stride, padding=self.padding, ceil_mode=self.ceil_mode,
                    **({} if counted is None else {"count_include_pad": counted}))  # fmt: skip


class _Pool2d(_Pool):
    """Slide a window over each channel of an image and keep one number of it."""

    accepts = "N C H W"

    kernel_size: Pair = Field((2, 2), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair | None = Field(
        None, description="Step between windows; empty for the window's own size.", json_schema_extra={"unit": "pixels"}
    )
    padding: Margins = Field((0, 0), description="Margin around the image, at most half the window.")


class _Pool1d(_Pool):
    """Slide a window along each channel of a sequence and keep one number of it."""

    accepts = "N C L"

    kernel_size: Size = Field(2, description="Window length.", json_schema_extra={"unit": "positions"})
    stride: Size | None = Field(
        None,
        description="Step between windows; empty for the window's own size.",
        json_schema_extra={"unit": "positions"},
    )
    padding: Margin = Field(0, description="Margin at both ends, at most half the window.")


class _Pool3d(_Pool):
    """Slide a window through each channel of a volume and keep one number of it."""

    accepts = "N C D H W"

    kernel_size: Triple = Field(
        (2, 2, 2), description="Window depth, height and width.", json_schema_extra={"unit": "voxels"}
    )
    stride: Triple | None = Field(
        None, description="Step between windows; empty for the window's own size.", json_schema_extra={"unit": "voxels"}
    )
    padding: Depths = Field((0, 0, 0), description="Margin around the volume, at most half the window.")


class MaxPool2d(_Pool2d):
    """Keep the largest number of each window.

    Shape:  (N, C, H, W) -> (N, C, H', W')
    Formula: H' = ⌊(H + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.MaxPool2d.
    """

    aliases = ("downsampling",)


class AvgPool2d(_Pool2d):
    """Keep the mean of each window.

    Shape:  (N, C, H, W) -> (N, C, H', W')
    Formula: H' = ⌊(H + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.AvgPool2d.
    """

    aliases = ("downsampling", "mean")

    count_include_pad: bool = Field(True, description=COUNTED)


class _Global(Layer):
    """One number for each channel, from all of its positions."""

    family = "Pooling"
    accepts = "N C H W | N C L | N C D H W"
    gives = "N F"
    masks = True


class GlobalAvgPool(_Global):
    """Average each channel over all of its positions: a vector from an image, a sequence or a volume.

    Shape:  (N, C, ...) -> (N, C)
    Source: torch.Tensor.mean over all axes behind the channels; Lin et al. 2013, arXiv:1312.4400.
    """

    aliases = ("mean", "vector")

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        return padded.mean(x[0], 2, padding) if padding else f"{x[0]}.flatten(2).mean(2)"


class GlobalMaxPool(_Global):
    """Keep each channel's largest number: a vector from an image, a sequence or a volume.

    Shape:  (N, C, ...) -> (N, C)
    Source: torch.Tensor.amax over all axes behind the channels.
    """

    aliases = ("vector",)

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        return padded.largest(x[0], 2, padding) if padding else f"{x[0]}.flatten(2).amax(2)"


class _Adaptive(Layer):
    """Pool over a grid of a chosen size, whatever the input's size is."""

    family = "Pooling"

    output_size: Size | Pair = Field(1, description="Size of the grid.")

    def reach(self, x: Spec) -> tuple[Window, ...]:
        pairs = zip(x.shape[2:], each(self.output_size, x), strict=True)
        return tuple(Window(-(-n // parts), n / parts) for n, parts in pairs)

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}", self.output_size)


class _Adaptive2d(_Adaptive):
    """Pool an image over a grid of a chosen size."""

    accepts = "N C H W"

    output_size: Pair = Field(
        (1, 1),
        description="Height and width of the grid; 1 takes the whole image.",
        json_schema_extra={"unit": "pixels"},
    )


class _Adaptive1d(_Adaptive):
    """Pool a sequence over a chosen number of sections."""

    accepts = "N C L"

    output_size: Size = Field(
        1, description="How many sections; 1 takes the whole sequence.", json_schema_extra={"unit": "positions"}
    )


class AdaptiveAvgPool2d(_Adaptive2d):
    """Average each channel over a grid of a chosen size, whatever the image's size is.

    Shape:  (N, C, H, W) -> (N, C, output height, output width)
    Source: torch.nn.AdaptiveAvgPool2d; as global pooling in Lin et al. 2013, arXiv:1312.4400.
    """

    aliases = ("mean",)


class AdaptiveMaxPool2d(_Adaptive2d):
    """Keep each channel's largest numbers over a grid of a chosen size, whatever the image's size is.

    Shape:  (N, C, H, W) -> (N, C, output height, output width)
    Source: torch.nn.AdaptiveMaxPool2d.
    """


class MaxPool1d(_Pool1d):
    """Keep the largest number of each window of a sequence.

    Shape:  (N, C, L) -> (N, C, L')
    Formula: L' = ⌊(L + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.MaxPool1d.
    """

    aliases = ("downsampling",)


class AvgPool1d(_Pool1d):
    """Keep the mean of each window of a sequence.

    Shape:  (N, C, L) -> (N, C, L')
    Formula: L' = ⌊(L + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.AvgPool1d.
    """

    aliases = ("downsampling", "mean")

    count_include_pad: bool = Field(True, description=COUNTED)


class AdaptiveAvgPool1d(_Adaptive1d):
    """Average each channel of a sequence over a chosen number of sections, whatever its length is.

    Shape:  (N, C, L) -> (N, C, output_size)
    Source: torch.nn.AdaptiveAvgPool1d.
    """

    aliases = ("mean",)


class AdaptiveMaxPool1d(_Adaptive1d):
    """Keep each channel's largest numbers over a chosen number of sections, whatever the sequence's length is.

    Shape:  (N, C, L) -> (N, C, output_size)
    Source: torch.nn.AdaptiveMaxPool1d.
    """


class MaxPool3d(_Pool3d):
    """Keep the largest number of each window of a volume.

    Shape:  (N, C, D, H, W) -> (N, C, D', H', W')
    Formula: D' = ⌊(D + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.MaxPool3d.
    """

    aliases = ("volume", "video", "downsampling")


class AvgPool3d(_Pool3d):
    """Keep the mean of each window of a volume.

    Shape:  (N, C, D, H, W) -> (N, C, D', H', W')
    Formula: D' = ⌊(D + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.AvgPool3d.
    """

    aliases = ("volume", "video", "downsampling", "mean")

    count_include_pad: bool = Field(True, description=COUNTED)

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from too_large(x, self.kernel_size)  # torch does not count the margin here
        yield from super().complaints(x)


class LPPool2d(Layer):
    """Keep the root of the sum of powers of each window: between a sum and a maximum.

    Shape:  (N, C, H, W) -> (N, C, H', W')
    Formula: y = (Σ xᵖ)^(1 / p) over each window, where p is norm_type
    Source: torch.nn.LPPool2d.
    """

    family = "Pooling"
    accepts = "N C H W"
    aliases = ("power", "norm")

    norm_type: int = Field(2, ge=1, le=8, description="The power, even or 1: 1 sums up, 8 is almost a maximum.")
    kernel_size: Pair = Field((2, 2), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair | None = Field(
        None, description="Step between windows; empty for the window's own size.", json_schema_extra={"unit": "pixels"}
    )
    ceil_mode: bool = Field(False, description="Keep a last window that is only partly filled.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from too_large(x, self.kernel_size)
        if self.norm_type > 1 and self.norm_type % 2:
            text = _("norm_type {p} has no root where a sum is negative; it must be even or 1").format(p=self.norm_type)
            yield Complaint(text, *setting("norm_type", [self.norm_type + 1]))

    def reach(self, x: Spec) -> tuple[Window, ...]:
        return windows(x, self.kernel_size, self.stride or self.kernel_size)

    def module(self, x: Spec) -> Call:
        stride = self.stride or self.kernel_size
        return Call("nn.LPPool2d", self.norm_type, self.kernel_size, stride=stride, ceil_mode=self.ceil_mode)
