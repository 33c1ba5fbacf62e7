"""What can be done to a document, as plain data: `{"op": "insert", "type": "Flatten", "after": "conv1"}`.

Outline, canvas, fixes and the command line all speak this language; `builder.graph.edit` carries it out.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from builder.graph.document import Edge, Name


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
READ: TypeAdapter[Edit] = TypeAdapter(Annotated[Edit, Field(discriminator="op")])
