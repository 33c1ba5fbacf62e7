"""A foreign network on its way into a graph: a flat list of layers of the catalogue, each with what it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from builder.compiler.shapes import unfit
from builder.compiler.structure import named
from builder.compiler.trace import trace
from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.settings import parse
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.graph.document import MOST_NODES, Edge, Node
from builder.layers import LAYERS
from builder.layers.layer import Complaint


@dataclass(frozen=True)
class Op:
    """A layer by its path in the foreign network.

    `scopes` are the paths of those around it that become blocks, from the outside in; `tensors` says which of the
    foreign weights each of the layer's own is.
    """

    path: str
    type: str
    params: Mapping[str, Any]
    sources: tuple[int, ...]
    scopes: tuple[str, ...]
    spec: Spec
    tensors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ref:
    """What an op gives: its number in the sketch."""

    op: int
    spec: Spec

    @property
    def rank(self) -> int:
        return len(self.spec.shape)


class Sketch:
    """The ops so far, each behind those that feed it."""

    def __init__(self) -> None:
        self.ops: list[Op] = []

    def input(self, path: str, spec: Spec) -> Ref:
        """Where data enters."""
        return self._append(Op(path, "Input", {}, (), (), spec))

    def add(
        self,
        path: str,
        type: str,
        params: Mapping[str, Any],
        sources: Sequence[Ref],
        *,
        scopes: tuple[str, ...] = (),
        tensors: Mapping[str, str] | None = None,
    ) -> Ref:
        """A layer; parameters equal to the defaults are left out.

        Raises: Error M-LAYER when the catalogue's layer cannot be so, or cannot take these inputs.
        """
        if len(self.ops) >= MOST_NODES:
            raise Error("L-NODES", _("More than {most:,} layers. Import a smaller network.").format(most=MOST_NODES))
        if (before := self._undone(type, params, sources)) is not None:
            return before
        cls = LAYERS[type]
        node = Node.model_construct(id=path, type=type, params=dict(params))
        layer, problems = parse(cls, params, what=named(node))
        if layer is None:
            raise Error.of(unimportable(path, type, problem.message) for problem in problems)
        specs = tuple(source.spec for source in sources)
        wires = [Edge.model_construct(source=self.ops[s.op].path, target=path) for s in sources]
        misfit = next((p for w, s in zip(wires, specs, strict=True) if (p := unfit(node, layer, w, s))), None)
        if misfit:
            raise Error.of([unimportable(path, type, misfit.message)])
        found = trace(layer, specs)
        if isinstance(found, Complaint):
            raise Error.of([unimportable(path, type, found.message)])
        kept = {name: value for name, value in params.items() if getattr(layer, name) != cls.model_fields[name].default}
        places = tuple(source.op for source in sources)
        return self._append(Op(path, type, _plain(kept), places, scopes, found.spec, tensors or {}))

    def tidied(self, *kept: Ref) -> tuple["Sketch", list[Ref]]:
        """The sketch without orders of axes that nothing uses, and the refs of `kept` in it."""
        used = {source for op in self.ops for source in op.sources} | {ref.op for ref in kept}
        numbers: dict[int, int] = {}
        new = Sketch()
        for at, op in enumerate(self.ops):
            if op.type != "Permute" or at in used:
                numbers[at] = len(new.ops)
                new.ops.append(replace(op, sources=tuple(numbers[source] for source in op.sources)))
        return new, [Ref(numbers[ref.op], ref.spec) for ref in kept]

    def _undone(self, type: str, params: Mapping[str, Any], sources: Sequence[Ref]) -> Ref | None:
        """What stands before an order of axes that this one takes back."""
        before = self.ops[sources[0].op] if sources else None
        if type != "Permute" or before is None or before.type != "Permute":
            return None
        first, then = _dims(before.params), _dims(params)
        if [first[axis] for axis in then] != list(range(len(first))):
            return None
        [source] = before.sources
        return Ref(source, self.ops[source].spec)

    def path_of(self, ref: Ref) -> str:
        """The path of the op that gives this."""
        return self.ops[ref.op].path

    def _append(self, op: Op) -> Ref:
        self.ops.append(op)
        return Ref(len(self.ops) - 1, op.spec)


def unimportable(where: str, what: str, why: str = "") -> Problem:
    """The problem of one thing that cannot be imported: `"Lambda" cannot be imported, at "crop".`"""
    reason = f" {why}" if why else ""
    text = _("{what} cannot be imported (at {where}).{reason}")
    return Problem("M-LAYER", text.format(what=quote(what), where=quote(where), reason=reason))


def refuse(unknown: Sequence[Problem]) -> None:
    """Raises: Error M-LAYER with everything that cannot be imported, where there is something."""
    if unknown:
        raise Error.of(list(dict.fromkeys(unknown))[: 2 * MOST_LISTED])


def _dims(params: Mapping[str, Any]) -> list[int]:
    return list(params.get("dims", LAYERS["Permute"].model_fields["dims"].default))


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as a person would write them: one number for equal ones."""
    return {name: _short(value) for name, value in params.items()}


def _short(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def size(values: Any) -> Any:
    """Sizes of windows as a person would write them: `3` for `(3, 3)`."""
    if isinstance(values, list | tuple):
        return values[0] if len(set(values)) == 1 else list(values)
    return values
