"""What goes wrong, as data: a code, a place, a sentence and, where one is known, the edits that mend it.

A `Problem` is reported beside others; an `Error` is raised when nothing can go on. Both read
`[CODE] what is wrong, where, with the value. The limit or the reason. What to do next.`
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.core.text import _

Severity = Literal["error", "warning", "hint"]
MOST = 300  # characters of one message
MOST_LISTED = 20


@dataclass(frozen=True)
class Fix:
    """Edits that mend a problem: plain data for `builder.graph.edit.apply`."""

    label: str
    edits: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, pinned to the node (`None`: the document) and, where it is one, the parameter.

    `fix` is the way to mend it that is offered first.
    """

    code: str
    message: str
    node: str | None = None
    param: str | None = None
    severity: Severity = "error"
    fix: Fix | None = None
    others: tuple[Fix, ...] = ()  # other ways to mend it, behind the first

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """All ways to mend it, the likeliest first."""
        return (self.fix, *self.others) if self.fix else ()

    def __str__(self) -> str:
        return f"[{self.code}] {_cut(self.message)}"


class Error(Exception):
    """A failure with a sentence for people. `problems` holds at least one; `str(error)` shows at most 20 of them."""

    def __init__(self, code: str, message: str, *, problems: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems) or (Problem(code, message),)
        super().__init__(code, message)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Error":
        """An error that carries several problems; its code and message are the first one's."""
        problems = tuple(problems)
        return cls(problems[0].code, problems[0].message, problems=problems)

    @property
    def code(self) -> str:
        return self.problems[0].code

    @property
    def message(self) -> str:
        """The first problem's sentence, without its code."""
        return self.problems[0].message

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_LISTED]]
        if len(self.problems) > MOST_LISTED:
            lines.append(_("and {n} more").format(n=len(self.problems) - MOST_LISTED))
        return "\n".join(lines)


def reference() -> str:
    """A short reference under which an unexpected error's traceback is logged, such as `7F3A-19C2`."""
    digits = secrets.token_hex(4).upper()
    return f"{digits[:4]}-{digits[4:]}"


def internal(ref: str) -> Problem:
    """The sentence for a failure of ours; its traceback belongs in the log under `ref`."""
    message = _("Something went wrong on our side. Your graph and finished epochs are saved. Ref {ref}.")
    return Problem("X-INTERNAL", message.format(ref=ref))


def _cut(message: str) -> str:
    return message if len(message) <= MOST else message[: MOST - 1] + "…"
