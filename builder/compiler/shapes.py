"""Shapes: whether what flows into a layer fits, and what it makes of it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from builder.compiler.fixes import evened, fitted, spared
from builder.compiler.structure import named
from builder.compiler.trace import Traced, trace
from builder.core.errors import Fix, Problem
from builder.core.specs import AXES, Spec
from builder.core.text import _, quote
from builder.graph.document import Edge, Node
from builder.layers import Layer


def flow(
    node: Node, layer: Layer, wires: Sequence[Edge], inputs: tuple[Spec, ...], from_data: bool = False
) -> Traced | Problem:
    """What `layer` makes of its inputs, or why it cannot take them; `from_data` says that the data itself enters."""
    for wire, spec in zip(wires, inputs, strict=True):
        problem = unfit(node, layer, wire, spec)
        if problem:
            return problem
    if type(layer).alike:
        problem = _unequal(node, layer, wires, inputs)
        if problem:
            return problem
    result = trace(layer, inputs)
    if isinstance(result, Traced):
        return result
    text = _("{node} cannot take {shape}: {reason}.")
    sides = (
        _("{shape} from {source}").format(shape=x, source=quote(w.source)) for w, x in zip(wires, inputs, strict=True)
    )
    shape = _(" and ").join(sides)
    words = text.format(node=named(node), shape=shape, reason=result.message)
    fix = spared(node, type(layer))
    if result.params:
        fix = Fix(result.label, ({"op": "set_params", "node": node.id, "params": result.params},))
    elif result.data and from_data:
        fix = data_fix(result.data)
    return Problem("G-SHAPE", words, node.id, fix=fix)


def data_fix(values: Mapping[str, Any]) -> Fix:
    """Set a setting of the data."""
    [(name, value)] = values.items()
    label = _("Set {name} of the data to {value}").format(name=name, value=value)
    return Fix(label, ({"op": "set_data", "values": dict(values)},))


def _axes(pattern: str) -> str:
    return " x ".join(AXES.get(letter, letter) for letter in pattern.split()[1:])


@cache
def _alternatives(accepts: str) -> tuple[list[str], set[int]]:
    """The kinds of input that a layer takes, and how many axes they have."""
    alternatives = [axes.strip() for axes in accepts.split("|")] if accepts else []
    return alternatives, {len(axes.split()) for axes in alternatives}


def unfit(node: Node, layer: Layer, wire: Edge, spec: Spec) -> Problem | None:
    """The problem of an input of the wrong kind: number of axes, or tokens against numbers."""
    alternatives, ranks = _alternatives(type(layer).accepts)
    fits = not ranks or len(spec.shape) in ranks
    if fits and layer.takes in (None, spec.dtype):
        return None
    text = _("{node} needs {wanted}; {source} gives {shape}{axes}.")
    tokens = _("tokens of a text") if layer.takes == "int64" else _("numbers")
    wanted = _(" or ").join(_axes(a) for a in alternatives) if not fits else tokens
    axes = f" ({spec.names})" if spec.names and not fits else ""
    words = text.format(node=named(node), wanted=wanted, source=quote(wire.source), shape=spec, axes=axes)
    fixes = fitted(node, layer, wire, spec, ranks)
    return Problem("G-SHAPE", words, node.id, fix=next(iter(fixes), None), others=fixes[1:])


def _unequal(node: Node, layer: Layer, wires: Sequence[Edge], inputs: tuple[Spec, ...]) -> Problem | None:
    """The problem of a join whose inputs do not fit together, naming both sides."""
    grown = getattr(layer, "dim", None)  # the axis in which Concat's inputs may differ

    def compared(spec: Spec) -> tuple[int, ...]:
        return tuple(0 if axis == grown else n for axis, n in enumerate(spec.shape))

    if type(layer).stretches and _stretch(inputs):
        return None
    for wire, spec in zip(wires[1:], inputs[1:], strict=True):
        if compared(spec) != compared(inputs[0]):
            text = _("{node} gets {a} from {first} and {b} from {second}; {rule}.")
            rule = _("they must be equal") if grown is None else _("they may differ only in axis {n}").format(n=grown)
            words = text.format(
                node=named(node),
                a=inputs[0],
                first=quote(wires[0].source),
                b=spec,
                second=quote(wire.source),
                rule=rule,
            )
            fixes = evened(wires[0], inputs[0], wire, spec, grown)
            return Problem("G-SHAPE", words, node.id, fix=next(iter(fixes), None), others=fixes[1:])
    return None


def _stretch(inputs: Sequence[Spec]) -> bool:
    """Whether shapes differ only in axes where all but one size are 1."""
    if len({len(spec.shape) for spec in inputs}) > 1:
        return False
    return all(len({*sizes} - {1}) < 2 for sizes in zip(*(spec.shape for spec in inputs), strict=True))
