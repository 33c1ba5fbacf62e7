"""Padding on its way through a network: which steps of an output are padding, and who has to leave them out.

Marks begin at the Input of a text and go through every layer that keeps the steps where they are, into and out of
blocks, until a layer mixes the steps.
"""

from collections.abc import Mapping, Sequence

from builder.compiler.report import Marks, Place, Step
from builder.core.specs import Spec
from builder.layers import Layer
from builder.layers.layer import pattern


def carried(layer: Layer, feeding: Sequence[Step], spec: Spec) -> Marks | None:
    """The marks of a layer's output: those of its first input if it masks, else those that all inputs share."""
    first = feeding[0].marks if feeding else None
    if first is None or not (type(layer).masks or all(step.marks == first for step in feeding)):
        return None
    found = layer.steps(first.axis, feeding[0].spec, spec)
    return Marks(first.place, found[0], first.before + found[1]) if found else None


def masked(layer: Layer, feeding: Sequence[Step]) -> dict[str, Marks]:
    """The arguments by which a layer gets to know what is padding, each with the marks that it stands for."""
    cls = type(layer)
    asked = ({"padding": feeding[-1]} if cls.masks else {}) | (
        {"query_padding": feeding[0]} if cls.masks_queries else {}
    )
    return {name: step.marks for name, step in asked.items() if step.marks and _along_steps(cls, step)}


def _along_steps(cls: type[Layer], step: Step) -> bool:
    letters = pattern(cls, len(step.spec.shape))
    return step.marks is not None and letters[step.marks.axis] == "L"


def arguments(step: Step, names: Mapping[Place, str]) -> dict[str, str]:
    """What a layer's `forward` gets besides its inputs; `names` are those of the tensors that mark each Input."""
    return {name: _named(marks, names[marks.place]) for name, marks in step.masks.items()}


def _named(marks: Marks, name: str) -> str:
    return f"nn.functional.pad({name}, ({marks.before}, 0))" if marks.before else name
