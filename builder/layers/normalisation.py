"""Layers that bring numbers to a common scale."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.windows import nearest_divisor, setting

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


class BatchNorm2d(_BatchNorm):
    """Bring each channel of images to mean 0 and variance 1 over the batch.

    Shape:  (N, C, H, W) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.BatchNorm2d; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    accepts = "N C H W"


class BatchNorm1d(_BatchNorm):
    """Bring each feature to mean 0 and variance 1 over the batch.

    Shape:  (N, C) or (N, C, L) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.BatchNorm1d; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    accepts = "N C | N C L"


class BatchNorm3d(_BatchNorm):
    """Bring each channel of volumes to mean 0 and variance 1 over the batch.

    Shape:  (N, C, D, H, W) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β
    Source: torch.nn.BatchNorm3d; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    accepts = "N C D H W"


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


class GroupNorm(Layer):
    """Bring each group of channels of each sample to mean 0 and variance 1, whatever the batch size is.

    Shape:  (N, C, ...) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps) · γ + β over the channels of a group
    Source: torch.nn.GroupNorm; Wu & He 2018, arXiv:1803.08494.
    """

    family = "Normalisation"
    accepts = "N C H W | N C L | N C D H W"
    keys = ("num_groups",)

    num_groups: int = Field(4, ge=1, le=65_536, description="Into how many groups channels are split.")
    eps: Epsilon = Field(1e-5, description="Added to the variance, so that nothing is divided by zero.")
    affine: bool = Field(True, description="Learn a scale and an offset for each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if x.shape[1] % self.num_groups:
            text = _("{n} channels cannot be divided into {groups} groups")
            message = text.format(n=x.shape[1], groups=self.num_groups)
            yield Complaint(message, *setting("num_groups", [nearest_divisor(x.shape[1], self.num_groups)]))

    def module(self, x: Spec) -> Call:
        return Call("nn.GroupNorm", self.num_groups, x.shape[1], eps=self.eps, affine=self.affine)


class InstanceNorm2d(Layer):
    """Bring each channel of each image to mean 0 and variance 1, which takes away its contrast.

    Shape:  (N, C, H, W) -> the same
    Formula: y = (x − E[x]) / √(Var[x] + eps)
    Source: torch.nn.InstanceNorm2d; Ulyanov et al. 2016, arXiv:1607.08022.
    """

    family = "Normalisation"
    accepts = "N C H W"
    aliases = ("style", "contrast")
    keys = ()

    eps: Epsilon = Field(1e-5, description="Added to the variance, so that nothing is divided by zero.")
    affine: bool = Field(False, description="Learn a scale and an offset for each channel.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if x.shape[2:] == (1, 1):
            yield Complaint(_("a channel of a single pixel has no variance"))

    def module(self, x: Spec) -> Call:
        return Call("nn.InstanceNorm2d", x.shape[1], eps=self.eps, affine=self.affine)


class RMSNorm(Layer):
    """Divide the last axis of each sample by its root mean square: a LayerNorm that leaves the mean alone.

    Shape:  (N, ..., F) -> the same
    Formula: y = x / √(E[x²] + eps) · γ
    Source: torch.nn.RMSNorm; Zhang & Sennrich 2019, arXiv:1910.07467.
    """

    family = "Normalisation"
    keys = ()

    eps: Epsilon | None = Field(
        None, description="Added to the mean square; empty for the smallest step of a number around 1."
    )
    elementwise_affine: bool = Field(True, description="Learn a scale for each feature.")

    def module(self, x: Spec) -> Call:
        return Call("nn.RMSNorm", x.shape[-1], eps=self.eps, elementwise_affine=self.elementwise_affine)


class LocalResponseNorm(Layer):
    """Divide each number by how strong the channels around it are at the same place.

    Shape:  (N, C, ...) -> the same
    Formula: y = x / (k + alpha · E[x²])^beta over size channels
    Source: torch.nn.LocalResponseNorm; Krizhevsky et al. 2012.
    """

    family = "Normalisation"
    accepts = "N C H W | N C L | N C D H W"
    aliases = ("alexnet", "lrn")
    keys = ("size",)

    size: int = Field(5, ge=1, le=65_536, description="Over how many channels.", json_schema_extra={"unit": "channels"})
    alpha: float = Field(1e-4, ge=0, le=100, description="How much they count.")
    beta: float = Field(0.75, ge=0, le=10, description="The power of the divisor.")
    k: float = Field(1.0, gt=0, le=100, description="The divisor where all around is zero.")

    def module(self, x: Spec) -> Call:
        return Call("nn.LocalResponseNorm", self.size, alpha=self.alpha, beta=self.beta, k=self.k)
