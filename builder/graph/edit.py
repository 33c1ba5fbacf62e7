"""Pure operations on a document: each takes a document and an edit, and returns a new document.

An edit is plain data (`{"op": "insert", "type": "Flatten", "after": "conv1"}`), so that outline, canvas, fixes and the
command line all speak the same language. A node moved or removed leaves its chain joined behind it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from builder.core.errors import Error
from builder.core.ids import numbered
from builder.core.text import _, quote
from builder.graph.document import MOST_NODES, Document, Edge, Graph, Name, Node


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Insert(_Edit):
    """Add a layer: into a wire (`edge`), below a node (`after`), or at the end without wires."""

    op: Literal["insert"] = "insert"
    type: Name
    id: Name | None = None
    params: dict[str, JsonValue] = Field(default_factory=dict)
    after: str | None = None
    edge: Edge | None = None
    position: tuple[float, float] | None = None


class Remove(_Edit):
    """Delete nodes; what stood above each is joined to what stood below."""

    op: Literal["remove"] = "remove"
    nodes: tuple[str, ...]


class Move(_Edit):
    """Move a node in the outline to before another (`None`: to the end) and wire it into the chain there."""

    op: Literal["move"] = "move"
    node: str
    before: str | None


class Duplicate(_Edit):
    """Insert a copy of a node right below it."""

    op: Literal["duplicate"] = "duplicate"
    node: str


class Rename(_Edit):
    """Give a node another id; its wires follow."""

    op: Literal["rename"] = "rename"
    node: str
    id: Name


class Replace(_Edit):
    """Make a node a layer of another type, keeping its wires and the parameters that both have."""

    op: Literal["replace"] = "replace"
    node: str
    type: Name
    keep: tuple[str, ...] = ()


class SetParams(_Edit):
    """Change some parameters, and take those in `reset` back to their defaults."""

    op: Literal["set_params"] = "set_params"
    node: str
    params: dict[str, JsonValue] = Field(default_factory=dict)
    reset: tuple[str, ...] = ()


class SetInputs(_Edit):
    """Wire a node's inputs anew, in this order, without names."""

    op: Literal["set_inputs"] = "set_inputs"
    node: str
    sources: tuple[str, ...]


class Connect(_Edit):
    """Add a wire."""

    op: Literal["connect"] = "connect"
    edge: Edge


class Disconnect(_Edit):
    """Take a wire away."""

    op: Literal["disconnect"] = "disconnect"
    edge: Edge


class Place(_Edit):
    """Put nodes at places of the canvas."""

    op: Literal["place"] = "place"
    positions: dict[str, tuple[float, float]]


class SetRecipe(_Edit):
    """Change some values of the recipe; None takes one back to its default."""

    op: Literal["set_recipe"] = "set_recipe"
    values: dict[str, JsonValue]


class SetData(_Edit):
    """Change some values of the data, or all of them with `replace`; None takes one back to its default."""

    op: Literal["set_data"] = "set_data"
    values: dict[str, JsonValue]
    replace: bool = False


class SetTitle(_Edit):
    """Change what the network is called and what is said about it."""

    op: Literal["set_title"] = "set_title"
    title: str
    about: str | None = None


Edit = (
    Insert | Remove | Move | Duplicate | Rename | Replace | SetParams | SetInputs
    | Connect | Disconnect | Place | SetRecipe | SetData | SetTitle
)  # fmt: skip
_READ: TypeAdapter[Edit] = TypeAdapter(Annotated[Edit, Field(discriminator="op")])


def apply(document: Document, *edits: Edit | Mapping[str, Any]) -> Document:
    """The document after these edits.

    Raises: Error G-EDIT (unknown operation, or a node that does not exist), G-ID (an id that is taken), L-NODES.
    """
    for edit in edits:
        if isinstance(edit, Mapping):
            try:
                edit = _READ.validate_python(dict(edit))
            except ValidationError as error:
                reason = error.errors(include_url=False, include_input=False)[0]["msg"]
                raise Error("G-EDIT", _("This edit is not known: {reason}.").format(reason=reason)) from None
        document = _APPLY[type(edit)](document, edit)
    return document


def _known(graph: Graph, id: str) -> Node:
    node = graph.node(id)
    if node is None:
        raise Error("G-EDIT", _("There is no layer {id}. Reload the page.").format(id=quote(id)))
    return node


def _with(document: Document, nodes: Iterable[Node] | None = None, edges: Iterable[Edge] | None = None) -> Document:
    graph = document.graph
    nodes = graph.nodes if nodes is None else tuple(nodes)
    edges = graph.edges if edges is None else tuple(edges)
    return document.model_copy(update={"graph": Graph.model_construct(nodes=nodes, edges=edges)})


def fresh_id(graph: Graph, type: str) -> str:
    """An id for a new layer: `conv2` for the second Conv2d, `input` for the first Input."""
    stem = type.rstrip("0123456789d") if type[-2:] in ("1d", "2d", "3d") else type
    stem = stem.lower()
    taken = {node.id for node in graph.nodes}
    return stem if type in ("Input", "Output") and stem not in taken else numbered(stem, taken)


def _insert(document: Document, edit: Insert) -> Document:
    graph = document.graph
    if len(graph.nodes) >= MOST_NODES:
        text = _("{n:,} layers; the most is {most:,}. Delete some first.")
        raise Error("L-NODES", text.format(n=len(graph.nodes) + 1, most=MOST_NODES))
    if edit.id is not None and graph.node(edit.id):
        raise Error("G-ID", _("There is already a layer {id}. Choose another name.").format(id=quote(edit.id)))
    node = Node(id=edit.id or fresh_id(graph, edit.type), type=edit.type, params=edit.params, position=edit.position)
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
        _known(document.graph, id)
        edges = _detach(document.graph, id)
        document = _with(document, (n for n in document.graph.nodes if n.id != id), edges)
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
    return _insert(document, Insert(type=node.type, params=node.params, after=node.id))


def _rename(document: Document, edit: Rename) -> Document:
    graph = document.graph
    _known(graph, edit.node)
    if edit.id != edit.node and graph.node(edit.id):
        raise Error("G-ID", _("There is already a layer {id}. Choose another name.").format(id=quote(edit.id)))
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
        return {"type": edit.type, "params": {k: v for k, v in node.params.items() if k in edit.keep}}

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
    places = edit.positions
    nodes = (n.model_copy(update={"position": places[n.id]}) if n.id in places else n for n in document.graph.nodes)
    return _with(document, nodes)


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
    SetRecipe: _set_recipe,
    SetData: _set_data,
    SetTitle: _set_title,
}
