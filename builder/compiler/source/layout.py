"""Statements as ruff's formatter leaves them: at most 88 characters, broken at brackets from the outside in."""

import ast
from collections.abc import Sequence

from builder.compiler.source.expressions import Pieces
from builder.compiler.source.lines import SOFT, Group, Indent, bracketed, fits, printed


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
    return printed((head, bracketed("(", [(word,) for word in arguments], ")", calls=True), tail), indent)


def _broken(head: str, expression: str, indent: int) -> list[str]:
    node = ast.parse(expression, mode="eval").body
    pieces = Pieces(expression)
    if pieces.can_stand_open(node):
        lines = printed((head, *pieces.of(node, open=True)), indent)
        if all(map(fits, lines)):
            return lines
    if isinstance(node, ast.Tuple):
        return printed((head, bracketed("(", [pieces.of(one) for one in node.elts], ")")), indent)
    return printed((head, Group(("(", Indent((SOFT, Group(pieces.of(node)))), SOFT, ")"))), indent)
