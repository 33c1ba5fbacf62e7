"""Choosing a layer from the catalogue: searchable, grouped by family, each with its sentence."""

from typing import Any

import streamlit as st

from builder.blocks import FAMILIES as BLOCKS
from builder.blocks import Template
from builder.core.text import _
from builder.layers import LAYERS, describe
from builder.layers.layer import FAMILIES
from builder.ui import blocks, session
from builder.ui.markup import plain


@st.dialog(_("Add a layer"), width="large", icon=":material/add:")
def choose_layer(after: str | None) -> None:
    """A dialog that inserts the chosen layer below `after`, or at the end of an empty network."""
    where = _("It goes below {node}.").format(node=f"**{plain(after)}**") if after else _("It begins the network.")
    st.caption(where)
    wanted = st.text_input(
        _("Search"), placeholder=_("name or purpose, e.g. lstm, pool, skip"), live=True, icon=":material/search:",
        key="layer-search", label_visibility="collapsed",
    )  # fmt: skip
    ready = {block.key: block for block in blocks.offered()}
    known = [*(describe(cls) for cls in LAYERS.values() if not cls.hidden), *(b.describe() for b in ready.values())]
    found = [facts for facts in known if matches(facts, wanted or "")]
    if not found:
        st.info(_("No layer matches. Search for another word, such as “linear” or “image”."))
    for family in dict.fromkeys((*FAMILIES, *BLOCKS)):
        members = [layer for layer in found if layer["family"] == _(family)]
        if members:
            st.markdown(f"**{plain(_(family))}**")
            for layer in members:
                _entry(layer, ready.get(layer["type"]), after)


def matches(facts: dict[str, Any], wanted: str) -> bool:
    """Whether every searched word occurs in a layer's name, family, sentence, shape rule, source or other names."""
    told = ("type", "name", "family", "description", "shape", "source", "aliases")
    text = " ".join(str(facts.get(key, "")) for key in told).casefold()
    return all(word in text for word in wanted.casefold().split())


def _entry(layer: dict[str, Any], block: Template | None, after: str | None) -> None:
    name = block.name if block else layer["type"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button(plain(name, 40), key=f"add:{layer['type']}", width=170)
        st.markdown(
            f"{plain(layer['description'], 200)}  \n:small[:gray[{plain(layer['shape'], 160)}]]", width="stretch"
        )
        if block:
            blocks.care(block)
    if pressed:
        before = {node.id for node in _nodes()}
        edit: dict[str, object] = {"op": "insert", "type": layer["type"], "after": after}
        session.edit(blocks.insertion(block, after) if block else edit)
        st.session_state.selected = next((n.id for n in _nodes() if n.id not in before), after)
        st.rerun()


def _nodes() -> tuple[Any, ...]:
    bench = session.workbench()
    return bench.document.graph.nodes if bench else ()
