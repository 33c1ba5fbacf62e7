"""Functions applied to each number; without one between them, two linear layers are one."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.windows import setting


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


class SiLU(_Activation):
    """Weigh each number by its own sigmoid: a smooth ReLU.

    Shape:  any -> the same
    Formula: y = x / (1 + e⁻ˣ)
    Source: torch.nn.SiLU; Ramachandran et al. 2017, arXiv:1710.05941.
    """

    aliases = ("swish",)


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

    aliases = ("probabilities",)

    def module(self, x: Spec) -> Call:
        return Call("nn.Softmax", dim=-1)


class LogSoftmax(_Activation):
    """Turn the numbers of the last axis into logarithms of probabilities.

    Shape:  (N, ..., F) -> the same
    Formula: yᵢ = xᵢ − ln Σⱼ exp(xⱼ)
    Source: torch.nn.LogSoftmax with dim=-1.
    """

    aliases = ("probabilities",)
    glyph = "LSm"

    def module(self, x: Spec) -> Call:
        return Call("nn.LogSoftmax", dim=-1)


class PReLU(_Activation):
    """Keep positive numbers, multiply negative ones by a learned slope.

    Shape:  (N, ...) or (N, C, ...) -> the same
    Formula: y = x where x > 0, a · x elsewhere
    Source: torch.nn.PReLU; He et al. 2015, arXiv:1502.01852.
    """

    keys = ("init",)

    num_parameters: Literal["one", "channels"] = Field("one", description="One slope for all, or for each channel.")
    init: float = Field(0.25, ge=-10, le=10, description="The slope before training.")

    def module(self, x: Spec) -> Call:
        slopes = 1 if self.num_parameters == "one" else x.shape[1]
        return Call("nn.PReLU", num_parameters=slopes, init=self.init)


class ELU(_Activation):
    """Keep positive numbers, bend negative ones towards -alpha.

    Shape:  any -> the same
    Formula: y = x where x > 0, alpha · (eˣ − 1) elsewhere
    Source: torch.nn.ELU; Clevert et al. 2015, arXiv:1511.07289.
    """

    alpha: float = Field(1.0, ge=0, le=100, description="Where very negative numbers end, below zero.")

    def module(self, x: Spec) -> Call:
        return Call("nn.ELU", alpha=self.alpha)


class SELU(_Activation):
    """An ELU of such a scale that deep networks keep mean 0 and variance 1 by themselves.

    Shape:  any -> the same
    Formula: y = 1.0507 · (x where x > 0, 1.6733 · (eˣ − 1) elsewhere)
    Source: torch.nn.SELU; Klambauer et al. 2017, arXiv:1706.02515.
    """

    aliases = ("self-normalising",)


class CELU(_Activation):
    """An ELU whose slope has no jump at zero, whatever alpha is.

    Shape:  any -> the same
    Formula: y = max(0, x) + min(0, alpha · (e^(x / alpha) − 1))
    Source: torch.nn.CELU; Barron 2017, arXiv:1704.07483.
    """

    alpha: float = Field(1.0, ge=0.001, le=100, description="Where very negative numbers end, below zero.")

    def module(self, x: Spec) -> Call:
        return Call("nn.CELU", alpha=self.alpha)


class Mish(_Activation):
    """A smooth ReLU that lets small negative numbers through.

    Shape:  any -> the same
    Formula: y = x · tanh(ln(1 + eˣ))
    Source: torch.nn.Mish; Misra 2019, arXiv:1908.08681.
    """


class ReLU6(_Activation):
    """Keep numbers from 0 to 6, set others to the nearer of the two.

    Shape:  any -> the same
    Formula: y = min(max(0, x), 6)
    Source: torch.nn.ReLU6; Howard et al. 2017, arXiv:1704.04861.
    """

    aliases = ("mobilenet",)
    glyph = "Re6"


class GLU(_Activation):
    """Open and close one half of the features by the sigmoid of the other half.

    Shape:  (N, ..., F) -> (N, ..., F / 2) for dim -1
    Formula: y = a · σ(b), where a and b are the halves of x
    Source: torch.nn.GLU; Dauphin et al. 2016, arXiv:1612.08083.
    """

    aliases = ("gate", "gated linear unit")
    keys = ("dim",)

    dim: int = Field(-1, ge=-1, le=5, description="Which axis is halved; 1 is channels or features, -1 the last.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        sizes = x.shape[1:]
        even = [axis for axis, n in enumerate(sizes, 1) if n % 2 == 0]
        if self.dim == 0 or self.dim > len(sizes):
            text = _("there is no axis {dim}; the inputs have axes 1 to {last}").format(dim=self.dim, last=len(sizes))
        elif x.shape[self.dim] % 2:
            text = _("axis {dim} has {n} numbers, which cannot be halved").format(dim=self.dim, n=x.shape[self.dim])
        else:
            return
        yield Complaint(text, *(setting("dim", even[-1:]) if even else ()))

    def module(self, x: Spec) -> Call:
        return Call("nn.GLU", dim=self.dim)


class Hardswish(_Activation):
    """A SiLU of straight lines and a parabola, faster to compute.

    Shape:  any -> the same
    Formula: y = x · min(max(0, x + 3), 6) / 6
    Source: torch.nn.Hardswish; Howard et al. 2019, arXiv:1905.02244.
    """

    aliases = ("mobilenet",)
    glyph = "Hsw"


class Hardsigmoid(_Activation):
    """A sigmoid of straight lines, faster to compute.

    Shape:  any -> the same
    Formula: y = min(max(0, x + 3), 6) / 6
    Source: torch.nn.Hardsigmoid; Courbariaux et al. 2015, arXiv:1511.00363.
    """

    aliases = ("gate",)
    glyph = "Hsi"


class Hardtanh(_Activation):
    """Keep numbers between two limits, set others to the nearer of the two.

    Shape:  any -> the same
    Formula: y = min(max(min_val, x), max_val)
    Source: torch.nn.Hardtanh; Collobert 2004.
    """

    aliases = ("clamp", "clip")
    glyph = "Hta"

    min_val: float = Field(-1.0, ge=-1_000_000, le=1_000_000, description="The lower limit.")
    max_val: float = Field(1.0, ge=-1_000_000, le=1_000_000, description="The upper limit.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if self.min_val >= self.max_val:
            text = _("min_val {a} is not below max_val {b}").format(a=self.min_val, b=self.max_val)
            yield Complaint(text, {"min_val": -1.0, "max_val": 1.0}, _("Set them to -1 and 1"))

    def module(self, x: Spec) -> Call:
        return Call("nn.Hardtanh", min_val=self.min_val, max_val=self.max_val)


class LogSigmoid(_Activation):
    """The logarithm of the sigmoid: log-probabilities of yes or no.

    Shape:  any -> the same
    Formula: y = ln(1 / (1 + e⁻ˣ))
    Source: torch.nn.LogSigmoid.
    """

    glyph = "LSi"


class Softplus(_Activation):
    """A smooth ReLU that is positive everywhere.

    Shape:  any -> the same
    Formula: y = ln(1 + e^(beta · x)) / beta
    Source: torch.nn.Softplus; Dugas et al. 2001.
    """

    aliases = ("positive", "variance")
    glyph = "S+"

    beta: float = Field(1.0, gt=0, le=100, description="How sharp the bend is.")
    threshold: float = Field(
        20.0, ge=0, le=100, description="Where beta · x is larger, y is x, so that nothing overflows."
    )

    def module(self, x: Spec) -> Call:
        return Call("nn.Softplus", beta=self.beta, threshold=self.threshold)


class Softsign(_Activation):
    """Squeeze each number between -1 and 1, more slowly than tanh.

    Shape:  any -> the same
    Formula: y = x / (1 + |x|)
    Source: torch.nn.Softsign; Bergstra et al. 2009.
    """

    glyph = "S/"
