"""Layers that bring numbers to a common scale."""

from typing import Annotated

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Call, Layer

Epsilon = Annotated[float, Field(gt=0, le=1)]


class _BatchNorm(Layer):
    """Bring each channel to mean 0 and variance 1 over the batch."""

    family = "Normalisation"
    keys = ()

    eps: Epsilon = Field(1e-5, description="Added to the variance, so that nothing is divided by zero.")
    momentum: float = Field(0.1, gt=0, le=1, description="How fast the running means follow.")
    affine: bool = Field(True, description="Learn a scale and an offset for each channel.")

    def module(self, x: Spec) -> Call:
        name = f"nn.{type(self).__name__}"
        return Call(name, x.shape[1], eps=self.eps, momentum=self.momentum, affine=self.affine)


class BatchNorm1d(_BatchNorm):
    """Bring each feature to mean 0 and variance 1 over the batch.

    Shape:  (N, C) or (N, C, L) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.BatchNorm1d; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    accepts = "N C | N C L"


class BatchNorm2d(_BatchNorm):
    """Bring each channel of images to mean 0 and variance 1 over the batch.

    Shape:  (N, C, H, W) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.BatchNorm2d; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    accepts = "N C H W"


class LayerNorm(Layer):
    """Bring the last axis of each sample to mean 0 and variance 1.

    Shape:  (N, ..., F) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.LayerNorm; Ba et al. 2016, arXiv:1607.06450.
    """

    family = "Normalisation"
    keys = ()

    eps: Epsilon = Field(1e-5, description="Added to the variance, so that nothing is divided by zero.")
    elementwise_affine: bool = Field(True, description="Learn a scale and an offset for each feature.")

    def module(self, x: Spec) -> Call:
        return Call("nn.LayerNorm", x.shape[-1], eps=self.eps, elementwise_affine=self.elementwise_affine)
