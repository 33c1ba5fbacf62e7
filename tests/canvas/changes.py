"""Random changes to a document: all kinds of edits, sensible and senseless ones."""

import random
from collections.abc import Callable
from typing import Any

from builder.graph.document import Graph
from builder.graph.history import History

Plain = dict[str, Any]

TYPES = ("Conv2d", "Linear", "ReLU", "MaxPool2d", "Add", "Input", "Output", "Embedding2d", "2d", "Block", "LSTM")
NAMES = (
    "conv1",
    "add",
    "input",
    "input1",
    "output",
    "block1",
    "constructor",
    "__proto__",
    "toString",
    "ß",
    "日本",
    "a\nb",
    "",
)
KEYS = ("p", "bias", "repeat", "out_channels", "__proto__", "0", "constructor")
VALUES = (None, True, False, 0, 1, 2, 0.5, "same", [1, 2], {"a": None}, "")
TAGS = ("", "", "params", "title")
MANY = 60  # nodes; a larger network is thinned out before anything else


class Hand:
    """Makes up changes that mostly name what is there."""

    def __init__(self, seed: int, back: float = 0.2) -> None:
        """`back`: how often a change is a step back; steps forward are half as frequent."""
        self.seed = seed
        self.back = back
        self.random = random.Random(seed)
        self.now = 1000.0

    def change(self, history: History) -> Plain:
        """A change to try on a history: mostly edits, sometimes a step back or forward."""
        self.now += self.random.choice((0, 10, 300, 599, 600, 5000, -50))
        kind = self.random.choices(("edit", "undo", "redo"), (1 - 1.5 * self.back, self.back, self.back / 2))[0]
        graph = history.present.graph
        if graph.count > MANY:
            edits = [{"op": "remove", "nodes": [node.id for node in graph.nodes[4:]]}]
            return {"kind": "edit", "edits": edits, "tag": "", "at": self.now}
        edits = [self.edit(graph) for _ in range(self.random.choice((1, 1, 1, 2)))]
        tag = self.random.choice(TAGS)
        return {"kind": kind, "edits": edits if kind == "edit" else [], "tag": tag, "at": self.now}

    def edit(self, graph: Graph, depth: int = 0) -> Plain:
        makes: tuple[Callable[[Graph], Plain], ...] = (
            self.insert, self.insert, self.insert, self.remove, self.move, self.duplicate, self.rename, self.replace,
            self.set_params, self.repeat, self.same, self.set_inputs, self.connect, self.connect, self.disconnect,
            self.place, self.add,
            self.disable, self.group, self.group, self.ungroup, self.ungroup, self.ungroup, self.annotate, self.whole,
            self.nonsense,
        )  # fmt: skip
        blocks = [node for node in graph.nodes if node.graph is not None]
        if blocks and depth < 3 and self.random.random() < 0.25:
            block = self.random.choice(blocks)
            assert block.graph is not None
            edits = [self.edit(block.graph, depth + 1) for _ in range(self.random.choice((1, 2)))]
            return {"op": "inside", "node": block.id, "edits": edits}
        return self.random.choice(makes)(graph)

    def node(self, graph: Graph) -> str:
        """The id of a node, rarely of a note or of nothing."""
        ids = [node.id for node in graph.nodes]
        strange = [*(note.id for note in graph.notes), self.random.choice(NAMES)]
        return self.random.choice(ids if ids and self.random.random() < 0.95 else strange)

    def nodes(self, graph: Graph) -> list[str]:
        """Some ids, often of neighbours."""
        if len(graph.nodes) > 2 and self.random.random() < 0.7:
            at = self.random.randrange(len(graph.nodes) - 1)
            return [node.id for node in graph.nodes[at : at + self.random.randint(1, 4)]]
        return [self.node(graph) for _ in range(self.random.randint(0, 3))]

    def maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self.random.random() < chance else None

    def name(self) -> str:
        return self.random.choice((*NAMES, f"n{self.random.randrange(30)}"))

    def place_(self) -> list[float]:
        return [self.random.randrange(-500, 500) / 2, self.random.randrange(-500, 500)]

    def params(self) -> Plain:
        return {self.random.choice(KEYS): self.random.choice(VALUES) for _ in range(self.random.randint(0, 3))}

    def edge(self, graph: Graph) -> Plain:
        """A wire, mostly one of the graph, as JSON with or without an absent name."""
        if graph.edges and self.random.random() < 0.6:
            found = self.random.choice(graph.edges).model_dump()
            return found if self.random.random() < 0.5 else {k: v for k, v in found.items() if v is not None}
        wire = {"source": self.node(graph), "target": self.node(graph)}
        return wire | ({"input": self.random.choice(("a", "b", "input"))} if self.random.random() < 0.2 else {})

    def part(self) -> Plain:
        """A node for an `add`, sometimes with a graph of its own."""
        node: Plain = {"id": self.name(), "type": self.random.choice(TYPES), "params": self.params()}
        extras = {"position": self.maybe(self.place_()), "disabled": self.random.random() < 0.2, "graph": self.inner()}
        return node | {key: value for key, value in extras.items() if self.random.random() < 0.4}

    def inner(self) -> Plain | None:
        if self.random.random() < 0.3:
            return None
        count = self.random.randint(0, 3)
        nodes: list[Plain] = [{"id": f"in{i}", "type": "Input"} for i in range(count)]
        nodes += [{"id": f"m{i}", "type": self.random.choice(TYPES), "params": {}} for i in range(2)]
        nodes += [{"id": "out", "type": "Output"}]
        ids = [node["id"] for node in nodes] + ["gone"]
        edges = [{"source": self.random.choice(ids), "target": self.random.choice(ids)} for _ in range(5)]
        return {"nodes": nodes, "edges": edges} | ({"notes": []} if self.random.random() < 0.3 else {})

    def insert(self, graph: Graph) -> Plain:
        type = self.random.choice(TYPES)
        where = self.random.choices(("after", "edge", "end"), (5, 3, 2))[0]
        edit: Plain = {"op": "insert", "type": type, "id": self.maybe(self.name(), 0.2), "params": self.params()}
        if where == "after":
            edit["after"] = self.node(graph)
        if where == "edge":
            edit["edge"] = self.edge(graph)
        return edit | {"position": self.maybe(self.place_(), 0.3), "graph": self.inner() if type == "Block" else None}

    def remove(self, graph: Graph) -> Plain:
        return {"op": "remove", "nodes": self.nodes(graph)[:2]}

    def move(self, graph: Graph) -> Plain:
        return {"op": "move", "node": self.node(graph), "before": self.maybe(self.node(graph), 0.8)}

    def duplicate(self, graph: Graph) -> Plain:
        return {"op": "duplicate", "node": self.node(graph)}

    def rename(self, graph: Graph) -> Plain:
        return {"op": "rename", "node": self.node(graph), "id": self.name()}

    def replace(self, graph: Graph) -> Plain:
        keep = self.random.sample(KEYS, 3)
        type = self.random.choice(TYPES)
        inner = {"graph": self.inner()} if type == "Block" else {}
        return {"op": "replace", "node": self.node(graph), "type": type, "keep": keep, **inner}

    def set_params(self, graph: Graph) -> Plain:
        reset = self.random.sample(KEYS, self.random.randint(0, 2))
        return {"op": "set_params", "node": self.node(graph), "params": self.params(), "reset": reset}

    def repeat(self, graph: Graph) -> Plain:
        """How often a block is run through, or nothing of the kind."""
        block = next((node.id for node in graph.nodes if node.graph is not None), self.node(graph))
        return {
            "op": "set_params",
            "node": block,
            "params": {"repeat": self.random.choice((1, 2, 3, 0, True, "2", 1.5))},
        }

    def same(self, graph: Graph) -> Plain:
        """A parameter's value in another type, which Python takes for the same: 1 and true."""
        known = [node for node in graph.nodes if node.params]
        if not known:
            return self.set_params(graph)
        node = self.random.choice(known)
        twins: dict[Any, Any] = {"True": 1, "1": True, "False": 0, "0": False}
        params = {key: twins.get(str(value), value) for key, value in node.params.items()}
        return {"op": "set_params", "node": node.id, "params": params}

    def set_inputs(self, graph: Graph) -> Plain:
        return {"op": "set_inputs", "node": self.node(graph), "sources": self.nodes(graph)}

    def connect(self, graph: Graph) -> Plain:
        return {"op": "connect", "edge": self.edge(graph)}

    def disconnect(self, graph: Graph) -> Plain:
        return {"op": "disconnect", "edge": self.edge(graph)}

    def place(self, graph: Graph) -> Plain:
        ids = [*self.nodes(graph), *(note.id for note in graph.notes)]
        return {"op": "place", "positions": {id: self.place_() for id in ids}}

    def add(self, graph: Graph) -> Plain:
        nodes = [self.part() for _ in range(self.random.randint(0, 2))]
        notes = [self.note()] if self.random.random() < 0.2 else []
        edges = [self.edge(graph) for _ in range(self.random.randint(0, 2))]
        return {"op": "add", "nodes": nodes, "edges": edges, "notes": notes}

    def note(self) -> Plain:
        note = {"id": self.name(), "text": 'a\n"b"', "position": self.place_(), "size": self.maybe([90, 40.5])}
        return {key: value for key, value in note.items() if key == "id" or self.random.random() < 0.7}

    def disable(self, graph: Graph) -> Plain:
        return {"op": "disable", "nodes": self.nodes(graph), "disabled": self.random.random() < 0.6}

    def group(self, graph: Graph) -> Plain:
        return {"op": "group", "nodes": self.nodes(graph), "id": self.maybe(self.name(), 0.15)}

    def ungroup(self, graph: Graph) -> Plain:
        blocks = [node.id for node in graph.nodes if node.graph is not None]
        return {"op": "ungroup", "node": self.random.choice(blocks) if blocks else self.node(graph)}

    def annotate(self, graph: Graph) -> Plain:
        note = self.note()
        known = [found.id for found in graph.notes]
        return {"op": "annotate", "note": note | ({"id": self.random.choice(known)} if known else {})}

    def whole(self, graph: Graph) -> Plain:
        """An edit of what is not the graph."""
        title = self.random.choice(("", "a", "ab", "\N{GRINNING FACE}" * 10_001))
        return self.random.choice(
            (
                {"op": "set_title", "title": title, "about": self.maybe("about")},
                {"op": "set_recipe", "values": self.params()},
                {"op": "set_data", "values": self.params(), "replace": self.random.random() < 0.3},
            )
        )

    def nonsense(self, graph: Graph) -> Plain:
        """An edit that is refused, because it has no form or names what is not there."""
        return self.random.choice(
            (
                {"op": "explode"},
                {"op": "rename", "node": self.node(graph), "id": ""},
                {"op": "rename", "node": self.node(graph), "id": "x" * 201},
                {"op": "insert", "type": ""},
                {"op": "connect", "edge": {"source": self.node(graph), "target": self.node(graph), "input": ""}},
                {"op": "annotate", "note": {"id": "n", "size": [0, 1]}},
                {"op": "add", "nodes": [{"id": "n", "type": "T", "colour": "red"}]},
                {"op": "add", "nodes": [{"id": "same", "type": "T"}, {"id": "same", "type": "T"}]},
                {"op": "ungroup", "node": self.node(graph)},
                {"op": "inside", "node": self.node(graph), "edits": []},
            )
        )
