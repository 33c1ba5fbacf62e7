"""Layers that bring several wires together."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer, Many


class _Join(Layer):
    """Several inputs of one shape as one output."""

    family = "Join"
    inputs: ClassVar[tuple[str, ...] | Many] = Many("x", at_least=2)
    alike = True


class Add(_Join):
    """Sum of its inputs, number by number.

    Shape:  all equal -> the same
    Formula: y = x₁ + x₂ + …
    Source: torch.add; as a skip connection in He et al. 2015, arXiv:1512.03385.
    """

    aliases = ("skip", "residual", "sum")
    glyph = "+"

    def forward(self, module: str, *x: str) -> str:
        return " + ".join(x)


class Concat(_Join):
    """Put its inputs side by side along one axis.

    Shape:  equal but for axis dim -> their sizes added there
    Formula: y = [x₁, x₂, …]
    Source: torch.cat.
    """

    aliases = ("merge", "stack")

    dim: int = Field(1, ge=1, le=5, description="Which axis grows; 1 is channels or features.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        rank = len(x[0].shape)
        if self.dim >= rank:
            text = _("there is no axis {dim}; the inputs have axes 1 to {last}").format(dim=self.dim, last=rank - 1)
            yield Complaint(text, {"dim": rank - 1}, _("Set {name} to {value}").format(name="dim", value=rank - 1))

    def module(self, *x: Spec) -> Call | None:
        return None

    def forward(self, module: str, *x: str) -> str:
        return f"torch.cat(({', '.join(x)}), {self.dim})"


class Multiply(_Join):
    """Product of its inputs, number by number: one input opens and closes the other, as a gate.

    Shape:  all equal, or 1 where one number is for all of an axis -> the largest
    Formula: y = x₁ · x₂ · …
    Source: torch.mul; as a gate in Hochreiter & Schmidhuber 1997.
    """

    aliases = ("gate", "product", "hadamard", "scale", "squeeze and excitation")
    stretches = True
    glyph = "×"

    def forward(self, module: str, *x: str) -> str:
        return " * ".join(x)


class Subtract(_Join):
    """The first input less the second, number by number.

    Shape:  both equal -> the same
    Formula: y = x₁ − x₂
    Source: torch.sub.
    """

    aliases = ("difference", "minus")
    inputs = ("x1", "x2")
    glyph = "−"

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]} - {x[1]}"


class Average(_Join):
    """Mean of its inputs, number by number.

    Shape:  all equal -> the same
    Formula: y = (x₁ + … + xₙ) / n
    Source: torch.add and torch.div.
    """

    aliases = ("mean", "ensemble")

    def forward(self, module: str, *x: str) -> str:
        return f"({' + '.join(x)}) / {len(x)}"


class Maximum(_Join):
    """The largest of its inputs, number by number.

    Shape:  all equal -> the same
    Formula: y = max(x₁, x₂, …)
    Source: torch.maximum; between layers in Goodfellow et al. 2013, arXiv:1302.4389.
    """

    aliases = ("maxout", "largest")
    glyph = "Mx"

    def forward(self, module: str, *x: str) -> str:
        return x[0] + "".join(f".maximum({other})" for other in x[1:])


class Minimum(_Join):
    """The smallest of its inputs, number by number.

    Shape:  all equal -> the same
    Formula: y = min(x₁, x₂, …)
    Source: torch.minimum.
    """

    aliases = ("smallest",)
    glyph = "Mn"

    def forward(self, module: str, *x: str) -> str:
        return x[0] + "".join(f".minimum({other})" for other in x[1:])


class MatMul(Layer):
    """Product of two matrices for each sample, such as how much each step has to do with each other step.

    Shape:  (N, A, B) and (N, B, C) -> (N, A, C)
    Formula: y = x₁·x₂, or x₁·x₂ᵀ with transpose
    Source: torch.matmul; as attention in Vaswani et al. 2017, arXiv:1706.03762.
    """

    family = "Join"
    accepts = "N L F | N C H W"
    aliases = ("dot", "attention", "product", "bmm")
    inputs = ("x1", "x2")

    transpose: bool = Field(False, description="Exchange the last two axes of the second input first.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        if x[0].shape[:-2] != x[1].shape[:-2]:
            yield Complaint(_("x1 and x2 may differ only in their last two axes"))
        columns, rows = x[0].shape[-1], x[1].shape[-1 if self.transpose else -2]
        if columns != rows:
            text = _("x1 has {a} columns and x2 has {b} rows; they must be equal").format(a=columns, b=rows)
            turned = {"transpose": not self.transpose} if columns == x[1].shape[-2 if self.transpose else -1] else None
            label = _("Set {name} to {value}").format(name="transpose", value=str(not self.transpose).lower())
            yield Complaint(text, turned, label)

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]} @ {x[1]}.mT" if self.transpose else f"{x[0]} @ {x[1]}"


class Dot(_Join):
    """How alike two vectors are: the sum of the products of their features.

    Shape:  (N, F) twice -> (N, 1); (N, L, F) twice -> (N, L, 1)
    Formula: y = Σᵢ x₁ᵢ · x₂ᵢ
    Source: torch.sum of torch.mul.
    """

    accepts = "N F | N L F"
    aliases = ("similarity", "inner product", "scalar product")
    inputs = ("x1", "x2")

    def forward(self, module: str, *x: str) -> str:
        return f"({x[0]} * {x[1]}).sum(-1, keepdim=True)"

    def output(self, *x: Spec) -> Spec:
        return Spec((*x[0].shape[:-1], 1), axes=x[0].axes)

    def flops(self, *x: Spec) -> int:
        return 2 * x[0].elements
