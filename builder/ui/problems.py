"""Problems as people meet them: the sentence beside its layer, and the button that mends it."""

from collections.abc import Callable, Iterable

import streamlit as st

from builder.core.errors import MOST_LISTED, Problem
from builder.core.text import _
from builder.ui import session
from builder.ui.markup import plain

LOOKS = {
    "error": ("red", ":material/error:"),
    "warning": ("orange", ":material/warning:"),
    "hint": ("blue", ":material/lightbulb:"),
}


def draw(problems: Iterable[Problem], key: str, mend: Callable[..., None] = session.edit) -> None:
    """The problems, at most 20, each with its fixes; `mend` is given the edits of the fix that is pressed."""
    problems = list(problems)
    for i, problem in enumerate(problems[:MOST_LISTED]):
        _one(problem, f"{key}:{i}", mend)
    if len(problems) > MOST_LISTED:
        st.caption(_("and {n} more").format(n=len(problems) - MOST_LISTED))


def _one(problem: Problem, key: str, mend: Callable[..., None]) -> None:
    colour, icon = LOOKS[problem.severity]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"problem:{key}"):
        st.markdown(f":small[{icon} :{colour}[{plain(str(problem), 340)}]]", width="stretch")
        for i, fix in enumerate(problem.fixes):
            st.button(
                plain(fix.label),
                key=f"fix:{key}" if i == 0 else f"fix:{key}:{i}",
                icon=":material/build:",
                on_click=mend,
                args=fix.edits,
                help=_("Mend it. Undo brings it back."),
            )
