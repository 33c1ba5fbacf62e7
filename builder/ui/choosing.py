"""Choosing the data of a network: something of one's own, or a card of what is ready."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from builder.core.text import _, size
from builder.data.sources import SOURCES, Source
from builder.graph.document import Document
from builder.ui import own, session
from builder.ui.kinds import GROUPS, ICONS, group
from builder.ui.markup import plain

CHOOSING = "choosing-data"
ACROSS = 3  # cards side by side


def of_ones_own(cls: type[Source]) -> bool:
    """Whether a source reads a file or folder that a person brings."""
    return "path" in cls.model_fields


def chosen(document: Document) -> type[Source] | None:
    """The source of a document, when it is one."""
    return SOURCES.get(str(document.data.get("source", "")))


def asked(document: Document) -> bool:
    """Whether there is something to choose: nothing is chosen yet, or a person wants something else."""
    cls = chosen(document)
    waiting = cls is None or (of_ones_own(cls) and not document.data.get("path"))
    return waiting or bool(st.session_state.get(CHOOSING))


def head(document: Document) -> None:
    """What is chosen, and the way to something else."""
    cls = chosen(document)
    assert cls is not None
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="data-set"):
        icon = ICONS[group(cls)]
        st.markdown(
            f"#### :material/{icon}: {plain(_(cls.title))}\n:small[{plain(_(cls.about), 300)}]", width="stretch"
        )
        st.button(_("Choose another"), icon=":material/swap_horiz:", key="choose-data", on_click=_turn, args=(True,))


def draw(document: Document) -> None:
    """The place to bring data of one's own, and the cards of all that is ready."""
    cls = chosen(document)
    if cls is not None and st.session_state.get(CHOOSING):
        back = _("Back to {title}").format(title=_(cls.title))
        st.button(plain(back), icon=":material/arrow_back:", key="keep-data", on_click=_turn, args=(False,))
    own.draw(document, use)
    st.subheader(_("Or begin with a ready set"), anchor=False)
    ready = [(name, found) for name, found in SOURCES.items() if not of_ones_own(found)]
    there = [name for name in GROUPS if any(group(found) == name for _name, found in ready)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.pills(
            _("Kind of data"),
            there,
            key="data-kind",
            format_func=lambda name: f":material/{ICONS[name]}: {GROUPS[name][0]}",
            width="content",
        )
        words = st.text_input(_("Search"), key="data-search", placeholder=_("digits, reviews, waves ..."), width=280)
    shown = [(name, found) for name, found in ready if kind in (None, group(found)) and _fits(name, found, words)]
    for title, made in ((_("Real"), False), (_("Generated, for learning"), True)):
        cards = [(name, found) for name, found in shown if found.generated == made]
        if cards:
            st.markdown(f"**{title}**")
            _cards(cards, document)
    if not shown:
        st.info(
            _("No ready set is called so. Clear the search, or bring your own above."), icon=":material/search_off:"
        )


def _fits(name: str, cls: type[Source], words: str) -> bool:
    text = f"{name} {_(cls.title)} {_(cls.about)} {cls.kind}".casefold()
    return all(word in text for word in words.casefold().split())


def _cards(cards: list[tuple[str, type[Source]]], document: Document) -> None:
    for start in range(0, len(cards), ACROSS):
        row = cards[start : start + ACROSS]
        for column, (name, cls) in zip(st.columns(ACROSS), row, strict=False):
            with column, st.container(border=True, height="stretch", key=f"card:{name}"):
                _card(name, cls, document)


def _card(name: str, cls: type[Source], document: Document) -> None:
    st.markdown(f"**{plain(_(cls.title))}**")
    st.markdown(f":small[{plain(_(cls.about), 300)}]")
    st.space("stretch")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(GROUPS[group(cls)][0], icon=f":material/{ICONS[group(cls)]}:", color="blue")
        if cls.download_bytes:
            _badge_of_download(cls)
        else:
            st.badge(_("here at once"), icon=":material/check:", color="green")
    now = document.data.get("source") == name
    label = _("In use: keep it") if now else _("Use {title}").format(title=_(cls.title))
    st.button(plain(label), key=f"use:{name}", width="stretch", on_click=_turn if now else use,
              args=(False,) if now else (name, {}))  # fmt: skip


def _badge_of_download(cls: type[Source]) -> None:
    if cls.model_validate({}).here():
        st.badge(_("on this machine"), icon=":material/check:", color="green")
    else:
        st.badge(
            _("{size} to download").format(size=size(cls.download_bytes)), icon=":material/download:", color="gray"
        )


def use(source: str, values: Mapping[str, Any]) -> None:
    """Take a source for the open network, with what all sources share and with what it had when it was used before."""
    now = session.document().data
    before: dict[str, Mapping[str, Any]] = st.session_state.setdefault("data-before", {})
    before[_known(now)] = now
    data = {**values, "source": source}
    data = {**before.get(_known(data), {}), **own.shared(now), **data}
    session.edit({"op": "set_data", "values": data, "replace": True})
    _turn(False)


def _known(data: Mapping[str, Any]) -> str:
    """Which settings belong together: those of one source and one file."""
    return f"{data.get('source')} {data.get('path', '')}"


def _turn(on: bool) -> None:
    st.session_state[CHOOSING] = on
