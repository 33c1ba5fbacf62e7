"""Above the outline: which network, undo and redo, file, and what the whole costs."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from builder.compiler.report import Report
from builder.core.ids import file_name
from builder.core.text import _, count, size
from builder.data.sources import SOURCES
from builder.graph.document import Document, write
from builder.graph.networks import Entry
from builder.ui import gallery, services, session
from builder.ui.markup import plain
from builder.ui.session import Workbench


def draw(bench: Workbench, report: Report) -> None:
    """The bar, the warning of another tab's version, and the totals."""
    if bench.conflict:
        _conflict()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="toolbar"):
        _switch(bench)
        _history(bench)
        _file(bench)
        st.space("stretch")
        if st.button(_("Train"), type="primary", icon=":material/play_arrow:", shortcut="Alt+T", key="to-train"):
            session.go("train")
    _totals(bench.document, report)


def _conflict() -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/warning: "
            + _("This network was changed in another tab. Edits made here are not saved over it."),
            width="stretch",
        )
        st.button(_("Load the other version"), on_click=session.load_theirs)
        st.button(_("Keep this as a copy"), on_click=session.keep_mine)


def _switch(bench: Workbench) -> None:
    entries = {entry.id: entry for entry in services.networks().list()}
    ids = list(entries)
    st.session_state["network-choice"] = bench.id

    def switch() -> None:
        session.open_network(st.session_state["network-choice"])
        st.session_state.pop("selected", None)

    names = _names(entries, bench)
    st.selectbox(_("Network"), ids, key="network-choice", format_func=names.__getitem__, on_change=switch, width=260)


def _names(entries: Mapping[str, Entry], bench: Workbench) -> dict[str, str]:
    """What each network is called in the list; no two alike, because Streamlit knows an option by its words alone."""
    titles = {id: entry.title for id, entry in entries.items()} | {bench.id: bench.document.title}
    titles = {id: title or _("Untitled network") for id, title in titles.items()}
    often = Counter(titles.values())
    return {id: title if often[title] == 1 else f"{title} · {id[:8]}" for id, title in titles.items()}


def _history(bench: Workbench) -> None:
    past, future = bench.history.past, bench.history.future
    st.button(
        _("Undo"), icon=":material/undo:", shortcut="Ctrl+Z", on_click=session.undo, disabled=not past, key="undo"
    )
    st.button(
        _("Redo"), icon=":material/redo:", shortcut="Ctrl+Y", on_click=session.redo, disabled=not future, key="redo"
    )


def _file(bench: Workbench) -> None:
    with st.popover(_("Network"), icon=":material/folder_open:", width="content", key="network-menu"):
        _title(bench)
        with st.container(horizontal=True, gap="xsmall"):
            if st.button(_("New"), icon=":material/note_add:", key="new-network"):
                gallery.begin_empty()
                st.rerun()
            if st.button(_("Duplicate"), icon=":material/file_copy:", key="duplicate-network"):
                session.keep_mine()
                st.rerun()
            st.download_button(
                _("Save to a file"),
                write(bench.document),
                f"{file_name(bench.document.title)}.json",
                "application/json",
                icon=":material/download:",
                on_click="ignore",
                key="save-file",
            )
            if st.button(_("Delete"), icon=":material/delete:", key="delete-network"):
                _delete(bench)
        st.markdown(_("Open a file"))
        gallery.open_file("build")


def _title(bench: Workbench) -> None:
    st.session_state["title"] = bench.document.title

    def rename() -> None:
        session.edit({"op": "set_title", "title": st.session_state["title"].strip()})

    st.text_input(_("Name of the network"), key="title", max_chars=200, on_change=rename)


@st.dialog(_("Delete this network?"))
def _delete(bench: Workbench) -> None:
    st.text(bench.document.title)
    st.markdown(_("Runs that were trained from it stay. The network itself cannot be brought back."))
    if st.button(_("Delete for good"), type="primary", icon=":material/delete:"):
        session.delete_network(bench.id)
        st.rerun()


def _totals(document: Document, report: Report) -> None:
    source = SOURCES.get(str(document.data.get("source")))
    batch = report.recipe.batch_size if report.recipe else "?"
    facts = [
        (_("Data"), plain(_(source.title)) if source else _("none")),
        (_("Parameters"), count(report.params)),
        (_("FLOPs a sample"), count(report.flops)),
        (_("Memory to train"), f"{size(report.memory_bytes)} :small[:gray[{_('batch')} {batch}]]"),
        (_("Problems"), _problems(report)),
    ]
    with st.container(border=True, horizontal=True, horizontal_alignment="distribute", gap="medium", key="totals"):
        for label, value in facts:
            st.markdown(f":small[:gray[{label}]]  \n**{value}**", width="content")


def _problems(report: Report) -> str:
    errors = len(report.errors)
    others = len(report.problems) - errors
    if errors:
        return f":red[{_('{n} to mend').format(n=errors)}]"
    return f":orange[{_('{n} to look at').format(n=others)}]" if others else f":green[{_('none')}]"
