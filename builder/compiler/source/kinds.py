"""Parts of a network that can be written as one class: the same layers, wired alike, with other numbers."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from builder.compiler.report import Place
from builder.compiler.source.parts import Leaf, Part, Ref, Stack
from builder.compiler.source.slots import Slot, skeleton, slots

FEW = 2  # copies that are written one by one
Values = tuple[str, ...]


@dataclass
class Kind:
    """A class: all parts that are its instances, by their places, and what differs between them."""

    number: int
    parts: list[Part] = field(default_factory=list)  # the first names its submodules
    columns: list[tuple[Slot, ...]] = field(default_factory=list)  # each slot, as the parts have it
    params: dict[Values, list[int]] = field(default_factory=dict)  # what the parts give for each, and its slots

    @property
    def first(self) -> Part:
        """The part after which it is written."""
        return self.parts[0]

    @property
    def names(self) -> list[str]:
        """The names of its parameters, after what torch calls the arguments to which they are given."""
        names: list[str] = []
        for at in self.params.values():
            name = _name([self.columns[number][0].name for number in at])
            stem = re.sub(r"_\d+$", "", name)  # a block inside may have several of a name itself
            numbered = (f"{stem}_{n}" for n in itertools.count(2))
            names.append(next(one for one in itertools.chain([stem], numbered) if one not in names))
        return names


@dataclass(frozen=True)
class Run:
    """Copies in a row that are made alike: of one class, with the same values, or with one that grows by `step`."""

    kind: Kind
    values: Values
    n: int
    growing: int | None = None  # which value
    step: int = 0


class Kinds:
    """The classes of a network, each after those that it uses."""

    def __init__(self, network: Part) -> None:
        self.all: list[Kind] = []
        self._of: dict[Place, tuple[Kind, int]] = {}  # with the number of the part there
        self._runs: dict[Place, list[Run]] = {}
        inside = list(network.inside())
        for height in range(network.height + 1):
            self._sort([part for part in inside if part.height == height])

    def of(self, part: Part) -> Kind:
        """The class of a part."""
        return self._of[part.place][0]

    def values(self, part: Part) -> Values:
        """What a part gives the constructor of its class."""
        kind, number = self._of[part.place]
        return tuple(values[number] for values in kind.params)

    def runs(self, stack: Stack) -> list[Run]:
        """The copies of a block, those that are made alike together."""
        return self._runs[stack.place]

    def _sort(self, parts: list[Part]) -> None:
        """Find the classes of parts whose own blocks have theirs."""
        for alike in _grouped(parts, [self._key(part, [self._kinds(s) for s in _stacks(part)]) for part in parts]):
            for stacks in zip(*map(_stacks, alike), strict=True):
                self._divide(stacks)
            runs = [[[(r.kind.number, r.growing) for r in self.runs(s)] for s in _stacks(part)] for part in alike]
            keys = [self._key(part, found) for part, found in zip(alike, runs, strict=True)]
            for same in _grouped(alike, keys):
                self._add(same)

    def _add(self, parts: list[Part]) -> None:
        kind = Kind(len(self.all), parts)
        kind.columns = list(zip(*(self._slots(part) for part in parts), strict=True))
        for at, column in enumerate(kind.columns):
            values = tuple(slot.text for slot in column)
            if len(set(values)) > 1:
                kind.params.setdefault(values, []).append(at)
        self._of |= {part.place: (kind, number) for number, part in enumerate(parts)}
        self.all.append(kind)

    def _key(self, part: Part, copies: Sequence[object]) -> object:
        """What parts of one class share; `copies` says it of their blocks."""
        names = {id: f"x{number}" for number, id in enumerate(part.inputs)}
        paddings = {place: f"padding{number}" for number, place in enumerate(part.paddings)}
        said = iter(copies)
        axes = tuple(len(spec.shape) for spec in (*part.inputs.values(), *(item.spec for item in part.items)))
        shared: list[object] = [bool(part.place), len(names), len(paddings), _refs(part.results, names), axes]
        for item in part.items:
            read = _refs(item.inputs, names)
            if isinstance(item, Leaf):
                call = item.call
                shared.append((item.expression("self.module", read, paddings), call and skeleton(call)))
            else:
                masks = tuple(paddings[place] for place in item.paddings)
                shared.append((repr(next(said)), len(item.copies) > 1, item.chained, read, masks))
        return tuple(shared)

    def _kinds(self, stack: Stack) -> object:
        return [number for number, _copies in groupby(self.of(copy).number for copy in stack.copies)]

    def _divide(self, stacks: tuple[Stack, ...]) -> None:
        """Divide blocks into runs, each where another has to be divided, so that one class can be all of them."""
        made = [[(self.of(copy), self.values(copy)) for copy in stack.copies] for stack in stacks]
        growing = {_growing(one) for one in made}
        if len(growing) == 1 and (at := growing.pop()) is not None:
            for stack, one in zip(stacks, made, strict=True):
                step = int(one[1][1][at]) - int(one[0][1][at])
                self._runs[stack.place] = [Run(*one[0], len(one), at, step)]
            return
        cuts = [_cuts(one) for one in made]
        shared = set().union(*cuts)
        possible = len({len(one) for one in made}) == 1 or shared <= {1}
        for stack, one, own in zip(stacks, made, cuts, strict=True):
            at_last = [0, *sorted(shared if possible else own), len(one)]
            self._runs[stack.place] = [Run(*one[start], end - start) for start, end in pairwise(at_last)]

    def _slots(self, part: Part) -> Iterator[Slot]:
        for item in part.items:
            if isinstance(item, Leaf):
                yield from slots(item.call) if item.call else ()
            else:
                for run in self.runs(item):
                    yield from _given(run, repeated=len(item.copies) > 1)


def _grouped(parts: Sequence[Part], keys: Iterable[object]) -> list[list[Part]]:
    found: dict[object, list[Part]] = {}
    for part, key in zip(parts, keys, strict=True):
        found.setdefault(key, []).append(part)
    return list(found.values())


def _stacks(part: Part) -> list[Stack]:
    return [item for item in part.items if isinstance(item, Stack)]


def _refs(refs: Iterable[Ref], inputs: dict[str, str]) -> tuple[str, ...]:
    return tuple(inputs[ref] if isinstance(ref, str) else f"y{ref}" for ref in refs)


def _cuts(made: list[tuple[Kind, Values]]) -> set[int]:
    """Before which copies another kind, or other values, begin."""
    return {at + 1 for at, ((a, x), (b, y)) in enumerate(pairwise(made)) if (a.number, x) != (b.number, y)}


def _growing(made: list[tuple[Kind, Values]]) -> int | None:
    """Which value grows from copy to copy by the same number, all else being equal."""
    columns = list(zip(*(values for _kind, values in made), strict=False))
    varying = [at for at, column in enumerate(columns) if len(set(column)) > 1]
    if len(made) <= FEW or len({kind.number for kind, _values in made}) > 1 or len(varying) != 1:
        return None
    if not all(value.isdigit() for value in columns[varying[0]]):
        return None
    steps = {int(b) - int(a) for a, b in pairwise(columns[varying[0]])}
    return varying[0] if len(steps) == 1 and min(steps) > 0 else None


def _given(run: Run, *, repeated: bool) -> Iterator[Slot]:
    """What a run of copies is written with."""
    for at, (name, value) in enumerate(zip(run.kind.names, run.values, strict=True)):
        yield Slot(name, value)
        if at == run.growing:
            yield Slot("growth", str(run.step))
    if repeated:
        yield Slot("repeat", str(run.n))


def _name(said: list[str]) -> str:
    """`channels` for what is both in_channels and out_channels."""
    for name in said:
        stem = name.removeprefix("in_").removeprefix("out_")
        if {f"in_{stem}", f"out_{stem}"} <= set(said):
            return stem
    return said[0]
