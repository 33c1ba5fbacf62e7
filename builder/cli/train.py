"""The command that trains: in the worker, with a bar drawn from the store."""

import time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from builder.cli.documents import open_document, with_values
from builder.cli.options import File, Json
from builder.cli.terminal import complain, console, emit, figure, note, percent, say, shown
from builder.compiler.report import problem_json
from builder.core.text import _, duration, number
from builder.data.sources import SOURCES
from builder.runs.store import Run, Store
from builder.training import supervisor

EVERY = 0.2  # seconds between two looks into the store
ENDED_WELL = ("finished", "stopped")
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


def train(
    file: File,
    set_values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help=_("Set a value: recipe.epochs=1. Repeatable.")),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help=_("Start the run and return at once."))] = False,
    json: Json = False,
) -> None:
    """Train a network in the background and watch it."""
    document = with_values(open_document(file), set_values or [])
    with console(stderr=True).status(_("Checking")):
        store = Store()
        run = supervisor.start(store, document, document.title or file)
    if detach:
        _tell(run, json)
        return
    try:
        run = _watch(store, run)
    except KeyboardInterrupt:
        note(_("1 run continues. Stop it with: netbuilder stop {id}").format(id=run.id))
        raise typer.Exit(INTERRUPTED) from None
    _tell(run, json)
    if run.status not in ENDED_WELL:
        if run.problem:
            complain([run.problem])
        raise typer.Exit(1)


def _watch(store: Store, run: Run) -> Run:
    """Draw the run until it has ended, and return it as it is then."""
    screen = console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[facts]}", markup=False),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
    latest: dict[str, float] = {}
    cursor = 0
    with bar:
        task = bar.add_task("", total=None, facts="")
        while run.active:
            time.sleep(EVERY)
            supervisor.reap(store)
            run = store.get(run.id)
            history = store.history(run.id, cursor)
            cursor = history.next
            latest |= {name: curve.value[-1] for name, curve in history.series.items()}
            doing = shown(run.phase or run.status).plain
            total = run.steps or None
            bar.update(task, total=total, completed=run.step, description=doing, facts=_facts(run, latest))
    return run


def _facts(run: Run, latest: dict[str, float]) -> str:
    """Epoch, loss, the validation figure and speed, as far as they are known."""
    if not run.steps:
        return ""
    words = [_("epoch {n}/{all}").format(n=min(run.epoch + 1, run.epochs), all=run.epochs)]
    if "train_loss" in latest:
        words.append(_("loss {loss:.4f}").format(loss=latest["train_loss"]))
    metric = run.best_metric or ""
    if metric in latest:
        words.append(_("validation {figure}").format(figure=figure(metric, latest[metric])))
    if run.samples_per_second:
        words.append(f"{run.samples_per_second:,.0f} {_per_second(run)}")
    if run.seconds_left is not None:
        words.append(_("{time} left").format(time=duration(run.seconds_left)))
    return "  ".join(words)


def _per_second(run: Run) -> str:
    source = SOURCES.get(str(run.document.get("data", {}).get("source")))
    words = {"image": _("images/s"), "text": _("texts/s"), "vector": _("samples/s"), "sound": _("sounds/s")}
    return words[source.kind] if source else words["vector"]


def _tell(run: Run, json: bool) -> None:
    """What became of the run."""
    if json:
        problem = {"problem": problem_json(run.problem)} if run.problem else {}
        emit({"run": run.id, "status": run.status, "metrics": run.metrics, **problem})
        return
    text = _("Run {id} is {status}.").format(id=run.id[:8], status=run.status)
    tests = [(name, value) for name, value in run.metrics.items() if name.startswith("test_") and "loss" not in name]
    for name, value in tests:
        if name == "test_accuracy":
            text += " " + _("Test accuracy: {accuracy}.").format(accuracy=percent(value))
        else:
            text += f" {name}: {figure(name, value) if 'accuracy' in name else number(value)}."
    say(text)
