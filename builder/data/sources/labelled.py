"""What is known of each file of a set: by the folder it lies in, by its name, or by a table beside the files.

Each way gives a file some fields, one of which is its label. A rule over fields tells the test part.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from builder.core.errors import Error, Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.archives import Archive, Folder, Member
from builder.data.columnar import Table
from builder.data.fields import Part
from builder.data.sources.split import PART_NAMES
from builder.data.sources.text_table import LABEL_NAMES
from builder.data.tables import parse_table

FILE_NAMES = ("file", "filename", "file_name", "path", "wav", "audio", "sound", "image", "文件", "文件名")
MOST_FIELDS = 6  # of a pattern
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Labelled:
    """The files that have a label, with their fields; `way` says in a sentence how they were found."""

    members: tuple[Member, ...]
    fields: tuple[Fields, ...]
    way: str
    skipped: int

    def values(self, name: str, param: str = "pattern") -> list[str]:
        """One field of all files. Raises: Error G-FIELD when there is none of that name."""
        if not self.fields or name in self.fields[0]:
            return [fields[name] for fields in self.fields]
        text = _("There is no field {name} to go by. There are {names}.")
        names = ", ".join(quote(known, 30) for known in list(self.fields[0])[:10])
        raise Error.of([Problem("G-FIELD", text.format(name=quote(name), names=names), param=param)])


def labelled(archive: Archive | Folder, endings: tuple[str, ...], pattern: str) -> Labelled:
    """The files with one of these endings and what is known of them. Raises: Error T-CLASS, T-ROW, G-FIELD.

    A pattern goes before a table, a table before folders, and folders before a guess from the names.
    """
    members = sorted((m for m in archive.members if m.name.casefold().endswith(endings)), key=lambda m: m.name)
    found = _by_pattern(members, pattern) if pattern else _guessed(archive, members)
    if found is None or not any(found[1]):
        text = _("{name} holds no labelled files. Put those of each class into a folder, or give a pattern of names.")
        raise Error("T-CLASS", text.format(name=quote(archive.name)))
    way, known = found
    placed = [(member, fields) for member, fields in zip(members, known, strict=True) if fields is not None]
    return Labelled(
        tuple(member for member, _fields in placed),
        tuple(fields for _member, fields in placed),
        way,
        len(archive.members) - len(placed) - (way == _TABLE),
    )


_TABLE = _("Labels were taken from the table beside the files.")
_FOLDER = _("Labels were taken from the folders.")
Found = tuple[str, list[Fields | None]]


def _guessed(archive: Archive | Folder, members: Sequence[Member]) -> Found | None:
    return _by_table(archive, members) or _by_folder(members) or _by_guess(members)


def _by_pattern(members: Sequence[Member], pattern: str) -> Found:
    matcher = _matcher(pattern)
    depth = pattern.count("/") + 1
    found = [matcher.fullmatch("/".join(_steps(member)[-depth:])) for member in members]
    if not any(found):
        example = PurePosixPath(members[0].name).name if members else ""
        text = _("No file name fits the pattern {pattern}; one is called {name}. Change the pattern.")
        words = text.format(pattern=quote(pattern), name=quote(example))
        raise Error.of([Problem("G-FIELD", words, param="pattern")])
    way = _("Labels were taken from file names by the pattern {pattern}.").format(pattern=quote(pattern))
    return way, [match.groupdict() if match else None for match in found]


def _steps(member: Member) -> list[str]:
    """Folders, and the file's name without its ending."""
    path = PurePosixPath(member.name)
    return [*path.parent.parts, path.stem]


def _matcher(pattern: str) -> re.Pattern[str]:
    """`{label}_{group}` as a regular expression that looks at each character once.

    Raises: Error G-FIELD.
    """
    pieces = re.split(r"\{(\w*)\}", pattern)
    names = pieces[1::2]
    wrong = not 1 <= len(names) <= MOST_FIELDS or any(not piece for piece in pieces[2:-1:2])
    if wrong or len({*names}) < len(names) or "label" not in names or not all(map(str.isidentifier, names)):
        text = _("The pattern {pattern} must name {label} once, and other fields apart from each other, such as {way}.")
        words = text.format(pattern=quote(pattern), label="{label}", way='"{label}_{group}_{index}"')
        raise Error.of([Problem("G-FIELD", words, param="pattern")])
    expression = re.escape(pieces[0])
    for name, behind in zip(names, pieces[2::2], strict=True):
        # a field ends at the first character of what stands behind it, so nothing is tried twice
        expression += f"(?P<{name}>[^/{re.escape(behind[:1])}]+){re.escape(behind)}"
    return re.compile(expression)


