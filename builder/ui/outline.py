"""The outline: the layers from top to bottom, with what each gives, costs and lacks."""

import streamlit as st

from builder.compiler.check import check
from builder.compiler.report import NodeReport, Report
from builder.core.text import _, count
from builder.graph.blocks import repeats
from builder.graph.document import Document, Graph, Node
from builder.ui import blocks, problems, session
from builder.ui.catalogue import choose_layer
from builder.ui.markup import plain

WIDTHS = [5, 2.2, 1.6]
PAGE = 200  # layers that are listed at once


def checked(document: Document) -> Report:
    """The report of a document; the first in a process waits for torch, and says so."""
    if "torch_ready" not in st.session_state:
        with st.spinner(_("Getting the checker ready...")):
            report = check(document)
        st.session_state.torch_ready = True
        return report
    return check(document)


def selected(graph: Graph) -> Node | None:
    """The layer that the inspector shows: the chosen one, or the first that is neither Input nor Output."""
    node = graph.node(st.session_state.get("selected", ""))
    if node is None:
        inner = (n for n in graph.nodes if n.type not in ("Input", "Output"))
        node = next(inner, graph.nodes[0] if graph.nodes else None)
    return node


def select(id: str) -> None:
    """Show a layer in the inspector."""
    st.session_state.selected = id


def draw(document: Document, report: Report) -> None:
    """The list, with the tools that act on the chosen layer above it."""
    graph = document.graph
    chosen = selected(graph)
    tools(graph, chosen)
    document_problems = [p for p in report.problems if p.node is None]
    if document_problems:
        problems.draw(document_problems, "document")
    if not graph.nodes:
        st.info(_("This network is empty. Press “Add layer” to begin."), icon=":material/add:")
        return
    with st.container(border=True, gap="xsmall", key="outline"):
        heads = st.columns(WIDTHS)
        for column, head in zip(heads, (_("Layer"), _("Output"), _("Params")), strict=True):
            column.caption(head)
        first = _page(graph, chosen)
        for i, node in enumerate(graph.nodes[first : first + PAGE], first):
            _row(graph, i, node, report.nodes[node.id], chosen is not None and node.id == chosen.id)


def _page(graph: Graph, chosen: Node | None) -> int:
    """The first layer that is listed: of the page that was turned to, or of the one where the chosen layer stands."""
    n = len(graph.nodes)
    if n <= PAGE:
        return 0
    pages, at = range(-(-n // PAGE)), graph.nodes.index(chosen) // PAGE if chosen else 0
    key = f"outline-page:{chosen.id if chosen else ''}:{at}"  # another layer begins at its own page
    page = st.segmented_control(
        _("{n:,} layers").format(n=n),
        pages,
        key=key,
        default=at,
        required=True,
        format_func=lambda page: f"{page * PAGE + 1:,}–{min((page + 1) * PAGE, n):,}",
    )
    return min(page, pages[-1]) * PAGE


def tools(graph: Graph, chosen: Node | None) -> None:
    """Add, move, duplicate, delete: each with a key of its own."""
    at = graph.nodes.index(chosen) if chosen else 0
    with st.container(horizontal=True, gap="xsmall", key="outline-tools"):
        if st.button(_("Add layer"), type="primary", icon=":material/add:", shortcut="Alt+A", key="add-layer"):
            choose_layer(chosen.id if chosen else None)
        none = chosen is None
        last = len(graph.nodes) - 1
        above = graph.nodes[at - 1].id if at > 0 else None
        below = graph.nodes[at + 2].id if at + 2 <= last else None
        _tool("arrow_upward", _("Up"), "Alt+Up", none or at == 0, {"op": "move", "node": _id(chosen), "before": above})
        _tool(
            "arrow_downward", _("Down"), "Alt+Down", none or at == last,
            {"op": "move", "node": _id(chosen), "before": below},
        )  # fmt: skip
        _tool("content_copy", _("Duplicate"), "Alt+D", none, {"op": "duplicate", "node": _id(chosen)})
        _tool("delete", _("Delete"), "Alt+X", none, {"op": "remove", "nodes": [_id(chosen)]})
        off = chosen is not None and chosen.disabled
        label, icon = (_("Enable"), "visibility") if off else (_("Disable"), "visibility_off")
        ends = chosen is not None and chosen.type in ("Input", "Output")
        _tool(icon, label, None, none or ends, {"op": "disable", "nodes": [_id(chosen)], "disabled": not off})
        if chosen is not None and chosen.graph is not None:
            _tool("ungroup", _("Ungroup"), None, False, {"op": "ungroup", "node": chosen.id})
            save, help = _("Save to palette"), _("Keep this block for other networks, under “Add layer”.")
            st.button(
                save,
                icon=":material/bookmark_add:",
                help=help,
                on_click=blocks.keep,
                args=(chosen.id,),
                key="tool:keep",
            )


def _id(node: Node | None) -> str:
    return node.id if node else ""


def _tool(icon: str, label: str, shortcut: str | None, disabled: bool, edit: dict[str, object]) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=disabled,
        on_click=session.edit,
        args=(edit,),
        key=f"tool:{icon}",
    )


def _row(graph: Graph, index: int, node: Node, found: NodeReport, chosen: bool) -> None:
    name, shape, params = st.columns(WIDTHS, vertical_alignment="center")
    with name:
        st.button(
            _label(graph, index, node),
            key=f"row:{node.id}",
            type="secondary" if chosen else "tertiary",
            icon=_state(found),
            on_click=select,
            args=(node.id,),
            width="stretch",
            wrap=False,
        )
    if found.spec:
        shape.markdown(f"`{found.spec}`")
    else:
        shape.caption(_("passed over") if found.off else _("waiting") if not found.problems else "–")
    params.caption(count(found.params) if found.params else "–")
    if found.problems:
        problems.draw(found.problems, node.id)


def _label(graph: Graph, index: int, node: Node) -> str:
    sources = [edge.source for edge in graph.into(node.id)]
    above = graph.nodes[index - 1].id if index else None
    wires = "" if sources in ([], [above]) else f" :small[:gray[← {plain(', '.join(sources), 40)}]]"
    type = plain(node.type, 30) if node.graph is None else _block(node, node.graph)
    name = f"**{plain(node.id, 30)}** :gray[{type}]"
    return f"~~{name}~~{wires}" if node.disabled else f"{name}{wires}"


def _block(node: Node, graph: Graph) -> str:
    """What a block holds, in words."""
    n, times = sum(inner.type not in ("Input", "Output") for inner in graph.nodes), repeats(node)
    text = _("block of {n} layers").format(n=n)
    return plain(text if times == 1 else _("block of {n} layers, {times} times").format(n=n, times=times))


def _state(found: NodeReport) -> str:
    severities = {problem.severity for problem in found.problems}
    for severity in ("error", "warning", "hint"):
        if severity in severities:
            return problems.LOOKS[severity][1]
    if found.off:
        return ":material/visibility_off:"
    return ":material/check_circle:" if found.spec else ":material/hourglass_empty:"
