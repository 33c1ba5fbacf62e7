"""Fields and targets by name: Inputs and Outputs that name none or a wrong one, and what of the data is left aside."""

from collections.abc import Iterator, Mapping, Sequence

from builder.compiler.report import NodeReport, Place, Report, Step
from builder.compiler.structure import named
from builder.core.errors import Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.fields import DataSpec, Target
from builder.graph.blocks import free_id
from builder.graph.document import Edge, Graph, Node
from builder.graph.losses import LOSSES_OF
from builder.graph.recipe import Recipe


def unnamed(graph: Graph, node: Node, name: str | None, param: str, names: Sequence[str]) -> Problem:
    """The problem of an Input or Output that must name a field or target and does not, or one that is not there."""
    if not names:
        text = _("{node}: this data has nothing to predict. Set {param} to a field, to learn to rebuild it.")
        return Problem("G-FIELD", text.format(node=named(node), param=param), node.id, param)
    if name is None:
        text = _("{node}: the data has several {param}s, {names}. Name one.")
        others = {n.params.get(param) for n in graph.nodes if n.type == node.type}
        guess = next((free for free in names if free not in others), names[0])
    else:
        text = _("{node}: the data has no {param} {name}; it has {names}.")
        guess = nearest(name, names) or names[0]
    words = text.format(node=named(node), param=param, name=quote(name or ""), names=", ".join(map(quote, names)))
    edit = {"op": "set_params", "node": node.id, "params": {param: guess}}
    return Problem("G-FIELD", words, node.id, param, fix=Fix(_("Use {name}").format(name=quote(guess)), (edit,)))


def untargeted(graph: Graph, node: Node, name: str | None, data: DataSpec) -> Problem:
    """The problem of an Output whose target is not there, or of one that names none."""
    if name is None and data.targets:
        return unnamed(graph, node, name, "target", [target.name for target in data.targets])
    names = [target.name for target in data.answers]
    if name is not None:
        return unnamed(graph, node, name, "target", names)
    text = _("{node}: the data has no target. Name what is to be answered: {names}.")
    words = text.format(node=named(node), names=", ".join(map(quote, names)))
    edit = {"op": "set_params", "node": node.id, "params": {"target": names[0]}}
    return Problem("G-FIELD", words, node.id, "target", fix=Fix(_("Use {name}").format(name=quote(names[0])), (edit,)))


def aside(
    graph: Graph, report: Report, network: Mapping[Place, Step], nodes: Mapping[str, NodeReport]
) -> Iterator[Problem]:
    """What can be said once every Input and Output is known: targets without an Output, fields that nothing reads,
    weights that are all 0, a loss of the recipe that nothing uses."""
    ends = {type: sum(node.type == type for node in graph.nodes) for type in ("Input", "Output")}
    if report.data is None or not report.outputs or len(report.outputs) < ends["Output"]:
        return  # the rest waits until each Output names its target
    answered = {answer.target.name for answer in report.outputs}
    # who reconstructs fields has no use for labels
    own = all(answer.target.kind in ("input", "latent") for answer in report.outputs)
    for target in () if own else report.data.targets:
        if target.name not in answered:
            text = _("No Output answers the target {name} of the data. Add one, or leave the target out of the data.")
            fix = _answer(graph, report, target, nodes)
            yield Problem("G-TARGET", text.format(name=quote(target.name)), severity="warning", fix=fix)
    for entry in report.inputs:
        if entry.forced and entry.field not in answered:
            text = _("{node} reads the target {name}, which no Output answers. Add an Output for it.")
            id = str(entry.place[0])
            words = text.format(node=f"Input {quote(id, 30)}", name=quote(entry.field))
            yield Problem("G-TARGET", words, id)
    read = {entry.field for entry in report.inputs}
    for field in report.data.inputs if len(report.inputs) == ends["Input"] else ():
        if field.name not in read:
            text = _("Nothing reads the field {name} of the data. Add an Input for it, or leave it as it is.")
            yield Problem("G-UNUSED", text.format(name=quote(field.name)), severity="hint")
    asking = [answer for answer in report.outputs if answer.target.kind != "latent"]
    if not asking:
        text = _("What is latent cannot be learned by itself. Add an Output that is held against something.")
        yield Problem("G-LOSS", text, report.outputs[0].id, "target")
    elif all(answer.weight == 0 for answer in asking):
        text = _("Every Output has the weight 0, so nothing is learned. Give one a weight.")
        first = asking[0].id
        edit: dict[str, object] = {"op": "set_params", "node": first, "params": {"weight": 1.0}}
        yield Problem(
            "G-LOSS", text, first, "weight", fix=Fix(_("Set {name} to {value}").format(name="weight", value=1), (edit,))
        )
    yield from _unused_loss(graph, report)


def _unused_loss(graph: Graph, report: Report) -> Iterator[Problem]:
    """A loss that the recipe names and that fits no Output which leaves the choice to it."""
    recipe = report.recipe
    if recipe is None or "loss" not in recipe.model_fields_set:
        return
    own = {node.id for node in graph.nodes if node.type == "Output" and node.params.get("loss") is not None}
    left = [answer for answer in report.outputs if answer.id not in own]
    if not left or any(isinstance(recipe.loss, LOSSES_OF[answer.target.kind]) for answer in left):
        return
    better = Recipe().loss_of(left[0].target.kind)
    text = _("The recipe's loss {loss} fits no target here; {better} is used instead.")
    edit = {"op": "set_recipe", "values": {"loss": {"type": better.type}}}
    fix = Fix(_("Use the loss {loss}").format(loss=better.type), (edit,))
    yield Problem("G-LOSS", text.format(loss=recipe.loss.type, better=better.type), severity="hint", fix=fix)


def _answer(graph: Graph, report: Report, target: Target, nodes: Mapping[str, NodeReport]) -> Fix | None:
    """An Output for a target, with a Linear of its own behind the layer that the first Output's Linear reads."""
    sources = nodes[report.outputs[0].id].sources
    last = nodes[sources[0]]
    from_ = last.sources[0] if type(last.layer).__name__ == "Linear" and last.sources else sources[0]
    spec = nodes[from_].spec
    if spec is None or len(spec.shape) != 2 or spec.dtype != "float32":
        return None
    taken = {node.id for node in graph.nodes} | {note.id for note in graph.notes}
    linear = free_id(taken, "Linear")
    output = free_id({*taken, linear}, "Output")
    edits: list[dict[str, object]] = [
        {"op": "insert", "type": "Linear", "id": linear, "params": {"out_features": target.size}},
        {"op": "insert", "type": "Output", "id": output, "params": {"target": target.name}},
    ]
    wires = (Edge(source=from_, target=linear), Edge(source=linear, target=output))
    edits += [{"op": "connect", "edge": wire.model_dump()} for wire in wires]
    return Fix(_("Add an Output for {name}").format(name=quote(target.name)), tuple(edits))
