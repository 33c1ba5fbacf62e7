"""The network as a Python file that needs torch alone. What trains is built from this very text."""

from collections.abc import Callable

from torch import nn

from builder.compiler.check import check
from builder.compiler.padding import arguments
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
    used = report.used
    steps = {place: step for place, step in report.network.items() if place in used}
    inputs = [place for place, step in steps.items() if isinstance(step.layer, Input)]
    outputs = [step.sources[0] for step in steps.values() if isinstance(step.layer, Output)]
    modules: list[str] = []
    paddings = _paddings(steps, names)
    lines = [
        f"        {name} = {names[place]} == 0  # True where there is no token" for place, name in paddings.items()
    ]
    for place, step in steps.items():
        if not isinstance(step.layer, Input | Output):
            _lines(report, place, step, names, modules, lines, paddings)
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
            f"    def forward(self, {arguments}) -> torch.Tensor:",
            *comments,
            *lines,
            f"        return {', '.join(names[place] for place in outputs)}",
            "",
        ]
    )


def _paddings(steps: dict[Place, Step], names: dict[Place, str]) -> dict[Place, str]:
    """The names of the tensors that tell what of each Input is padding, where a layer asks for it."""
    asked = [marks.place for step in steps.values() for marks in step.masks.values()]
    found = dict.fromkeys(asked, "padding")
    taken = {*RESERVED, *names.values()}
    for place in found:
        found[place] = identifier("padding" if len(found) == 1 else f"{names[place]}_padding", taken)
        taken.add(found[place])
    return found


def _lines(
    report: Report,
    place: Place,
    step: Step,
    names: dict[Place, str],
    modules: list[str],
    lines: list[str],
    paddings: dict[Place, str],
) -> None:
    call = step.layer.module(*(report.network[source].spec for source in step.sources))
    if call:
        modules.append(f"        self.{names[place]} = {call.source(defaults)}")
    forward: Callable[..., str] = step.layer.forward  # those that mask take more than their inputs
    masks = arguments(step, paddings)
    expression = forward(f"self.{names[place]}", *(names[source] for source in step.sources), **masks)
    lines.append(f"        {names[place]} = {expression}  # {_shape(step.spec)}")


def _shape(spec: Spec) -> str:
    return " x ".join(["N", *(str(n) for n in spec.shape[1:])])
