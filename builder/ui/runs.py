"""The Runs page: the list, curves laid over each other, and what differs between two."""

from dataclasses import asdict
from datetime import datetime

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
from builder.ui import charts, services, session
from builder.ui.markup import plain

QUANTITIES = ("val_accuracy", "val_loss", "train_accuracy", "train_loss")


def draw() -> None:
    """The page."""
    store = services.store()
    supervisor.reap(store)
    runs = store.list()
    if not runs:
        session.empty(_("No runs yet. Open a network from the gallery and train it."))
        return
    st.caption(_("Choose one run to open, rename or delete it; choose several to compare them."))
    event = st.dataframe(
        pd.DataFrame([_row(run) for run in runs]),
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


def _row(run: Run) -> dict[str, object]:
    document = from_json(run.document)
    source = SOURCES.get(str(document.data.get("source")))
    statuses = labels()["statuses"]
    assert isinstance(statuses, dict)
    return {
        _("name"): run.name,
        _("status"): statuses[run.status],
        _("network"): document.title,
        _("data"): _(source.title) if source else "",
        _("best accuracy"): run.best_val_accuracy,
        _("test accuracy"): run.metrics.get("test_accuracy"),
        _("epochs"): f"{run.epoch} / {run.epochs}",
        _("duration"): duration(run.seconds),
        _("started"): datetime.fromtimestamp(run.created_at),
    }


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
    names = {"val_accuracy": _("Validation accuracy"), "val_loss": _("Validation loss"),
             "train_accuracy": _("Training accuracy"), "train_loss": _("Training loss")}  # fmt: skip
    quantity = st.segmented_control(
        _("Curve"), QUANTITIES, default=QUANTITIES[0], format_func=names.__getitem__, key="quantity", required=True
    )
    series = []
    for run in chosen[:8]:
        history = services.store().history(run.id).series
        if quantity in history:
            series.append((run.name, history[quantity]))
    if series:
        st.plotly_chart(charts.curves(series, names[str(quantity)]), key="curves")
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
        facts = [
            (_("Accuracy"), found.accuracy), (_("Baseline"), found.baseline), (_("Precision"), found.precision),
            (_("Recall"), found.recall), (_("F1"), found.f1),
        ]  # fmt: skip
        for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
            column.metric(label, f"{value:.1%}")
        st.caption(_("Baseline: always the most frequent class. Precision, recall and F1 are means over the classes."))
        left, right = st.columns([2, 3])
        left.dataframe(pd.DataFrame([asdict(figures) for figures in found.classes]), hide_index=True)
        right.plotly_chart(charts.confusion(found.confusion, [c.name for c in found.classes]), key="confusion")


@st.cache_resource(max_entries=16, show_spinner=False)
def _evaluated(id: str) -> Evaluation:
    return evaluate(services.store(), id)
