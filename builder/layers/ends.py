"""Where data enters a network and where its answers leave."""

from typing import Annotated, Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.layers.layer import Layer

LossName = Literal["cross_entropy", "focal", "nll", "mse", "l1", "huber", "bpr", "bce", "kl", "none", "ctc"]
FieldName = Annotated[str, Field(max_length=200)]


class Input(Layer):
    """Where a field of the data enters the network.

    Shape:  the field's own: image (N, C, H, W), text (N, L), vector (N, F), index (N, K)
    Source: the data chosen for this network.
    """

    family = "Input and output"
    inputs = ()
    keys = ("field",)

    field: FieldName | None = Field(
        None, description="Which field of the data; empty for the only one.", json_schema_extra={"offers": "fields"}
    )


class Output(Layer):
    """What the network answers: one number for each class of the target, as logits, or the numbers themselves.

    A field named as target is reconstructed, as an autoencoder does; "latent" shows what the network keeps of a sample.
    There may be several: training makes the sum of their losses small, each times its weight.
    Shape:  (N, classes), (N, numbers) or the field's own -> the same
    Source: the target of the data.
    """

    family = "Input and output"
    keys = ("target",)
    glyph = "Out"

    target: FieldName | None = Field(
        None,
        description="Which target of the data, or which field to reconstruct; empty for the only target.",
        json_schema_extra={"offers": "targets"},
    )
    loss: Literal["cross_entropy", "focal", "nll", "mse", "l1", "huber", "bpr", "bce", "kl", "none", "ctc"] | None = (
        Field(
            None, description="What training makes small here; empty for the recipe's, or the usual one for the target."
        )
    )
    weight: float = Field(
        1.0, ge=0, le=1_000_000, description="How much its loss counts among those of several outputs; 0: not at all."
    )

    def forward(self, module: str, *x: str) -> str:
        return x[0]

    def output(self, *x: Spec) -> Spec:
        return x[0]