def _by_table(archive: Archive | Folder, members: Sequence[Member]) -> Found | None:
    """The first table at the top, or one folder down, that names at least half of the files in one column."""
    tables = [m for m in archive.members if m.name.casefold().endswith((".csv", ".tsv")) and m.name.count("/") < 2]
    for member in sorted(tables, key=lambda m: (m.name.count("/"), m.name)):
        table = parse_table(archive.read(member), name=PurePosixPath(member.name).name)
        if (at := _file_column(table, members)) is not None:
            rows = {PurePosixPath(row[at]).name: dict(zip(table.columns, row, strict=True)) for row in table.rows}
            label = next((name for name in table.columns if name.strip().casefold() in LABEL_NAMES), None)
            if label is None:
                label = next((name for name in reversed(table.columns) if name != table.columns[at]), None)
            known = [rows.get(PurePosixPath(member.name).name) for member in members]
            return _TABLE, [{**row, "label": row[label].strip()} if row and label else None for row in known]
    return None


def _file_column(table: Table, members: Sequence[Member]) -> int | None:
    names = {PurePosixPath(member.name).name for member in members}
    columns = range(len(table.columns))
    usual = sorted(columns, key=lambda at: table.columns[at].strip().casefold() not in FILE_NAMES)
    for at in usual:
        if 2 * sum(PurePosixPath(row[at]).name in names for row in table.rows) >= len(members) > 0:
            return at
    return None


def _by_folder(members: Sequence[Member]) -> Found | None:
    """A folder for each class; `train`, `test` and `val` folders above them are a field of their own, `part`."""
    steps = [member.name.split("/") for member in members]
    while steps and len({step[0] for step in steps}) == 1 and min(map(len, steps)) > 1:
        steps = [step[1:] for step in steps]
    tops = {step[0].casefold() for step in steps if len(step) > 1}
    if not tops:
        return None
    divided = tops <= PART_NAMES.keys() and any(PART_NAMES[top] == "train" for top in tops)
    deep = 3 if divided else 2
    return _FOLDER, [
        None
        if len(step) < deep
        else {"label": step[deep - 2], "part": PART_NAMES[step[0].casefold()]}
        if divided
        else {"label": step[0]}
        for step in steps
    ]


def _by_guess(members: Sequence[Member]) -> Found | None:
    """Names of words between `_` or `-`: the first word that repeats is the label, the next the group."""
    for sign in ("_", "-"):
        names = [PurePosixPath(member.name).stem.split(sign) for member in members]
        if not names or len({len(words) for words in names}) > 1 or not 2 <= len(names[0]) <= MOST_FIELDS:
            continue
        counts = [len(set(column)) for column in zip(*names, strict=True)]
        repeated = [at for at, n in enumerate(counts) if 2 <= n <= len(names) / 2]
        if not repeated:
            continue
        called = {repeated[0]: "label"}
        if all(words[-1].isdigit() for words in names) and repeated[0] != len(counts) - 1:
            called[len(counts) - 1] = "index"
        if other := [at for at in repeated if at not in called]:
            called[other[0]] = "group"
        words = (called.get(at, f"word{at + 1}") for at in range(len(counts)))
        return _by_pattern(members, sign.join(f"{{{word}}}" for word in words))
    return None


def chooser(rule: str, names: Sequence[str]) -> Callable[[Fields], bool]:
    """A rule such as `index < 5`, `group = ann, ben` or `part = test`, as a question about fields.

    Raises: Error G-FIELD.
    """
    match = re.fullmatch(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*(.+?)\s*", rule)
    name = match[1] if match else ""
    number = _number(match[3]) if match else None
    if match is None or (match[2] not in ("=", "!=") and number is None):
        text = _("The rule {rule} cannot be read. Write a field, a sign and what it is held against, such as {way}.")
        raise _unfit(text.format(rule=quote(rule), way='"index < 5"'))
    if name not in names:
        guess = nearest(name, names)
        hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else ", ".join(names)
        fix = {"test_where": rule.replace(name, guess, 1)} if guess else None
        raise _unfit(_("There is no field {name} to go by. {hint}").format(name=quote(name), hint=hint), fix)
    sign, listed = match[2], {value.strip() for value in match[3].split(",")}
    if number is None or sign in ("=", "!="):
        return lambda fields: (fields[name] in listed) is (sign == "=")
    compare: dict[str, Callable[[float], bool]] = {
        "<": lambda value: value < number,
        "<=": lambda value: value <= number,
        ">": lambda value: value > number,
        ">=": lambda value: value >= number,
    }
    return lambda fields: (value := _number(fields[name])) is not None and compare[sign](value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _unfit(words: str, values: Mapping[str, str] | None = None) -> Error:
    edit = Fix(_("Correct the rule"), ({"op": "set_data", "values": dict(values)},)) if values else None
    return Error.of([Problem("G-FIELD", words, param="test_where", fix=edit)])


def parts_of(found: Labelled) -> tuple[Part | None, ...]:
    """The parts that a field called `part` or `split` gives, by the usual names."""
    name = next((name for name in ("part", "split") if found.fields and name in found.fields[0]), None)
    if name is None:
        return (None,) * len(found.members)
    return tuple(PART_NAMES.get(fields[name].strip().casefold()) for fields in found.fields)
