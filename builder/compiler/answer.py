"""Whether the last layer, the target and the loss agree."""

from collections.abc import Iterator

from builder.compiler.report import NodeReport
from builder.compiler.structure import named
from builder.core.errors import Fix, Problem
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import Target
from builder.graph.document import Edge, Graph, Node
from builder.graph.recipe import Recipe
from builder.layers import Layer

PASSING = ("Normalisation", "Activation", "Regularisation")  # families that keep the shape


def answer(
    graph: Graph,
    node: Node,
    wire: Edge,
    spec: Spec,
    target: Target,
    recipe: Recipe | None,
    nodes: dict[str, NodeReport],
) -> Iterator[Problem]:
    """The problems of an Output that gets `spec` through `wire`."""
    classes = len(target.classes)
    if spec.shape[1:] != (classes,):
        text = _("{node} needs {n} numbers, one for each class; {source} gives {shape}.")
        words = text.format(node=named(node), n=classes, source=quote(wire.source), shape=spec)
        yield Problem("G-CLASSES", words, node.id, fix=_resize(graph, wire, spec, classes, nodes))
        return
    if not _learns(wire.source, nodes):
        text = _("No layer before {node} has weights, so there is nothing to learn. Insert a Linear.")
        yield Problem("G-WEIGHTS", text.format(node=named(node)), node.id, fix=_add_linear(graph, wire, spec, classes))
    last = nodes[wire.source].layer
    if recipe is not None and last is not None:
        yield from _loss(wire.source, last, recipe)


def _resize(graph: Graph, wire: Edge, spec: Spec, classes: int, nodes: dict[str, NodeReport]) -> Fix:
    """Set the last Linear to the number of classes, or add one (behind a Flatten where the output is no vector)."""
    label = _("Set {name} of {node} to {value}")
    id: str | None = wire.source
    while id is not None and (found := nodes[id]).layer is not None:
        layer = found.layer
        if type(layer).__name__ == "Linear" and len(spec.shape) == 2:
            edit: dict[str, object] = {"op": "set_params", "node": id, "params": {"out_features": classes}}
            return Fix(label.format(name="out_features", node=quote(id), value=classes), (edit,))
        alone = len(graph.out_of(id)) == 1 and len(found.sources) == 1
        id = found.sources[0] if layer and alone and type(layer).family in PASSING else None
    return _add_linear(graph, wire, spec, classes)


def _add_linear(graph: Graph, wire: Edge, spec: Spec, classes: int) -> Fix:
    edge = wire.model_dump()
    taken = {n.id for n in graph.nodes}
    name = next(n for n in ("classes", *(f"classes{i}" for i in range(len(taken) + 1))) if n not in taken)
    edits = [{"op": "insert", "type": "Linear", "id": name, "params": {"out_features": classes}, "edge": edge}]
    if len(spec.shape) == 2:
        return Fix(_("Insert Linear with {n} features").format(n=classes), tuple(edits))
    edits.append({"op": "insert", "type": "Flatten", "edge": {"source": wire.source, "target": name, "input": None}})
    return Fix(_("Insert Flatten and Linear with {n} features").format(n=classes), tuple(edits))


def _learns(id: str, nodes: dict[str, NodeReport]) -> bool:
    """Whether a node, or any from which it is reached, has weights."""
    reached = [id]
    for found in reached:
        reached += [source for source in nodes[found].sources if source not in reached]
    return any(nodes[found].params for found in reached)


def _loss(source: str, last: Layer, recipe: Recipe) -> Iterator[Problem]:
    softmax = type(last).__name__ == "Softmax"
    loss = recipe.loss.type
    if softmax and loss != "nll":
        text = _('Softmax "{node}" stands before the loss {loss}, which applies it itself; training would be slow.')
        fix = Fix(_("Delete the Softmax"), ({"op": "remove", "nodes": [source]},))
        yield Problem("G-SOFTMAX", text.format(node=source[:60], loss=loss), source, severity="warning", fix=fix)
    if not softmax and loss == "nll":
        text = _("The loss nll needs probabilities, so the network must end in Softmax; it ends in {node}.")
        fix = Fix(
            _("Use the loss cross_entropy"), ({"op": "set_recipe", "values": {"loss": {"type": "cross_entropy"}}},)
        )
        yield Problem("G-LOSS", text.format(node=quote(source)), source, fix=fix)
