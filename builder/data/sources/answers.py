"""What the columns of a table that are to be predicted hold: classes, yes or no, and sets of labels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error, Fix, Problem
from builder.core.text import _, quote
from builder.data.columnar import coded
from builder.data.fields import PARTS, Target
from builder.data.sources.cells import Cells
from builder.data.sources.source import FEWEST, Index
from builder.data.sources.text_table import MOST_CLASSES, in_order

TRAIN = PARTS.index("train")
BETWEEN = re.compile(r"[;|]")  # labels of a set


class Dropping(Protocol):
    """Whether rows of rare classes are left out."""

    @property
    def drop_rare(self) -> bool: ...


@dataclass(frozen=True)
class Named:
    """Targets that are classes, or yes or no: what is right for each row, and the number of its class."""

    targets: dict[str, Target]
    answers: dict[str, NDArray[Any]]
    classes: dict[str, Index]


def labelled(
    cells: Cells, owner: Index, rows: Index, categories: Sequence[str], yes_no: Sequence[str], ways: Dropping,
    notices: list[Problem],
) -> tuple[Index, Named]:  # fmt: skip
    """The rows that are kept, and their classes. Raises: Error T-CLASS."""
    if ways.drop_rare:
        for name in (*categories, *yes_no):
            rows = _without_rare(cells, owner, name, rows, notices)
    found = Named({}, {}, {})
    for name in (*categories, *yes_no):
        classes, numbers = _classes(cells, owner, name, rows, notices)
        if name in yes_no:
            if len(classes) != 2:
                text = _("Column {name} has {n:,} different values; yes or no needs 2. Make it a category.")
                raise Error("T-CLASS", text.format(name=quote(name), n=len(classes)))
            found.targets[name] = Target(name, classes, "binary", sizes=(1,))
            found.answers[name] = numbers.astype(np.float32)[:, None]
        else:
            found.targets[name] = Target(name, classes)
            found.answers[name] = numbers
        found.classes[name] = numbers
    return rows, found


def sets_of(cells: Cells, name: str, rows: Index) -> tuple[Target, NDArray[np.float32]]:
    """A target that is a set of labels; an empty cell is the empty set. Raises: Error T-CLASS."""
    words, places = coded(cells.column(name, rows))
    sets = [{label.strip() for label in BETWEEN.split(word)} - {""} for word in words]
    labels = in_order(set().union(*sets))
    if not 1 <= len(labels) <= MOST_CLASSES:
        text = _("Column {name} has {n:,} different labels; the least is 1 and the most is {most:,}.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(labels), most=MOST_CLASSES))
    there = np.array([[label in own for label in labels] for own in sets], np.float32)
    return Target(name, labels, "labels"), there[places]


def _without_rare(cells: Cells, owner: Index, name: str, rows: Index, notices: list[Problem]) -> Index:
    words, places = coded(cells.column(name, rows))
    rare = np.flatnonzero(_trained(owner, rows, places, len(words)) < FEWEST)
    if not len(rare):
        return rows
    text = _("Classes with fewer than {least} rows were left out: {names}.")
    shown = ", ".join(quote(word, 20) for word in sorted(words[at] for at in rare)[:5])
    notices.append(Problem("T-CLASS", text.format(least=FEWEST, names=shown), severity="warning"))
    return rows[~np.isin(places, rare)]


def _classes(
    cells: Cells, owner: Index, name: str, rows: Index, notices: list[Problem]
) -> tuple[tuple[str, ...], Index]:
    """The classes of a target, and the number of each row's. Raises: Error T-CLASS."""
    words, places = coded(cells.column(name, rows))
    counts = _trained(owner, rows, places, len(words))
    known = {word for word, count in zip(words, counts, strict=True) if count}
    # the test file of a well-known census ends its labels in a dot
    meant = [word[:-1] if word not in known and word[-1:] == "." and word[:-1] in known else word for word in words]
    if meant != words:
        text = _("Labels of {name} that only end in another dot were taken for those of the training part.")
        notices.append(Problem("T-CLASS", text.format(name=quote(name)), severity="warning"))
    classes = in_order(set(meant))
    if len(classes) > MOST_CLASSES:
        text = _("Column {name} has {n:,} different values; the most is {most:,}. Predict a number, or another column.")
        raise Error("T-CLASS", text.format(name=quote(name), n=len(classes), most=MOST_CLASSES))
    total = {word: int(counts[[at for at, own in enumerate(meant) if own == word]].sum()) for word in classes}
    rare = [word for word in classes if total[word] < FEWEST]
    if rare and len(classes) > 1:
        text = _("{name} has {n} row; at least {least} are needed. Add rows, or turn on drop_rare to leave it out.")
        fix = Fix(_("Leave out rare classes"), ({"op": "set_data", "values": {"drop_rare": True}},))
        shown = [text.format(name=quote(word), n=total[word], least=FEWEST) for word in rare]
        raise Error.of([Problem("T-CLASS", sentence, param="drop_rare", fix=fix) for sentence in shown])
    number = {word: place for place, word in enumerate(classes)}
    return classes, np.array([number[word] for word in meant], np.int64)[places]


def _trained(owner: Index, rows: Index, places: Index, words: int) -> Index:
    """How many rows each word has that may be in the training part."""
    return np.bincount(places[np.isin(owner[rows], (-1, TRAIN))], minlength=words)
