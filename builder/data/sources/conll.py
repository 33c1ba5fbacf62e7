"""Tagged tokens in the columns of CoNLL: a token a line, a blank line between sentences."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.archives import is_junk, open_archive
from builder.data.entities import is_any_iob, to_iob2
from builder.data.fields import DataSpec, Part
from builder.data.sources.places import ZIP, identity, resolve
from builder.data.sources.source import Progress, Samples, quiet
from builder.data.sources.split import PART_NAMES
from builder.data.sources.tagged import Sentences, TaggedSource, in_order
from builder.data.tables import MOST_LINE, Encoding, decoded, read_lines

# "test a" is what the first of these files, of 2003, called the part to develop on
PARTS_IN_NAMES: dict[str, Part] = {**PART_NAMES, "testa": "validation", "testb": "test"}
IN_NAME = re.compile(rf"(?<![a-z])({'|'.join(sorted(PARTS_IN_NAMES, key=len, reverse=True))})(?![a-z])")
FOREIGN = (".md", ".json", ".py", ".pdf", ".html", ".png")  # files that often lie beside the data


class Conll(TaggedSource):
    """A file in columns, or a zip or folder with one file, or with a train file and perhaps dev and test files.

    Columns are divided by tabs, or else by spaces. Entities written in IOB1, IOBES or BILOU become IOB2.
    """

    title: ClassVar[str] = "Tagged tokens (CoNLL)"
    about: ClassVar[str] = "A token and its tag a line, a blank line between sentences: entities, parts of speech."

    source: Literal["conll"] = "conll"
    path: str = Field("", max_length=4096, description="A file, zip or folder on this machine, or an upload.")
    token_column: int = Field(1, ge=1, le=100, description="The column of tokens, from 1.")
    tag_column: int | None = Field(None, ge=1, le=100, description="The column of tags; empty: the last.")
    encoding: Encoding = Field("auto", description="How characters are stored; auto knows UTF-8 and UTF-16.")

    def spec(self) -> DataSpec:
        return self.spec_of(self._sentences().classes)

    def load(self, progress: Progress = quiet) -> Samples:
        return self.samples_of(self._sentences())

    def _sentences(self) -> Sentences:
        path = resolve(self.path)
        inside = tuple(identity(file) for file in sorted(path.rglob("*")) if file.is_file()) if path.is_dir() else ()
        return _read(identity(path), inside, self.token_column, self.tag_column, self.encoding)


@lru_cache(maxsize=4)
def _read(
    place: tuple[str, int, int],
    _inside: tuple[tuple[str, int, int], ...],
    token_column: int,
    tag_column: int | None,
    encoding: Encoding,
) -> Sentences:
    """All sentences of a place; `identity` in the key makes a changed file be read anew."""
    found = Sentences([], [], [], [], ())
    tokens: dict[str, str] = {}  # one string for each token that occurs, of millions
    for part, name, content in _files(Path(place[0])):
        for line, rows in _blocks(decoded(content, encoding), name):
            width = len(rows[0])
            at, tag_at = token_column - 1, (tag_column or width) - 1
            if max(at, tag_at) >= width or at == tag_at:
                text = _("{name} has {n} columns, but token and tag are looked for in columns {a} and {b}.")
                words = text.format(name=quote(name), n=width, a=at + 1, b=tag_at + 1)
                raise Error("T-ROW", f"{words} {_('Choose two that are there.')}")
            found.tokens.append(tuple(tokens.setdefault(row[at], row[at]) for row in rows))
            found.tags.append([tokens.setdefault(row[tag_at], row[tag_at]) for row in rows])
            found.names.append(_("{name}, line {line}").format(name=name, line=line))
            found.parts.append(part)
    used = {tag for tags in found.tags for tag in tags}
    tags = found.tags
    if is_any_iob(sorted(used)):
        tags = [to_iob2(row) for row in tags]
        used = {tag for row in tags for tag in row}
    classes = in_order(used, Path(place[0]).name)
    return Sentences(found.tokens, tags, found.names, found.parts, classes)


def _blocks(text: str, name: str) -> Iterator[tuple[int, list[list[str]]]]:
    """The sentences of a file as rows of cells, each with its first line. Raises: Error T-NUL, T-ROW, L-LINE."""
    rows: list[list[str]] = []
    width = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if rows:
                yield number - len(rows), rows
            rows = []
            continue
        if not rows and line.startswith("# ") and " = " in line:
            continue  # what CoNLL-U tells of a sentence
        cells = line.split("\t") if "\t" in line else line.split()
        width = width or len(cells)
        if len(cells) != width or width < 2 or not cells[0] or not cells[-1] or len(line) > MOST_LINE or "\0" in line:
            raise _unfit(line, cells, width, number, name)
        rows.append(cells)
    if rows:
        yield number + 1 - len(rows), rows


def _unfit(line: str, cells: list[str], width: int, number: int, name: str) -> Error:
    """What is wrong about a line."""
    if "\0" in line:
        text, code = _("{name}: line {line} holds a NUL byte. Save the file as plain text again."), "T-NUL"
    elif len(line) > MOST_LINE:
        text, code = _("{name}: line {line} is longer than 1 MB. Each line is one token and its tag."), "L-LINE"
    elif width < 2:
        text, code = _("{name}: line {line} has one column; a token and a tag are needed, a tab between them."), "T-ROW"
    elif len(cells) != width:
        text = _("{name}: line {line} has {n} columns; the lines before have {width}. Mend it, or divide by tabs.")
        code = "T-ROW"
    else:
        text, code = _("{name}: line {line} has an empty cell; a token and a tag are needed."), "T-ROW"
    return Error(code, text.format(name=quote(name), line=number, n=len(cells), width=width))


def _files(path: Path) -> Iterator[tuple[Part | None, str, bytes]]:
    """The files to read, by part. Raises: Error Z-*, P-NONE, T-ROW."""
    if path.is_file():
        with path.open("rb") as file:
            packed = file.read(4) in ZIP
        if not packed:
            yield None, path.name, read_lines(path, path.name)
            return
    with open_archive(path) as archive:
        members = [m for m in archive.members if not is_junk(m.name) and not m.name.casefold().endswith(FOREIGN)]
        if len(members) == 1:
            yield None, members[0].name, archive.read(members[0])
            return
        parts = {member.name: IN_NAME.findall(member.name.rsplit("/", 1)[-1].casefold()) for member in members}
        by_part = {PARTS_IN_NAMES[parts[member.name][-1]]: member for member in members if parts[member.name]}
        if "train" not in by_part:
            text = _("{name} holds no file with train in its name. Choose one file, or name them train, dev and test.")
            raise Error("P-NONE", text.format(name=quote(path.name)))
        for part, member in by_part.items():
            yield part, member.name, archive.read(member)
