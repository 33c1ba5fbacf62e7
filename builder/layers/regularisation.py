"""Layers that make a network rely less on any single number while it trains."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer


class _Dropout(Layer):
    """Set numbers to zero at random while training."""

    family = "Regularisation"
    aliases: ClassVar[tuple[str, ...]] = ("overfitting",)

    p: float = Field(0.5, ge=0, le=1, description="Share of numbers set to zero.")

    def module(self, x: Spec) -> Call:
        return Call(f"nn.{type(self).__name__}", self.p)


class Dropout(_Dropout):
    """Set numbers to zero at random while training, and leave them alone otherwise.

    Shape:  any -> the same
    Formula: y = m · x / (1 − p), where m is 0 with probability p and 1 otherwise
    Source: torch.nn.Dropout; Srivastava et al. 2014.
    """


class Dropout2d(_Dropout):
    """Set whole channels of images to zero at random while training, since neighbouring pixels tell the same.

    Shape:  (N, C, H, W) -> the same
    Formula: y = m · x / (1 − p), where m is 0 with probability p and 1 otherwise, one for each channel
    Source: torch.nn.Dropout2d; Tompson et al. 2014, arXiv:1411.4280.
    """

    accepts = "N C H W"
    aliases = ("spatial dropout", "overfitting")

    p: float = Field(0.5, ge=0, le=1, description="Share of channels set to zero.")


class Dropout1d(_Dropout):
    """Set whole channels of sequences to zero at random while training.

    Shape:  (N, C, L) -> the same
    Formula: y = m · x / (1 − p), where m is 0 with probability p and 1 otherwise, one for each channel
    Source: torch.nn.Dropout1d; Tompson et al. 2014, arXiv:1411.4280.
    """

    accepts = "N C L"
    aliases = ("spatial dropout", "overfitting")

    p: float = Field(0.5, ge=0, le=1, description="Share of channels set to zero.")


class AlphaDropout(_Dropout):
    """Drop numbers at random while training so that mean and variance stay: the Dropout behind a SELU.

    Shape:  any -> the same
    Source: torch.nn.AlphaDropout; Klambauer et al. 2017, arXiv:1706.02515.
    """

    aliases = ("selu", "overfitting")

    p: float = Field(0.5, ge=0, lt=1, description="Share of numbers dropped.")


class GaussianNoise(Layer):
    """Add normal noise to each number while training, and leave them alone otherwise.

    Shape:  any -> the same
    Formula: y = x + std · ε, where ε is normal
    Source: torch.randn_like; Bishop 1995, Training with Noise is Equivalent to Tikhonov Regularization.
    """

    family = "Regularisation"
    aliases = ("denoising", "jitter", "overfitting")
    glyph = "~"

    std: float = Field(0.1, ge=0, le=1000, description="Standard deviation of the noise.")

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]} + {self.std} * torch.randn_like({x[0]}) if self.training else {x[0]}"


class GaussianSample(Layer):
    """Draw each latent number while training, from a mean and a log-variance; take the mean otherwise.

    Shape:  (N, 2 Z) -> (N, Z)
    Formula: y = μ + exp(s / 2) · ε, where μ is the first half of x, s the second and ε normal
    Source: torch.randn_like; the reparametrisation of Kingma & Welling 2013, arXiv:1312.6114, section 2.4.
    """

    family = "Regularisation"
    aliases = ("variational", "vae", "reparametrisation", "latent", "sampling")
    accepts = "N F"
    glyph = "N~"

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if x.shape[1] % 2:
            text = _("{n} numbers cannot be halved into means and log-variances; an even number can")
            yield Complaint(text.format(n=x.shape[1]))

    def forward(self, module: str, *x: str) -> str:
        mean, log_variance = (f"{x[0]}.chunk(2, 1)[{half}]" for half in (0, 1))
        drawn = f"({log_variance} / 2).exp() * torch.randn_like({mean})"
        return f"{mean}.add({drawn} if self.training else 0)"


class StochasticDepth(Layer):
    """Set whole samples to zero at random while training: before an Add, it makes a deep network shallower at times.

    Shape:  any -> the same
    Formula: y = m · x / (1 − p), where m is 0 with probability p and 1 otherwise, one for each sample
    Source: torch.nn.Dropout1d with samples as channels; Huang et al. 2016, arXiv:1603.09382.
    """

    family = "Regularisation"
    aliases = ("drop path", "residual", "overfitting")

    p: float = Field(0.1, ge=0, le=1, description="Share of samples set to zero.")

    def module(self, x: Spec) -> Call:
        return Call("nn.Dropout1d", self.p)

    def forward(self, module: str, *x: str) -> str:
        return f"{module}({x[0]}.flatten(1)[None])[0].reshape({x[0]}.shape)"
