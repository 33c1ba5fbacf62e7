"""What one visitor is looking at: the open network with its undo steps, and messages for the next run of the page.

The document belongs to its file in the workspace; every edit is saved there at once, so a reload, a second visit or a
restarted server finds it again.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn, cast

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from builder.core.errors import Error
from builder.core.text import _
from builder.graph.document import Document
from builder.graph.edit import apply
from builder.graph.history import History
from builder.ui import services, style
from builder.ui.markup import plain

NETWORK = "network"  # query parameter and session key of the open network's id


@dataclass(frozen=True)
class Workbench:
    """The open network."""

    id: str
    history: History
    stamp: str
    conflict: bool = False  # another tab wrote the file; edits wait for a decision

    @property
    def document(self) -> Document:
        return self.history.present


def begin(pages: Mapping[str, StreamlitPage]) -> None:
    """Draw what every page begins with: the style sheet, and messages left by a callback."""
    st.session_state.pages = pages
    style.apply()
    services.warm()
    tell()


def tell() -> None:
    """Show the messages that a callback left; a fragment does so itself, because it runs without its page."""
    for kind, text in st.session_state.pop("messages", []):
        if kind == "error":
            st.error(text)
        else:
            st.toast(text)


def go(page: str, **parameters: str) -> NoReturn:
    """Switch to another page, by its name."""
    st.switch_page(st.session_state.pages[page], query_params=parameters)


def say(text: str, kind: str = "toast") -> None:
    """Leave a sentence for the next run of the page. `text` is read as markdown: escape what users wrote."""
    st.session_state.setdefault("messages", []).append((kind, text))


def fail(error: Error) -> None:
    """Leave an error's sentences for the next run of the page."""
    for line in str(error).split("\n"):
        say(plain(line, 320), "error")


def workbench() -> Workbench | None:
    """The open network: this session's, the address's, or the last one changed; None when there is none."""
    bench = cast(Workbench | None, st.session_state.get("workbench"))
    wanted = st.query_params.get(NETWORK)
    if bench is None or (wanted and wanted != bench.id):
        entries = services.networks().list()
        ids = [entry.id for entry in entries if entry.layers is not None]
        id = wanted if wanted in ids else (bench.id if bench else next(iter(ids), None))
        if id is None:
            return None
        if bench is None or bench.id != id:
            bench = open_network(id)
    return bench


def required(title: str, sentence: str) -> Workbench:
    """The open network; a page that cannot do without one says so, shows the way, and ends here."""
    wanted = st.query_params.get(NETWORK)
    bench = workbench()
    if wanted and (bench is None or bench.id != wanted):
        st.error(plain(_("[P-NONE] No such network, or its file cannot be read. Choose another."), 320))
    if bench is None:
        st.title(title)
        empty(sentence)
        st.stop()
    st.query_params[NETWORK] = bench.id
    return bench


def empty(sentence: str) -> None:
    """What a page says when there is nothing on it yet: why, and where to begin."""
    st.info(sentence, icon=":material/lightbulb:")
    if st.button(_("Go to the gallery"), type="primary"):
        go("gallery")


def open_network(id: str) -> Workbench | None:
    """Make a network the open one."""
    try:
        document, stamp = services.networks().open(id)
    except Error as error:
        fail(error)
        return None
    return _show(Workbench(id, History(document), stamp))


def new_network(document: Document) -> Workbench:
    """Keep a document as a new network and open it."""
    kept = services.networks()
    id = kept.create(document)
    st.session_state.pop("selected", None)
    return _show(Workbench(id, History(document), kept.open(id)[1]))


def delete_network(id: str) -> None:
    """Delete a network; the one changed last before it opens next."""
    services.networks().delete(id)
    st.session_state.pop("workbench", None)
    st.query_params.pop(NETWORK, None)


def _show(bench: Workbench) -> Workbench:
    st.session_state.workbench = bench
    st.query_params[NETWORK] = bench.id
    return bench


def document() -> Document:
    """The open network's document as it is now; what a callback was made with may be older than the last edit."""
    bench = workbench()
    return bench.document if bench else Document()


def edit(*edits: Mapping[str, Any], tag: str = "") -> None:
    """Apply edits to the open network and save it; a refused edit leaves a message.

    Edits with the same tag in quick succession are one step of undo.
    """
    bench = workbench()
    if bench is None:
        return
    try:
        document = apply(bench.document, *edits)
    except Error as error:
        fail(error)
        return
    _save(bench, bench.history.do(document, tag, time.monotonic()))


def undo() -> None:
    """One step back."""
    if bench := workbench():
        _save(bench, bench.history.undo())


def redo() -> None:
    """One step forward."""
    if bench := workbench():
        _save(bench, bench.history.redo())


def _save(bench: Workbench, history: History) -> None:
    if history is bench.history:
        return
    bench = replace(bench, history=history)
    try:
        stamp = services.networks().save(bench.id, history.present, bench.stamp)
        _show(replace(bench, stamp=stamp))
    except Error:
        _show(replace(bench, conflict=True))
    except OSError:
        _show(bench)
        sentence = _("The network could not be saved: the disk is full or read-only. Free space, then edit again.")
        say(plain(f"[R-DISK] {sentence}", 320), "error")


def load_theirs() -> None:
    """Give up this tab's version for the one on disk."""
    if bench := workbench():
        open_network(bench.id)


def keep_mine() -> None:
    """Keep this tab's version as a network of its own."""
    if bench := workbench():
        copy = apply(
            bench.document, {"op": "set_title", "title": _("{title} (copy)").format(title=bench.document.title)}
        )
        new_network(copy)
