"""Commands that use a trained network. All of them import torch, through the parts that they call."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from builder.cli.find import find, open_store
from builder.cli.options import Json, RunName
from builder.cli.terminal import complain, emit, facts, loading, percent, say, table
from builder.core.errors import Error, Problem
from builder.core.text import _, number, quote
from builder.data.fields import Part
from builder.data.tables import read_table

MOST_BYTES = 50_000_000  # of one input
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
        from builder.cli.figures import show
        from builder.evaluation import evaluate as evaluate_run

        result = evaluate_run(store, found.id, split, progress)
    if json:
        emit(result.to_json())
        return
    several = len(result.outputs) > 1
    facts([(_("Samples"), result.n), *([(_("Loss"), result.loss)] if several else [])])
    for figures in result.outputs:
        if several:
            say(_("Output {output}, for {target}").format(output=quote(figures.output), target=quote(figures.target)))
        show(figures)


def predict(
    run: RunName,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help=_("Images, sounds or texts; a table where it learned from one.")),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help=_("A text, numbers, or age=22, sex=male. Repeatable."))
    ] = None,
    beams: Annotated[
        int, typer.Option(min=1, max=64, help=_("How many texts are followed at once, where a text is the answer."))
    ] = 4,
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
        predictor.beams = beams
        inputs = text or [str(path) for path in files or []]
        if text:
            results = predictor.predict_texts(text)
        elif predictor.reads_tables:
            inputs, results = _predict_tables(predictor, files or [])
        else:
            results = _predict_files(predictor, files or [])
    problems = [result for result in results if isinstance(result, Problem)]
    if json:
        emit([_plain(name, result) for name, result in zip(inputs, results, strict=True)])
    else:
        _answers(inputs, results)
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


def _predict_tables(predictor: Any, files: list[Path]) -> tuple[list[str], list[Any]]:
    """A prediction for each row of each table; a file that cannot be read gives a problem in its place."""
    names: list[str] = []
    results: list[Any] = []
    for path in files:
        content = _content(path)
        try:
            found = (
                [content] if isinstance(content, Problem) else predictor.predict_table(read_table(path, name=path.name))
            )
        except Error as error:
            found = [error.problems[0]]
        names += [str(path)] if len(found) == 1 else [f"{path}, {at}" for at in range(1, len(found) + 1)]
        results += found
    return names, results


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


def _answers(inputs: list[str], results: list[Any]) -> None:
    """A row for each input; of several Outputs, a column for each."""
    good = next((result for result in results if not isinstance(result, Problem)), None)
    if good is None or (len(good.answers) == 1 and good.label):
        heads = [_("Input"), _("Label"), _("Probability"), _("Then")]
        table(heads, [_row(name, result) for name, result in zip(inputs, results, strict=True)])
        return
    heads = [_("Input"), *(answer.output if len(good.answers) > 1 else answer.target for answer in good.answers)]
    blank = [""] * (len(heads) - 2)
    rows = [
        (name, result.code, *blank) if isinstance(result, Problem) else (name, *map(_words, result.answers))
        for name, result in zip(inputs, results, strict=True)
    ]
    table(heads, rows)


def _words(answer: Any) -> str:
    said = answer.to_json()
    if "label" in said:
        return f"{answer.label} {percent(answer.probabilities[answer.label])}"
    if "tags" in said:
        spans = answer.entities if answer.types else answer.tokens
        return ", ".join(f"{one.text}/{one.name}" for one in spans)
    if "position" in said:
        return ", ".join(map(number, answer.position[:SHOWN])) + (", ..." if len(answer.position) > SHOWN else "")
    if "reconstruction" in said:
        return "" if answer.error is None else _("error {error}").format(error=number(answer.error))
    if "text" in said:
        return f"{answer.text} {percent(answer.share)}"
    if "score" in said:
        return number(answer.value)
    if "labels" in said:
        return ", ".join(answer.labels) or _("none")
    return ", ".join(map(number, [said["value"]] if "value" in said else said["values"].values()))


def _row(name: str, result: Any) -> tuple[object, ...]:
    if isinstance(result, Problem):
        return name, result.code, "", ""
    first, *others = list(result.probabilities.items())[:SHOWN]
    return name, first[0], percent(first[1]), ", ".join(f"{label} {percent(share)}" for label, share in others)
