"""What a data set offers to a network: input fields, and the target with its classes."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from builder.core.errors import Error
from builder.core.specs import Spec
from builder.core.text import _

InputKind = Literal["image", "text", "vector"]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class InputField:
    """One input: its name, kind, and the spec (batch axis included) of what the network receives after preparation."""

    name: str
    kind: InputKind
    spec: Spec


@dataclass(frozen=True)
class Target:
    """The category to predict, and its classes in the order of the network's outputs."""

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class DataSpec:
    """What checks and forms need to know of a data set; found without reading its bulk."""

    inputs: tuple[InputField, ...]
    target: Target

    def to_json(self) -> bytes:
        """As JSON, to be kept with a run."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def from_json(cls, content: bytes) -> "DataSpec":
        """What `to_json` wrote. Raises: Error M-DAMAGED."""
        try:
            return _ADAPTER.validate_json(content)
        except ValidationError:
            raise Error("M-DAMAGED", _("What this run keeps of its data is damaged. Train it again.")) from None

    def input(self, name: str | None) -> InputField | None:
        """The field of that name; without a name the only one, or None when that is ambiguous."""
        if name is None:
            return self.inputs[0] if len(self.inputs) == 1 else None
        return next((field for field in self.inputs if field.name == name), None)


_ADAPTER = TypeAdapter(DataSpec)
