"""The Train page: the recipe's form, start, and the live view with its controls."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from builder.compiler.answer import CALLED
from builder.compiler.check import check
from builder.core.errors import Error
from builder.core.metrics import METRICS, metric_of
from builder.core.settings import Settings, parameters
from builder.core.text import _
from builder.graph.document import Document, from_json
from builder.graph.losses import LOSSES, LOSSES_OF
from builder.graph.recipe import OPTIMIZERS, Recipe
from builder.live import live
from builder.runs.store import History, Run
from builder.training import supervisor
from builder.ui import forms, health, problems, services, session
from builder.ui.markup import plain
from builder.ui.session import Workbench

RUN = "run"  # query parameter of the run that is watched


def head(bench: Workbench) -> None:
    """Which network, the button that starts a run, and what stands in its way."""
    report = check(bench.document)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"## {plain(bench.document.title or _('Untitled network'))}", width="stretch")
        if not report.ok and st.button(_("Mend it in Build"), icon=":material/account_tree:"):
            session.go("build")
        pressed = st.button(
            _("Start training"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not report.ok,
            shortcut="Alt+Enter",
            key="start",
        )
    if report.problems:
        problems.draw(report.problems, "train")
    health.warn(bench.document)
    if pressed:
        _start(bench)


def recipe(document: Document) -> None:
    """Every setting of the training."""
    everything = {p.name: p for p in parameters(Recipe)}
    with st.container(border=True, key="recipe"):
        st.markdown(f"#### {_('Recipe')}")
        forms.draw(tuple(everything[name] for name in ("epochs", "batch_size")), document.recipe, "recipe", _set)
        _variant("optimizer", _("Optimizer"), OPTIMIZERS, "Adam", document)
        _loss(document)
        forms.draw(tuple(everything[name] for name in ("seed", "device")), document.recipe, "recipe", _set)
        _weights(document)


def _loss(document: Document) -> None:
    """The losses that fit what the network predicts, the default of its kind first, and the figure to be watched."""
    # it brings torch, which the first page does without
    from builder.training.scores import watched

    outputs = check(document).outputs
    fitting = {name: cls for kind in dict.fromkeys(one.target.kind for one in outputs) for name, cls in _losses(kind)}
    default = next(iter(fitting), "cross_entropy")
    _variant("loss", _("Loss"), fitting or LOSSES, default, document, LOSSES.keys() - fitting if fitting else ())
    if outputs:
        metric = next((name for name in map(watched, outputs) if name), "loss")
        shown = METRICS[metric_of(metric)].title
        text = _("{loss} is the default for {kind}. The best epoch is told by the validation {metric}.")
        kind = CALLED[outputs[0].target.kind]
        st.caption(plain(text.format(loss=default, kind=kind, metric=shown), 200))


def _losses(kind: str) -> list[tuple[str, type[Settings]]]:
    return [(str(cls.model_fields["type"].default), cls) for cls in LOSSES_OF[kind]]


def _weights(document: Document) -> None:
    """That training begins with imported weights, and the way back to fresh ones."""
    if document.recipe.get("weights") is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Training begins with the weights that were imported."), width="stretch")
        st.button(_("Begin without them"), on_click=_set, args=("weights", None), key="without-weights")


def _set(name: str, value: Any) -> None:
    session.edit({"op": "set_recipe", "values": {name: value}}, tag=f"recipe:{name}")


def _variant(
    name: str,
    label: str,
    kinds: Mapping[str, type[Settings]],
    default: str,
    document: Document,
    unfit: Collection[str] = (),
) -> None:
    """A choice of several settings classes, and the form of the chosen one; in place of an unfit one, the default."""

    def chosen(document: Document) -> dict[str, Any]:
        now = document.recipe.get(name)
        return dict(now) if isinstance(now, dict) and now.get("type") not in unfit else {"type": default}

    values = chosen(document)
    kind = str(values.get("type"))
    key = f"recipe:{name}"
    st.session_state[key] = kind if kind in kinds else None

    def choose() -> None:
        _set(name, {"type": st.session_state[key]})

    st.selectbox(label, list(kinds), key=key, on_change=choose, help=_first(kinds.get(kind)))

    def change(parameter: str, value: Any) -> None:
        changed = {**chosen(session.document()), parameter: value}
        _set(name, {k: v for k, v in changed.items() if v is not None})

    if kind in kinds:
        forms.draw(parameters(kinds[kind]), values, f"recipe:{name}:{kind}", change)


def _first(kind: type[Settings] | None) -> str | None:
    return plain(_((kind.__doc__ or "").split("\n")[0]), 200) if kind else None


def _start(bench: Workbench) -> None:
    try:
        run = supervisor.start(services.store(), bench.document, bench.document.title)
    except Error as error:
        st.error(plain(str(error), 320))
        return
    st.query_params[RUN] = run.id
    st.rerun()


def watched() -> Run | None:
    """The run of the address; otherwise the newest one, an active one first."""
    store = services.store()
    supervisor.reap(store)
    wanted = st.query_params.get(RUN)
    if wanted:
        try:
            return store.get(wanted)
        except Error as error:
            st.error(plain(str(error)))
    runs = store.list()
    return next((run for run in runs if run.active), runs[0] if runs else None)


def watch(bench: Workbench) -> None:
    """The run, live, with its controls and its numbers."""
    run = watched()
    if run is None:
        st.markdown(f"#### {_('No run yet')}")
        st.info(
            _("Press “Start training”. Loss and accuracy appear here as they are measured."),
            icon=":material/show_chart:",
        )
        return
    st.query_params[RUN] = run.id
    _live(run.id, bench)


@st.fragment
def _live(id: str, bench: Workbench) -> None:
    session.tell()
    run = services.store().get(id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"#### {plain(run.name)}", width="stretch")
        _controls(run)
    if run.active and from_json(run.document) != bench.document:
        when = datetime.fromtimestamp(run.created_at).strftime("%H:%M")
        st.caption(_("Running the version of {time}; what was edited since is for the next run.").format(time=when))
    live(run.id, key=f"live:{run.id}")
    warning = supervisor.notice(services.store(), run) if run.active else None
    if warning:
        problems.draw([warning], "notice")
    _numbers(run)


def _controls(run: Run) -> None:
    if run.status == "running":
        _control(_("Pause"), "pause", supervisor.pause, run)
    if run.status == "paused":
        _control(_("Resume"), "play_arrow", supervisor.resume, run, "primary")
    if run.active:
        _control(_("Stop"), "stop", supervisor.stop, run)
    if run.resumable:
        _control(_("Resume"), "play_arrow", supervisor.resume, run, "primary")
    if st.button(_("Predict"), icon=":material/auto_awesome:", key="to-predict",
                 type="primary" if run.status == "finished" else "secondary"):  # fmt: skip
        session.go("predict", run=run.id)


def _control(label: str, icon: str, act: Any, run: Run, type: Any = "secondary") -> None:
    def press() -> None:
        try:
            act(services.store(), run.id)
        except Error as error:
            session.fail(error)

    st.button(label, icon=f":material/{icon}:", on_click=press, key=f"control:{icon}", type=type)


def _numbers(run: Run) -> None:
    """The same numbers as a table, shown on request and always there to download."""
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.toggle(_("Show as a table"), key="as-table")
        st.download_button(
            _("Download the numbers"),
            lambda: table(services.store().history(run.id)).to_csv(index=False).encode(),
            "history.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="download-history",
        )
    if shown:
        st.dataframe(table(services.store().history(run.id)), hide_index=True, height=320)


def table(history: History) -> pd.DataFrame:
    """A row a step, a column a quantity."""
    columns = {
        name: pd.Series(
            series.value, index=pd.MultiIndex.from_arrays([series.step, series.epoch], names=["step", "epoch"])
        )
        for name, series in history.series.items()
    }
    if not columns:
        return pd.DataFrame(columns=["step", "epoch"])
    return pd.DataFrame(columns).sort_index().reset_index()
