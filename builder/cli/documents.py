"""From what is typed to a document: a file or an example's name, with values set by dotted path."""

import json
from pathlib import Path
from typing import Any

import typer

from builder.core.errors import Error
from builder.core.ids import nearest
from builder.core.text import _, quote, size
from builder.examples import EARLIER, load, names
from builder.graph.document import MOST_BYTES, Document, from_json, read


def open_document(file: str) -> Document:
    """The document in a file, or the example of that name.

    Raises: Error P-NONE when there is neither, and whatever reading a document raises.
    """
    path = Path(file)
    if path.is_file():
        length = path.stat().st_size
        if length > MOST_BYTES:
            text = _("{size}; the most is {most}.")
            raise Error("L-SIZE", text.format(size=size(length), most=size(MOST_BYTES)))
        return read(path.read_bytes())
    if file in (*names(), *EARLIER):
        return load(file)
    if path.is_dir():
        raise Error("P-NONE", _("{name} is a folder. Give a network's file.").format(name=quote(path.name)))
    guess = nearest(file, names())
    hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("Run `netbuilder examples` for names.")
    text = _("There is no file and no example {name}. {hint}")
    raise Error("P-NONE", text.format(name=quote(file if guess else path.name), hint=hint))


def with_values(document: Document, assignments: list[str]) -> Document:
    """The document with each `dotted.path=value` set; a value that is no JSON is taken as text.

    Raises: typer.BadParameter for a path that leads nowhere, Error G-FIELD for a value that cannot stand there.
    """
    if not assignments:
        return document
    plain: Any = document.model_dump(mode="json", exclude_none=True)
    for assignment in assignments:
        path, sign, value = assignment.partition("=")
        if not sign or not path:
            text = _("{given} is not of the form recipe.epochs=1.").format(given=quote(assignment))
            raise typer.BadParameter(text)
        _set(plain, path.strip(), _value(value))
    return from_json(plain)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _set(plain: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        plain = plain.setdefault(step, {}) if isinstance(plain, dict) else plain[_place(plain, step, path)]
    if isinstance(plain, dict):
        plain[last] = value
    else:
        plain[_place(plain, last, path)] = value


def _place(items: Any, step: str, path: str) -> int:
    """Where in a list a step leads: a number, or the id of a layer."""
    found = items if isinstance(items, list) else []
    for at, item in enumerate(found):
        if step == str(at) or (isinstance(item, dict) and item.get("id") == step):
            return at
    text = _("{path} leads nowhere: there is no {step}.").format(path=quote(path), step=quote(step))
    raise typer.BadParameter(text)
