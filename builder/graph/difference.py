"""What differs between two experiments: network, recipe and data, a row for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.graph.document import Document, Node


@dataclass(frozen=True)
class Difference:
    """One place where two documents differ; an empty side means that it is absent there."""

    part: str  # network, recipe or data
    place: str
    first: str
    second: str


def differences(first: Document, second: Document) -> list[Difference]:
    """All that would make the two train or answer differently, in the order of the document."""
    nodes = [{node.id: node for node in d.graph.nodes} for d in (first, second)]
    rows = [
        Difference("network", id, _layer(nodes[0].get(id)), _layer(nodes[1].get(id)))
        for id in dict.fromkeys([*nodes[0], *nodes[1]])
    ]
    wires = [{f"{e.source} -> {e.target}": "wire" for e in d.graph.edges} for d in (first, second)]
    rows += _rows("network", wires[0], wires[1])
    rows += _rows("recipe", _flat(first.recipe), _flat(second.recipe))
    rows += _rows("data", _flat(first.data), _flat(second.data))
    return [row for row in rows if row.first != row.second]


def _layer(node: Node | None) -> str:
    if node is None:
        return ""
    return f"{node.type}({', '.join(f'{k}={v}' for k, v in sorted(node.params.items()))})"


def _rows(part: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(part, key, str(first.get(key, "")), str(second.get(key, "")))
        for key in dict.fromkeys([*first, *second])
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by dotted path: `optimizer.lr`."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
