"""Above canvas and outline: how the network is shown, which it is, undo and redo, file, and what the whole costs."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from builder.compiler.report import Report
from builder.core.files import sha256
from builder.core.ids import file_name
from builder.core.text import _, count, size
from builder.data.sources import SOURCES
from builder.graph.document import Document, write
from builder.graph.networks import Entry
from builder.ui import gallery, importer, services, session
from builder.ui.markup import plain
from builder.ui.session import Workbench

View = Literal["canvas", "outline", "both"]
VIEWS: tuple[View, ...] = ("canvas", "outline", "both")
MENU = "network-menu"
IMPORT = "to-import"  # asked for by the menu, until the dialog is open
VIEW = "view"  # query parameter and key of how the network is shown


def view() -> View:
    """How the network is shown: as this visitor chose, or as the address says."""
    wanted = st.session_state.get(VIEW, st.query_params.get(VIEW))
    return wanted if wanted in VIEWS else "canvas"


def draw(bench: Workbench) -> None:
    """The bar, and the warning of another tab's version. The canvas takes its own steps back."""
    if bench.conflict:
        _conflict(bench)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="toolbar"):
        _switch(bench)
        if view() == "outline":
            _history(bench)
        _file(bench)
        if st.session_state.pop(IMPORT, False):
            importer.open_dialog(bench)
        _view()
        st.space("stretch")
        if st.button(_("Train"), type="primary", icon=":material/play_arrow:", shortcut="Alt+T", key="to-train"):
            session.go("train")


def _view() -> None:
    words = {"canvas": _("Canvas"), "outline": _("Outline"), "both": _("Both")}
    st.session_state[VIEW] = view()
    st.segmented_control(
        _("View"), VIEWS, key=VIEW, format_func=words.__getitem__, required=True, label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip


def _conflict(bench: Workbench) -> None:
    changed = bench.conflict == "S-CHANGED"
    if changed:
        text = _("This network was changed in another tab. Edits made here are not saved over it.")
    else:
        text = _("This network was deleted in another tab. Edits made here are not saved.")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/warning: {text}", width="stretch")
        if changed:
            st.button(_("Load the other version"), on_click=session.load_theirs)
        st.button(_("Keep this as a copy"), on_click=session.keep_mine)
        if not changed:
            st.button(_("Close it"), on_click=session.leave)


def _switch(bench: Workbench) -> None:
    entries = {entry.id: entry for entry in services.networks().list()}
    ids = list(entries if bench.id in entries else {bench.id: None, **entries})
    st.session_state["network-choice"] = bench.id

    def switch() -> None:
        session.open_network(st.session_state["network-choice"])
        st.session_state.pop("selected", None)

    names = _names(entries, bench)
    st.selectbox(
        _("Network"), ids, key="network-choice", format_func=names.__getitem__, on_change=switch, width=260,
        label_visibility="collapsed",
    )  # fmt: skip


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
    # told when it opens, so that it can be closed: it would lie over the dialog
    with st.popover(_("Network"), icon=":material/folder_open:", width="content", key=MENU, on_change="rerun"):
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
                lambda: write(_now(bench)),
                f"{file_name(bench.document.title)}.json",
                "application/json",
                icon=":material/download:",
                on_click="ignore",
                key="save-file",
            )
            if st.button(_("Delete"), icon=":material/delete:", key="delete-network"):
                _delete(bench)
        st.button(
            _("Import from elsewhere"), icon=":material/move_to_inbox:", key="import-network", on_click=_to_import
        )
        st.markdown(_("Open a file"))
        gallery.open_file("build")


def _to_import() -> None:
    """Close the menu, and open the dialog of imports."""
    st.session_state[MENU] = False
    st.session_state[IMPORT] = True


def _now(bench: Workbench) -> Document:
    """What a file should hold; the canvas may have changed it since the page was drawn."""
    return bench.document if bench.conflict else services.networks().current(bench.id).document


def _title(bench: Workbench) -> None:
    title = bench.document.title
    # a field of its own for each title: one in a closed menu would not hear of another, and would send the old one back
    key = f"title:{sha256(title.encode(errors='replace'))[:8]}"

    def rename() -> None:
        session.edit({"op": "set_title", "title": st.session_state[key].strip()})

    st.text_input(_("Name of the network"), title, key=key, max_chars=max(200, len(title)), on_change=rename)


@st.dialog(_("Delete this network?"))
def _delete(bench: Workbench) -> None:
    st.text(bench.document.title)
    st.markdown(_("Runs that were trained from it stay. The network itself cannot be brought back."))
    if st.button(_("Delete for good"), type="primary", icon=":material/delete:"):
        session.delete_network(bench.id)
        st.rerun()


def totals(document: Document, report: Report) -> None:
    """What the whole costs, and what is to mend."""
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
