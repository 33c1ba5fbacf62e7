"""The blocks that a person saved to the palette: a document each in the workspace, whose graph is one Block.

So limits, versions and older forms are those of documents, and such a file can be opened as a network as well.
"""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from builder.blocks.template import OWN_FAMILY, Template
from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.files import home, write_atomic
from builder.core.ids import is_id, new_id
from builder.core.text import _, quote
from builder.graph.document import MOST_BYTES, Document, Graph, Node, read, write

PREFIX = "own/"  # of the key of a template, in front of the file's id
MOST_BLOCKS = 500
MOST_NAME = 200


@dataclass(frozen=True)
class Listed:
    """The blocks that can be used, by name, and what is wrong with the files that cannot."""

    templates: tuple[Template, ...]
    problems: tuple[Problem, ...] = ()


class OwnBlocks:
    """The folder `blocks` of a workspace."""

    def __init__(self, workspace: Path | None = None) -> None:
        self._folder = (workspace or home()) / "blocks"

    def list(self) -> Listed:
        """All of them; a file that is damaged or of a newer version is told of and left alone."""
        templates: list[Template] = []
        problems: list[Problem] = []
        for path in sorted(self._folder.glob("*.json"))[:MOST_BLOCKS]:
            try:
                templates.append(_template(path.stem, self._read(path)))
            except Error as error:
                text = _("The saved block {name} cannot be used: {reason}")
                words = text.format(name=quote(path.name), reason=error.message)
                problems.append(Problem(error.code, words))
        templates.sort(key=lambda template: (template.name.casefold(), template.key))
        return Listed(tuple(templates), tuple(problems[:MOST_LISTED]))

    def get(self, key: str) -> Template:
        """The block of that key. Raises: Error P-NONE, and those of a damaged file."""
        return _template(key.removeprefix(PREFIX), self._read(self._path(key)))

    def save(self, block: Node, name: str) -> Template:
        """Keep a Block of a network under a name; one that is taken gets a number.

        Raises: Error G-EDIT (no block, or without a name), L-SIZE, L-NODES, OSError when the disk is full.
        """
        if block.type != "Block" or block.graph is None:
            raise Error("G-EDIT", _("{id} is no block. Group layers to make one.").format(id=quote(block.id)))
        templates = self.list().templates
        if len(templates) >= MOST_BLOCKS:
            raise Error(
                "L-NODES", _("The palette holds {n} blocks of yours already. Delete one.").format(n=MOST_BLOCKS)
            )
        free = _free(_named(name), {template.name for template in templates})
        node = Node(id="block", type="Block", params=block.params, graph=block.graph)
        document = Document(title=free, graph=Graph(nodes=(node,)))
        key = f"{PREFIX}{new_id()}"
        self._write(key, document)
        return self.get(key)

    def rename(self, key: str, name: str) -> Template:
        """Give a block another name. Raises: Error G-EDIT (no name), P-NONE, OSError."""
        document = self._read(self._path(key))
        others = {template.name for template in self.list().templates if template.key != key}
        self._write(key, document.model_copy(update={"title": _free(_named(name), others)}))
        return self.get(key)

    def delete(self, key: str) -> None:
        """Take a block out of the palette; networks that use it keep their copies. Raises: Error P-NONE."""
        path = self._path(key)
        if not path.is_file():
            raise _none()
        path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        id = key.removeprefix(PREFIX)
        if not key.startswith(PREFIX) or not is_id(id):
            raise _none()
        return self._folder / f"{id}.json"

    def _read(self, path: Path) -> Document:
        try:
            with path.open("rb") as file:
                return read(file.read(MOST_BYTES + 1))
        except FileNotFoundError:
            raise _none() from None
        except OSError:
            raise Error("M-DAMAGED", _("the file cannot be read.")) from None

    def _write(self, key: str, document: Document) -> None:
        content = write(document)
        read(content)  # what could not be read again is not kept
        with contextlib.suppress(FileExistsError):
            self._folder.mkdir(parents=True)
        write_atomic(self._path(key), content)


def _template(id: str, document: Document) -> Template:
    nodes = document.graph.nodes
    block = nodes[0] if len(nodes) == 1 else None
    if block is None or block.type != "Block" or block.graph is None or not is_id(id):
        raise Error("M-DAMAGED", _("it does not hold one block."))
    types = [node.type for node in block.graph.nodes if node.type not in ("Input", "Output")]
    about = document.about or _("Yours, of {n} layers: {types}.").format(n=len(types), types=_listed(types))
    name = document.title or _("Untitled")
    glyph = "".join(word[0] for word in name.replace("_", " ").split())[:2].upper() or "?"
    return Template(f"{PREFIX}{id}", name, about, block.graph, glyph=glyph, family=OWN_FAMILY, params=block.params)


def _listed(types: list[str]) -> str:
    shown = ", ".join(types[:6])
    return f"{shown}, ..." if len(types) > 6 else shown


def _named(name: str) -> str:
    plain = " ".join(name.split())[:MOST_NAME]
    if not plain:
        raise Error("G-EDIT", _("Give the block a name."))
    return plain


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name[: MOST_NAME - 5]} {number}", number + 1
    return free


def _none() -> Error:
    return Error("P-NONE", _("No such block in the palette. Reload the page."))
