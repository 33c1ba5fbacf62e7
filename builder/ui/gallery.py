"""The cards of the gallery."""

from collections.abc import Sequence

import streamlit as st

from builder.canvas.share import unpack
from builder.core.errors import Error
from builder.core.text import _, count, duration
from builder.data.sources import SOURCES
from builder.examples import facts, load, names
from builder.graph.document import Document, read
from builder.graph.edit import apply
from builder.ui import metrics, session
from builder.ui.kinds import GROUPS, ICONS, group
from builder.ui.markup import plain
from builder.ui.session import Workbench
from builder.ui.thumbnail import thumbnail

SHARE = "share"  # query parameter of a link that holds a network
ACROSS = 3  # cards side by side
EMPTY = Document(data={"source": "digits"})


def cards() -> None:
    """All ready networks by the kind of their data, and the way to find one among them."""
    everything = [(name, load(name)) for name in names()]
    grouped: dict[str, list[tuple[str, Document]]] = {}
    for name, document in everything:
        source = SOURCES.get(str(document.data.get("source")))
        grouped.setdefault(group(source) if source else "tables", []).append((name, document))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.pills(
            _("Kind of data"),
            list(grouped),
            key="gallery-kind",
            format_func=lambda name: f":material/{ICONS[name]}: {GROUPS[name][0]}",
            width="content",
        )
        words = st.text_input(_("Search"), key="gallery-search", placeholder=_("digits, translate, CNN ..."), width=280)
    found = False
    for name, those in grouped.items():
        shown = [one for one in those if kind in (None, name) and _fits(*one, words)]
        if shown:
            found = True
            st.subheader(f":material/{ICONS[name]}: {GROUPS[name][0]}", anchor=False)
            _rows(shown)
    if not found:
        st.info(_("No network is called so. Clear the search, or begin with your own below."), icon=":material/search:")


def _fits(name: str, document: Document, words: str) -> bool:
    layers = " ".join(node.type for node in document.graph.nodes)
    text = f"{name} {document.title} {document.about} {document.data.get('source')} {layers}".casefold()
    return all(word in text for word in words.casefold().split())


def _rows(shown: Sequence[tuple[str, Document]]) -> None:
    for start in range(0, len(shown), ACROSS):
        for column, (name, document) in zip(st.columns(ACROSS), shown[start : start + ACROSS], strict=False):
            with column:
                card(name, document)


def card(name: str, document: Document) -> None:
    """One network: picture, title, what it learns, data, size, and the button that opens it."""
    known = facts(name)
    source = SOURCES.get(str(document.data.get("source")))
    with st.container(border=True, height="stretch"):
        st.image(thumbnail(document), width="stretch", alt=_("Layers of {title}").format(title=document.title))
        # one element and not eight: a browser needs a millisecond or more for each, and there are many cards
        badges = [f":blue-badge[:material/dataset: {plain(_(source.title))}]"] if source else []
        badges += [
            f":gray-badge[:material/layers: {_('{n} layers').format(n=len(document.graph.nodes))}]",
            f":gray-badge[:material/tune: {_('{n} parameters').format(n=count(known.params))}]",
            f":green-badge[:material/flag: {plain(metrics.expected(known.metric, known.reach))}]",
            f":gray-badge[:material/timer: {_('about {time}').format(time=duration(known.seconds))}]",
        ]
        st.markdown(f"### {plain(document.title)}\n{plain(_(document.about), 300)}\n\n{' '.join(badges)}")
        st.space("stretch")
        if st.button(_("Open"), key=f"open:{name}", width="stretch", icon=":material/arrow_forward:"):
            session.new_network(document)
            session.go("build")


def welcome_back(bench: Workbench) -> None:
    """The way back to the network that was open last."""
    title = bench.document.title.strip() or _("Untitled network")
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(_("Your network **{title}** is as you left it.").format(title=plain(title)))
        if st.button(_("Continue"), icon=":material/history:"):
            session.go("build", network=bench.id)


def own_work() -> None:
    """An empty network, or one from a file."""
    st.subheader(_("Or begin with your own"), anchor=False)
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown(_("**An empty network**: an input, an output, and everything between them up to you."))
        if st.button(_("New network"), icon=":material/add:"):
            begin_empty()
            session.go("build")
    with right, st.container(border=True):
        st.markdown(_("**A file** that netbuilder saved."))
        open_file("gallery")


def begin_empty() -> None:
    """Open a network that has only its ends."""
    edits = ({"op": "insert", "type": "Input"}, {"op": "insert", "type": "Output", "after": "input"})
    document = apply(EMPTY.model_copy(update={"title": _("Untitled network")}), *edits)
    session.new_network(document)


def open_file(key: str) -> None:
    """A file chooser that opens a saved document as a new network."""
    file = st.file_uploader(
        _("Network file"), type=["json"], key=f"file:{key}", max_upload_size=5, label_visibility="collapsed"
    )
    if file is None:
        return
    try:
        document = read(file.getvalue())
    except Error as error:
        st.error(plain(str(error), 320))
        return
    if st.session_state.get("opened_file") != file.file_id:
        st.session_state.opened_file = file.file_id
        session.new_network(document)
        session.go("build")


def open_shared() -> None:
    """Open the network that an address holds as a new one, once."""
    packed = st.query_params.get(SHARE)
    if packed is None:
        return
    del st.query_params[SHARE]
    try:
        session.new_network(unpack(packed))
    except Error as error:
        session.fail(error)
    st.rerun()
