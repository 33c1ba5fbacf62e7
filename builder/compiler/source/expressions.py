"""An expression as pieces that can be broken where ruff's formatter would break it."""

import ast
from collections.abc import Iterable, Sequence
from typing import Final

from builder.compiler.source.lines import SOFT, SPACE, Group, Indent, Piece, bracketed

FLUENT: Final = 2  # attributes of brackets that make a chain
RANKS: Final = ((ast.Pow,), (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult), (ast.Add, ast.Sub))


class Pieces:
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
        return (Group(pieces),)

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
                parts = (Group(self._operand(part, open)) for part in (node.body, node.test, node.orelse))
                return (next(parts), space, "if ", next(parts), space, "else ", next(parts))
            case ast.Tuple() if self.text(node).startswith("("):
                return (bracketed("(", [self.of(one) for one in node.elts], ")"),)
            case ast.List():
                return (bracketed("[", [self.of(one) for one in node.elts], "]"),)
            case ast.ListComp():
                return (self._comprehension("[", node, "]"),)
            case ast.GeneratorExp():
                return (self._comprehension("(", node, ")"),)
            case ast.Starred():
                return ("*", *self.of(node.value))
            case ast.UnaryOp():
                sign = self.source[node.col_offset : node.operand.col_offset].rstrip("(")
                return (sign, *self._operand(node.operand, open, node))
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

    def _operand(self, node: ast.expr, open: bool, parent: ast.expr | None = None) -> tuple[Piece, ...]:
        inside = parent is None or parent.col_offset < node.col_offset or parent.end_col_offset != node.end_col_offset
        if inside and self.parenthesised(node):
            return (self._in_brackets(node),)
        return self.of(node, open=open)

    def _arguments(self, node: ast.Call) -> Group:
        words = [self._inner(one) for one in node.args]
        words += [(f"{one.arg}=", *self._inner(one.value)) for one in node.keywords]
        return bracketed("(", words, ")", calls=True)

    def _comprehension(self, left: str, node: ast.ListComp | ast.GeneratorExp, right: str) -> Group:
        each = node.generators[0]
        clause = (f"for {self.text(each.target)} in ", *self.of(each.iter))
        return Group((left, Indent((SOFT, *self.of(node.elt), SPACE, *clause)), SOFT, right))

    def _operation(self, node: ast.BinOp, open: bool) -> tuple[Piece, ...]:
        """Operands of one rank, each but the first behind its sign."""
        power = isinstance(node.op, ast.Pow)
        left = node.left
        flat = isinstance(left, ast.BinOp) and not self._apart(left, node) and _rank(left) == _rank(node)
        before = (
            self._operation(left, open) if flat and isinstance(left, ast.BinOp) else self._grouped(left, node, open)
        )
        sign = self.source[left.end_col_offset : node.right.col_offset].strip(" ()")
        space: Piece = ("" if power and self.source[left.end_col_offset or 0] == "*" else " ") if open else SPACE
        after = f"{sign} " if space != "" else sign
        return (*before, space, after, *self._grouped(node.right, node, open))

    def _apart(self, node: ast.expr, parent: ast.BinOp) -> bool:
        """Whether an operand stands in brackets of its own."""
        starts = node.col_offset > parent.col_offset if node is parent.left else True
        return starts and self.parenthesised(node)

    def _grouped(self, node: ast.expr, parent: ast.BinOp, open: bool) -> tuple[Piece, ...]:
        if self._apart(node, parent):
            return (self._in_brackets(node),)
        pieces = self.of(node, open=open)
        return (Group(pieces),) if isinstance(node, ast.BinOp) else pieces

    def can_stand_open(self, node: ast.expr) -> bool:
        """Whether ruff breaks it at its own brackets before it puts brackets around all of it."""
        operators = list(self._operators(node))
        if isinstance(node, ast.BinOp):
            loosest = max(map(_rank, operators))
            once = sum(_rank(one) == loosest for one in operators) == 1
            return once and (_ends_in_brackets(_edge(node, "right")) or self._brackets_first(node))
        if isinstance(node, ast.IfExp):
            return _ends_in_brackets(_edge(node, "right"))
        chain = self._chain(node)
        return (_ends_in_brackets(node) and chain < FLUENT) or (isinstance(node, ast.Attribute) and chain == 1)

    def _operators(self, node: ast.expr) -> Iterable[ast.BinOp]:
        if isinstance(node, ast.BinOp):
            yield node
            for side in (node.left, node.right):
                if not self._apart(side, node):
                    yield from self._operators(side)

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
    return bracketed("[", items, "]") if len(items) > 1 else Group(("[", Indent((SOFT, *items[0])), SOFT, "]"))


def _edge(node: ast.expr, side: str) -> ast.expr:
    while isinstance(node, ast.BinOp | ast.IfExp):
        node = node.orelse if isinstance(node, ast.IfExp) else getattr(node, side)
    return node


def _rank(node: ast.BinOp) -> int:
    return next((rank for rank, signs in enumerate(RANKS) if isinstance(node.op, signs)), len(RANKS))


def _ends_in_brackets(node: ast.expr) -> bool:
    """Whether an expression ends in brackets that hold something."""
    if isinstance(node, ast.Call):
        return bool(node.args or node.keywords)
    return isinstance(node, ast.Subscript | ast.Tuple | ast.List | ast.ListComp | ast.GeneratorExp)
