"""The command that reads networks and weights from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from builder.cli.documents import open_document
from builder.cli.options import Json
from builder.cli.terminal import complain, emit, facts, loading, note, say
from builder.compiler.report import problem_json
from builder.core.errors import MOST_LISTED, Error
from builder.core.files import write_atomic
from builder.core.text import _, count, quote
from builder.graph.document import Document, write

PREFIX = "torchvision:"


def import_(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help=_("Keras JSON, ONNX, weights as safetensors, or a classifier: torchvision:resnet18.")
        ),
    ],
    out: Annotated[Path, typer.Option(help=_("The network's file to write."))],
    into: Annotated[
        str | None, typer.Option(metavar="NETWORK", help=_("The network that weights are for: a file or an example."))
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help=_("A torchvision classifier's state_dict as safetensors, to begin with."))
    ] = None,
    json: Json = False,
) -> None:
    """Read a network from elsewhere into an editable graph, or weights into a network."""
    if into is not None and (what.startswith(PREFIX) or weights is not None):
        raise typer.BadParameter(_("--into goes with a file of weights alone"))
    if weights is not None and not what.startswith(PREFIX):
        raise typer.BadParameter(_("--weights goes with torchvision:NAME; for a network of your own use --into"))
    if out.exists():
        text = _("{name} is there already. Choose another place, or remove it first.")
        raise Error("P-EXISTS", text.format(name=quote(out.name)))
    with loading(_("Reading the network")):
        document, notes = _read(what, into, weights)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(out, write(document))
    except OSError as error:
        text = _("Cannot write to {name} ({reason}). Choose another place.")
        raise Error("P-WRITE", text.format(name=quote(out.name), reason=error.strerror)) from None
    _tell(document, notes, out, json)


def _read(what: str, into: str | None, weights: Path | None) -> tuple[Document, tuple[str, ...]]:
    # torch takes seconds to import: the bar shows meanwhile
    from builder import importing

    if into is not None:
        return importing.into(open_document(into), Path(what)), ()
    if what.startswith(PREFIX):
        made = importing.torchvision_model(what.removeprefix(PREFIX))
    else:
        made = importing.import_file(Path(what))
    return importing.with_weights(made, weights), made.notes


def _tell(document: Document, notes: tuple[str, ...], out: Path, json: bool) -> None:
    # as above
    from builder.compiler.check import check

    report = check(document)
    if json:
        plain = {
            "out": str(out), "title": document.title, "layers": document.graph.count, "params": report.params,
            "weights": document.recipe.get("weights"), "notes": list(notes), "ok": report.ok,
            "problems": [problem_json(problem) for problem in report.problems[:MOST_LISTED]],
        }  # fmt: skip
        emit(plain)
        return
    rows: list[tuple[str, object]] = [
        (_("Network"), document.title),
        (_("Layers"), document.graph.count),
        (_("Parameters"), count(report.params)),
        (_("Weights"), _("as in the file") if document.recipe.get("weights") else _("drawn when training begins")),
    ]
    facts(rows)
    say(_("Written to {out}.").format(out=out))
    for sentence in notes:
        note(sentence)
    complain(report.problems[:MOST_LISTED])
