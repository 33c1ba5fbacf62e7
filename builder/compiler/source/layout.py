"""Lines of Python as ruff's formatter leaves them: at most 88 characters, broken at brackets from the outside in."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 88
FLUENT: Final = 2  # attributes of brackets that make a chain


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


def assignment(target: str, expression: str, indent: int, comment: str = "") -> list[str]:
    """`target = expression  # comment`, with the comment above where there is no room behind."""
    return statement(f"{target} = ", expression, indent, comment)


def statement(head: str, expression: str, indent: int, comment: str = "") -> list[str]:
    """A statement that ends in an expression, such as `return x`."""
    margin = " " * indent
    line = f"{margin}{head}{expression}"
    if comment and fits(f"{line}  # {comment}"):
        return [f"{line}  # {comment}"]
    above = [f"{margin}# {comment}"] if comment else []
    return [*above, line] if fits(line) else [*above, *_broken(head, expression, indent)]


def signature(head: str, arguments: Sequence[str], tail: str, indent: int) -> list[str]:
    """The first lines of a function."""
    return _print((*_text(head), _bracketed("(", [(word,) for word in arguments], ")", calls=True), tail), indent)


def _broken(head: str, expression: str, indent: int) -> list[str]:
    node = ast.parse(expression, mode="eval").body
    pieces = _Pieces(expression)
    if pieces.can_stand_open(node):
        lines = _print((head, *pieces.of(node, open=True)), indent)
        if all(map(fits, lines)):
            return lines
    if isinstance(node, ast.Tuple):
        return _print((head, _bracketed("(", [pieces.of(one) for one in node.elts], ")")), indent)
    return _print((head, Group(("(", Indent((SOFT, Group(pieces.of(node)))), SOFT, ")"))), indent)


def _text(text: str) -> tuple[Piece, ...]:
    return (text,) if text else ()


def _bracketed(left: str, items: Sequence[tuple[Piece, ...]], right: str, *, calls: bool = False) -> Group:
    """Items in brackets: on one line, or (in calls) on one line within the brackets, or each on its own."""
    between: list[Piece] = []
    for number, item in enumerate(items):
        between += [",", SPACE, *item] if number else item
    last: tuple[Piece, ...] = () if calls and len(items) == 1 else (Comma(),)
    inner: tuple[Piece, ...] = (Group((*between, *last)),) if calls else (*between, *last)
    return Group((left, Indent((SOFT, *inner)), SOFT, right))


class _Pieces:
    """The pieces of an expression; `open` is what stands between no brackets, and so cannot be broken by itself."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.fluent = False  # within a chain of calls that is broken before each

    def text(self, node: ast.AST) -> str:
        """A node as it is written."""
        return self.source[node.col_offset : node.end_col_offset]  # type: ignore[attr-defined]

    def of(self, node: ast.expr, *, open: bool = False) -> tuple[Piece, ...]:
        """The pieces of a node without brackets around it."""
        if self.fluent or open or self._chain(node) < FLUENT:
            return self._of(node, open)
        self.fluent = True
        pieces = self._of(node, open)
        self.fluent = False
        return (Group(pieces),)

    def _inner(self, node: ast.expr) -> tuple[Piece, ...]:
        """The pieces of what stands in brackets, which no longer is part of a chain."""
        before, self.fluent = self.fluent, False
        pieces = self.of(node)
        self.fluent = before
        return pieces

    def _in_brackets(self, node: ast.expr) -> Piece:
        return Group(("(", Indent((SOFT, *self._inner(node))), SOFT, ")"))

    def _of(self, node: ast.expr, open: bool) -> tuple[Piece, ...]:
        match node:
            case ast.Call() if node.args or node.keywords:
                return (*self.chained(node.func, open), self._arguments(node))
            case ast.Call():
                return (*self.chained(node.func, open), "()")
            case ast.Attribute():
                link = SOFT if self.fluent and isinstance(node.value, ast.Call | ast.Subscript) else ""
                return (*self.chained(node.value, open), link, f".{node.attr}")
            case ast.Subscript():
                items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                inside = [(self.text(item),) for item in items]
                return (*self.chained(node.value, open), _subscript(inside))
            case ast.BinOp():
                return self._operation(node, open)
            case ast.IfExp():
                space = " " if open else SPACE
                parts = (Group(self._operand(part)) for part in (node.body, node.test, node.orelse))
                return (next(parts), space, "if ", next(parts), space, "else ", next(parts))
            case ast.Tuple() if self.text(node).startswith("("):
                return (_bracketed("(", [self.of(one) for one in node.elts], ")"),)
            case ast.List():
                return (_bracketed("[", [self.of(one) for one in node.elts], "]"),)
            case ast.ListComp():
                return (self._comprehension("[", node, "]"),)
            case ast.GeneratorExp():
                return (self._comprehension("(", node, ")"),)
            case ast.Starred():
                return ("*", *self.of(node.value))
            case ast.UnaryOp():
                sign = self.source[node.col_offset : node.operand.col_offset].rstrip("(")
                return (sign, *self._operand(node.operand, node))
        return (self.text(node),)

    def chained(self, node: ast.expr, open: bool) -> tuple[Piece, ...]:
        """What an attribute, a call or a subscript is of."""
        if self.parenthesised(node):
            return (self._in_brackets(node),)
        return self.of(node, open=open)

    def parenthesised(self, node: ast.expr) -> bool:
        """Whether an operand stands in brackets of its own."""
        return isinstance(node, ast.BinOp | ast.IfExp | ast.UnaryOp | ast.Compare) and (
            self.source[: node.col_offset].endswith("(") and self.source[node.end_col_offset :].startswith(")")
        )

    def _operand(self, node: ast.expr, parent: ast.expr | None = None) -> tuple[Piece, ...]:
        inside = parent is None or parent.col_offset < node.col_offset or parent.end_col_offset != node.end_col_offset
        if inside and self.parenthesised(node):
            return (self._in_brackets(node),)
        return self.of(node)

    def _arguments(self, node: ast.Call) -> Group:
        words = [self._inner(one) for one in node.args]
        words += [(f"{one.arg}=", *self._inner(one.value)) for one in node.keywords]
        return _bracketed("(", words, ")", calls=True)

    def _comprehension(self, left: str, node: ast.ListComp | ast.GeneratorExp, right: str) -> Group:
        each = node.generators[0]
        clause = (f"for {self.text(each.target)} in ", *self.of(each.iter))
        return Group((left, Indent((SOFT, *self.of(node.elt), SPACE, *clause)), SOFT, right))

    def _operation(self, node: ast.BinOp, open: bool) -> tuple[Piece, ...]:
        """Operands of one rank, each but the first behind its sign."""
        power = isinstance(node.op, ast.Pow)
        left = node.left
        flat = isinstance(left, ast.BinOp) and not self._apart(left, node) and _rank(left) == _rank(node)
        before = self._operation(left, open) if flat and isinstance(left, ast.BinOp) else self._grouped(left, node)
        sign = self.source[left.end_col_offset : node.right.col_offset].strip(" ()")
        space: Piece = ("" if power and self.source[left.end_col_offset or 0] == "*" else " ") if open else SPACE
        after = f"{sign} " if space != "" else sign
        return (*before, space, after, *self._grouped(node.right, node))

    def _apart(self, node: ast.expr, parent: ast.BinOp) -> bool:
        """Whether an operand stands in brackets of its own."""
        starts = node.col_offset > parent.col_offset if node is parent.left else True
        return starts and self.parenthesised(node)

    def _grouped(self, node: ast.expr, parent: ast.BinOp) -> tuple[Piece, ...]:
        if self._apart(node, parent):
            return (self._in_brackets(node),)
        return (Group(self.of(node)),) if isinstance(node, ast.BinOp) else self.of(node)

    def can_stand_open(self, node: ast.expr) -> bool:
        """Whether ruff breaks it at its own brackets before it puts brackets around all of it."""
        operators = list(self._operators(node))
        if isinstance(node, ast.BinOp):
            loosest = max(map(_rank, operators))
            once = sum(_rank(one) == loosest for one in operators) == 1
            return once and (self._brackets(_edge(node, "right")) or self._brackets_first(node))
        if isinstance(node, ast.IfExp):
            return self._brackets(_edge(node, "right"))
        return self._brackets(node) or (isinstance(node, ast.Attribute) and self._chain(node) == 1)

    def _operators(self, node: ast.expr) -> Iterable[ast.BinOp]:
        if isinstance(node, ast.BinOp):
            yield node
            for side in (node.left, node.right):
                if not self._apart(side, node):
                    yield from self._operators(side)

    def _brackets(self, node: ast.expr) -> bool:
        """Whether it ends in brackets that hold something, with at most one attribute of brackets before it."""
        if isinstance(node, ast.Call):
            return bool(node.args or node.keywords) and self._chain(node) <= 1
        if isinstance(node, ast.Subscript | ast.Tuple | ast.List | ast.ListComp | ast.GeneratorExp):
            return not isinstance(node, ast.Subscript) or self._chain(node) <= 1
        return False

    def _brackets_first(self, node: ast.BinOp) -> bool:
        first: ast.expr = node
        while isinstance(first, ast.BinOp):
            if self._apart(first.left, first):
                return True
            first = first.left
        return False

    def _chain(self, node: ast.expr) -> int:
        """How many attributes of brackets an expression has in a row."""
        found = 0
        while isinstance(node, ast.Call | ast.Subscript | ast.Attribute):
            if isinstance(node, ast.Attribute):
                found += isinstance(node.value, ast.Call | ast.Subscript) or self.parenthesised(node.value)
            node = node.func if isinstance(node, ast.Call) else node.value
            if self.parenthesised(node):
                break
        return found


def _subscript(items: Sequence[tuple[Piece, ...]]) -> Piece:
    return _bracketed("[", items, "]") if len(items) > 1 else Group(("[", Indent((SOFT, *items[0])), SOFT, "]"))


def _edge(node: ast.expr, side: str) -> ast.expr:
    while isinstance(node, ast.BinOp | ast.IfExp):
        node = node.orelse if isinstance(node, ast.IfExp) else getattr(node, side)
    return node


RANKS: Final = ((ast.Pow,), (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult), (ast.Add, ast.Sub))


def _rank(node: ast.BinOp) -> int:
    return next((rank for rank, signs in enumerate(RANKS) if isinstance(node.op, signs)), len(RANKS))


def _print(pieces: tuple[Piece, ...], indent: int) -> list[str]:
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
