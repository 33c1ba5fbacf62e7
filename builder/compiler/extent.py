"""How large a network is once its blocks are written out; asked before anything else, since blocks multiply."""

from collections.abc import Iterator

from builder.compiler.structure import named
from builder.core.errors import Fix, Problem
from builder.core.text import _
from builder.graph.blocks import repeats
from builder.graph.document import MOST_DEPTH, MOST_NODES, Graph, Node


def extent(graph: Graph) -> int:
    """How many layers a graph has when its blocks are written out."""
    return sum(_written(node) for node in graph.nodes)


def _written(node: Node) -> int:
    if node.type != "Block" or node.graph is None:
        return 1
    ends = sum(inner.type in ("Input", "Output") for inner in node.graph.nodes)
    return 0 if node.disabled else repeats(node) * max(extent(node.graph) - ends, 0)


def _too_deep(graph: Graph, left: int = MOST_DEPTH) -> bool:
    inner = (node.graph for node in graph.nodes if node.graph)
    return left < 0 or any(_too_deep(graph, left - 1) for graph in inner)


def overgrown(graph: Graph) -> Iterator[Problem]:
    """The problem of blocks that nest too deep, or of more layers than a network may have."""
    for node in graph.nodes:
        if node.graph and _too_deep(node.graph, MOST_DEPTH - 1):
            text = _("{node} holds blocks within blocks, more than {most} deep. Ungroup some of them.")
            fix = Fix(_("Ungroup it"), ({"op": "ungroup", "node": node.id},))
            yield Problem("L-NODES", text.format(node=named(node), most=MOST_DEPTH), node.id, fix=fix)
            return
    total = extent(graph)
    if total > MOST_NODES:
        yield _too_many(graph, total)


def _too_many(graph: Graph, total: int) -> Problem:
    largest = max(graph.nodes, key=_written)
    text = _("{total:,} layers once all blocks are written out; the most is {most:,}. Largest: {node}. Repeat it less.")
    words = text.format(total=total, most=MOST_NODES, node=named(largest))
    once = _written(largest) // repeats(largest)
    fitting = (MOST_NODES - total + _written(largest)) // max(once, 1)
    if fitting < 1 or repeats(largest) == 1:
        return Problem("L-NODES", words, largest.id)
    label = _("Set {name} to {value}").format(name="repeat", value=fitting)
    edit = {"op": "set_params", "node": largest.id, "params": {"repeat": fitting}}
    return Problem("L-NODES", words, largest.id, "repeat", fix=Fix(label, (edit,)))
