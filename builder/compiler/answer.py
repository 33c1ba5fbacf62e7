"""Whether the layer before an Output, its target and its loss agree."""

from collections.abc import Callable, Iterator
from math import prod

from builder.compiler.fixes import bring, insert
from builder.compiler.report import Answer, NodeReport, Place, Step, inward
from builder.compiler.structure import named
from builder.core.errors import Fix, Problem
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import Target, TargetKind
from builder.graph.document import Edge, Graph, Node
from builder.graph.losses import LOSSES, BinaryCrossEntropy, KullbackLeibler
from builder.graph.recipe import Recipe
from builder.layers import Layer
from builder.layers.ends import Output
from builder.layers.windows import by

# by the kind of target: what it is called, and what its Output needs
CALLED: dict[TargetKind, str] = {
    "category": _("a category"),
    "number": _("a number"),
    "tags": _("a tag for each token"),
    "input": _("a field to reconstruct"),
    "latent": _("what is latent"),
    "text": _("a text"),
    "forecast": _("a forecast"),
    "rating": _("a rating"),
    "binary": _("yes or no"),
    "labels": _("a set of labels"),
}
NEEDS: dict[TargetKind, str] = {
    "category": _("{node} needs {n} numbers, one for each class; {source} gives {shape}."),
    "number": _("{node} needs {n} numbers, one for each that is predicted; {source} gives {shape}."),
    "tags": _("{node} needs {n} numbers at each of {steps} tokens, one for each tag; {source} gives {shape}."),
    "input": _("{node} needs {n} numbers, the field that it reconstructs; {source} gives {shape}."),
    "latent": _("{node} needs one row of numbers for each sample; {source} gives {shape}."),
    "text": _("{node} needs {n} numbers at each step, one for each token; {source} gives {shape}."),
    "forecast": _("{node} needs {n} numbers, one for each step ahead; {source} gives {shape}."),
    "rating": _("{node} needs 1 number, the rating; {source} gives {shape}."),
    "binary": _("{node} needs 1 number, the logit of yes; {source} gives {shape}."),
    "labels": _("{node} needs {n} numbers, one for each label; {source} gives {shape}."),
}
PASSING = ("Normalisation", "Activation", "Regularisation")  # families that mostly keep the shape


def answer(
    graph: Graph,
    node: Node,
    layer: Output,
    wire: Edge,
    place: Place,
    found: Answer,
    recipe: Recipe | None,
    nodes: dict[str, NodeReport],
    network: dict[Place, Step],
) -> Iterator[Problem]:
    """The problems of an Output that gets what the layer at `place` gives, through `wire`."""
    target, spec = found.target, network[place].spec
    words = misfit(node, wire, spec, target)
    if words:
        fitted = FITTED.get(target.kind, _resize)
        yield Problem("G-CLASSES", words, node.id, fix=fitted(graph, wire, spec, target, nodes))
        return
    if target.kind == "text" and found.loss.type == "cross_entropy" and spec.shape[1] != target.longest:
        text = _("{node} needs {n} steps, as {target} has; {source} gives {shape}. Lead an Input for {target} to it.")
        words = text.format(
            node=named(node), n=target.longest, target=quote(target.name), source=quote(wire.source), shape=spec
        )
        yield Problem("G-CLASSES", words, node.id)
        return
    if found.loss.type == "ctc" and spec.shape[1] < target.longest - 1:
        text = _("{node} gets {steps} steps, too few for texts of up to {n} tokens, which cost nothing. Pool less.")
        words = text.format(node=named(node), steps=spec.shape[1], n=target.longest - 1)
        yield Problem("G-STEPS", words, node.id, severity="warning")
    if target.kind != "latent" and not _learns(place, network):
        text = _("No layer before {node} has weights, so there is nothing to learn. Insert a Linear.")
        fix = _add_linear(graph, wire, spec, target.size, len(spec.shape))
        yield Problem("G-WEIGHTS", text.format(node=named(node)), node.id, fix=fix)
    if LOSSES.get(layer.loss or found.loss.type) is not type(found.loss):
        yield _unfit_loss(node, layer, found)
    elif isinstance(found.loss, KullbackLeibler) and spec.shape[1] % 2:
        text = _(
            "{node}: half of its numbers are means, half log-variances; {source} gives {n}. Make it an even number."
        )
        words = text.format(node=named(node), source=quote(wire.source), n=spec.shape[1])
        yield Problem("G-CLASSES", words, node.id, fix=_resize(graph, wire, spec, _row(spec.shape[1] + 1), nodes))
    elif target.kind == "input" and isinstance(found.loss, BinaryCrossEntropy) and not target.unit:
        yield _unbounded(node, layer, target)
    elif recipe is not None:
        yield from _loss(place, network[place].layer, layer, found)


