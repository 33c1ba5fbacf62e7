"""The chosen layer: its name, inputs, parameters, cost and what it does."""

from typing import Any

import streamlit as st

from builder.compiler.report import Report
from builder.compiler.structure import ports, wires_into
from builder.core.settings import Parameter, parameters
from builder.core.text import _, count, size
from builder.data.fields import offers
from builder.graph.document import Document, Graph, Node
from builder.layers import LAYERS, Many, describe
from builder.ui import forms, session
from builder.ui.markup import plain
from builder.ui.outline import select, selected


def draw(document: Document, report: Report) -> None:
    """The form of the chosen layer."""
    node = selected(document.graph)
    if node is None:
        return
    cls = LAYERS.get(node.type)
    with st.container(border=True, key="inspector"):
        st.markdown(f"#### {plain(node.type)}")
        if cls is None:
            st.markdown(_("This type is not in the catalogue."))
            return
        facts = describe(cls)
        st.markdown(plain(facts["description"], 200))
        _name(node)
        if inputs := ports(node):
            _inputs(document.graph, node, inputs)
        _settings(node, forms.offered(parameters(cls), offers(report.data)))
        _cost(node, report)
        with st.expander(_("Shape rule and source"), icon=":material/menu_book:"):
            st.markdown(f"{plain(facts['shape'], 200)}\n\n:small[:gray[{plain(facts['source'], 300)}]]")


def _settings(node: Node, settings: tuple[Parameter, ...]) -> None:
    def change(name: str, value: Any) -> None:
        _change(node.id, name, value)

    forms.draw(tuple(p for p in settings if not p.advanced), node.params, node.id, change)
    if seldom := tuple(p for p in settings if p.advanced):
        with st.expander(_("Seldom needed"), expanded=any(p.name in node.params for p in seldom)):
            forms.draw(seldom, node.params, node.id, change)


def _change(node: str, name: str, value: Any) -> None:
    edit: dict[str, Any] = {"op": "set_params", "node": node}
    edit |= {"reset": [name]} if value is None else {"params": {name: value}}
    session.edit(edit, tag=f"{node}:{name}")


def _name(node: Node) -> None:
    def rename(text: str) -> None:
        new = text.strip()[:200]
        if new:
            session.edit({"op": "rename", "node": node.id, "id": new})
            bench = session.workbench()
            if bench and bench.document.graph.node(node.id) is None:  # it was not refused
                select(new)

    st.text_input(
        _("Name"),
        max_chars=200,
        help=_("The layer's name in the generated code."),
        **forms.follow(f"{node.id}:id", node.id, rename),
    )


def _inputs(graph: Graph, node: Node, inputs: tuple[str, ...] | Many) -> None:
    """Which layers feed this one; for a join or a block, several."""
    others = [n.id for n in graph.nodes if n.id != node.id and n.type != "Output"]
    now = [edge.source for edge in wires_into(graph, node) if edge.source in others]
    most = None if isinstance(inputs, Many) else len(inputs)
    many = most != 1

    def rewire(sources: list[str]) -> None:
        session.edit({"op": "set_inputs", "node": node.id, "sources": list(sources)})

    st.multiselect(
        _("Inputs") if many else _("Input"),
        others,
        max_selections=most,
        placeholder=_("Choose layers") if many else _("Choose a layer"),
        help=_("The layers whose output enters here. Naming a layer further up makes a skip."),
        **forms.follow(f"{node.id}:inputs", list(dict.fromkeys(now)), rewire),
    )


def _cost(node: Node, report: Report) -> None:
    found = report.nodes[node.id]
    if found.spec is None:
        return
    facts = [
        _("Output {shape} ({axes})").format(shape=f"`{found.spec}`", axes=plain(found.spec.names)),
        _("{n} parameters").format(n=count(found.params)),
    ]
    if found.trainable < found.params:
        facts.append(_("{n} of them trained").format(n=count(found.trainable)))
    if found.flops:
        facts.append(_("{n} FLOPs a sample (a multiply-add is two)").format(n=count(found.flops)))
    facts.append(_("{n} of output a sample").format(n=size(found.bytes)))
    if found.sees:
        facts.append(_("receptive field {size} pixels").format(size=f"`{'x'.join(map(str, found.sees))}`"))
    st.caption(" · ".join(facts))
