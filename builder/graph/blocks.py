"""Blocks: nodes that hold a graph of their own. Grouping makes one, ungrouping writes it out again.

Inside, the Input nodes are the block's inputs, in their order and by their ids, and the Output is what it gives.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from builder.core.errors import Error
from builder.core.ids import numbered
from builder.core.text import _, quote
from builder.graph.document import Edge, Graph, Node


def repeats(node: Node) -> int:
    """How often a block is run through; 1 where its parameter makes no sense, which the check reports."""
    n = node.params.get("repeat", 1)
    return n if isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 100 else 1


def free_id(taken: Collection[str], type: str) -> str:
    """An id for a new layer: `conv2` for the second Conv2d, `input` for the first Input."""
    stem = type.rstrip("0123456789d") if type[-2:] in ("1d", "2d", "3d") else type
    stem = stem.lower()[:190]  # so that the number behind it still fits an id
    return stem if type in ("Input", "Output") and stem not in taken else numbered(stem, taken)


def grouped(graph: Graph, ids: Collection[str], id: str | None = None) -> Graph:
    """The graph with these nodes in one Block, which stands where the first of them stood.

    Raises: Error G-EDIT when they cannot be one block.
    """
    members = [node for node in graph.nodes if node.id in ids]
    inside = {node.id for node in members}
    _refuse(graph, members, inside)
    entering = [e for e in graph.edges if e.target in inside and e.source not in inside]
    leaving = [e for e in graph.edges if e.source in inside and e.target not in inside]
    end = _end(graph, members, inside, leaving)
    taken = set(inside)
    inputs: dict[str, str] = {}  # from the source outside to the Input inside
    for edge in entering:
        if edge.source not in inputs:
            inputs[edge.source] = free_id(taken, "Input")
            taken.add(inputs[edge.source])
    output = free_id(taken, "Output")
    block = Node(
        id=id or numbered("block", {n.id for n in graph.nodes} | {n.id for n in graph.notes}),
        type="Block",
        position=members[0].position,
        graph=Graph(
            nodes=(
                *(Node(id=name, type="Input") for name in inputs.values()),
                *members,
                Node(id=output, type="Output"),
            ),
            edges=(
                *(
                    e.model_copy(update={"source": inputs.get(e.source, e.source)})
                    for e in graph.edges
                    if e.target in inside
                ),
                Edge(source=end, target=output),
            ),
        ),
    )
    nodes = [block if n is members[0] else n for n in graph.nodes if n.id not in inside or n is members[0]]
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.target in inside and edge.source not in inside:
            edge = Edge(source=edge.source, target=block.id, input=inputs[edge.source] if len(inputs) > 1 else None)
        elif edge.source in inside and edge.target not in inside:
            edge = edge.model_copy(update={"source": block.id})
        elif edge.source in inside:
            continue
        if edge not in edges:
            edges.append(edge)
    return graph.having(nodes, edges)


def _refuse(graph: Graph, members: list[Node], inside: set[str]) -> None:
    if not members:
        raise Error("G-EDIT", _("Choose the layers that the block shall hold."))
    ends = next((node for node in members if node.type in ("Input", "Output")), None)
    if ends:
        text = _("{id} is an {type} and stays outside a block. Leave it out.")
        raise Error("G-EDIT", text.format(id=quote(ends.id), type=ends.type))
    behind = _reached(inside, lambda id: [e.target for e in graph.out_of(id)]) - inside
    before = _reached(inside, lambda id: [e.source for e in graph.into(id)]) - inside
    between = next((node.id for node in graph.nodes if node.id in behind & before), None)
    if between:
        raise Error("G-EDIT", _("{id} lies between these layers. Choose it as well.").format(id=quote(between)))


def _reached(start: Iterable[str], following: Callable[[str], list[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(start)
    while ahead:
        new = set(following(ahead.pop())) - found
        found |= new
        ahead += new
    return found


def _end(graph: Graph, members: list[Node], inside: set[str], leaving: list[Edge]) -> str:
    """The node whose output is the block's: the one that leads out, or the last that leads nowhere."""
    ends = list(dict.fromkeys(edge.source for edge in leaving))
    if len(ends) > 1:
        text = _("A block has one output, but {a} and {b} both lead out of it. Choose layers that end in one.")
        raise Error("G-EDIT", text.format(a=quote(ends[0]), b=quote(ends[1])))
    loose = [n.id for n in members if not any(e.target in inside for e in graph.out_of(n.id))]
    return ends[0] if ends else (loose or [members[-1].id])[-1]


