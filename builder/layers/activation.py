"""Functions applied to each number; without one between them, two linear layers are one."""

from typing import Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Call, Layer


class _Activation(Layer):
    """A function applied to each number."""

    family = "Activation"

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}")


class ReLU(_Activation):
    """Keep positive numbers, set negative ones to zero.

    Shape:  any -> the same
    Formula: y = max(0, x)
    Source: torch.nn.ReLU; Nair & Hinton 2010.
    """


class LeakyReLU(_Activation):
    """Keep positive numbers, shrink negative ones.

    Shape:  any -> the same
    Formula: y = x where x > 0, negative_slope · x elsewhere
    Source: torch.nn.LeakyReLU; Maas et al. 2013.
    """

    negative_slope: float = Field(0.01, ge=0, le=1, description="What negative numbers are multiplied by.")

    def module(self, x: Spec) -> Call:
        return Call("nn.LeakyReLU", negative_slope=self.negative_slope)


class GELU(_Activation):
    """Weigh each number by the probability that a normal one is smaller.

    Shape:  any -> the same
    Formula: y = x · Φ(x), where Φ is the distribution function of the normal distribution
    Source: torch.nn.GELU; Hendrycks & Gimpel 2016, arXiv:1606.08415.
    """

    keys = ()

    approximate: Literal["none", "tanh"] = Field("none", description="The exact function, or a faster one by tanh.")

    def module(self, x: Spec) -> Call:
        return Call("nn.GELU", approximate=self.approximate)


class Mish(_Activation):
    """A smooth ReLU that lets small negative numbers through.

    Shape:  any -> the same
    Formula: y = x · tanh(ln(1 + eˣ))
    Source: torch.nn.Mish; Misra 2019, arXiv:1908.08681.
    """


class Sigmoid(_Activation):
    """Squeeze each number between 0 and 1.

    Shape:  any -> the same
    Formula: y = 1 / (1 + e⁻ˣ)
    Source: torch.nn.Sigmoid.
    """


class Tanh(_Activation):
    """Squeeze each number between -1 and 1.

    Shape:  any -> the same
    Formula: y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
    Source: torch.nn.Tanh.
    """


class Softmax(_Activation):
    """Turn the numbers of the last axis into probabilities that sum to 1.

    Shape:  (N, ..., F) -> the same
    Formula: yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)
    Source: torch.nn.Softmax with dim=-1.
    """

    def module(self, x: Spec) -> Call:
        return Call("nn.Softmax", dim=-1)
