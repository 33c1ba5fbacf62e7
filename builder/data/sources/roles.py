"""What the columns of a table are for: guessed from names and content, and never silently."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np

from builder.core.errors import Error
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.data.preparations.cells import MISSING, moment
from builder.data.sources.cells import Cells

Role = Literal[
    "ignore", "text", "number", "category", "date",
    "target_category", "target_number", "target_yes_no", "target_labels",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
LOOKED_AT = 20_000  # rows from which roles are guessed
FEW = 20  # different whole numbers that still may be classes
MOST_GUESSED = 50  # different words of a column that becomes ones and zeros without being asked
TEXT_WORDS = 3  # mean words of a cell from which a column is text
EXAMPLES = 3
# words of which a column's name may be one, the surest first
TARGET_NAMES = (
    "target", "label", "labels", "y", "survived", "income", "outcome", "diagnosis", "churn", "price", "rating",
    "quality", "score", "median_house_value", "sentiment", "category", "class", "species", "topic",
    "标签", "类别", "分类", "情感", "价格", "评分",
)  # fmt: skip
IDS = ("id", "index", "no", "nr", "uuid", "unnamed: 0", "序号", "编号", "")


@dataclass(frozen=True)
class ColumnFacts:
    """What there is in a column, its role, and whether that was guessed."""

    name: str
    role: str
    guessed: bool
    different: int
    missing: int
    examples: tuple[str, ...]


@cache
def titles() -> dict[Role, str]:
    """The roles as people read them."""
    return {
        "ignore": _("left out"),
        "text": _("input: text"),
        "number": _("input: number"),
        "category": _("input: category"),
        "date": _("input: date"),
        "target_category": _("predict: category"),
        "target_number": _("predict: number"),
        "target_yes_no": _("predict: yes or no"),
        "target_labels": _("predict: set of labels"),
    }


def facts(cells: Cells, chosen: Mapping[str, Role], apart: str | None = None) -> tuple[ColumnFacts, ...]:
    """Every column with its role: the chosen one, or a guess.

    Params: apart, a column that tells parts or groups, and so is no input unless it is chosen for one.
    Raises: Error T-ROW for a name that is not there.
    """
    require_columns(cells.columns, chosen)
    looked = [Look(name, cells.top(name, LOOKED_AT)) for name in cells.columns]
    roles: dict[str, Role] = {
        look.name: chosen.get(look.name, "ignore" if look.name == apart else look.role) for look in looked
    }
    if not any(role.startswith("target") for role in roles.values()):
        free = [look for look in looked if look.name not in chosen and look.name != apart]
        target = _target(free)
        if target is not None:
            roles[target.name] = target.as_target
            roles |= {look.name: "ignore" for look in free if look is not target and look.tells(target)}
    return tuple(look.facts(roles[look.name], guessed=look.name not in chosen) for look in looked)


def require_columns(columns: Sequence[str], chosen: Iterable[str]) -> None:
    """Raises: Error T-ROW for a name that is not there, with the nearest."""
    for name in chosen:
        if name not in columns:
            guess = nearest(name, columns)
            hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("Choose one that is there.")
            raise Error("T-ROW", _("There is no column {name}. {hint}").format(name=quote(name), hint=hint))


class Look:
    """One column, looked at once."""

    def __init__(self, name: str, cells: list[str]) -> None:
        self.name = name
        known = [cell for cell in cells if cell.casefold() not in MISSING]
        found = set(known)
        self.different, self.missing = len(found), len(cells) - len(known)
        self.examples = tuple(dict.fromkeys(known))[:EXAMPLES]
        self.cells = cells
        self.numeric = bool(known) and all(map(_is_number, found))
        self.whole = self.numeric and all(re.fullmatch(r"-?\d{1,18}(\.0+)?", cell) for cell in found)
        self.dated = bool(known) and not self.numeric and all(map(_is_date, found))
        self.words = sum(len(cell.split()) + len(re.findall(r"[\u3400-\u9fff]", cell)) / 2 for cell in known[:500])
        self.words /= max(1, min(500, len(known)))
        self.rows = len(known)

    @property
    def role(self) -> Role:
        """What it would be as an input."""
        if self.different < 2 or (self.name.strip().casefold() in IDS and self.different > 0.9 * self.rows):
            return "ignore"
        if self.numeric:
            return "number"
        if self.dated:
            return "date"
        if self.words >= TEXT_WORDS and self.different > MOST_GUESSED:
            return "text"
        return "category" if self.different <= MOST_GUESSED else "ignore"

    def facts(self, role: str, *, guessed: bool) -> ColumnFacts:
        """What people are told of it."""
        return ColumnFacts(self.name, role, guessed, self.different, self.missing, self.examples)

    def tells(self, target: "Look") -> bool:
        """Whether it is the target under other names: a network that saw it would learn nothing."""
        pairs = {*zip(self.cells, target.cells, strict=True)}
        alike = len({a for a, _b in pairs}) == len({b for _a, b in pairs}) == len(pairs)
        return alike and self.role == "category" and target.as_target == "target_category"

    @property
    def as_target(self) -> Role:
        """What it would be as a target."""
        few = not self.numeric or (self.whole and self.different <= FEW)
        return "target_category" if few else "target_number"


def _target(looked: Sequence[Look]) -> Look | None:
    """The column that is most likely to be predicted: by its name, else the last that could be."""
    fit = [look for look in looked if look.different >= 2 and look.role not in ("text", "ignore", "date")]
    named = {look.name.strip().casefold(): look for look in reversed(fit)}
    return next((named[name] for name in TARGET_NAMES if name in named), fit[-1] if fit else None)


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _is_date(cell: str) -> bool:
    try:
        moment(cell)
    except (ValueError, OverflowError):
        return False
    return True
