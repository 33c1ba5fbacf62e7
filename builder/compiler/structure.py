"""Wiring: what can be said of a graph before any shape is known."""

import graphlib
import itertools
from collections import Counter
from collections.abc import Iterator

from builder.core.errors import Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.graph.blocks import by_input
from builder.graph.document import Edge, Graph, Node
from builder.layers import LAYERS, Many

ENDS = ("Input", "Output")


def named(node: Node) -> str:
    """A node as sentences name it: `Conv2d "conv1"`."""
    return f"{node.type if node.type in LAYERS else quote(node.type)} {quote(node.id)}"


def ports(node: Node) -> tuple[str, ...] | Many:
    """The inputs of a node of a known type; those of a block are the Input layers that it holds."""
    if node.type == "Block":
        return tuple(n.id for n in node.graph.nodes if n.type == "Input") if node.graph else ()
    return LAYERS[node.type].inputs


def ports_named(node: Node) -> tuple[str, ...]:
    """The inputs of a node that have names; none of a join that takes any number."""
    inputs = ports(node) if node.type in LAYERS else ()
    return () if isinstance(inputs, Many) else inputs


def required(node: Node) -> tuple[str, ...]:
    """The named inputs of a node that need a wire."""
    names = ports_named(node)
    return names[: len(names) - LAYERS[node.type].optional] if names else ()


def passed(graph: Graph, node: Node) -> str | None:
    """The source of a node's first input: what goes on behind it while it is switched off."""
    return next((wire.source for wire in wires_into(graph, node)), None)


def wires_into(graph: Graph, node: Node) -> tuple[Edge, ...]:
    """The wires that lead to a node, in the order of its inputs; those that lead to none of them stand last."""
    wires = graph.into(node.id)
    found = [wire for wire in by_input(ports_named(node), wires) if wire] if len(wires) > 1 else []
    return (*found, *(wire for wire in wires if wire not in found))


def unknown_type(node: Node) -> Problem:
    """The problem of a type that is not in the catalogue, with the nearest name."""
    guess = nearest(node.type, LAYERS)
    hint = _('Did you mean "{guess}"?').format(guess=guess) if guess else _("Choose one of the catalogue.")
    text = _("{type} is not a known layer. {hint}").format(type=quote(node.type), hint=hint)
    fix = None
    if guess:
        edit = {"op": "replace", "node": node.id, "type": guess, "keep": list(node.params)}
        fix = Fix(_("Change it to {type}").format(type=guess), (edit,))
    return Problem("G-TYPE", text, node.id, fix=fix)


def order(graph: Graph) -> tuple[list[str], list[Problem]]:
    """Node ids so that each comes after its inputs; where there is a loop, the document's order and the problem."""
    known = {node.id for node in graph.nodes}
    into: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        if edge.source in known and edge.target in known and edge.source != edge.target:
            into[edge.target].append(edge.source)
    try:
        return list(graphlib.TopologicalSorter(into).static_order()), []
    except graphlib.CycleError as error:
        loop = error.args[1]
        path = " -> ".join(quote(id) for id in loop[:6]) + (" ..." if len(loop) > 6 else "")
        text = _("{path} form a loop. Delete one of the wires between them.").format(path=path)
        wire = next(e for e in reversed(graph.edges) if (e.source, e.target) in set(itertools.pairwise(loop)))
        label = _("Delete the wire from {a} to {b}").format(a=quote(wire.source), b=quote(wire.target))
        return list(into), [Problem("G-CYCLE", text, wire.target, fix=Fix(label, (_cut(wire),)))]


def wiring(graph: Graph, inside: bool = False) -> Iterator[Problem]:
    """Every problem of ids, wires, missing inputs and ends; `inside` a block there is one Output."""
    yield from _ids(graph)
    yield from _wires(graph)
    for node in graph.nodes:
        if node.disabled and node.type not in ENDS:
            yield from _nothing_passed(graph, node)
        elif node.type == "Block" and node.graph is None:
            yield _empty(node)
        elif node.type in LAYERS and (ports(node) or node.type != "Block"):  # the block itself says that it has none
            yield from _inputs(graph, node)
    yield from _ends(graph, inside)
    yield from _unused(graph)


def _empty(node: Node) -> Problem:
    text = _("{node} holds no layers. Delete it, and group layers to make a block.")
    fix = Fix(_("Delete it"), ({"op": "remove", "nodes": [node.id]},))
    return Problem("G-NOOUT", text.format(node=named(node)), node.id, fix=fix)


def _nothing_passed(graph: Graph, node: Node) -> Iterator[Problem]:
    """A layer that is switched off needs an input only where something waits for it."""
    if graph.out_of(node.id) and passed(graph, node) is None:
        yield _hungry(graph, node, (), 1)


def _cut(edge: Edge) -> dict[str, object]:
    return {"op": "disconnect", "edge": edge.model_dump()}


