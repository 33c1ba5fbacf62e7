"""The command that trains the examples and holds what they reach against what the gallery promises."""

import json as jsonlib
import time
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from builder.cli.documents import open_document, with_values
from builder.cli.options import Json
from builder.cli.terminal import emit, loading, note, table
from builder.core.errors import Error
from builder.core.metrics import better
from builder.core.text import _, duration, quote
from builder.data.sources import Source, parse_source
from builder.data.sources.places import resolve
from builder.examples import Facts, facts, names
from builder.graph.document import Document
from builder.runs.store import Store
from builder.training import supervisor

PATIENCE = 20  # times the budget, until a run is given up


@dataclass(frozen=True)
class Measured:
    """What an example reached. `baseline` is what the trivial answer reaches, None where the metric has none."""

    example: str
    data: str
    metric: str
    value: float
    to_reach: float
    baseline: float | None
    budget: float
    seconds: float

    @property
    def reached(self) -> bool:
        """Whether it is as good as was promised; time is told, and judged by nobody but the reader."""
        return better(self.metric, self.value, self.to_reach)


def bench_examples(
    given: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help=_("Only these examples."))] = None,
    real: Annotated[
        bool, typer.Option("--real", help=_("Train on the real data that an example names, where it is found."))
    ] = False,
    json: Json = False,
) -> None:
    """Train the examples and compare what they reach with what the gallery says."""
    store = Store()
    rows: list[Measured] = []
    for name in given or names():
        document, known = chosen(name, real=real)
        if not _here(document):
            note(_("{name} is left out: its data is not on this machine.").format(name=quote(name)))
            continue
        with loading(name):
            rows.append(measure(store, name, document, known))
    if json:
        emit([asdict(row) | {"reached": row.reached} for row in rows])
    else:
        _show(rows)
    if not all(row.reached for row in rows):
        raise typer.Exit(1)


def chosen(name: str, *, real: bool) -> tuple[Document, Facts]:
    """An example's document and facts; on its real data, if that is wanted, named and found. Raises: Error P-NONE."""
    own = open_document(name)
    known = facts(name)
    if not (real and known.real):
        return own, known
    settings = [f"{path}={jsonlib.dumps(value)}" for path, value in known.real["set"].items()]
    document = with_values(own, settings)
    if not _here(document):
        return own, known
    return document, Facts(known.params, known.metric, known.real["reach"], known.real["seconds"])


def measure(store: Store, name: str, document: Document, known: Facts) -> Measured:
    """Train a document as `netbuilder train` does, and measure it on the test part. Raises: Error of the run."""
    from builder.evaluation import evaluate  # brings scikit-learn, which training does without

    started = time.monotonic()
    run = supervisor.start(store, document, document.title or name)
    run = supervisor.wait(store, run.id, PATIENCE * known.seconds + 600)
    seconds = time.monotonic() - started
    if run.status != "finished":
        supervisor.stop(store, run.id)
        raise Error.of([run.problem]) if run.problem else Error("R-TIME", _("The run did not end in time."))
    evaluated = evaluate(store, run.id)
    value = run.metrics.get(f"test_{known.metric}")
    if value is None:  # of those that are only told of a finished run
        value = evaluated.figure(known.metric)
    assert value is not None, known.metric
    data = str(document.data.get("path") or document.data.get("source"))
    baseline = evaluated.baseline(known.metric)
    return Measured(name, data, known.metric, value, known.reach, baseline, known.seconds, seconds)


def _here(document: Document) -> bool:
    """Whether a document's data is on this machine."""
    source, _problems = parse_source(document.data)
    if not isinstance(source, Source) or not source.here():
        return False
    try:
        return "path" not in document.data or bool(resolve(str(document.data["path"])))
    except Error:
        return False


def _show(rows: list[Measured]) -> None:
    heads = [_("Example"), _("Data"), _("Metric"), _("Value"), _("To reach"), _("Baseline"), _("Budget"), _("Time"), ""]
    cells = [
        (
            row.example,
            row.data,
            row.metric,
            row.value,
            float(row.to_reach),
            row.baseline,
            duration(row.budget),
            duration(row.seconds),
            "" if row.reached else _("missed"),
        )
        for row in rows
    ]
    table(heads, cells)