def misfit(node: Node, wire: Edge, spec: Spec, target: Target) -> str | None:
    """Why `spec` is no answer to the target, in a sentence; None where it is one."""
    fits = len(spec.shape) == 1 + len(target.shape)
    if fits and all(size in (None, given) for size, given in zip(target.shape, spec.shape[1:], strict=True)):
        return None
    text = NEEDS[target.kind]
    if target.kind == "number" and target.size == 1:
        text = _("{node} needs 1 number, the one that is predicted; {source} gives {shape}.")
    n = by(target.sizes) if target.kind == "input" else target.size
    facts = {"n": n, "steps": target.shape[0], "source": quote(wire.source), "shape": spec}
    return text.format(node=named(node), **facts)


def _unfit_loss(node: Node, layer: Output, found: Answer) -> Problem:
    text = _("{node}: the loss {loss} is not for {kind}, and {target} is one. Use {better}.")
    words = text.format(
        node=named(node), loss=layer.loss, kind=CALLED[found.target.kind], target=quote(found.target.name),
        better=found.loss.type,
    )  # fmt: skip
    edit = {"op": "set_params", "node": node.id, "params": {"loss": found.loss.type}}
    fix = Fix(_("Use the loss {loss}").format(loss=found.loss.type), (edit,))
    return Problem("G-LOSS", words, node.id, "loss", fix=fix)


def _unbounded(node: Node, layer: Output, target: Target) -> Problem:
    text = _("{node}: the loss bce needs a field whose numbers lie between 0 and 1, and those of {field} do not. {way}")
    edit = {"op": "set_params", "node": node.id, "params": {"loss": "mse"}}
    fix = Fix(_("Use the loss {loss}").format(loss="mse"), (edit,))
    others: tuple[Fix, ...] = ()
    way = _("Use mse.")
    if len(target.sizes) == 3:  # an image
        way = _("Set the normalisation of the data to {unit}.").format(unit=quote("unit"))
        unit = {"op": "set_data", "values": {"normalise": "unit"}}
        fix, others = Fix(_("Bring the images to 0 to 1"), (unit,)), (fix,)
    words = text.format(node=named(node), field=quote(target.name), way=way)
    param = "loss" if layer.loss else None
    return Problem("G-LOSS", words, node.id, param, fix=fix, others=others)


def _row(n: int) -> Target:
    """An answer of so many numbers."""
    return Target("", sizes=(n,))


def _arranged(graph: Graph, wire: Edge, spec: Spec, target: Target, nodes: dict[str, NodeReport]) -> Fix | None:
    """Bring what flows along a wire to the shape of a field, or to one row of numbers."""
    if target.kind == "latent":
        return insert(wire, "Flatten", _("Insert {layer}").format(layer="Flatten"))
    shape = tuple(size or 0 for size in target.sizes)  # those of a field are known
    if len(shape) < 2:
        return _resize(graph, wire, spec, target, nodes)
    if len(spec.shape) > 2:
        arranged = insert(wire, "Reshape", _("Insert {layer}").format(layer="Reshape"), shape=list(shape))
        return arranged if spec.elements == prod(shape) else bring(wire, spec, (spec.shape[0], *shape))
    if spec.elements == prod(shape):
        return _spread(wire, shape, _("Insert {layer}").format(layer="Unflatten"))
    sized = _resize(graph, wire, spec, _row(prod(shape)), nodes)
    [edit] = sized.edits
    behind = Edge(source=str(edit["id"]), target=wire.target, input=wire.input) if edit["op"] == "insert" else wire
    label = _("{label}, and insert {layer}").format(label=sized.label, layer="Unflatten")
    return Fix(label, (edit, *_spread(behind, shape, label).edits))


def _spread(wire: Edge, shape: tuple[int, ...], label: str) -> Fix:
    return insert(wire, "Unflatten", label, unflattened_size=list(shape))


def _resize(graph: Graph, wire: Edge, spec: Spec, target: Target, nodes: dict[str, NodeReport]) -> Fix:
    """Set the last Linear to the number of classes, or add one (behind a Flatten where the output is no vector)."""
    classes, axes = target.size, 1 + len(target.shape)
    label = _("Set {name} of {node} to {value}")
    id: str | None = wire.source
    while id is not None and (found := nodes[id]).layer is not None:
        layer = found.layer
        if type(layer).__name__ == "Linear" and len(spec.shape) == axes and not found.off:
            edit: dict[str, object] = {"op": "set_params", "node": id, "params": {"out_features": classes}}
            return Fix(label.format(name="out_features", node=quote(id), value=classes), (edit,))
        alone = len(graph.out_of(id)) == 1 and len(found.sources) == 1
        passing = alone and (found.off or (type(layer).family in PASSING and _keeps(found, nodes)))
        id = found.sources[0] if passing else None
    return _add_linear(graph, wire, spec, classes, axes)


