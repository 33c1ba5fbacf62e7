"""The network as a person would divide it: layers, and blocks with their copies, as far as an Output is reached."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from builder.compiler.padding import arguments
from builder.compiler.report import Gate, Place, Report, Step
from builder.core.specs import Spec
from builder.layers import Call
from builder.layers.ends import Input, Output

# where a value comes from: the item of this number, or the Input of this id, of the same part
Ref = int | str


@dataclass(frozen=True, eq=False)
class Leaf:
    """One layer."""

    place: Place
    step: Step
    inputs: tuple[Ref, ...]
    specs: tuple[Spec, ...]  # of its inputs

    @property
    def spec(self) -> Spec:
        """What it gives."""
        return self.step.spec

    @property
    def paddings(self) -> tuple[Place, ...]:
        """The Inputs whose padding it has to leave out."""
        return tuple(dict.fromkeys(marks.place for marks in self.step.masks.values()))

    @cached_property
    def call(self) -> Call | None:
        """What makes its module."""
        return self.step.layer.module(*self.specs)

    def expression(self, module: str, inputs: Iterable[str], paddings: Mapping[Place, str]) -> str:
        """What computes its output, from the names of its module, its inputs, and the tensors that mark padding."""
        forward: Callable[..., str] = self.step.layer.forward  # those that leave padding out take it as a keyword
        return forward(module, *inputs, **arguments(self.step, paddings))


@dataclass(frozen=True, eq=False)
class Stack:
    """A block with all its copies, of which each gets as its first input what the one before gives."""

    place: Place
    copies: tuple["Part", ...]
    inputs: tuple[Ref, ...]  # of the first copy
    chained: bool  # whether there is a first input that goes from copy to copy
    spec: Spec  # of what the last copy gives

    @property
    def paddings(self) -> tuple[Place, ...]:
        """The Inputs whose padding layers inside have to leave out."""
        return self.copies[0].paddings

    @property
    def in_a_row(self) -> bool:
        """Whether each copy needs nothing but what the one before gives."""
        return len(self.inputs) == 1 and not self.paddings


@dataclass(frozen=True, eq=False)
class Part:
    """The whole network, or one copy of a block. `inputs` are the ids of its Inputs, with what they give."""

    place: Place
    inputs: dict[str, Spec]
    items: tuple[Leaf | Stack, ...]
    results: tuple[Ref, ...]

    @cached_property
    def paddings(self) -> tuple[Place, ...]:
        """The Inputs of the network whose padding layers of this part have to leave out."""
        return tuple(dict.fromkeys(place for item in self.items for place in item.paddings))

    @cached_property
    def height(self) -> int:
        """How deep blocks lie within each other below it."""
        copies = (copy for item in self.items if isinstance(item, Stack) for copy in item.copies)
        return max((1 + copy.height for copy in copies), default=0)

    def inside(self) -> Iterator["Part"]:
        """This part and all copies of blocks that it holds."""
        yield self
        for item in self.items:
            if isinstance(item, Stack):
                for copy in item.copies:
                    yield from copy.inside()


def parts(report: Report) -> Part:
    """The whole network of a report without errors."""
    return _Division(report).network()


class _Division:
    def __init__(self, report: Report) -> None:
        self.report, self.steps = report, report.network

    def network(self) -> Part:
        used = self.report.used
        inner = [
            place for place, step in self.steps.items() if place in used and not isinstance(step.layer, Input | Output)
        ]
        items = self._items((), inner)
        at = _numbers(items, 0)
        inputs = {str(entry.place[0]): self.steps[entry.place].spec for entry in self.report.inputs}
        results = [self.steps[answer.place].sources[0] for answer in self.report.outputs]
        return Part((), inputs, items, tuple(self._ref(place, 0, at) for place in results))

    def _items(self, place: Place, inner: Iterable[Place]) -> tuple[Leaf | Stack, ...]:
        """The layers and blocks of the part at `place`; `inner` are the places of its layers, in order."""
        depth = len(place)
        at: dict[str | int, int] = {}
        items: list[Leaf | Stack] = []
        for id, group in groupby(inner, lambda found: found[depth]):
            members = list(group)
            leaf = len(members[0]) == depth + 1
            items.append(self._leaf(members[0], at) if leaf else self._stack((*place, id), members, at))
            at[id] = len(at)
        return tuple(items)

    def _leaf(self, place: Place, at: dict[str | int, int]) -> Leaf:
        step = self.steps[place]
        refs = (self._ref(source, len(place) - 1, at) for source in step.sources)
        return Leaf(place, step, tuple(refs), tuple(self.steps[source].spec for source in step.sources))

    def _stack(self, place: Place, members: list[Place], at: dict[str | int, int]) -> Stack:
        depth = len(place)
        repeated = isinstance(members[0][depth], int)
        groups = [list(group) for _n, group in groupby(members, lambda found: found[depth] if repeated else 0)]
        copies = tuple(self._copy(group[0][: depth + repeated], group) for group in groups)
        given = self.report.copies[copies[0].place].given
        refs = [self._ref(entering, depth - 1, at) for id in copies[0].inputs if (entering := given[id]) is not None]
        spec = self.steps[self.report.copies[copies[-1].place].end].spec
        chained = bool(refs) and next(iter(copies[0].inputs)) == next(iter(given))
        return Stack(place, copies, tuple(refs), chained, spec)

    def _copy(self, place: Place, inner: list[Place]) -> Part:
        copy, depth = self.report.copies[place], len(place)
        items = self._items(place, inner)
        read = {ref for item in items for ref in item.inputs}
        inputs = {id: self.steps[given].spec for id, given in copy.given.items() if id in read and given is not None}
        return Part(place, inputs, items, (self._ref(copy.end, depth, _numbers(items, depth)),))

    def _ref(self, source: Place, depth: int, at: dict[str | int, int]) -> Ref:
        """Where in the part at this depth a value comes from."""
        if isinstance(source, Gate):
            return source.input
        return at[source[depth]] if source[depth] in at else str(source[depth])


def _numbers(items: tuple[Leaf | Stack, ...], depth: int) -> dict[str | int, int]:
    return {item.place[depth]: number for number, item in enumerate(items)}
