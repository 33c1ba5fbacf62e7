"""Where data enters a network and where its answer leaves."""

from typing import Annotated

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Layer

FieldName = Annotated[str, Field(max_length=200)]


class Input(Layer):
    """Where a field of the data enters the network.

    Shape:  the field's own: image (N, C, H, W), text (N, L), vector (N, F)
    Source: the data chosen for this network.
    """

    family = "Input and output"
    inputs = ()
    keys = ()

    field: FieldName | None = Field(None, description="Which field of the data; empty for the only one.")


class Output(Layer):
    """What the network answers: one number for each class of the target, as logits.

    Shape:  (N, classes) -> the same
    Source: the target of the data.
    """

    family = "Input and output"
    keys = ()
    glyph = "Out"

    target: FieldName | None = Field(None, description="Which target of the data; empty for the only one.")

    def forward(self, module: str, *x: str) -> str:
        return x[0]

    def output(self, *x: Spec) -> Spec:
        return x[0]
