"""Commands about runs: what they are, and asking them to pause, go on, stop or go away."""

import time
from typing import Any

from builder.cli.find import find, open_store
from builder.cli.options import Json, RunName
from builder.cli.terminal import complain, emit, facts, figure, say, table
from builder.compiler.report import problem_json
from builder.core.text import _, duration
from builder.runs.store import History, Run
from builder.training import supervisor

PATIENCE = 10.0  # seconds for which a command waits until the worker has obeyed


def runs(json: Json = False) -> None:
    """List all runs, newest first."""
    listed = open_store().list()
    if json:
        emit([_plain(run) for run in listed])
        return
    rows = [
        (
            run.id[:8],
            run.name,
            run.status,
            f"{run.epoch}/{run.epochs}",
            figure(run.best_metric, run.best_value),
            figure(run.best_metric, run.test_value),
            duration(run.seconds),
        )
        for run in listed
    ]
    columns = [_("Run"), _("Name"), _("Status"), _("Epoch"), _("Validation"), _("Test"), _("Trained for")]
    table(columns, rows)


def show(run: RunName, json: Json = False) -> None:
    """Show one run and its whole history."""
    store = open_store()
    found = find(store, run)
    history = store.history(found.id)
    if json:
        emit({**_plain(found), "document": found.document, "history": _rows(history)})
        return
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.created_at))
    facts(
        [
            (_("Run"), found.id),
            (_("Name"), found.name),
            (_("Status"), found.status),
            (_("Started"), began),
            (_("Trained for"), duration(found.seconds)),
            (_("Epoch"), f"{found.epoch}/{found.epochs}"),
            *((name, f"{value:.4f}") for name, value in found.metrics.items()),
        ]
    )
    curves = [(name, curve.value) for name, curve in history.series.items()]
    rows = [(name, len(values), values[-1], min(values), max(values)) for name, values in curves]
    table([_("Metric"), _("Points"), _("Last"), _("Least"), _("Most")], rows)
    if problem := supervisor.notice(store, found):
        complain([problem])


def stop(run: RunName, json: Json = False) -> None:
    """Save a run and end it."""
    _ask("stop", run, json)


def pause(run: RunName, json: Json = False) -> None:
    """Let a run wait in place."""
    _ask("pause", run, json)


def resume(run: RunName, json: Json = False) -> None:
    """Go on with a run that is paused, stopped or interrupted."""
    _ask("resume", run, json)


def delete(run: RunName, json: Json = False) -> None:
    """Remove a run with its history and files."""
    store = open_store()
    found = find(store, run)
    supervisor.delete(store, found.id)
    if json:
        emit({"run": found.id, "status": "deleted"})
    else:
        say(_("Run {id} was deleted.").format(id=found.id[:8]))


def _ask(what: str, run: str, json: bool) -> None:
    store = open_store()
    found = find(store, run)
    {"stop": supervisor.stop, "pause": supervisor.pause, "resume": supervisor.resume}[what](store, found.id)
    until = time.monotonic() + PATIENCE
    while (after := store.get(found.id)).command and time.monotonic() < until:
        time.sleep(0.1)
        supervisor.reap(store)
    if json:
        emit({"run": after.id, "status": after.status, "command": after.command})
    elif after.command:
        say(_("Run {id} was asked to {command}.").format(id=after.id[:8], command=after.command))
    else:
        say(_("Run {id} is {status}.").format(id=after.id[:8], status=after.status))


def _plain(run: Run) -> dict[str, Any]:
    shown = (
        "name",
        "status",
        "created_at",
        "seconds",
        "attempt",
        "phase",
        "epoch",
        "epochs",
        "step",
        "steps",
        "samples_per_second",
        "seconds_left",
        "metrics",
        "best_metric",
        "best_value",
        "best_val_accuracy",
    )
    problem = problem_json(run.problem) if run.problem else None
    return {"run": run.id, **{name: getattr(run, name) for name in shown}, "problem": problem}


def _rows(history: History) -> list[dict[str, Any]]:
    """The history as rows, in the order of steps."""
    rows = [
        {"step": step, "epoch": epoch, "name": name, "value": value}
        for name, curve in history.series.items()
        for step, epoch, value in zip(curve.step, curve.epoch, curve.value, strict=True)
    ]
    return sorted(rows, key=lambda row: row["step"])