def _at_each_step(graph: Graph, wire: Edge, spec: Spec, target: Target, nodes: dict[str, NodeReport]) -> Fix | None:
    """As `_resize`; where a layer gives its last step alone, let it give every step."""
    if len(spec.shape) != 2:
        return _resize(graph, wire, spec, target, nodes)
    id: str | None = wire.source
    linear: str | None = None
    while id is not None and (found := nodes[id]).layer is not None:
        if getattr(found.layer, "returns", "") == "last":
            label = _("Set {name} of {node} to {value}").format(name="returns", node=quote(id), value="sequence")
            edit = {"op": "set_params", "node": id, "params": {"returns": "sequence"}}
            if linear is None:
                return Fix(label, (edit, *_add_linear(graph, wire, spec, target.size).edits))
            return Fix(label, (edit, {"op": "set_params", "node": linear, "params": {"out_features": target.size}}))
        if type(found.layer).__name__ == "Linear" and linear is None:
            linear = id
        alone = len(graph.out_of(id)) == 1 and len(found.sources) == 1
        id = found.sources[0] if alone and (id == linear or _keeps(found, nodes)) else None
    return None


def _keeps(found: NodeReport, nodes: dict[str, NodeReport]) -> bool:
    """Whether a layer gives the shape that it gets, which a GLU does not."""
    return found.spec == nodes[found.sources[0]].spec


def _add_linear(graph: Graph, wire: Edge, spec: Spec, classes: int, axes: int = 2) -> Fix:
    edge = wire.model_dump()
    taken = {n.id for n in graph.nodes}
    name = next(n for n in ("classes", *(f"classes{i}" for i in range(len(taken) + 1))) if n not in taken)
    edits = [{"op": "insert", "type": "Linear", "id": name, "params": {"out_features": classes}, "edge": edge}]
    if len(spec.shape) == axes:
        return Fix(_("Insert Linear with {n} features").format(n=classes), tuple(edits))
    edits.append({"op": "insert", "type": "Flatten", "edge": {"source": wire.source, "target": name, "input": None}})
    return Fix(_("Insert Flatten and Linear with {n} features").format(n=classes), tuple(edits))


def _learns(place: Place, network: dict[Place, Step]) -> bool:
    """Whether a layer, or any from which it is reached, has weights that are trained."""
    reached, seen = [place], {place}
    for found in reached:
        new = [source for source in network[found].sources if source not in seen]
        seen.update(new)
        reached += new
    return any(network[found].params and network[found].layer.learns() for found in reached)


def _loss(place: Place, last: Layer, layer: Output, found: Answer) -> Iterator[Problem]:
    *blocks, id = [part for part in place if isinstance(part, str)]
    top = (*blocks, id)[0]
    softmax, loss = found.probabilities, found.loss.type
    if softmax and loss != "nll":
        text = _('Softmax "{node}" stands before the loss {loss}, which applies it itself; training would be slow.')
        if found.target.kind != "category":
            text = _('Softmax "{node}" stands before the loss {loss}, but what is predicted is no choice of one class.')
        fix = Fix(_("Delete the Softmax"), ({"op": "remove", "nodes": [id]},))
        words = text.format(node=id[:60], loss=loss)
        fitting = {"op": "set_recipe", "values": {"loss": {"type": "nll"}}}
        other = Fix(_("Use the loss {loss}").format(loss="nll"), (fitting,))
        yield inward(Problem("G-SOFTMAX", words, top, severity="warning", fix=fix, others=(other,)), blocks)
    if not softmax and loss == "nll":
        text = _("The loss nll needs probabilities, so the network must end in Softmax; it ends in {node}.")
        edit: dict[str, object] = {"op": "set_recipe", "values": {"loss": {"type": "cross_entropy"}}}
        if layer.loss is not None:
            edit = {"op": "set_params", "node": found.id, "params": {"loss": "cross_entropy"}}
        fix = Fix(_("Use the loss {loss}").format(loss="cross_entropy"), (edit,))
        yield Problem("G-LOSS", text.format(node=quote(id)), top, fix=fix)


# kinds of target whose misfits are mended in ways of their own
FITTED: dict[TargetKind, Callable[[Graph, Edge, Spec, Target, dict[str, NodeReport]], Fix | None]] = {
    "input": _arranged,
    "latent": _arranged,
    "tags": _at_each_step,
}
