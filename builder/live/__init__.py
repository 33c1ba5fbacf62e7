"""The live training view: a component that polls the metrics route and appends points to Plotly charts."""

import os
from collections.abc import Callable
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from builder.core.metrics import METRICS
from builder.core.text import _


@cache
def _component() -> ComponentRenderer:
    # Not at import: the routes of this package are imported before there is a runtime, and only that knows, from the
    # pyproject.toml beside the package, in which folder `js` lies.
    return st.components.v2.component("builder.live", js="index-*.js", isolate_styles=False)


def live(run_id: str, *, key: str, on_status: Callable[[], None] | None = None) -> None:
    """Show a run as it trains: status, progress, times, loss and accuracy, until the page is left.

    Params: `on_status` is called, and the page or fragment drawn anew, when the status is another than the one that the
    page was drawn with. The points themselves never pass through Python's side of the page.
    Raises: Error P-NONE when there is no such run.
    """
    # imported here: the guard of all routes lies in this package, and the server answers before the store is imported
    from builder.runs.store import Store

    data = {
        "run": run_id,
        "known": Store().get(run_id).status,
        "language": os.environ.get("NETBUILDER_LANG", "en").replace("_", "-") or "en",
        "labels": labels(),
        "metrics": metrics(),
    }
    _component()(key=key, data=data, on_status_change=on_status or _nothing)


def labels() -> dict[str, str | dict[str, str]]:
    """The words of the component, translated."""
    return {
        "statuses": {
            "starting": _("Starting"),
            "running": _("Training"),
            "paused": _("Paused"),
            "finished": _("Finished"),
            "stopped": _("Stopped"),
            "interrupted": _("Interrupted"),
            "failed": _("Failed"),
        },
        "train": _("Training"),
        "train_each": _("Training, each step"),
        "validation": _("Validation"),
        "step": _("step"),
        "epoch": _("epoch"),
        "position": _("Epoch {epoch} of {epochs}, step {step} of {steps}"),
        "speed": _("samples per second"),
        "seconds": _("spent"),
        "seconds_left": _("left"),
        "waiting": _("Waiting for the first step…"),
        "nothing": _("Nothing was recorded."),
        "lost": _("Connection lost, trying again…"),
        "progress": _("Progress of the training"),
        "chart": _("{metric} over training steps. {values}"),
    }


def metrics() -> dict[str, dict[str, str | bool]]:
    """What the component needs to know of each figure, in the order of the charts behind the loss."""
    return {
        name: {"title": metric.title[:1].upper() + metric.title[1:], "share": metric.share, "signed": metric.signed}
        for name, metric in METRICS.items()
    }


def _nothing() -> None:
    """A trigger without a callback would not be part of the component's result."""
