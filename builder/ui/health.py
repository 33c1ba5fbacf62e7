"""The health of the data: what was found, with what mends it, and how large the samples are."""

from typing import get_args

import streamlit as st

from builder.core.errors import Severity
from builder.core.text import _
from builder.data.health import Finding, Health, examine
from builder.data.sources import Samples, Source, parse_source
from builder.graph.document import Document
from builder.ui import charts, problems, session
from builder.ui.loading import seen
from builder.ui.markup import plain


def draw(source: Source, samples: Samples) -> None:
    """The report of the Data page."""
    health = examine(source, samples)
    with st.container(border=True, key="health"):
        st.markdown(f"**{_('Health')}** :small[:gray[{_heading(health)}]]")
        order = get_args(Severity)
        for number, finding in enumerate(sorted(health.findings, key=lambda one: order.index(one.problem.severity))):
            _one(finding, number)
        if health.measures:
            with st.expander(_("Sizes"), icon=":material/straighten:"):
                for number, measure in enumerate(health.measures):
                    title = f"{measure.field}: {_(measure.title)}"
                    st.plotly_chart(charts.histogram(measure.values, title), key=f"measure-{number}")


def warn(document: Document) -> None:
    """The line of the Train page, when something serious is known of the data."""
    source, _problems = parse_source(document.data)
    samples = seen(source) if source else None
    if source is None or samples is None:
        return
    serious = examine(source, samples).serious
    if serious:
        with st.container(horizontal=True, vertical_alignment="center", key="data-health"):
            text = str(serious[0]) if len(serious) == 1 else _("{n} findings in the data may spoil this training.")
            st.markdown(f":orange[:material/warning: {plain(text.format(n=len(serious)), 320)}]", width="stretch")
            if st.button(_("See them"), icon=":material/health_metrics:", key="to-health"):
                session.go("data")


def _heading(health: Health) -> str:
    if not health.findings:
        return _("nothing strange was found")
    if not health.serious:
        return _("nothing serious")
    return _("{n} to look at before training").format(n=len(health.serious))


def _one(finding: Finding, number: int) -> None:
    problems.draw([finding.problem], f"health-{number}")
    if finding.samples:
        with st.expander(_("Which"), key=f"which-{number}"):
            for name in finding.samples:
                st.markdown(f":small[{plain(name, 300)}]")
