"""What each column of a table is for: guessed, shown, and changed in a small table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from builder.core.errors import Error
from builder.core.text import _
from builder.data.sources import RoledSource, parse_source
from builder.ui.forms import Change
from builder.ui.markup import plain

EXAMPLES = 60  # characters


def columns(data: Mapping[str, Any]) -> list[str]:
    """The columns of the chosen table; none while there is none."""
    source, _problems = parse_source(data)
    try:
        return [column.name for column in source.facts()] if isinstance(source, RoledSource) else []
    except Error:
        return []


def draw(data: Mapping[str, Any], change: Change) -> None:
    """The table of roles; nothing while the file cannot be read, which the page says beside it."""
    source, _problems = parse_source(data)
    if not isinstance(source, RoledSource):
        return
    try:
        facts = source.facts()
    except Error:
        return
    names = source.titles()
    shown = {title: role for role, title in names.items()}
    st.markdown(f"**{_('Columns')}** :small[:gray[{_('what each is for')}]]")
    table = pd.DataFrame(
        {
            _("column"): [column.name for column in facts],
            _("role"): [names[column.role] for column in facts],
            _("different"): [column.different for column in facts],
            _("missing"): [column.missing for column in facts],
            _("examples"): [", ".join(column.examples)[:EXAMPLES] for column in facts],
        }
    )
    # another key where the roles are others, so that an undo is shown
    key = f"roles:{hash(tuple((column.name, column.role) for column in facts))}"

    def edited() -> None:
        rows = st.session_state[key]["edited_rows"]
        chosen = {facts[at].name: shown[cells[_("role")]] for at, cells in rows.items() if _("role") in cells}
        change("columns", {column.name: column.role for column in facts} | chosen)

    st.data_editor(
        table,
        key=key,
        hide_index=True,
        on_change=edited,
        disabled=[name for name in table.columns if name != _("role")],
        column_config={_("role"): st.column_config.SelectboxColumn(options=list(names.values()), required=True)},
    )
    guessed = sum(column.guessed for column in facts)
    if guessed:
        st.caption(
            plain(_("Press a role to change it. {n} of {all} were guessed.").format(n=guessed, all=len(facts)), 200)
        )
