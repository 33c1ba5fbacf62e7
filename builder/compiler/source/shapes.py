"""Shapes as comments say them: numbers, and letters for what differs between the uses of a class."""

from builder.compiler.source.kinds import Kind
from builder.core.specs import Spec

LETTERS = "ABCDEFGH"  # for axes without a name
PLACES = "LDHW"  # axes whose sizes are no argument of a layer


class Shapes:
    """The shapes in a class, told once for all of its uses."""

    def __init__(self, kind: Kind, params: dict[tuple[str, ...], str]) -> None:
        self._kind = kind
        self._params = params
        self._known: dict[tuple[str, tuple[str, ...]], str] = {}  # by letter, and by the sizes in the uses
        self._first: dict[str, tuple[str, ...]] = {}

    def input(self, id: str) -> str:
        """What enters at an Input, which other uses may call otherwise."""
        at = list(self._kind.first.inputs).index(id)
        return self._told([list(part.inputs.values())[at] for part in self._kind.parts])

    def item(self, number: int) -> str:
        """What an item gives."""
        return self._told([part.items[number].spec for part in self._kind.parts])

    def _told(self, specs: list[Spec]) -> str:
        named = specs[0].axes.split()
        letters = named[1:] if len(named) == len(specs[0].shape) else LETTERS
        columns = zip(*(spec.shape[1:] for spec in specs), strict=True)
        return " x ".join(
            ["N", *(self._axis(tuple(map(str, c)), letters[at % len(letters)]) for at, c in enumerate(columns))]
        )

    def _axis(self, sizes: tuple[str, ...], letter: str) -> str:
        if len(set(sizes)) == 1:
            return sizes[0]
        if letter not in PLACES and sizes in self._params:
            return self._params[sizes]
        if (letter, sizes) not in self._known:
            self._known[letter, sizes] = self._part_of(letter, sizes) if letter in self._first else letter
            self._first.setdefault(letter, sizes)
        return self._known[letter, sizes]

    def _part_of(self, letter: str, sizes: tuple[str, ...]) -> str:
        """`H/2` or `2H`, or else `H'`."""
        pairs = [(int(a), int(b)) for a, b in zip(self._first[letter], sizes, strict=True)]
        by, times = pairs[0][0] // pairs[0][1], pairs[0][1] // pairs[0][0]
        if by and all(a == b * by for a, b in pairs):
            return f"{letter}/{by}"
        if times and all(b == a * times for a, b in pairs):
            return f"{times}{letter}"
        name = f"{letter}'"
        while name in self._known.values():
            name += "'"
        return name
