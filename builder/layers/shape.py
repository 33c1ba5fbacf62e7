"""Layers that only arrange numbers anew."""

from collections.abc import Iterator
from math import prod
from typing import Annotated

from pydantic import Field

from builder.core.settings import Ints
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.convolution import by
from builder.layers.layer import Call, Complaint, Layer


class Flatten(Layer):
    """Lay all numbers of a sample out in one row.

    Shape:  (N, ...) -> (N, F)
    Source: torch.nn.Flatten.
    """

    family = "Shape"
    aliases = ("vector",)
    gives = "N F"

    def module(self, x: Spec) -> Call:
        return Call("nn.Flatten")


class Reshape(Layer):
    """Arrange the numbers of a sample in another shape, in the same order.

    Shape:  (N, ...) -> (N, *shape)
    Source: torch.Tensor.reshape.
    """

    family = "Shape"
    takes = None

    shape: Annotated[Ints, Field(min_length=1)] = Field(
        (-1,), description="The shape of a sample; one -1 stands for what is left."
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        known = prod(n for n in self.shape if n != -1)
        wrong = sum(n == -1 for n in self.shape) > 1 or any(n == 0 or n < -1 for n in self.shape)
        fits = known == x.elements if -1 not in self.shape else not wrong and x.elements % known == 0
        if wrong or not fits:
            text = _("{n} numbers cannot be arranged as {shape}").format(n=x.elements, shape=by(self.shape))
            yield Complaint(text, {"shape": [-1]}, _("Set {name} to {value}").format(name="shape", value=-1))

    def forward(self, module: str, *x: str) -> str:
        sizes = ", ".join(str(n) for n in self.shape)
        # torch allows a single -1, so a free size inside the sample needs the batch size by name
        return f"{x[0]}.reshape({x[0]}.shape[0], {sizes})"


class Permute(Layer):
    """Exchange the axes of a sample: (0, 2, 1) makes a sequence of features fit a Conv1d.

    Shape:  (N, A, B) -> (N, B, A) for dims (0, 2, 1)
    Source: torch.Tensor.permute.
    """

    family = "Shape"
    takes = None

    dims: Annotated[Ints, Field(min_length=2)] = Field(
        (0, 2, 1), description="The new order; 0, the samples, stays first."
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        rank = len(x.shape)
        if sorted(self.dims) != list(range(rank)) or self.dims[0] != 0:
            better = [0, *reversed(range(1, rank))]
            text = _("{dims} is not an order of the {rank} axes that begins with 0").format(dims=self.dims, rank=rank)
            label = _("Set {name} to {value}").format(name="dims", value=", ".join(map(str, better)))
            yield Complaint(text, {"dims": better}, label)

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.permute{self.dims}"
