"""A pretty printer in the manner of Wadler: pieces of text, and where they may be broken into lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 88


@dataclass(frozen=True)
class Group:
    """What stands on one line if it fits there, and else is broken at each of its own `Break`s."""

    parts: tuple["Piece", ...]


@dataclass(frozen=True)
class Indent:
    """What is indented where its group is broken."""

    parts: tuple["Piece", ...]


@dataclass(frozen=True)
class Break:
    """`flat` on one line, and a new line where its group is broken."""

    flat: str = ""


@dataclass(frozen=True)
class Comma:
    """A comma behind the last of several, each on a line of its own."""


Piece = str | Group | Indent | Break | Comma
SOFT: Final = Break()
SPACE: Final = Break(" ")


def fits(line: str) -> bool:
    """Whether a line is short enough."""
    return len(line) <= WIDTH


def bracketed(left: str, items: Sequence[tuple[Piece, ...]], right: str, *, calls: bool = False) -> Group:
    """Items in brackets: on one line, or (in calls) on one line within the brackets, or each on its own."""
    between: list[Piece] = []
    for number, item in enumerate(items):
        between += [",", SPACE, *item] if number else item
    last: tuple[Piece, ...] = () if calls and len(items) == 1 else (Comma(),)
    inner: tuple[Piece, ...] = (Group((*between, *last)),) if calls else (*between, *last)
    return Group((left, Indent((SOFT, *inner)), SOFT, right))


def printed(pieces: tuple[Piece, ...], indent: int) -> list[str]:
    """The lines of a document in the manner of Wadler's pretty printer."""
    lines, line = [], " " * indent
    waiting: list[tuple[Piece, int, bool]] = [(piece, indent, False) for piece in reversed(pieces)]
    while waiting:
        piece, margin, flat = waiting.pop()
        match piece:
            case str():
                line += piece
            case Comma():
                line += "" if flat else ","
            case Break():
                if flat:
                    line += piece.flat
                else:
                    lines.append(line.rstrip())
                    line = " " * margin
            case Indent():
                waiting += [(part, margin + 4, flat) for part in reversed(piece.parts)]
            case Group():
                flat = flat or _fits([(piece, margin, True)], waiting, len(line))
                waiting += [(part, margin, flat) for part in reversed(piece.parts)]
    return [*lines, line]


def _fits(now: list[tuple[Piece, int, bool]], rest: list[tuple[Piece, int, bool]], used: int) -> bool:
    """Whether pieces fit on the line, with what follows up to the next place where it may be broken."""
    ahead, following = list(now), len(rest)
    while used <= WIDTH:
        if not ahead:
            if not following:
                return True
            following -= 1
            ahead.append(rest[following])
        piece, margin, flat = ahead.pop()
        match piece:
            case str():
                used += len(piece)
            case Comma():
                used += not flat
            case Break():
                if not flat:
                    return True
                used += len(piece.flat)
            case Indent() | Group():
                ahead += [(part, margin, flat) for part in reversed(piece.parts)]
    return False
