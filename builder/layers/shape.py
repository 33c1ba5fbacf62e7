"""Layers that only arrange numbers anew."""

from collections.abc import Iterator
from math import prod
from typing import Annotated

from pydantic import Field

from builder.core.settings import Ints
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.windows import by, setting

Axis = Annotated[int, Field(ge=1, le=5)]
Index = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


def fills(shape: tuple[int, ...], n: int) -> bool:
    """Whether `n` numbers can be arranged in a shape, in which one -1 stands for what is left."""
    known = prod(size for size in shape if size != -1)
    if shape.count(-1) > 1 or any(size == 0 or size < -1 for size in shape):
        return False
    return n % known == 0 if -1 in shape else n == known


def no_axis(dim: int, last: int) -> Iterator[Complaint]:
    """Complain about an axis that the input does not have."""
    if dim > last:
        text = _("there is no axis {dim}; the input has axes 1 to {last}").format(dim=dim, last=last)
        yield Complaint(text, *setting("dim", [last]))


def at(dim: int, index: str) -> str:
    """The index of a tensor that takes `index` of one axis and all of those before: `[:, :, 1:3]`."""
    return f"[{':, ' * dim}{index}]"


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
        if not fills(self.shape, x.elements):
            text = _("{n} numbers cannot be arranged as {shape}").format(n=x.elements, shape=by(self.shape))
            yield Complaint(text, {"shape": [-1]}, _("Set {name} to {value}").format(name="shape", value=-1))

    def forward(self, module: str, *x: str) -> str:
        sizes = ", ".join(str(n) for n in self.shape)
        # torch allows a single -1, so a free size inside the sample needs the batch size by name
        return f"{x[0]}.reshape({x[0]}.shape[0], {sizes})"

    def steps(self, axis: int, x: Spec, y: Spec) -> tuple[int, int] | None:
        return super().steps(axis, x, y) if x.shape[: axis + 1] == y.shape[: axis + 1] else None


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

    def steps(self, axis: int, x: Spec, y: Spec) -> tuple[int, int] | None:
        return self.dims.index(axis), 0


class Unflatten(Layer):
    """Spread one axis out over several: the way back of Flatten.

    Shape:  (N, F) -> (N, *unflattened_size) for dim 1
    Source: torch.Tensor.unflatten.
    """

    family = "Shape"
    aliases = ("decoder", "split")
    takes = None
    keys = ("unflattened_size",)

    dim: Axis = Field(1, description="Which axis; 1 is channels or features.")
    unflattened_size: Annotated[Ints, Field(min_length=1)] = Field(
        (-1, 1), description="What it becomes; one -1 stands for what is left."
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_axis(self.dim, len(x.shape) - 1)
        if not fills(self.unflattened_size, x.shape[self.dim]):
            text = _("{n} numbers cannot be arranged as {shape}")
            message = text.format(n=x.shape[self.dim], shape=by(self.unflattened_size))
            label = _("Set {name} to {value}").format(name="unflattened_size", value="-1, 1")
            yield Complaint(message, {"unflattened_size": [-1, 1]}, label)

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.unflatten({self.dim}, {self.unflattened_size})"


class Squeeze(Layer):
    """Take away an axis of size 1; one that is larger stays.

    Shape:  (N, 1, L) -> (N, L) for dim 1
    Source: torch.Tensor.squeeze.
    """

    family = "Shape"
    aliases = ("remove axis",)
    takes = None

    dim: Axis = Field(1, description="Which axis; 1 is channels or features.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_axis(self.dim, len(x.shape) - 1)

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.squeeze({self.dim})"


class Unsqueeze(Layer):
    """Put in an axis of size 1, such as a channel for a Conv1d.

    Shape:  (N, L) -> (N, 1, L) for dim 1
    Source: torch.Tensor.unsqueeze.
    """

    family = "Shape"
    aliases = ("add axis", "expand")
    glyph = "Us"
    takes = None

    dim: Axis = Field(1, description="Where it stands; 1 is right behind the samples.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_axis(self.dim, len(x.shape))

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.unsqueeze({self.dim})"


class Slice(Layer):
    """Keep a section of one axis, such as some of the channels.

    Shape:  (N, ..., A, ...) -> (N, ..., end − start, ...)
    Source: torch.Tensor.narrow, or indexing of axis dim.
    """

    family = "Shape"
    aliases = ("part", "select", "range")
    takes = None

    dim: Axis = Field(1, description="Which axis; 1 is channels or features.")
    start: Index = Field(0, description="The first that is kept; -1 is the last.")
    end: Index | None = Field(None, description="The first that is no longer kept; empty to keep all behind start.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_axis(self.dim, len(x.shape) - 1)
        n = x.shape[self.dim]
        if not len(range(n)[self.start : self.end]):
            text = _("nothing of the {n} numbers of axis {dim} would be left").format(n=n, dim=self.dim)
            yield Complaint(text, {"start": 0, "end": None}, _("Keep all of them"))

    def forward(self, module: str, *x: str) -> str:
        return x[0] + at(self.dim, f"{self.start or ''}:{'' if self.end is None else self.end}")


class Chunk(Layer):
    """Split one axis into equal parts, and keep one of them.

    Shape:  (N, ..., A, ...) -> (N, ..., ⌈A / chunks⌉, ...)
    Source: torch.Tensor.chunk.
    """

    family = "Shape"
    aliases = ("split", "part", "half")
    takes = None

    chunks: int = Field(2, ge=1, le=65_536, description="Into how many parts; the last may be smaller.")
    dim: Axis = Field(1, description="Which axis; 1 is channels or features.")
    index: int = Field(0, ge=0, le=65_535, description="Which part is kept; 0 is the first.")

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_axis(self.dim, len(x.shape) - 1)
        n = x.shape[self.dim]
        parts = -(-n // -(-n // self.chunks))  # 5 numbers in 4 chunks are 2, 2 and 1
        if self.index >= parts:
            text = _("there is no part {index}; {n} numbers make {parts}, the first is 0")
            message = text.format(index=self.index, n=n, parts=parts)
            yield Complaint(message, *setting("index", [parts - 1]))

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}.chunk({self.chunks}, {self.dim})[{self.index}]"
