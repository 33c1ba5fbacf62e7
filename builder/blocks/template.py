"""A block that waits to be put into a network, and how it takes on the sizes of where it is put.

In the graph of a template a text such as `"$C/4,8"` may stand for a number: the channels of what enters, divided by 4,
at least 8. It is replaced when the block is put somewhere; `frontend/src/document/template.ts` does the same.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import JsonValue

from builder.core.specs import Spec
from builder.core.text import _
from builder.graph.document import Graph, Node
from builder.layers.layer import COLOURS, link

READY_FAMILY, OWN_FAMILY = "Blocks", "Your blocks"
FAMILIES = (READY_FAMILY, OWN_FAMILY)
SIZE = re.compile(r"\$([A-Z])(?:([*/])([1-9]\d{0,3}))?(?:,([1-9]\d{0,4}))?")


@dataclass(frozen=True)
class Template:
    """A block of the palette. Its `key` is that of no layer.

    `sizes` are what the letters of axes stand for where it is not known what enters; only letters that it has are
    replaced. `params` are those of the Block.
    """

    key: str
    name: str
    about: str
    graph: Graph
    shape: str = ""
    source: str = ""
    glyph: str = ""
    aliases: tuple[str, ...] = ()
    family: str = READY_FAMILY
    sizes: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, JsonValue] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """The block as plain data, as a palette shows layers, and with what is needed to put it into a network."""
        told = {key: value for key, value in asdict(self).items() if key in ("name", "shape", "source", "glyph")}
        return {
            **told,
            "type": self.key,
            "family": _(self.family),
            "colour": COLOURS[READY_FAMILY],
            "description": _(self.about) if self.family == READY_FAMILY else self.about,
            "formula": "",
            "link": link(self.source),
            "inputs": [node.id for node in self.graph.nodes if node.type == "Input"],
            "many": False,
            "optional": 0,
            "keys": [],
            "hidden": False,
            "aliases": [_(alias) for alias in self.aliases],
            "params": [],
            "block": {
                "graph": self.graph.model_dump(mode="json", exclude_none=True),
                "params": dict(self.params),
                "sizes": dict(self.sizes),
            },
        }


def fitted(template: Template, entering: Spec | None) -> Graph:
    """The graph of a template in the sizes of what enters it, where that is known."""
    known = dict(zip(entering.axes.split(), entering.shape, strict=False)) if entering else {}
    return _fitted(template.graph, {letter: known.get(letter, n) for letter, n in template.sizes.items()})


def _fitted(graph: Graph, sizes: Mapping[str, int]) -> Graph:
    def fit(node: Node) -> Node:
        inner = _fitted(node.graph, sizes) if node.graph else None
        return node.model_copy(update={"params": _value(node.params, sizes), "graph": inner})

    return graph.having(map(fit, graph.nodes))


def _value(value: Any, sizes: Mapping[str, int]) -> Any:
    if isinstance(value, dict):
        return {key: _value(item, sizes) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, sizes) for item in value]
    found = SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] not in sizes:
        return value
    letter, sign, by, least = found.groups()
    n, by = sizes[letter], int(by or 1)
    return max(n * by if sign == "*" else n // by, int(least or 1))
