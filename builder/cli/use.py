"""Commands that use a trained network. All of them import torch, through the parts that they call."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from builder.cli.find import find, open_store
from builder.cli.options import Json, RunName
from builder.cli.terminal import complain, emit, facts, loading, percent, say, table
from builder.core.errors import Problem
from builder.core.text import _, quote
from builder.data.fields import Part

MOST_BYTES = 50_000_000  # of one input
MOST_COLUMNS = 20  # of a confusion matrix in a terminal
SHOWN = 3  # classes of one prediction
Form = Literal["python", "onnx", "safetensors"]


def evaluate(
    run: RunName,
    split: Annotated[Part, typer.Option(help=_("Which part; test is locked until the run is finished."))] = "test",
    json: Json = False,
) -> None:
    """Measure a run: metrics, per class too, and the confusion matrix."""
    store = open_store()
    found = find(store, run)
    with loading(_("Evaluating")) as progress:
        # torch and scikit-learn take seconds: the bar shows meanwhile
        from builder.evaluation import evaluate as evaluate_run

        result = evaluate_run(store, found.id, split, progress)
    if json:
        emit(result.to_json())
        return
    rows: list[tuple[str, object]] = [
        (_("Samples"), result.n),
        (_("Accuracy"), percent(result.accuracy)),
        (_("Always the most frequent class"), percent(result.baseline)),
        (_("Loss"), result.loss),
    ]
    if result.top5_accuracy is not None:
        rows.insert(2, (_("Right class among the first 5"), percent(result.top5_accuracy)))
    facts(rows)
    mean = (_("mean of classes"), result.precision, result.recall, result.f1, result.n)
    classes = [(one.name, one.precision, one.recall, one.f1, one.support) for one in result.classes]
    table([_("Class"), _("Precision"), _("Recall"), _("F1"), _("Samples")], [*classes, mean])
    names = [one.name for one in result.classes]
    if len(names) > MOST_COLUMNS:
        say(_("The confusion matrix has {n} columns: --json holds it.").format(n=len(names)))
        return
    table(
        [_("Right class, and what was answered:"), *names],
        [(name, *row) for name, row in zip(names, result.confusion, strict=True)],
    )


def predict(
    run: RunName,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help=_("Images or texts."))] = None,
    text: Annotated[list[str] | None, typer.Option("--text", help=_("A text, or numbers. Repeatable."))] = None,
    json: Json = False,
) -> None:
    """Predict files or texts with a run, finished or still training."""
    if bool(files) == bool(text):
        raise typer.BadParameter(_("give files, or texts with --text"))
    store = open_store()
    found = find(store, run)
    with loading(_("Loading the network")):
        # as above
        from builder.prediction import Predictor

        predictor = Predictor.of(store, found.id)
        results = predictor.predict_texts(text) if text else _predict_files(predictor, files or [])
    inputs = text or [str(path) for path in files or []]
    problems = [result for result in results if isinstance(result, Problem)]
    if json:
        emit([_plain(name, result) for name, result in zip(inputs, results, strict=True)])
    else:
        table(
            [_("Input"), _("Label"), _("Probability"), _("Then")],
            [_row(name, result) for name, result in zip(inputs, results, strict=True)],
        )
    complain(notice for result in results if not isinstance(result, Problem) for notice in result.notices)
    complain(problems)
    if problems:
        raise typer.Exit(1)


def export(
    run: RunName,
    to: Annotated[Form, typer.Option(help=_("A Python project, one file for other programs, or the weights alone."))],
    out: Annotated[Path, typer.Option(help=_("The folder or file to write."))],
    json: Json = False,
) -> None:
    """Write a trained network for use without netbuilder."""
    # it brings torch, which looking at runs does without
    from builder.export import export as export_run

    store = open_store()
    found = find(store, run)
    export_run(store, found.id, to, out)
    if json:
        emit({"run": found.id, "to": to, "out": str(out)})
    else:
        say(_("Written to {out}.").format(out=out))


def _predict_files(predictor: Any, files: list[Path]) -> list[Any]:
    """Predictions in the order of the files; one that cannot be read gives a problem in its place."""
    problems: dict[int, Problem] = {}

    def readable() -> Iterator[tuple[str, bytes]]:
        for at, path in enumerate(files):
            content = _content(path)
            if isinstance(content, Problem):
                problems[at] = content
            else:
                yield path.name, content

    results = iter(predictor.predict_files(readable()))
    return [problems[at] if at in problems else next(results) for at in range(len(files))]


def _content(path: Path) -> bytes | Problem:
    try:
        if path.stat().st_size > MOST_BYTES:
            text = _("{name} is larger than 50 MB. Make it smaller.")
            return Problem("L-SIZE", text.format(name=quote(path.name)))
        return path.read_bytes()
    except OSError as error:
        text = _("{name} could not be read ({reason}). Check its name.")
        return Problem("P-NONE", text.format(name=quote(path.name), reason=error.strerror))


def _plain(name: str, result: Any) -> dict[str, Any]:
    if isinstance(result, Problem):
        return {"input": name, "problem": {"code": result.code, "message": result.message}}
    return {**result.to_json(), "input": name}


def _row(name: str, result: Any) -> tuple[object, ...]:
    if isinstance(result, Problem):
        return name, result.code, "", ""
    first, *others = list(result.probabilities.items())[:SHOWN]
    return name, first[0], percent(first[1]), ", ".join(f"{label} {percent(share)}" for label, share in others)
