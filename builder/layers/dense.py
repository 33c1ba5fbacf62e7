"""Layers in which every input feature meets every output feature."""

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Call, Layer


class Linear(Layer):
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
