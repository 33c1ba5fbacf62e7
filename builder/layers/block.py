"""Blocks: several layers as one."""

from typing import ClassVar

from pydantic import Field

from builder.core.specs import DType
from builder.layers.layer import Layer


class Block(Layer):
    """Several layers as one, run through once or several times.

    Its inputs are the Input layers of the graph that it holds, and what reaches the Output there is what it gives.
    Shape:  as the layers inside make it
    Source: the layers that it holds.
    """

    family = "Blocks"
    takes: ClassVar[DType | None] = None
    inputs = ()
    hidden = True
    keys = ()  # how often it repeats stands there as a sign of its own

    repeat: int = Field(1, ge=1, le=100, description="How often it is run through, each time with weights of its own.")