def ungrouped(graph: Graph, block: Node) -> Graph:
    """The graph with a Block's nodes in its place, once for each repetition. Raises: Error G-EDIT (no block)."""
    if block.graph is None:
        raise Error("G-EDIT", _("{id} is no block.").format(id=quote(block.id)))
    taken = {n.id for n in graph.nodes if n is not block} | {n.id for n in graph.notes}

    def name(node: Node, copy: int) -> str:
        id = node.id if node.id not in taken else free_id(taken, node.type)
        taken.add(id)
        return id

    plain = written_out(block, fed(graph, block), name)
    at = graph.nodes.index(block)
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.target == block.id:
            continue
        if edge.source == block.id:
            if plain.end is None:
                continue
            edge = edge.model_copy(update={"source": plain.end})
        if edge not in edges:
            edges.append(edge)
    notes = list(graph.notes)
    for note in block.graph.notes:
        id = numbered("note", taken) if note.id in taken else note.id
        taken.add(id)
        notes.append(note.model_copy(update={"id": id}))
    return graph.having(
        (*graph.nodes[:at], *plain.nodes, *graph.nodes[at + 1 :]),
        (*edges, *(e for e in plain.edges if e not in edges)),
        notes,
    )


def fed(graph: Graph, block: Node) -> list[str | None]:
    """The source of each of a block's inputs, in their order; None for one that is not connected."""
    assert block.graph is not None
    names = [node.id for node in block.graph.nodes if node.type == "Input"]
    return [wire.source if wire else None for wire in by_input(names, graph.into(block.id))]


def by_input(names: Sequence[str], wires: Sequence[Edge]) -> list[Edge | None]:
    """The wire to each of these inputs: those with a name first, the others fill what is open; else None."""
    found: dict[str, Edge] = {}
    for wire in wires:
        if wire.input is not None and wire.input in names and wire.input not in found:
            found[wire.input] = wire
    for wire in wires:
        open_input = next((name for name in names if name not in found), None)
        if wire.input is None and open_input is not None:
            found[open_input] = wire
    return [found.get(name) for name in names]


@dataclass(frozen=True)
class WrittenOut:
    """A block's nodes and wires under their new names; `end` is the source of what the block gives."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    end: str | None


def written_out(block: Node, sources: list[str | None], name: Callable[[Node, int], str]) -> WrittenOut:
    """A block's own nodes without its ends, copied for each repetition; `name` gives the id of a node in a copy.

    The first input of each further copy is the output of the one before; its other inputs are the block's again.
    """
    assert block.graph is not None
    inner = block.graph
    inputs = [node.id for node in inner.nodes if node.type == "Input"]
    members = [node for node in inner.nodes if node.type not in ("Input", "Output")]
    out = next((e.source for n in inner.nodes if n.type == "Output" for e in inner.into(n.id)), None)
    nodes: list[Node] = []
    edges: list[Edge] = []
    end = None
    for copy in range(repeats(block)):
        new: dict[str, str | None] = dict(zip(inputs, sources, strict=True))
        if copy and inputs:
            new[inputs[0]] = end
        for node in members:
            new[node.id] = name(node, copy)
            nodes.append(node.model_copy(update={"id": new[node.id]}))
        for edge in inner.edges:
            source, target = new.get(edge.source), new.get(edge.target)
            if source is not None and target is not None and edge.target not in inputs:
                edges.append(Edge(source=source, target=target, input=edge.input))
        end = new.get(out) if out else None
    return WrittenOut(tuple(nodes), tuple(edges), end)
