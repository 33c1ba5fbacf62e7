"""The text of a file: imports, a class for each kind of block, and the network."""

from collections.abc import Iterator

from builder.compiler.source.kinds import FEW, Kind, Kinds, Run
from builder.compiler.source.layout import assignment, signature, statement
from builder.compiler.source.names import Names, class_name, names
from builder.compiler.source.parts import Leaf, Part, Stack
from builder.compiler.source.shapes import Shapes
from builder.compiler.source.slots import written

MOST_NAMED = 3  # results, of which the annotation tells each
IN_A_CLASS, IN_A_METHOD, IN_A_LOOP = 4, 8, 12  # spaces


def text(network: Part, kinds: Kinds, title: str) -> str:
    """The whole file."""
    called: dict[int, str] = {}
    for kind in kinds.all:
        called[kind.number] = class_name(kind, {*called.values(), "Network"})
    classes = [_Class(kind, kinds, called).lines(title if not kind.first.place else "") for kind in kinds.all]
    calls = [leaf.call for part in network.inside() for leaf in part.items if isinstance(leaf, Leaf) and leaf.call]
    imports = ["import torch", "from torch import nn", *sorted({line for call in calls for line in call.imports()})]
    return "\n".join([*imports, *(line for lines in classes for line in ("", "", *lines)), ""])


class _Class:
    def __init__(self, kind: Kind, kinds: Kinds, called: dict[int, str]) -> None:
        self.kind, self.kinds, self.called = kind, kinds, called
        self.part: Part = kind.first
        self.names: Names = names(self.part)
        self.params = dict(zip(kind.params, kind.names, strict=True))
        self.shapes = Shapes(kind, self.params)

    def lines(self, title: str) -> list[str]:
        """The class."""
        return [
            f"class {self.called[self.kind.number]}(nn.Module):",
            *([f'    """{docstring(title)}"""', ""] if title.strip() else []),
            *self._constructor(),
            *self._forward(),
        ]

    def _constructor(self) -> list[str]:
        words = self._words()
        modules: list[str] = []
        for item, name in zip(self.part.items, self.names.items, strict=True):
            made = self._module(item, words)
            modules += [f"        # {remark}" for remark in item.step.layer.remarks()] if isinstance(item, Leaf) else []
            modules += assignment(f"self.{name}", made, IN_A_METHOD) if made else []
        if not modules:
            return []
        arguments = ["self", *(f"{name}: {_type(values)}" for values, name in self.params.items())]
        head = signature("def __init__", arguments, " -> None:", IN_A_CLASS)
        return [*head, "        super().__init__()", *modules, ""]

    def _words(self) -> Iterator[str | None]:
        """For each slot its value, the parameter that gives it, or None where its default does."""
        for column in self.kind.columns:
            values = tuple(slot.text for slot in column)
            yield self.params.get(values) or (None if column[0].usual else values[0])

    def _module(self, item: Leaf | Stack, words: Iterator[str | None]) -> str:
        if isinstance(item, Leaf):
            return written(item.call, words) if item.call else ""
        made = [copy for run in self.kinds.runs(item) for copy in self._run(run, words, len(item.copies) > 1)]
        if len(item.copies) == 1:
            return made[0]
        if item.in_a_row:
            return f"nn.Sequential({', '.join(made)})"
        alone = made[0].removeprefix("*(").removesuffix(")") if len(made) == 1 else ", ".join(made)
        return f"nn.ModuleList([{alone}])"

    def _run(self, run: Run, words: Iterator[str | None], repeated: bool) -> list[str]:
        """What makes copies that are alike, one after the other or all at once."""
        given: list[str] = []
        for at in range(len(run.values)):
            given.append(str(next(words)))
            if at == run.growing:
                growth = str(next(words))
                given[-1] += " + i" if growth == "1" else f" + {growth} * i"
        one = f"{self.called[run.kind.number]}({', '.join(given)})"
        n = str(next(words)) if repeated else "1"
        if n.isdigit() and int(n) <= FEW:
            return [one] * int(n)
        return [f"*({one} for {'_' if run.growing is None else 'i'} in range({n}))"]

    def _forward(self) -> list[str]:
        part = self.part
        arguments = [*self.names.inputs.values(), *(self.names.paddings.values() if part.place else ())]
        head = ["self", *(f"{name}: torch.Tensor" for name in arguments)]
        lines = signature("def forward", head, f" -> {_tensors(len(part.results))}:", IN_A_CLASS)
        lines += [f"        # {name}: {self.shapes.input(id)}" for id, name in self.names.inputs.items()]
        if not part.place:
            lines += self._paddings()
        for number, (item, name) in enumerate(zip(part.items, self.names.items, strict=True)):
            lines += self._line(item, name, self.shapes.item(number))
        return [*lines, *statement("return ", ", ".join(map(self.names.of, part.results)), IN_A_METHOD)]

    def _paddings(self) -> list[str]:
        lines: list[str] = []
        for place, name in self.names.paddings.items():
            tokens = self.names.inputs[str(place[0])]
            lines += assignment(name, f"{tokens} == 0", IN_A_METHOD, "True where there is no token")
        return lines

    def _line(self, item: Leaf | Stack, name: str, shape: str) -> list[str]:
        inputs = [self.names.of(ref) for ref in item.inputs]
        if isinstance(item, Leaf):
            expression = item.expression(f"self.{name}", inputs, self.names.paddings)
            return assignment(name, expression, IN_A_METHOD, shape)
        paddings = [self.names.paddings[place] for place in item.paddings]
        if len(item.copies) == 1 or item.in_a_row:
            return assignment(name, f"self.{name}({', '.join([*inputs, *paddings])})", IN_A_METHOD, shape)
        each, others = self.names.each, ", ".join([*inputs[1:], *paddings])
        return [
            *assignment(name, inputs[0], IN_A_METHOD),
            f"        for {each} in self.{name}:",
            *assignment(name, f"{each}({name}, {others})", IN_A_LOOP, shape),
        ]


def _tensors(n: int) -> str:
    """The annotation of what is returned."""
    if n == 1:
        return "torch.Tensor"
    return f"tuple[{', '.join(['torch.Tensor'] * n)}]" if n <= MOST_NAMED else "tuple[torch.Tensor, ...]"


def _type(values: tuple[str, ...]) -> str:
    """The annotation of a parameter that is given these values."""
    found = sorted({_type_of(value) for value in values})
    return " | ".join([*(one for one in found if one != "None"), *(["None"] if "None" in found else [])])


def _type_of(value: str) -> str:
    if value.startswith(("(", "[")):
        inner = [_type_of(one.strip()) for one in value[1:-1].split(",") if one.strip()]
        return f"tuple[{', '.join(inner)}]" if value.startswith("(") else f"list[{inner[0]}]"
    if value in ("True", "False"):
        return "bool"
    if value == "None":
        return "None"
    if value[0] in "\"'":
        return "str"
    return "int" if value.lstrip("-").isdigit() else "float"


def docstring(title: str) -> str:
    """A title as it stands in three quotes: on one line, and unable to end them."""
    line = " ".join(title.split())
    return "".join(_escaped(line, at) for at in range(len(line)))


def _escaped(line: str, at: int) -> str:
    c, beside = line[at], line[max(at - 1, 0) : at + 2]
    if c == '"':
        return r"\"" if at in (0, len(line) - 1) or '""' in beside else c
    if c == "\\":
        return r"\\"
    return c if c.isprintable() else c.encode("unicode_escape").decode()
