"""The names in a class: those of its arguments and submodules, and where in the model each layer is found."""

import keyword
import re
from dataclasses import dataclass

from torch import nn

from builder.compiler.report import Place
from builder.compiler.source.kinds import Kind, Kinds
from builder.compiler.source.parts import Part, Ref, Stack
from builder.core.ids import identifier
from builder.layers.layer import IMPORTS

# a submodule of one of these names would hide what torch, its export or the file itself needs
RESERVED = frozenset(dir(nn.Module())) | {"self", "torch", "nn", "code", "graph", *IMPORTS}
LONGEST = 60  # of a name; ids may be five times as long


@dataclass(frozen=True)
class Names:
    """The names in one class: `inputs` by the ids of the Inputs, `items` in their order."""

    inputs: dict[str, str]
    paddings: dict[Place, str]
    items: list[str]
    each: str  # one of several copies

    def of(self, ref: Ref) -> str:
        """The name of a value."""
        return self.inputs[ref] if isinstance(ref, str) else self.items[ref]


def names(part: Part) -> Names:
    """The names in the class of which a part is the first."""
    taken = set(RESERVED)

    def name(text: str) -> str:
        found = identifier(text[:LONGEST], taken)
        taken.add(found)
        return found

    alone = part.place and len(part.inputs) == 1
    inputs = {id: name("x" if alone else id) for id in part.inputs}
    several = len(part.paddings) > 1
    paddings = {place: name(f"{place[-1]}_padding" if several else "padding") for place in part.paddings}
    items = [name(str(item.place[-1])) for item in part.items]
    return Names(inputs, paddings, items, name("layer"))


def class_name(kind: Kind, taken: set[str]) -> str:
    """A name for a class after the block that it is: `Residual` for `residual1`."""
    if not kind.first.place:
        return "Network"
    id = next(str(part) for part in reversed(kind.first.place) if isinstance(part, str))
    words = re.findall(r"[A-Za-z0-9]+", id[:LONGEST])
    whole = "".join(word[0].upper() + word[1:] for word in words)
    name = re.sub(r"(?<=\D)\d+$", "", whole) if len(re.findall(r"\d+", whole)) == 1 else whole
    name = f"Block{name}" if not name[:1].isalpha() or keyword.iskeyword(name) else name
    number, free = 2, name
    while free in taken:
        free, number = f"{name}{number}", number + 1
    return free


def submodules(kinds: Kinds, network: Part) -> dict[Place, str]:
    """The dotted name under which each layer with a module is found in the model."""
    found: dict[Place, str] = {}
    of_kind = {kind.number: names(kind.first) for kind in kinds.all}

    def visit(part: Part, prefix: str) -> None:
        for item, name in zip(part.items, of_kind[kinds.of(part).number].items, strict=True):
            if isinstance(item, Stack):
                for number, copy in enumerate(item.copies):
                    visit(copy, f"{prefix}{name}." + (f"{number}." if len(item.copies) > 1 else ""))
            elif item.call:
                found[item.place] = f"{prefix}{name}"

    visit(network, "")
    return found
