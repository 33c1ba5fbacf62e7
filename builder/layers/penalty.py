"""Penalties on the weights of a single layer."""

from pydantic import Field

from builder.core.settings import Settings


class Penalised(Settings):
    """What layers with weights have in common: the loss that is minimised may grow with them.

    Formula: loss + l1 · Σ |w| + l2 · Σ w², over all weights of the layer; offsets and scales are free
    Source: Hoerl & Kennard 1970 (l2); Tibshirani 1996 (l1).
    """

    l1: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="Penalty on the size of each weight: pushes weights that matter little to zero.",
        json_schema_extra={"advanced": True},
    )
    l2: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="Penalty on the square of each weight: keeps all of them small.",
        json_schema_extra={"advanced": True},
    )

    def penalty(self) -> tuple[float, float]:
        return self.l1, self.l2
