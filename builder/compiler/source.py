"""The network as a Python file that needs torch alone. What trains is built from this very text."""

from torch import nn

from builder.compiler.check import check
from builder.compiler.report import Place, Report, Step
from builder.compiler.trace import defaults
from builder.core.errors import Error
from builder.core.ids import identifier
from builder.core.specs import Spec
from builder.graph.document import Document
from builder.layers.ends import Input, Output

# a submodule of one of these names would hide what torch or the file itself needs
RESERVED = frozenset(dir(nn.Module())) | {"self", "torch", "nn", "Network"}


def source(document: Document) -> str:
    """The network as Python source: a class `Network` whose submodules are named after the layers.

    Raises: Error with all problems of a document that cannot train.
    """
    report = check(document)
    if not report.ok:
        raise Error.of(report.errors)
    return write(report, document.title)


def identifiers(report: Report) -> dict[Place, str]:
    """The Python name of each layer of the network: `conv1`, `block1_conv1`, in the second copy `block1_2_conv1`."""
    names: dict[Place, str] = {}
    taken = set(RESERVED)
    for place in report.network:
        names[place] = identifier("_".join(str(part) for part in place), taken)
        taken.add(names[place])
    return names


def write(report: Report, title: str) -> str:
    """The source of a network that was found without errors."""
    names = identifiers(report)
    used = _used(report)
    steps = {place: step for place, step in report.network.items() if place in used}
    inputs = [entry.place for entry in report.inputs]
    outputs = [steps[answer.place].sources[0] for answer in report.outputs]
    given = "torch.Tensor" if len(outputs) == 1 else "tuple[torch.Tensor, ...]"
    modules: list[str] = []
    lines: list[str] = []
    for place, step in steps.items():
        if not isinstance(step.layer, Input | Output):
            _lines(report, place, step, names, modules, lines)
    arguments = ", ".join(f"{names[place]}: torch.Tensor" for place in inputs)
    head = [f"    {title!r}", ""] if title else []
    comments = [f"        # {names[place]}: {_shape(steps[place].spec)}" for place in inputs]
    return "\n".join(
        [
            "import torch",
            "from torch import nn",
            "",
            "",
            "class Network(nn.Module):",
            *head,
            "    def __init__(self) -> None:",
            "        super().__init__()",
            *modules,
            "",
            f"    def forward(self, {arguments}) -> {given}:",
            *comments,
            *lines,
            f"        return {', '.join(names[place] for place in outputs)}",
            "",
        ]
    )


def _lines(
    report: Report, place: Place, step: Step, names: dict[Place, str], modules: list[str], lines: list[str]
) -> None:
    call = step.layer.module(*(report.network[source].spec for source in step.sources))
    if call:
        modules.append(f"        self.{names[place]} = {call.source(defaults)}")
    expression = step.layer.forward(f"self.{names[place]}", *(names[source] for source in step.sources))
    lines.append(f"        {names[place]} = {expression}  # {_shape(step.spec)}")


def _shape(spec: Spec) -> str:
    return " x ".join(["N", *(str(n) for n in spec.shape[1:])])


def _used(report: Report) -> set[Place]:
    """The layers from which an Output is reached; others would only waste time."""
    used: set[Place] = set()
    for place, step in reversed(report.network.items()):
        if isinstance(step.layer, Output) or place in used:
            used |= {place, *step.sources}
    return used
