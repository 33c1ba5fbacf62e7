"""Layers that make a network rely less on any single number while it trains."""

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Call, Layer


class Dropout(Layer):
    """Set numbers to zero at random while training, and leave them alone otherwise.

    Shape:  any -> the same
    Formula: y = m · x / (1 − p), where m is 0 with probability p and 1 otherwise
    Source: torch.nn.Dropout; Srivastava et al. 2014.
    """

    family = "Regularisation"
    aliases = ("overfitting",)

    p: float = Field(0.5, ge=0, le=1, description="Share of numbers set to zero.")

    def module(self, x: Spec) -> Call:
        return Call("nn.Dropout", self.p)