def _ids(graph: Graph) -> Iterator[Problem]:
    for id, times in Counter(node.id for node in graph.nodes).items():
        if times > 1:
            text = _("{n} layers are called {id}. Give each a name of its own.")
            yield Problem("G-EDGE", text.format(n=times, id=quote(id)), id)


def _wires(graph: Graph) -> Iterator[Problem]:
    types = {node.id: node.type for node in graph.nodes}
    for edge, times in Counter(graph.edges).items():
        remove = Fix(_("Delete this wire"), (_cut(edge),))
        lost = next((id for id in (edge.source, edge.target) if id not in types), None)
        if lost is not None:
            text = _("A wire from {a} to {b}: {lost} does not exist. Delete the wire.")
            message = text.format(a=quote(edge.source), b=quote(edge.target), lost=quote(lost))
            pinned = next((id for id in (edge.target, edge.source) if id in types), None)
            yield Problem("G-EDGE", message, pinned, fix=remove)
        elif edge.source == edge.target:
            text = _("{id} is wired to itself. Delete the wire.")
            yield Problem("G-EDGE", text.format(id=quote(edge.source)), edge.source, fix=remove)
        elif types[edge.source] == "Output":
            text = _("{a} is an Output and cannot feed {b}. Delete the wire.")
            yield Problem("G-EDGE", text.format(a=quote(edge.source), b=quote(edge.target)), edge.source, fix=remove)
        elif times > 1 and edge.input is not None:
            text = _("{a} is wired to input {name} of {b} {n} times. Delete the copies.")
            words = text.format(a=quote(edge.source), b=quote(edge.target), n=times, name=quote(edge.input))
            yield Problem("G-EDGE", words, edge.target, fix=Fix(remove.label, (_cut(edge), _join(edge))))


def _join(edge: Edge) -> dict[str, object]:
    return {"op": "connect", "edge": edge.model_dump()}


def _inputs(graph: Graph, node: Node) -> Iterator[Problem]:
    into, inputs = graph.into(node.id), ports(node)
    if isinstance(inputs, Many):
        least, most, names = inputs.at_least, None, None
    else:
        least, most, names = len(required(node)), len(inputs), inputs
    for edge in into:
        if names is not None and edge.input is not None and edge.input not in names:
            guess = nearest(edge.input, names) or (names[0] if names else "")
            text = _("{node} has no input {name}; it has: {names}.")
            words = text.format(node=named(node), name=quote(edge.input), names=", ".join(names) or _("none"))
            better = _join(Edge(source=edge.source, target=edge.target, input=guess or None))
            yield Problem("G-EDGE", words, node.id, fix=Fix(_("Rewire it"), (_cut(edge), better)))
    twice = [name for name, n in Counter(e.input for e in into if e.input).items() if n > 1]
    if twice and most is not None and len(into) <= most:
        yield _doubled(node, [edge for edge in into if edge.input == twice[0]])
    elif (most is not None and len(into) > most) or twice:
        yield _crowded(node, into, most if most is not None else len(into) - 1)
    if len(into) < least:
        yield _hungry(graph, node, into, least)
    elif not twice and LAYERS[node.type].optional:
        yield from _open(graph, node, into)


def _open(graph: Graph, node: Node, into: tuple[Edge, ...]) -> Iterator[Problem]:
    """The problem of an input that stays open because the only wires lead to optional ones."""
    fed = zip(required(node), by_input(ports_named(node), into), strict=False)
    missing = next((name for name, wire in fed if wire is None), None)
    if missing is None:
        return
    text = _("{node}: nothing leads to its input {name}. Connect it.")
    above = _above(graph, node, {wire.source for wire in into})
    edit = {"op": "connect", "edge": {"source": above, "target": node.id, "input": missing}}
    fix = Fix(_("Connect it to {above}").format(above=quote(above)), (edit,)) if above else None
    yield Problem("G-INPUT", text.format(node=named(node), name=quote(missing)), node.id, fix=fix)


def _crowded(node: Node, into: tuple[Edge, ...], most: int) -> Problem:
    text = _(
        "{node} takes {most} input(s) and gets {n}, from {sources}. Delete a wire, or join them with Add or Concat."
    )
    sources = ", ".join(quote(edge.source, 20) for edge in into[:5])
    extra = into[most:]
    fix = Fix(_("Keep the first {most}").format(most=most), tuple(_cut(edge) for edge in extra))
    words = text.format(node=named(node), most=most, n=len(into), sources=sources)
    return Problem("G-EDGE", words, node.id, fix=fix)


def _doubled(node: Node, wires: list[Edge]) -> Problem:
    text = _("{node}: {n} wires lead to its input {name}. Keep one of them.")
    words = text.format(node=named(node), n=len(wires), name=quote(wires[0].input or ""))
    return Problem("G-EDGE", words, node.id, fix=Fix(_("Keep the first"), tuple(_cut(wire) for wire in wires[1:])))


