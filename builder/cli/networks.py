"""Commands about networks and data: nothing is trained."""

import sys
from typing import Annotated

import typer

from builder.cli.documents import open_document
from builder.cli.options import File, Json
from builder.cli.terminal import complain, emit, facts, loading, say, table
from builder.core.errors import MOST_LISTED, Error
from builder.core.text import _, count, size
from builder.data.describe import describe
from builder.data.fields import PARTS
from builder.data.health import examine
from builder.data.loading import load as load_data
from builder.data.sources import parse_source
from builder.examples import load, names
from builder.graph.document import write
from builder.layers import LAYERS
from builder.layers import describe as describe_layer
from builder.layers.layer import FAMILIES


def layers(json: Json = False) -> None:
    """List the catalogue of layers."""
    described = [describe_layer(cls) for cls in LAYERS.values()]
    described.sort(key=lambda layer: FAMILIES.index(layer["family"]))
    if json:
        emit(described)
        return
    rows = [(layer["type"], layer["family"], layer["description"]) for layer in described]
    table([_("Layer"), _("Family"), _("What it does")], rows)


def examples(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help=_("Print this example's document."))] = None,
    json: Json = False,
) -> None:
    """List the ready networks, or print the document of one."""
    if name is not None:
        sys.stdout.write(write(load(name)).decode())
        return
    listed = [(known, load(known)) for known in names()]
    if json:
        keys = ("title", "about", "data", "recipe")
        emit([{"name": known, **document.model_dump(mode="json", include=set(keys))} for known, document in listed])
        return
    rows = [(known, document.data.get("source"), document.about) for known, document in listed]
    table([_("Example"), _("Data"), _("About")], rows)


def check(file: File, json: Json = False) -> None:
    """Check a network: shapes, costs and problems."""
    from builder.compiler.check import check as check_document  # imports torch

    report = check_document(open_document(file))
    if json:
        emit(report.to_json())
    else:
        rows = [
            (id, type(node.layer).__name__ if node.layer else "", node.spec, node.params, count(node.flops))
            for id, node in report.nodes.items()
        ]
        table([_("Layer"), _("Type"), _("Output"), _("Parameters"), _("FLOPs")], rows)
        text = _("{params} parameters, {flops} FLOPs a sample (a multiply-add is two), {memory} to train.")
        say(text.format(params=count(report.params), flops=count(report.flops), memory=size(report.memory_bytes)))
    complain(report.problems[:MOST_LISTED], ways=True)
    if not report.ok:
        raise typer.Exit(1)


def source(file: File) -> None:
    """Print the network as a Python file that needs torch alone."""
    from builder.compiler.source import source as source_of  # imports torch

    sys.stdout.write(source_of(open_document(file)))


def data(file: File, json: Json = False) -> None:
    """Show what the data of a network looks like."""
    found, problems = parse_source(open_document(file).data)
    if found is None:
        raise Error.of(problems)
    with loading(_("Loading data")) as progress:
        samples = load_data(found, progress)
    health = examine(found, samples)
    described = describe(samples, found.source) | {"health": health.to_json()}
    if json:
        emit(described)
        return
    facts((field["name"], f"{field['kind']}, {' x '.join(map(str, field['shape']))}") for field in described["fields"])
    parts = described["parts"]
    rows = [(name, *(parts[part]["classes"][name] for part in PARTS)) for name in described["classes"]]
    rows.append((_("all"), *(parts[part]["count"] for part in PARTS)))
    table([described["target"], *map(_, PARTS)], rows)
    numbers = [
        (name, *figures.values())
        for target in described["targets"]
        for name, figures in target.get("columns", {}).items()
    ]
    if numbers:
        table([_("Number to predict"), _("mean"), _("spread"), _("least"), _("most")], numbers)
    for sample in described["samples"]:
        if "size" not in sample:  # an image says nothing here
            say("  ".join(map(str, sample.values())))
    complain([*samples.notices, *(finding.problem for finding in health.findings)], ways=True)
