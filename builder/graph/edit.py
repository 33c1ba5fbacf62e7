"""Pure operations on a document: each takes a document and an edit, and returns a new document.

A node moved or removed leaves its chain joined behind it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.graph.blocks import free_id, grouped, ungrouped
from builder.graph.document import MOST_DEPTH, MOST_EDGES, MOST_NODES, Document, Edge, Graph, Node
from builder.graph.edits import (
    READ,
    Add,
    Annotate,
    Connect,
    Disable,
    Disconnect,
    Duplicate,
    Edit,
    Group,
    Insert,
    Inside,
    Move,
    Place,
    Remove,
    Rename,
    Replace,
    SetData,
    SetInputs,
    SetParams,
    SetRecipe,
    SetTitle,
    Ungroup,
)


def apply(document: Document, *edits: Edit | Mapping[str, Any]) -> Document:
    """The document after these edits.

    Raises: Error G-EDIT (unknown operation, or a node that does not exist), G-ID (an id that is taken), L-NODES.
    """
    for edit in edits:
        if isinstance(edit, Mapping):
            try:
                edit = READ.validate_json(json.dumps(dict(edit)))  # only JSON may hold lists where an edit has tuples
            except ValidationError as error:
                reason = error.errors(include_url=False, include_input=False)[0]["msg"]
                raise Error("G-EDIT", _("This edit is not known: {reason}.").format(reason=reason)) from None
        document = _APPLY[type(edit)](document, edit)
    _limit(document.graph)
    return document


def _limit(graph: Graph) -> None:
    """What could not be read again is not made."""
    _room(graph, 0)
    if graph.wires > MOST_EDGES:
        text = _("{n:,} wires; the most is {most:,}. Delete some first.")
        raise Error("L-NODES", text.format(n=graph.wires, most=MOST_EDGES))
    if graph.depth > MOST_DEPTH:
        text = _("Blocks stand more than {most} deep inside each other. Ungroup some.")
        raise Error("L-NODES", text.format(most=MOST_DEPTH))


def _known(graph: Graph, id: str) -> Node:
    node = graph.node(id)
    if node is None:
        raise Error("G-EDIT", _("There is no layer {id}. Reload the page.").format(id=quote(id)))
    return node


def _with(document: Document, nodes: Iterable[Node] | None = None, edges: Iterable[Edge] | None = None) -> Document:
    return _graph(document, document.graph.having(nodes, edges))


def _graph(document: Document, graph: Graph) -> Document:
    return document.model_copy(update={"graph": graph})


def _taken(graph: Graph) -> set[str]:
    return {node.id for node in graph.nodes} | {note.id for note in graph.notes}


def _room(graph: Graph, more: int = 1) -> None:
    if graph.count + more > MOST_NODES:
        text = _("{n:,} layers; the most is {most:,}. Delete some first.")
        raise Error("L-NODES", text.format(n=graph.count + more, most=MOST_NODES))


def _free(graph: Graph, id: str) -> None:
    if id in _taken(graph):
        raise Error("G-ID", _("There is already a layer {id}. Choose another name.").format(id=quote(id)))


def _insert(document: Document, edit: Insert) -> Document:
    graph = document.graph
    _room(graph, 1 + (edit.graph.count if edit.graph else 0))
    if edit.id is not None:
        _free(graph, edit.id)
    id = edit.id or free_id(_taken(graph), edit.type)
    node = Node(id=id, type=edit.type, params=edit.params, position=edit.position, graph=edit.graph)
    if edit.edge is not None:
        _known(graph, edit.edge.target)
        return _split(document, node, edit.edge)
    if edit.after is None:
        return _with(document, nodes=(*graph.nodes, node))
    _known(graph, edit.after)
    return _into_chain(document, node, _index(graph, edit.after) + 1)


def _index(graph: Graph, id: str) -> int:
    return next(i for i, node in enumerate(graph.nodes) if node.id == id)


def _split(document: Document, node: Node, edge: Edge) -> Document:
    """Put a node into a wire."""
    graph = document.graph
    if edge not in graph.edges:
        raise Error("G-EDIT", _("There is no such wire. Reload the page."))
    at = _index(graph, edge.target)
    edges = [Edge(source=node.id, target=e.target, input=e.input) if e == edge else e for e in graph.edges]
    edges.append(Edge(source=edge.source, target=node.id))
    return _with(document, (*graph.nodes[:at], node, *graph.nodes[at:]), edges)


def _into_chain(document: Document, node: Node, at: int) -> Document:
    """Put a node at a place of the outline: into the wire between its neighbours, or behind the one above."""
    graph = document.graph
    above = graph.nodes[at - 1] if at > 0 else None
    below = graph.nodes[at] if at < len(graph.nodes) else None
    nodes = (*graph.nodes[:at], node, *graph.nodes[at:])
    if above is None or node.type == "Input" or above.type == "Output":
        return _with(document, nodes)
    edges, joined = [], False
    for edge in graph.edges:
        between = below is not None and (edge.source, edge.target) == (above.id, below.id) and not joined
        if between and node.type != "Output":
            edges.append(Edge(source=node.id, target=edge.target, input=edge.input))
            joined = True
        else:
            edges.append(edge)
    if not joined and below is not None and below.type != "Input" and not graph.into(below.id):
        edges.append(Edge(source=node.id, target=below.id))
    edges.append(Edge(source=above.id, target=node.id))
    return _with(document, nodes, edges)


def _detach(graph: Graph, id: str, keep_others: bool = False) -> list[Edge]:
    """The wires without a node: its first source is joined to all its targets. `keep_others` spares other inputs."""
    into = graph.into(id)
    first = into[0].source if into else None
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.target == id:
            if keep_others and edge != into[0]:
                edges.append(edge)
        elif edge.source == id:
            healed = Edge(source=first, target=edge.target, input=edge.input) if first else None
            if healed and healed not in graph.edges:
                edges.append(healed)
        else:
            edges.append(edge)
    return edges


def _remove(document: Document, edit: Remove) -> Document:
    for id in edit.nodes:
        graph = document.graph
        if any(note.id == id for note in graph.notes):
            document = _graph(document, graph.having(notes=(note for note in graph.notes if note.id != id)))
            continue
        _known(graph, id)
        document = _with(document, (n for n in graph.nodes if n.id != id), _detach(graph, id))
    return document


def _move(document: Document, edit: Move) -> Document:
    node = _known(document.graph, edit.node)
    if edit.before is not None:
        _known(document.graph, edit.before)
    if edit.before == edit.node:
        return document
    edges = _detach(document.graph, edit.node, keep_others=True)
    rest = _with(document, (n for n in document.graph.nodes if n.id != edit.node), edges)
    at = _index(rest.graph, edit.before) if edit.before else len(rest.graph.nodes)
    return _into_chain(rest, node, at)


def _duplicate(document: Document, edit: Duplicate) -> Document:
    node = _known(document.graph, edit.node)
    return _insert(document, Insert(type=node.type, params=node.params, after=node.id, graph=node.graph))


def _rename(document: Document, edit: Rename) -> Document:
    graph = document.graph
    _known(graph, edit.node)
    if edit.id != edit.node:
        _free(graph, edit.id)
    nodes = (n.model_copy(update={"id": edit.id}) if n.id == edit.node else n for n in graph.nodes)
    new = {edit.node: edit.id}
    edges = (
        e.model_copy(update={"source": new.get(e.source, e.source), "target": new.get(e.target, e.target)})
        for e in graph.edges
    )
    return _with(document, nodes, edges)


def _change(document: Document, id: str, change: Callable[[Node], dict[str, Any]]) -> Document:
    node = _known(document.graph, id)
    new = node.model_copy(update=change(node))
    return _with(document, (new if n.id == id else n for n in document.graph.nodes))


def _replace(document: Document, edit: Replace) -> Document:
    def change(node: Node) -> dict[str, Any]:
        params = {k: v for k, v in node.params.items() if k in edit.keep}
        return {"type": edit.type, "params": params, "graph": edit.graph}

    return _change(document, edit.node, change)


def _merged(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {k: v for k, v in {**old, **new}.items() if v is not None}


def _set_params(document: Document, edit: SetParams) -> Document:
    def change(node: Node) -> dict[str, Any]:
        return {"params": {k: v for k, v in {**node.params, **edit.params}.items() if k not in edit.reset}}

    return _change(document, edit.node, change)


def _set_inputs(document: Document, edit: SetInputs) -> Document:
    graph = document.graph
    for id in (edit.node, *edit.sources):
        _known(graph, id)
    kept = (e for e in graph.edges if e.target != edit.node)
    return _with(document, edges=(*kept, *(Edge(source=s, target=edit.node) for s in edit.sources)))


def _connect(document: Document, edit: Connect) -> Document:
    _known(document.graph, edit.edge.source)
    _known(document.graph, edit.edge.target)
    if edit.edge in document.graph.edges:
        return document
    return _with(document, edges=(*document.graph.edges, edit.edge))


def _disconnect(document: Document, edit: Disconnect) -> Document:
    return _with(document, edges=(e for e in document.graph.edges if e != edit.edge))


def _place(document: Document, edit: Place) -> Document:
    graph, places = document.graph, edit.positions

    def moved(part: Any) -> Any:
        return part.model_copy(update={"position": places[part.id]}) if part.id in places else part

    return _graph(document, graph.having(map(moved, graph.nodes), notes=map(moved, graph.notes)))


def _add(document: Document, edit: Add) -> Document:
    graph = document.graph.having((*document.graph.nodes, *edit.nodes), notes=(*document.graph.notes, *edit.notes))
    _room(graph, 0)
    for id in (*(node.id for node in edit.nodes), *(note.id for note in edit.notes)):
        _free(document.graph, id)
    if len(_taken(graph)) < len(graph.nodes) + len(graph.notes):
        raise Error("G-ID", _("Two of the added layers have the same name."))
    for edge in edit.edges:
        _known(graph, edge.source)
        _known(graph, edge.target)
    return _graph(document, graph.having(edges=(*graph.edges, *(e for e in edit.edges if e not in graph.edges))))


def _disable(document: Document, edit: Disable) -> Document:
    for id in edit.nodes:
        document = _change(document, id, lambda node: {"disabled": edit.disabled})
    return document


def _group(document: Document, edit: Group) -> Document:
    for id in edit.nodes:
        _known(document.graph, id)
    if edit.id is not None:
        _free(document.graph, edit.id)
    return _graph(document, grouped(document.graph, edit.nodes, edit.id))


def _ungroup(document: Document, edit: Ungroup) -> Document:
    plain = ungrouped(document.graph, _known(document.graph, edit.node))
    _room(plain, 0)
    return _graph(document, plain)


def _inside(document: Document, edit: Inside) -> Document:
    block = _known(document.graph, edit.node)
    if block.graph is None:
        raise Error("G-EDIT", _("{id} is no block.").format(id=quote(edit.node)))
    inner = apply(_graph(document, block.graph), *edit.edits)
    _room(document.graph, inner.graph.count - block.graph.count)
    document = document.model_copy(update={"data": inner.data, "recipe": inner.recipe})
    return _change(document, edit.node, lambda node: {"graph": inner.graph})


def _annotate(document: Document, edit: Annotate) -> Document:
    graph, note = document.graph, edit.note
    if any(n.id == note.id for n in graph.notes):
        return _graph(document, graph.having(notes=(note if n.id == note.id else n for n in graph.notes)))
    _free(graph, note.id)
    return _graph(document, graph.having(notes=(*graph.notes, note)))


def _set_recipe(document: Document, edit: SetRecipe) -> Document:
    return document.model_copy(update={"recipe": _merged(document.recipe, edit.values)})


def _set_data(document: Document, edit: SetData) -> Document:
    return document.model_copy(update={"data": _merged({} if edit.replace else document.data, edit.values)})


def _set_title(document: Document, edit: SetTitle) -> Document:
    about = document.about if edit.about is None else edit.about
    return document.model_copy(update={"title": edit.title[:10_000], "about": about[:20_000]})


_APPLY: dict[type, Callable[[Document, Any], Document]] = {
    Insert: _insert,
    Remove: _remove,
    Move: _move,
    Duplicate: _duplicate,
    Rename: _rename,
    Replace: _replace,
    SetParams: _set_params,
    SetInputs: _set_inputs,
    Connect: _connect,
    Disconnect: _disconnect,
    Place: _place,
    Add: _add,
    Disable: _disable,
    Group: _group,
    Ungroup: _ungroup,
    Inside: _inside,
    Annotate: _annotate,
    SetRecipe: _set_recipe,
    SetData: _set_data,
    SetTitle: _set_title,
}
