"""The blocks of the palette in the outline: adding one, saving the chosen one, naming it anew, taking it out."""

from collections.abc import Callable

import streamlit as st

from builder.blocks import READY, OwnBlocks, Template, fitted
from builder.blocks.template import OWN_FAMILY
from builder.compiler.check import check
from builder.core.errors import Error
from builder.core.text import _
from builder.graph.blocks import free_id
from builder.ui import session
from builder.ui.markup import plain


def offered() -> tuple[Template, ...]:
    """The ready blocks and those of this workspace; what is wrong with a file of them is told above the list."""
    own = OwnBlocks().list()
    for problem in own.problems:
        st.warning(plain(str(problem), 320))
    return (*READY.values(), *own.templates)


def insertion(block: Template, after: str | None) -> dict[str, object]:
    """The edit that puts a block below a layer, in the sizes of what that layer gives."""
    document = session.document()
    found = check(document).nodes.get(after or "")
    taken = {node.id for node in document.graph.nodes} | {note.id for note in document.graph.notes}
    return {
        "op": "insert",
        "type": "Block",
        "id": free_id(taken, block.name),
        "params": dict(block.params),
        "after": after,
        "graph": fitted(block, found.spec if found else None).model_dump(mode="json", exclude_none=True),
    }


def save_button(id: str) -> None:
    """The button that saves a block of the network."""
    st.button(
        _("Save to palette"), icon=":material/bookmark_add:", on_click=keep, args=(id,), key="tool:keep",
        help=_("Keep this block for other networks, under “Add layer”."),
    )  # fmt: skip


def keep(id: str) -> None:
    """Save a block of the network under its own name."""
    node = session.document().graph.node(id)  # as it is now: what was drawn may be older
    if node is None:
        return

    def save() -> None:
        kept = OwnBlocks().save(node, node.id)
        session.say(plain(_("{name} is in the palette now, under “Add layer”.").format(name=kept.name)))

    _tried(save)


def care(block: Template) -> None:
    """What can be done with a saved block, in a menu beside it."""
    if block.family != OWN_FAMILY:
        return
    key = f"own-name:{block.key}"

    def rename() -> None:
        name = st.session_state[key]
        if name.strip() != block.name:
            _tried(lambda: OwnBlocks().rename(block.key, name))

    with st.popover(_("Change"), icon=":material/more_horiz:", key=f"own:{block.key}"):
        st.text_input(_("Name of this block"), block.name, max_chars=200, key=key, on_change=rename)
        st.caption(_("Networks keep their copies when it is deleted."))
        st.button(
            _("Delete for good"), icon=":material/delete:", key=f"own-delete:{block.key}",
            on_click=_tried, args=(lambda: OwnBlocks().delete(block.key),),
        )  # fmt: skip


def _tried(act: Callable[[], object]) -> None:
    """Do it; if it cannot be done, the next run of the page says why."""
    try:
        act()
    except Error as error:
        session.fail(error)
    except OSError:
        text = _("The palette could not be saved: the disk is full or read-only. Free space, then try again.")
        session.say(plain(f"[R-DISK] {text}", 320), "error")
