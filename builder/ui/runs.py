"""The Runs page: the list, curves laid over each other, and what differs between two."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from builder.core.errors import Error
from builder.core.text import _, duration, quote
from builder.data.sources import SOURCES
from builder.evaluation import Evaluation, evaluate
from builder.graph.difference import differences
from builder.graph.document import from_json
from builder.live import labels
from builder.runs.store import Run
from builder.training import supervisor
from builder.ui import charts, metrics, results, services, session
from builder.ui.markup import plain

FEW = 4  # curves that are offered side by side


def draw() -> None:
    """The page."""
    store = services.store()
    supervisor.reap(store)
    runs = store.list()
    if not runs:
        session.empty(_("No runs yet. Open a network from the gallery and train it."))
        return
    shares = all((run.best_metric or "val_accuracy").startswith("val_accuracy") for run in runs)
    st.caption(_("Choose one run to open, rename or delete it; choose several to compare them."))
    event = st.dataframe(
        pd.DataFrame([_row(run, shares) for run in runs]),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs",
        column_config={
            _("best accuracy"): st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            _("test accuracy"): st.column_config.NumberColumn(format="percent"),
            _("started"): st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )
    chosen = [runs[i] for i in event.selection.rows if i < len(runs)]
    if chosen:
        _tools(chosen)
        _curves(chosen)
    if len(chosen) == 1 and chosen[0].status == "finished":
        _results(chosen[0])
    if len(chosen) == 2:
        _difference(chosen[0], chosen[1])


def _row(run: Run, shares: bool) -> dict[str, object]:
    document = from_json(run.document)
    source = SOURCES.get(str(document.data.get("source")))
    statuses = labels()["statuses"]
    assert isinstance(statuses, dict)
    return {
        _("name"): run.name,
        _("status"): statuses[run.status],
        _("network"): document.title,
        _("data"): _(source.title) if source else "",
        **(_shares(run) if shares else _figures(run)),
        _("epochs"): f"{run.epoch} / {run.epochs}",
        _("duration"): duration(run.seconds),
        _("started"): datetime.fromtimestamp(run.created_at),
    }


def _shares(run: Run) -> dict[str, object]:
    return {_("best accuracy"): run.best_value, _("test accuracy"): run.test_value}


def _figures(run: Run) -> dict[str, object]:
    """Where some runs predict numbers, each figure says what it is."""
    best, test = (metrics.shown(run.best_metric, value) for value in (run.best_value, run.test_value))
    return {_("best"): best, _("test"): test}


def _tools(chosen: list[Run]) -> None:
    with st.container(horizontal=True, gap="small"):
        if len(chosen) == 1:
            run = chosen[0]
            if st.button(_("Watch"), icon=":material/show_chart:"):
                session.go("train", run=run.id)
            if st.button(_("Predict"), icon=":material/auto_awesome:"):
                session.go("predict", run=run.id)
            if st.button(_("Open its network"), icon=":material/account_tree:"):
                session.new_network(from_json(run.document))
                session.go("build")
            if st.button(_("Rename"), icon=":material/edit:"):
                _rename(run)
        if st.button(_("Delete"), icon=":material/delete:"):
            _delete(chosen)


@st.dialog(_("Rename this run"))
def _rename(run: Run) -> None:
    name = st.text_input(_("Name"), run.name, max_chars=200)
    if st.button(_("Rename"), type="primary") and name and name.strip():
        services.store().rename(run.id, name.strip())
        st.rerun()


@st.dialog(_("Delete for good?"))
def _delete(chosen: list[Run]) -> None:
    for run in chosen[:10]:
        st.text(run.name)
    if len(chosen) > 10:
        st.caption(_("and {n} more").format(n=len(chosen) - 10))
    st.markdown(_("Curves, checkpoints and settings are removed from this machine."))
    if st.button(_("Delete for good"), type="primary", icon=":material/delete:"):
        try:
            for run in chosen:
                supervisor.delete(services.store(), run.id)
        except Error as error:
            st.error(plain(str(error), 320))
            return
        st.session_state.pop("runs", None)
        st.rerun()


def _curves(chosen: list[Run]) -> None:
    histories = [(run.name, services.store().history(run.id).series) for run in chosen[:8]]
    there = sorted({name for _run, history in histories for name in history}, key=metrics.rank)
    quantities = [name for name in there if name.startswith(("train_", "val_"))] or ["val_loss"]
    options: dict[str, Any] = {"format_func": metrics.title, "key": "quantity"}
    if st.session_state.get("quantity") not in quantities:
        st.session_state["quantity"] = quantities[0]
    if len(quantities) > FEW:
        quantity = st.selectbox(_("Curve"), quantities, **options)
    else:
        quantity = st.segmented_control(_("Curve"), quantities, required=True, **options)
    series = [(run, history[str(quantity)]) for run, history in histories if quantity in history]
    if series:
        st.plotly_chart(charts.curves(series, metrics.title(str(quantity))), key="curves")
    else:
        st.info(_("Nothing was recorded yet."))
    if len(chosen) > 8:
        st.caption(_("The first 8 of {n} are shown.").format(n=len(chosen)))


def _difference(first: Run, second: Run) -> None:
    st.markdown(f"**{_('What differs')}**")
    rows = differences(from_json(first.document), from_json(second.document))
    if not rows:
        st.caption(_("Nothing: network, recipe and data are the same."))
        return
    names = [quote(first.name, 30), quote(second.name, 30)]
    if names[0] == names[1]:
        names = [f"{name} ({_('started')} {datetime.fromtimestamp(run.created_at):%H:%M:%S})" for name, run in
                 zip(names, (first, second), strict=True)]  # fmt: skip
    table = [{_("part"): _(row.part), _("where"): row.place, names[0]: row.first, names[1]: row.second} for row in rows]
    st.dataframe(pd.DataFrame(table), hide_index=True)


def _results(run: Run) -> None:
    """How a finished run did on its test part: for each class, and what was taken for what."""
    with st.expander(
        _("Test results"), icon=":material/fact_check:", on_change="rerun", key=f"results:{run.id}"
    ) as opened:
        if not opened.open:
            return
        try:
            with st.spinner(_("Evaluating the test part...")):
                found = _evaluated(run.id)
        except Error as error:
            st.error(plain(str(error), 320))
            return
        for figures in found.outputs:
            if len(found.outputs) > 1:
                st.markdown(f"**{plain(figures.target, 60)}** :small[:gray[{plain(figures.output, 60)}]]")
            results.draw(figures)


@st.cache_resource(max_entries=16, show_spinner=False)
def _evaluated(id: str) -> Evaluation:
    return evaluate(services.store(), id)
