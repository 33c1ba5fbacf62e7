"""What the canvas sends (`frontend/src/messages.ts`), read strictly."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.graph.document import Edge, Name, Node
from builder.graph.edits import Edit
from builder.graph.history import Change

Token = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w-]+$")]
Number = Annotated[int, Field(ge=0, lt=2**53)]  # what JavaScript can count
MOST_CHANGES = 1000


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Send(_Message):
    """Changes made to revision `base`, numbered from `first` by their source; `seen`: the report that it holds."""

    client: Token
    source: Token
    first: Annotated[Number, Field(ge=1)]
    base: Number
    seen: Number
    changes: Annotated[tuple[Change, ...], Field(max_length=MOST_CHANGES)]


class Try(_Message):
    """Edits to be tried, and the nodes of which to tell (all where it is left out)."""

    edits: Annotated[tuple[Edit, ...], Field(max_length=MOST_CHANGES)]
    nodes: tuple[str, ...] | None = None


class Create(_Message):
    """A document, or the name of an example."""

    document: dict[str, Any] | None = None
    example: str | None = None


class Keep(_Message):
    """A Block that shall stand in the palette, under a name."""

    name: Annotated[str, Field(max_length=1000)]
    block: Node


class Named(_Message):
    """Another name for a block of the palette."""

    name: Annotated[str, Field(max_length=1000)]


class Place(_Message):
    """Where something may be put: behind the node at a path, into a wire, or in place of a node."""

    path: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)] | None = None
    edge: Edge | None = None


M = TypeVar("M", bound=_Message)


def parse(message: type[M], content: bytes | str) -> M:
    """Read a message. Raises: Error X-MESSAGE."""
    try:
        return message.model_validate_json(content)
    except (ValidationError, RecursionError) as error:
        where, reason = "", _("nested too deeply")
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where, reason = ".".join(map(str, first["loc"])), first["msg"]
        text = _("The server did not understand the page ({where}: {reason}). Reload the page.")
        raise Error("X-MESSAGE", text.format(where=quote(where), reason=reason[:150])) from None
