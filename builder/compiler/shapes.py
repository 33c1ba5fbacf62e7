"""Shapes: whether what flows into a layer fits, and what it makes of it."""

import re
from collections.abc import Sequence

from builder.compiler.structure import named
from builder.compiler.trace import Traced, trace
from builder.core.errors import Fix, Problem
from builder.core.settings import parameters
from builder.core.specs import AXES, Spec
from builder.core.text import _, quote
from builder.graph.document import Edge, Node
from builder.layers import LAYERS, Layer


def flow(node: Node, layer: Layer, wires: Sequence[Edge], inputs: tuple[Spec, ...]) -> Traced | Problem:
    """What `layer` makes of its inputs, or why it cannot take them."""
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
    shape = " and ".join(str(spec) for spec in inputs)
    words = text.format(node=named(node), shape=shape, reason=result.message)
    fix = None
    if result.params:
        fix = Fix(result.label, ({"op": "set_params", "node": node.id, "params": result.params},))
    return Problem("G-SHAPE", words, node.id, fix=fix)


def _axes(pattern: str) -> str:
    return " x ".join(AXES.get(letter, letter) for letter in pattern.split()[1:])


def unfit(node: Node, layer: Layer, wire: Edge, spec: Spec) -> Problem | None:
    """The problem of an input of the wrong kind: number of axes, or tokens against numbers."""
    alternatives = [a.strip() for a in type(layer).accepts.split("|")] if type(layer).accepts else []
    ranks = {len(a.split()) for a in alternatives}
    fits = not ranks or len(spec.shape) in ranks
    if fits and layer.takes in (None, spec.dtype):
        return None
    text = _("{node} needs {wanted}; {source} gives {shape}{axes}.")
    tokens = _("tokens of a text") if layer.takes == "int64" else _("numbers")
    wanted = _(" or ").join(_axes(a) for a in alternatives) if not fits else tokens
    axes = f" ({spec.names})" if spec.names and not fits else ""
    words = text.format(node=named(node), wanted=wanted, source=quote(wire.source), shape=spec, axes=axes)
    return Problem("G-SHAPE", words, node.id, fix=_fit(node, layer, wire, spec, ranks))


def _fit(node: Node, layer: Layer, wire: Edge, spec: Spec, ranks: set[int]) -> Fix | None:
    """The edit that makes an input fit, where one is known."""

    def between(type: str) -> Fix:
        edit = {"op": "insert", "type": type, "edge": wire.model_dump()}
        return Fix(_("Insert {layer}").format(layer=type), (edit,))

    rank, name = len(spec.shape), type(layer).__name__
    if spec.dtype == "int64" and layer.takes == "float32" and (3 in ranks or not ranks):
        return between("Embedding")
    if layer.takes == "int64":
        return None
    sibling = LAYERS.get(f"{name[:-2]}{max(rank - 2, 1)}d") if re.search(r"[123]d$", name) else None
    if sibling and rank in {len(a.split()) for a in sibling.accepts.split("|")}:
        return _swap(node, type(layer), sibling)
    return between("Flatten") if 2 in ranks and rank > 2 else None


def _swap(node: Node, old: type[Layer], new: type[Layer]) -> Fix:
    """Change a layer to the one for another number of axes, with the settings that both understand."""
    kinds = {p.name: p.kind for p in parameters(new)}
    kept = [p.name for p in parameters(old) if p.name in node.params and kinds.get(p.name) == p.kind]
    edit = {"op": "replace", "node": node.id, "type": new.__name__, "keep": kept}
    return Fix(_("Change it to {type}").format(type=new.__name__), (edit,))


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
            return Problem("G-SHAPE", words, node.id, fix=_even(wires[0], inputs[0], wire, spec, grown))
    return None


def _stretch(inputs: Sequence[Spec]) -> bool:
    """Whether shapes differ only in axes where all but one size are 1."""
    if len({len(spec.shape) for spec in inputs}) > 1:
        return False
    return all(len({*sizes} - {1}) < 2 for sizes in zip(*(spec.shape for spec in inputs), strict=True))


def _even(first: Edge, a: Spec, second: Edge, b: Spec, grown: int | None) -> Fix | None:
    """Bring the second input of a join to the shape of the first: channels by a 1x1 Conv2d, features by a Linear."""
    if grown is not None or len(a.shape) != len(b.shape):
        return None
    edge = second.model_dump()
    if len(a.shape) == 4 and a.shape[2:] == b.shape[2:]:
        params: dict[str, object] = {"out_channels": a.shape[1], "kernel_size": 1}
        edit = {"op": "insert", "type": "Conv2d", "params": params, "edge": edge}
        return Fix(_("Insert a 1x1 Conv2d with {n} channels").format(n=a.shape[1]), (edit,))
    if len(a.shape) in (2, 3) and a.shape[:-1] == b.shape[:-1]:
        edit = {"op": "insert", "type": "Linear", "params": {"out_features": a.shape[-1]}, "edge": edge}
        return Fix(_("Insert a Linear with {n} features").format(n=a.shape[-1]), (edit,))
    return None
