"""What one visitor is looking at: the open network as it was drawn last, and messages for the next run of the page.

The network itself belongs to `builder.graph.networks`, which keeps every edit at once, with the steps to take it back;
so a reload, a second visit or a restarted server finds it again, and outline and canvas of one page edit the same.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn, cast

import streamlit as st
from pydantic import ValidationError
from streamlit.navigation.page import Page as StreamlitPage

from builder.core.errors import Error
from builder.core.ids import new_id
from builder.core.text import _
from builder.graph.document import Document
from builder.graph.edit import apply
from builder.graph.history import Change, History
from builder.graph.networks import Kept
from builder.ui import services, style
from builder.ui.markup import plain

NETWORK = "network"  # query parameter and session key of the open network's id


@dataclass(frozen=True)
class Workbench:
    """The open network as this visitor has seen it.

    After a `conflict` (another tab changed or deleted it) it holds this visitor's version, whose edits are kept only
    here, until there is a decision.
    """

    id: str
    kept: Kept
    conflict: str = ""  # the code of what stands in the way

    @property
    def history(self) -> History:
        return self.kept.history

    @property
    def document(self) -> Document:
        return self.kept.document


def client() -> str:
    """The name under which this page, outline and canvas alike, changes networks."""
    return cast(str, st.session_state.setdefault("client", new_id()))


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
    """The open network as it is now: this session's, the address's, or the last one changed; None without any."""
    bench = _seen()
    wanted = st.query_params.get(NETWORK)
    if bench is not None and wanted in (None, bench.id):
        return _refreshed(bench)
    entries = services.networks().list()
    ids = [entry.id for entry in entries if entry.layers is not None]
    id = wanted if wanted in ids else (bench.id if bench else next(iter(ids), None))
    if id is None:
        return None
    return _refreshed(bench) if bench and bench.id == id else open_network(id)


def _seen() -> Workbench | None:
    """The open network as it was when this page was drawn last: what an edit was meant for."""
    return cast(Workbench | None, st.session_state.get("workbench"))


def _refreshed(bench: Workbench) -> Workbench:
    """The same with what was changed elsewhere since, on the canvas or in another tab."""
    if bench.conflict:
        return bench
    try:
        kept = services.networks().current(bench.id)
    except Error as error:
        return _show(replace(bench, conflict=error.code))
    return bench if kept.rev == bench.kept.rev else _show(replace(bench, kept=kept))


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
        return _show(Workbench(id, services.networks().current(id)))
    except Error as error:
        fail(error)
        return None


def new_network(document: Document) -> Workbench:
    """Keep a document as a new network and open it."""
    kept = services.networks()
    id = kept.create(document)
    st.session_state.pop("selected", None)
    return _show(Workbench(id, kept.current(id)))


def delete_network(id: str) -> None:
    """Delete a network and close it."""
    services.networks().delete(id)
    leave()


def _show(bench: Workbench) -> Workbench:
    st.session_state.workbench = bench
    st.query_params[NETWORK] = bench.id
    return bench


def document() -> Document:
    """The open network's document as it is now; what a callback was made with may be older than the last edit."""
    bench = workbench()
    return bench.document if bench else Document()


def edit(*edits: Mapping[str, Any], tag: str = "") -> None:
    """Apply edits to the open network and keep it; a refused edit leaves a message.

    Edits with the same tag in quick succession are one step of undo.
    """
    try:
        change = {"edits": [dict(edit) for edit in edits], "tag": tag, "at": time.time() * 1000}
        _change(Change.model_validate_json(json.dumps(change)))  # only JSON may hold lists where an edit has tuples
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        fail(Error("G-EDIT", _("This edit is not known: {reason}.").format(reason=reason)))


def data() -> Mapping[str, Any]:
    """The data of the open network."""
    return document().data


def set_data(name: str, value: Any) -> None:
    """Change one setting of the open network's data; None for its default."""
    edit({"op": "set_data", "values": {name: value}}, tag=f"data:{name}")


def undo() -> None:
    """One step back."""
    _change(Change(kind="undo"))


def redo() -> None:
    """One step forward."""
    _change(Change(kind="redo"))


def _change(change: Change) -> None:
    bench = _seen() or workbench()
    if bench is None:
        return
    try:
        if bench.conflict:
            _keep_here(bench, change)
            return
        outcome = services.networks().change(bench.id, client(), [change], bench.kept.rev)
    except Error as error:
        if error.code not in ("S-CHANGED", "P-NONE"):
            fail(error)
            return
        _keep_here(replace(bench, conflict=error.code), change)
    except OSError:
        sentence = _("The network could not be saved: the disk is full or read-only. Free space, then edit again.")
        say(plain(f"[R-DISK] {sentence}", 320), "error")
    else:
        for refused in outcome.refused:
            fail(refused)
        _show(replace(bench, kept=outcome.kept))


def _keep_here(bench: Workbench, change: Change) -> None:
    """Change this visitor's version, which nobody else sees."""
    try:
        _show(replace(bench, kept=replace(bench.kept, history=bench.history.after(change))))
    except Error as error:
        fail(error)
        _show(bench)


def load_theirs() -> None:
    """Give up this tab's version for the one on disk."""
    if bench := _seen():
        open_network(bench.id)


def keep_mine() -> None:
    """Keep this tab's version as a network of its own."""
    if bench := workbench():
        copy = apply(
            bench.document, {"op": "set_title", "title": _("{title} (copy)").format(title=bench.document.title)}
        )
        new_network(copy)


def leave() -> None:
    """Close the network; the one changed last before it opens next."""
    st.session_state.pop("workbench", None)
    st.query_params.pop(NETWORK, None)
