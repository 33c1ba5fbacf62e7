"""Layers in which every input feature meets every output feature."""

from collections.abc import Iterator

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.penalty import Penalised


class Linear(Penalised, Layer):
    """Weighted sums of all features, each with its own weights.

    Shape:  (N, F) -> (N, out_features); (N, L, F) -> (N, L, out_features)
    Formula: y = x·Wᵀ + b
    Source: torch.nn.Linear.
    """

    family = "Dense"
    aliases = ("dense", "fully connected")
    accepts = "N F | N L F"

    out_features: int = Field(64, ge=1, le=1_000_000, description="How many sums, and so output features.")
    bias: bool = Field(True, description="Add a learned offset to each output.")

    def module(self, x: Spec) -> Call:
        return Call("nn.Linear", x.shape[-1], self.out_features, bias=self.bias)


class Bilinear(Penalised, Layer):
    """Weighted sums of all products of a feature of one input with a feature of the other.

    Shape:  (N, F) and (N, G) -> (N, out_features); (N, L, F) and (N, L, G) -> (N, L, out_features)
    Formula: yₖ = x₁ᵀ·Wₖ·x₂ + bₖ
    Source: torch.nn.Bilinear.
    """

    family = "Dense"
    aliases = ("interaction", "pair")
    accepts = "N F | N L F"
    inputs = ("x1", "x2")

    out_features: int = Field(64, ge=1, le=1_000_000, description="How many sums, and so output features.")
    bias: bool = Field(True, description="Add a learned offset to each output.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        if x[0].shape[:-1] != x[1].shape[:-1]:
            yield Complaint(_("x1 and x2 may differ only in their features"))

    def module(self, *x: Spec) -> Call:
        return Call("nn.Bilinear", x[0].shape[-1], x[1].shape[-1], self.out_features, bias=self.bias)

    def output(self, *x: Spec) -> Spec:
        return Spec((*x[0].shape[:-1], self.out_features), axes=x[0].axes)

    def flops(self, *x: Spec) -> int:
        first, second = x[0].shape[-1], x[1].shape[-1]
        return x[0].elements // first * self.out_features * 2 * (first * second + second)


class Identity(Layer):
    """Give what it gets: a place to wire to, or to fill later.

    Shape:  any -> the same
    Formula: y = x
    Source: torch.nn.Identity.
    """

    family = "Dense"
    aliases = ("nothing", "placeholder")
    takes = None

    def module(self, x: Spec) -> Call:
        return Call("nn.Identity")
