"""Layers that bring several wires together."""

from collections.abc import Iterator

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer, Many


class Add(Layer):
    """Sum of its inputs, number by number.

    Shape:  all equal -> the same
    Formula: y = x₁ + x₂ + …
    Source: torch.add; as a skip connection in He et al. 2015, arXiv:1512.03385.
    """

    family = "Join"
    aliases = ("skip", "residual", "sum")
    inputs = Many("x", at_least=2)
    glyph = "+"

    def forward(self, module: str, *x: str) -> str:
        return " + ".join(x)


class Concat(Layer):
    """Put its inputs side by side along one axis.

    Shape:  equal but for axis dim -> their sizes added there
    Formula: y = [x₁, x₂, …]
    Source: torch.cat.
    """

    family = "Join"
    aliases = ("merge", "stack")
    inputs = Many("x", at_least=2)

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
