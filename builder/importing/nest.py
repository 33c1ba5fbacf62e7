"""From a flat sketch to a graph: what belongs to one module of the original becomes a Block, equal neighbours one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from builder.compiler.report import Place
from builder.core.ids import numbered
from builder.graph.blocks import free_id
from builder.graph.document import Edge, Graph, Node
from builder.importing.sketch import Op

MOST_REPEATS = 100


@dataclass
class _Item:
    """A node to be: a layer, or a block with what it holds. `ops` are those that it stands for, with their places."""

    id: str
    node: Node
    sources: tuple[int, ...]  # ops
    gives: int  # the op whose output is its own
    places: dict[int, Place]
    inputs: tuple[str, ...] = ()  # a block's, in the order of `sources`


def nest(ops: Sequence[Op], end: int) -> tuple[Graph, dict[int, Place]]:
    """The graph of the ops, whose answer is op `end`, and in which place of the network each op is."""
    inner = _Level(ops, (), frozenset({"output"}))
    items = _folded(inner.items(range(len(ops)), {end}))
    names = {item.gives: item.id for item in items}
    nodes = [item.node for item in items]
    output = free_id({item.id for item in items}, "Output")
    edges = [*_edges(items, names), Edge(source=names[end], target=output)]
    places = {op: place for item in items for op, place in item.places.items()}
    return Graph(nodes=(*nodes, Node(id=output, type="Output")), edges=tuple(edges)), places


def _edges(items: Iterable[_Item], names: Mapping[int, str]) -> Iterable[Edge]:
    for item in items:
        for at, source in enumerate(item.sources):
            port = item.inputs[at] if len(item.inputs) > 1 else None
            yield Edge(source=names[source], target=item.id, input=port)


class _Level:
    """Ops within the same scopes."""

    def __init__(self, ops: Sequence[Op], scopes: tuple[str, ...], taken: frozenset[str]) -> None:
        self.ops, self.scopes, self.taken = ops, scopes, set(taken)

    def items(self, members: Iterable[int], used: set[int]) -> list[_Item]:
        """The nodes that these ops make; `used` are those whose output leaves the level."""
        members = list(members)
        groups: list[list[int]] = []
        for op in members:
            scope = self._scope(op)
            if groups and scope and scope == self._scope(groups[-1][0]):
                groups[-1].append(op)
            else:
                groups.append([op])
        wanted = Counter(source for op in members for source in self.ops[op].sources)
        found: list[_Item] = []
        for group in groups:
            found += self._group(group, used, wanted)
        return found

    def _scope(self, op: int) -> str | None:
        scopes = self.ops[op].scopes
        return scopes[len(self.scopes)] if len(scopes) > len(self.scopes) else None

    def _group(self, group: list[int], used: set[int], wanted: Counter[int]) -> list[_Item]:
        scope = self._scope(group[0])
        if scope is None:
            return [self._layer(op) for op in group]
        alone = self._fronts(group)
        inside = group[len(alone) :]
        within = Counter(source for op in inside for source in self.ops[op].sources)
        leaving = [op for op in inside if op in used or wanted[op] > within[op]]
        before = [self._layer(op) for op in alone]
        if len(leaving) > 1:  # no block can give several outputs
            return [*before, *(self._layer(op) for op in inside)]
        return [*before, self._block(scope, inside, leaving[0] if leaving else inside[-1])]

    def _fronts(self, group: list[int]) -> list[int]:
        """Joins at the very front, which a block would need many inputs for: they stand before it."""
        inside, count = set(group), 0
        for op in group[:-1]:
            sources = self.ops[op].sources
            if len(set(sources)) < 2 or inside & set(sources):
                break
            count += 1
            inside.discard(op)
        rest = [source for op in group[count:] for source in self.ops[op].sources if source not in inside]
        return group[:count] if len(set(rest)) == 1 else []

    def _layer(self, op: int) -> _Item:
        this = self.ops[op]
        id = self._free(this.path, this.type)
        node = Node(id=id, type=this.type, params=dict(this.params))
        return _Item(id, node, this.sources, op, {op: (id,)})

    def _block(self, scope: str, inside: list[int], end: int) -> _Item:
        id = self._free(scope, "Block")
        members = set(inside)
        sources = tuple(dict.fromkeys(s for op in inside for s in self.ops[op].sources if s not in members))
        inputs: list[str] = []
        for _source in sources:
            inputs.append(free_id(inputs, "Input"))
        level = _Level(self.ops, (*self.scopes, scope), frozenset({*inputs, "output"}))
        items = _folded(level.items(inside, {end}))
        names = dict(zip(sources, inputs, strict=True)) | {item.gives: item.id for item in items}
        nodes = [*(Node(id=name, type="Input") for name in inputs), *(item.node for item in items)]
        edges = [*_edges(items, names), Edge(source=names[end], target="output")]
        graph = Graph(nodes=(*nodes, Node(id="output", type="Output")), edges=tuple(edges))
        places = {op: (id, *place) for item in items for op, place in item.places.items()}
        return _Item(id, Node(id=id, type="Block", graph=graph), sources, end, places, tuple(inputs))

    def _free(self, path: str, type: str) -> str:
        """A node's id from its path: what stands behind that of the block around it."""
        around = f"{self.scopes[-1]}." if self.scopes else ""
        stem = path.removeprefix(around).replace(".", "_")[:190] or type.lower()
        id = stem if stem not in self.taken else numbered(f"{stem}_", self.taken)
        self.taken.add(id)
        return id


def _folded(items: list[_Item]) -> list[_Item]:
    """Blocks that follow each other and hold the same are one that repeats."""
    wanted = Counter(source for item in items for source in item.sources)
    found: list[_Item] = []
    for item in items:
        last = found[-1] if found else None
        if last is not None and wanted[last.gives] == 1 and _repeats(last, item):
            found[-1] = _again(last, item)
        else:
            found.append(item)
    return found


def _repeats(first: _Item, other: _Item) -> bool:
    a, b = first.node, other.node
    same = a.type == b.type == "Block" and a.graph == b.graph
    room = int(str(a.params.get("repeat", 1))) < MOST_REPEATS
    return same and room and len(first.sources) == 1 and other.sources == (first.gives,)


def _again(first: _Item, other: _Item) -> _Item:
    copies = int(str(first.node.params.get("repeat", 1)))
    places = first.places
    if copies == 1:
        places = {op: (place[0], 1, *place[1:]) for op, place in places.items()}
    more = {op: (first.id, copies + 1, *place[1:]) for op, place in other.places.items()}
    node = first.node.model_copy(update={"params": {"repeat": copies + 1}})
    return replace(first, node=node, gives=other.gives, places=places | more)
