"""The document: one JSON file that holds an experiment (data, graph, recipe).

Gallery examples, saved networks and a run's frozen copy are all this. Reading checks the form (sizes, types, version);
whether layers, wiring and settings make sense is for `builder.compiler.check`, which reports everything at once. So a
document on which a person is still working can always be saved.
"""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SerializerFunctionWrapHandler, ValidationError
from pydantic import model_serializer as serializer

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.graph.migrate import VERSION, migrate

MOST_BYTES = 5_000_000
MOST_NODES = 2_000
MOST_EDGES = 8_000

MOST_DEPTH = 8  # blocks within blocks

Name = Annotated[str, Field(min_length=1, max_length=200)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Position = tuple[Coordinate, Coordinate]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", ser_json_inf_nan="constants", protected_namespaces=()
    )


class Node(_Part):
    """A layer in its place. `params` left out take their defaults; they are checked by `check`, not here.

    A node of type `Block` holds a graph of its own, whose Input nodes are its inputs and whose Output is its output.
    A disabled node is passed over: what enters its first input goes on behind it.
    """

    id: Name
    type: Name
    params: dict[str, JsonValue] = Field(default_factory=dict)
    position: Position | None = None
    disabled: bool = False
    graph: "Graph | None" = None

    @serializer(mode="wrap")
    def _plain(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if key != "disabled" or value}


class Edge(_Part):
    """A wire from a node's output to an input of another; without a name it takes the next free input."""

    source: Name
    target: Name
    input: Annotated[str, Field(min_length=1, max_length=50)] | None = None


class Note(_Part):
    """A comment on the canvas. Its id is not that of any node; `size` is width and height."""

    id: Name
    text: Annotated[str, Field(max_length=10_000)] = ""
    position: Position = (0.0, 0.0)
    size: tuple[Annotated[float, Field(gt=0, le=10_000)], Annotated[float, Field(gt=0, le=10_000)]] | None = None


class Graph(_Part):
    """Nodes in the order in which the outline lists them, their wires, and comments."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Note, ...] = ()

    @serializer(mode="wrap")
    def _plain(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if key != "notes" or value}

    def node(self, id: str) -> Node | None:
        """The node with this id, or None."""
        return next((node for node in self.nodes if node.id == id), None)

    def into(self, id: str) -> tuple[Edge, ...]:
        """The wires that end at a node, in document order."""
        return self._by_end[0].get(id, ())

    def out_of(self, id: str) -> tuple[Edge, ...]:
        """The wires that begin at a node, in document order."""
        return self._by_end[1].get(id, ())

    def having(
        self,
        nodes: Iterable[Node] | None = None,
        edges: Iterable[Edge] | None = None,
        notes: Iterable[Note] | None = None,
    ) -> "Graph":
        """The graph with other nodes, edges or notes."""
        return Graph.model_construct(  # not model_copy, which would copy the cached wiring as well
            nodes=self.nodes if nodes is None else tuple(nodes),
            edges=self.edges if edges is None else tuple(edges),
            notes=self.notes if notes is None else tuple(notes),
        )

    @property
    def count(self) -> int:
        """How many nodes there are, with those inside blocks."""
        return sum(1 + (node.graph.count if node.graph else 0) for node in self.nodes)

    @property
    def wires(self) -> int:
        """How many wires there are, with those inside blocks."""
        return len(self.edges) + sum(node.graph.wires for node in self.nodes if node.graph)

    @property
    def depth(self) -> int:
        """How many graphs lie inside each other below this one."""
        return max((1 + node.graph.depth for node in self.nodes if node.graph), default=0)

    @cached_property
    def _by_end(self) -> tuple[dict[str, tuple[Edge, ...]], dict[str, tuple[Edge, ...]]]:
        into: dict[str, list[Edge]] = {}
        out_of: dict[str, list[Edge]] = {}
        for edge in self.edges:
            into.setdefault(edge.target, []).append(edge)
            out_of.setdefault(edge.source, []).append(edge)
        return {k: tuple(v) for k, v in into.items()}, {k: tuple(v) for k, v in out_of.items()}


class Document(_Part):
    """An experiment: what data, which network, how it is trained."""

    format: Literal["netbuilder"] = "netbuilder"
    version: Literal[1] = VERSION
    title: Annotated[str, Field(max_length=10_000)] = ""
    about: Annotated[str, Field(max_length=20_000)] = ""
    data: dict[str, JsonValue] = Field(default_factory=dict)
    graph: Graph = Field(default_factory=Graph)
    recipe: dict[str, JsonValue] = Field(default_factory=dict)


def read(content: bytes) -> Document:
    """Read a document from JSON.

    Raises: Error L-SIZE (over 5 MB), L-NODES (over 2,000 nodes), G-JSON (not JSON, or nested too deeply),
    G-VERSION (made by a newer version), G-FIELD (a field is missing, unknown or of the wrong type).
    """
    if len(content) > MOST_BYTES:
        raise Error("L-SIZE", _("{size}; the most is {most}.").format(size=size(len(content)), most=size(MOST_BYTES)))
    try:
        raw = json.loads(content)
    except RecursionError:
        raise Error("G-JSON", _("This file is not a valid project (too deeply nested).")) from None
    except ValueError as error:
        raise Error("G-JSON", _("This file is not a valid project ({reason}).").format(reason=error)) from None
    return from_json(raw)


def from_json(raw: Any) -> Document:
    """A document from parsed JSON. Raises as `read` does."""
    if not isinstance(raw, dict) or raw.get("format") != "netbuilder":
        hint = _('It has no "format": "netbuilder". Open a file that netbuilder saved.')
        raise Error("G-JSON", _("This file is not a valid project. {hint}").format(hint=hint))
    for part, most in (("nodes", MOST_NODES), ("edges", MOST_EDGES)):
        if (n := _count(raw.get("graph"), part)) > most:
            text = _("{n:,} {part}; the most is {most:,}. Split the network into several.")
            raise Error("L-NODES", text.format(n=n, part=part, most=most))
    try:
        # through JSON again, because in strict mode only JSON input may hold lists where the model has tuples
        return Document.model_validate_json(json.dumps(migrate(raw)))
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError) or "recursion limit" in str(error):
            raise Error("G-JSON", _("This file is not a valid project (too deeply nested).")) from None
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        text = _("{where}: {reason}. Correct the file or open another.")
        raise Error("G-FIELD", text.format(where=quote(where), reason=first["msg"])) from None


def _count(graph: Any, part: str, depth: int = 0) -> int:
    """How many nodes or edges an unread graph holds, with those inside blocks."""
    if not isinstance(graph, dict):
        return 0
    if depth > MOST_DEPTH:
        text = _("Blocks stand more than {most} deep inside each other. Ungroup some.")
        raise Error("L-NODES", text.format(most=MOST_DEPTH))
    here, nodes = (graph[key] if isinstance(graph.get(key), list) else [] for key in (part, "nodes"))
    inside = (_count(node.get("graph"), part, depth + 1) for node in nodes if isinstance(node, dict))
    return len(here) + sum(inside)


def write(document: Document) -> bytes:
    """The document as JSON, indented, ending in a newline: what `read` reads."""
    plain = document.model_dump(mode="json", exclude_none=True)
    return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
