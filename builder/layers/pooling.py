"""Windows that keep one number each."""

from collections.abc import Iterator

from pydantic import Field

from builder.core.settings import Margins, Pair
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.convolution import by, too_large
from builder.layers.layer import Call, Complaint, Layer


class _Pool2d(Layer):
    """Slide a window over each channel of an image and keep one number of it."""

    family = "Pooling"
    accepts = "N C H W"

    kernel_size: Pair = Field((2, 2), description="Window height and width.", json_schema_extra={"unit": "pixels"})
    stride: Pair | None = Field(
        None, description="Step between windows; empty for the window's own size.", json_schema_extra={"unit": "pixels"}
    )
    padding: Margins = Field((0, 0), description="Margin around the image, at most half the window.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from too_large(self.kernel_size, self.padding, x, "kernel_size")
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            most = [k // 2 for k in self.kernel_size]
            text = _("padding {padding} is more than half the window {window}")
            message = text.format(padding=by(self.padding), window=by(self.kernel_size))
            label = _("Set {name} to {value}").format(name="padding", value=by(most))
            yield Complaint(message, {"padding": most}, label)

    def module(self, x: Spec) -> Call:
        name = f"nn.{type(self).__name__}"
        return Call(name, self.kernel_size, stride=self.stride or self.kernel_size, padding=self.padding)


class MaxPool2d(_Pool2d):
    """Keep the largest number of each window.

    Shape:  (N, C, H, W) -> (N, C, H', W')
    Formula: H' = ⌊(H + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.MaxPool2d.
    """


class AvgPool2d(_Pool2d):
    """Keep the mean of each window.

    Shape:  (N, C, H, W) -> (N, C, H', W')
    Formula: H' = ⌊(H + 2 · padding − kernel_size) / stride⌋ + 1
    Source: torch.nn.AvgPool2d.
    """


class AdaptiveAvgPool2d(Layer):
    """Average each channel over a grid of a chosen size, whatever the image's size is.

    Shape:  (N, C, H, W) -> (N, C, output height, output width)
    Source: torch.nn.AdaptiveAvgPool2d; as global pooling in Lin et al. 2013, arXiv:1312.4400.
    """

    family = "Pooling"
    accepts = "N C H W"

    output_size: Pair = Field(
        (1, 1),
        description="Height and width of the grid; 1 averages the whole image.",
        json_schema_extra={"unit": "pixels"},
    )

    def module(self, x: Spec) -> Call:
        return Call("nn.AdaptiveAvgPool2d", self.output_size)
