"""What can be done to a document, as plain data: `{"op": "insert", "type": "Flatten", "after": "conv1"}`.

Outline, canvas, fixes and the command line all speak this language; `builder.graph.edit` carries it out.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from builder.graph.document import Edge, Graph, Name, Node, Note, Position


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Insert(_Edit):
    """Add a layer: into a wire (`edge`), below a node (`after`), or at the end without wires.

    A Block brings its graph.
    """

    op: Literal["insert"] = "insert"
    type: Name
    id: Name | None = None
    params: dict[str, JsonValue] = Field(default_factory=dict)
    after: str | None = None
    edge: Edge | None = None
    position: Position | None = None
    graph: Graph | None = None


class Remove(_Edit):
    """Delete nodes and notes; what stood above each node is joined to what stood below."""

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
    """Make a node a layer of another type, keeping its wires and the parameters that both have.

    A Block brings its graph.
    """

    op: Literal["replace"] = "replace"
    node: str
    type: Name
    keep: tuple[str, ...] = ()
    graph: Graph | None = None


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
    """Put nodes and notes at places of the canvas, in its pixels at zoom 1."""

    op: Literal["place"] = "place"
    positions: dict[str, Position]


class Add(_Edit):
    """Add nodes, wires and notes as they are: what was copied elsewhere. The ids must be free."""

    op: Literal["add"] = "add"
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Note, ...] = ()


class Disable(_Edit):
    """Pass nodes over without deleting them, or take them in again."""

    op: Literal["disable"] = "disable"
    nodes: tuple[str, ...]
    disabled: bool = True


class Group(_Edit):
    """Make one Block of nodes; what enters them becomes its inputs, what leaves the last of them its output."""

    op: Literal["group"] = "group"
    nodes: tuple[str, ...]
    id: Name | None = None


class Ungroup(_Edit):
    """Put a Block's nodes back in its place, once for each repetition."""

    op: Literal["ungroup"] = "ungroup"
    node: str


class Inside(_Edit):
    """Carry out edits on the graph that a Block holds."""

    op: Literal["inside"] = "inside"
    node: str
    edits: tuple["Edit", ...]


class Annotate(_Edit):
    """Write a note, or change one."""

    op: Literal["annotate"] = "annotate"
    note: Note


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


Edit = Annotated[
    Insert | Remove | Move | Duplicate | Rename | Replace | SetParams | SetInputs | Connect | Disconnect | Place
    | Add | Disable | Group | Ungroup | Inside | Annotate | SetRecipe | SetData | SetTitle,
    Field(discriminator="op"),
]  # fmt: skip
Inside.model_rebuild()
READ: TypeAdapter[Edit] = TypeAdapter(Edit)
