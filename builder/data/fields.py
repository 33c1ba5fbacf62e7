"""What a data set offers to a network: the fields that may enter it, and the targets that it may answer."""

import json
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from builder.core.errors import Error
from builder.core.specs import Spec
from builder.core.text import _

InputKind = Literal[
    "image",
    "text",
    "vector",
    "series",
    "index",
    "sound",
]
TargetKind = Literal[
    "category",
    "number",
    "tags",
    "input",
    "latent",
    "text",
    "forecast",
    "rating",
    "binary",
    "labels",
]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Column:
    """A column of a table inside a vector: a number, a date, or with `categories` a word that becomes one of so many
    ones. One that is `marked` brings another number, which says whether it is missing.
    """

    name: str
    categories: tuple[str, ...] = ()
    date: bool = False
    marked: bool = False

    @property
    def width(self) -> int:
        """How many numbers of the vector it makes; a date makes year, month, day of the week and hour."""
        return (len(self.categories) or (4 if self.date else 1)) + self.marked


@dataclass(frozen=True)
class InputField:
    """One input: its name, kind, and the spec (batch axis included) of what the network receives after preparation.

    `columns` tells what a vector is made of, where it comes from a table, and what is known of each step of a series.
    `unit`: all its numbers lie between 0 and 1.
    """

    name: str
    kind: InputKind
    spec: Spec
    columns: tuple[Column, ...] = ()
    unit: bool = False


@dataclass(frozen=True)
class Target:
    """What is to be predicted: a category, one of `classes`, one number for each of `columns`, one of `classes` for
    each token, or a text; a forecast continues the first column of the series, a column for each step.

    A rating is one number of a `user` and an `item`, the fields of these names; from `liked` on (None: from the mean
    of the training part on) it says that the item is liked.

    Yes or no has two `classes`, no first, and one logit; a set of labels has a logit for each of `classes`.
    A text is tokens, one of so many at each step; it takes at most `longest` steps, its end included.
    Two kinds are no part of the data: an `input` is a field of floats that is to be reconstructed, and `latent` what
    the network keeps of a sample, which nothing is held against; its `classes` are those that it is compared with.
    `sizes` is the shape of an answer (without the batch, None: any) where it follows from neither classes nor columns;
    `unit` is that of the field.
    To add a kind: its name above; its losses in `builder.graph.losses.LOSSES_OF`; and a file of its name in
    `training/scores`, `evaluation/figures`, `prediction/answers`, `ui/results`, `ui/answers` and `cli/figures`.
    """

    name: str
    classes: tuple[str, ...] = ()
    kind: TargetKind = "category"
    columns: tuple[str, ...] = ()
    sizes: tuple[int | None, ...] = ()
    liked: float | None = None
    unit: bool = False
    longest: int = 0

    @property
    def shape(self) -> tuple[int | None, ...]:
        """What the network answers to one sample; None is any size."""
        return self.sizes or (len(self.columns or self.classes),)

    @property
    def size(self) -> int:
        """How many numbers the network answers with, at the last axis."""
        return self.shape[-1] or 0


@dataclass(frozen=True)
class DataSpec:
    """What checks and forms need to know of a data set; found without reading its bulk."""

    inputs: tuple[InputField, ...]
    targets: tuple[Target, ...]

    @property
    def target(self) -> Target:
        """The first target."""
        return self.targets[0]

    @property
    def category(self) -> Target | None:
        """The first target that is a category."""
        return next((target for target in self.targets if target.kind == "category"), None)

    @property
    def answers(self) -> tuple[Target, ...]:
        """Every target that an Output may name: those of the data, each field of floats, and what is latent."""
        fields = (
            Target(field.name, kind="input", sizes=field.spec.shape[1:], unit=field.unit)
            for field in self.inputs
            if field.spec.dtype == "float32"
        )
        latent = Target("latent", self.category.classes if self.category else (), "latent", sizes=(None,))
        return (*self.targets, *fields, latent)

    def to_json(self) -> bytes:
        """As JSON, to be kept with a run."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def from_json(cls, content: bytes) -> "DataSpec":
        """What `to_json` wrote. Raises: Error M-DAMAGED, M-OLD (an earlier version wrote it)."""
        try:
            return _ADAPTER.validate_json(content)
        except ValidationError:
            raise damaged(content, old="target") from None

    def input(self, name: str | None) -> InputField | None:
        """The field of that name; without a name the only one, or None when that is ambiguous.

        A text that is to be predicted may enter by its target's name: of each step, the network then sees what stands
        before it (teacher forcing).
        """
        if name is None:
            return self.inputs[0] if len(self.inputs) == 1 else None
        return next((field for field in (*self.inputs, *self.forced) if field.name == name), None)

    @property
    def forced(self) -> tuple[InputField, ...]:
        """The fields that texts to be predicted are, with their beginning instead of their end."""
        return tuple(
            InputField(target.name, "text", Spec((2, target.longest), "int64", "N L", target.size))
            for target in self.targets
            if target.kind == "text"
        )

    def answer(self, name: str | None) -> Target | None:
        """What an Output of that name answers; without a name the data's only target, or None when that is ambiguous.

        Targets of the data come before fields of the same name.
        """
        if name is None:
            return self.targets[0] if len(self.targets) == 1 else None
        return next((target for target in self.answers if target.name == name), None)


def offers(data: DataSpec | None) -> dict[str, list[str]]:
    """The names that a form may offer, by what a parameter's declaration asks for."""
    if data is None:
        return {}
    fields = [field.name for field in (*data.inputs, *data.forced)]
    return {"fields": fields, "targets": [target.name for target in data.answers]}


def damaged(content: bytes, *, old: str) -> Error:
    """The error of a run's file that cannot be read; `old` is a key that only earlier versions wrote."""
    try:
        earlier = old in json.loads(content)
    except (ValueError, TypeError, RecursionError):
        earlier = False
    if earlier:
        return Error("M-OLD", _("An earlier version made this run, and this one cannot use it. Train it again."))
    return Error("M-DAMAGED", _("What this run keeps of its data is damaged. Train it again."))


_ADAPTER = TypeAdapter(DataSpec)