def _hungry(graph: Graph, node: Node, into: tuple[Edge, ...], least: int) -> Problem:
    if least == 1:
        words = _("{node} has no input. Connect it to the layer before it.").format(node=named(node))
    else:
        text = _("{node} needs at least {least} inputs and gets {n}. Connect more.")
        words = text.format(node=named(node), least=least, n=len(into))
    taken = {edge.source for edge in into}
    above = _above(graph, node, taken)
    fix = None
    if above:
        edge = {"source": above, "target": node.id}
        if node.type == "Block" and least > 1:
            names = ports_named(node)
            edge["input"] = names[by_input(names, into).index(None)]
        edit = {"op": "connect", "edge": edge}
        fix = Fix(_("Connect it to {above}").format(above=quote(above)), (edit,))
    return Problem("G-INPUT", words, node.id, fix=fix)


def _above(graph: Graph, node: Node, taken: set[str]) -> str | None:
    """The nearest node above in the outline that could feed this one without a loop."""
    at = graph.nodes.index(node)
    unfit = taken | _behind(graph, node.id)
    fitting = (n.id for n in reversed(graph.nodes[:at]) if n.type != "Output" and n.id not in unfit)
    return next(fitting, None)


def _behind(graph: Graph, id: str) -> set[str]:
    """The nodes that a node leads to."""
    found: set[str] = set()
    ahead = [id]
    while ahead:
        new = {edge.target for edge in graph.out_of(ahead.pop())} - found
        found |= new
        ahead += new
    return found


def _ends(graph: Graph, inside: bool) -> Iterator[Problem]:
    for type, code in (("Input", "G-NOIN"), ("Output", "G-NOOUT")):
        nodes = [node for node in graph.nodes if node.type == type]
        if not nodes:
            fix = _add_output(graph) if type == "Output" else _add_input(graph)
            text = _("This network has no {type} layer. Add one.")
            text = _("This block has no {type} layer. Add one.") if inside else text
            yield Problem(code, text.format(type=type), fix=fix)
        for extra in nodes[1:] if type == "Output" and inside else ():
            text = _("{node} is a second {type}; a block has one. Delete it.")
            remove = Fix(_("Delete {node}").format(node=quote(extra.id)), ({"op": "remove", "nodes": [extra.id]},))
            yield Problem("G-ENDS", text.format(node=named(extra), type=type), extra.id, fix=remove)
        for off in (node for node in nodes if node.disabled):
            text = _("{node} cannot be switched off. Switch it on.")
            on = Fix(_("Switch it on"), ({"op": "disable", "nodes": [off.id], "disabled": False},))
            yield Problem("G-ENDS", text.format(node=named(off)), off.id, fix=on)


def _add_output(graph: Graph) -> Fix | None:
    if not graph.nodes:
        return Fix(_("Add Output"), ({"op": "insert", "type": "Output"},))
    return Fix(_("Add Output"), ({"op": "insert", "type": "Output", "after": graph.nodes[-1].id},))


def _add_input(graph: Graph) -> Fix:
    id = "input" if graph.node("input") is None else "input_new"
    edits: list[dict[str, object]] = [{"op": "insert", "type": "Input", "id": id}]
    if graph.nodes:
        first = graph.nodes[0]
        edits.append({"op": "move", "node": id, "before": first.id})
        if not graph.into(first.id):
            edits.append({"op": "connect", "edge": {"source": id, "target": first.id}})
    return Fix(_("Add Input"), tuple(edits))


def _unused(graph: Graph) -> Iterator[Problem]:
    """Warn of loose ends: nodes that are wired to nothing behind them."""
    for node in graph.nodes:
        if node.type != "Output" and not graph.out_of(node.id) and not node.disabled:
            text = _("{node} leads to no Output, so it does nothing. Connect it or delete it.")
            # an Input is needed; deleting it would only be the next problem
            delete = Fix(_("Delete it"), ({"op": "remove", "nodes": [node.id]},))
            fixes = (*_reconnect(graph, node), *([] if node.type == "Input" else [delete]))
            fix = next(iter(fixes), None)
            yield Problem("G-UNUSED", text.format(node=named(node)), node.id, None, "warning", fix, fixes[1:])


def _reconnect(graph: Graph, node: Node) -> Iterator[Fix]:
    """Lead a loose end to the next layer below in the outline that waits for an input."""
    below = graph.nodes[graph.nodes.index(node) + 1 :]
    hungry = (n for n in below if n.type in LAYERS and n.type != "Block" and ports(n) and not graph.into(n.id))
    target = next(hungry, None)
    if target is not None and target.id != node.id:
        edge = {"source": node.id, "target": target.id}
        yield Fix(_("Connect it to {node}").format(node=quote(target.id, 20)), ({"op": "connect", "edge": edge},))
