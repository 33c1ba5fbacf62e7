"""The network as a Python file that needs torch alone. What trains is built from this very text."""

from torch import nn

from builder.compiler.check import check
from builder.compiler.report import NodeReport, Report
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


def identifiers(report: Report) -> dict[str, str]:
    """The Python name of each node."""
    names: dict[str, str] = {}
    taken = set(RESERVED)
    for id in report.nodes:
        names[id] = identifier(id, taken)
        taken.add(names[id])
    return names


def write(report: Report, title: str) -> str:
    """The source of a network that was found without errors."""
    names = identifiers(report)
    used = _used(report)
    inputs = [id for id, n in report.nodes.items() if isinstance(n.layer, Input) and id in used]
    outputs = [n.sources[0] for n in report.nodes.values() if isinstance(n.layer, Output)]
    modules: list[str] = []
    steps: list[str] = []
    for id, node in report.nodes.items():
        if id in used and not isinstance(node.layer, Input | Output):
            _lines(report, id, node, names, modules, steps)
    arguments = ", ".join(f"{names[id]}: torch.Tensor" for id in inputs)
    head = [f"    {title!r}", ""] if title else []
    comments = [f"        # {names[id]}: {_shape(report.nodes[id].spec)}" for id in inputs]
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
            *steps,
            f"        return {', '.join(names[id] for id in outputs)}",
            "",
        ]
    )


def _lines(
    report: Report, id: str, node: NodeReport, names: dict[str, str], modules: list[str], steps: list[str]
) -> None:
    assert node.layer is not None
    specs = [spec for s in node.sources if (spec := report.nodes[s].spec)]
    call = node.layer.module(*specs)
    if call:
        modules.append(f"        self.{names[id]} = {call.source(defaults(call.name))}")
    expression = node.layer.forward(f"self.{names[id]}", *(names[s] for s in node.sources))
    steps.append(f"        {names[id]} = {expression}  # {_shape(node.spec)}")


def _shape(spec: Spec | None) -> str:
    assert spec is not None
    return " x ".join(["N", *(str(n) for n in spec.shape[1:])])


def _used(report: Report) -> set[str]:
    """The nodes from which an Output is reached; others would only waste time."""
    used: set[str] = set()
    for id in reversed(report.nodes):
        node = report.nodes[id]
        if isinstance(node.layer, Output) or id in used:
            used |= {id, *node.sources}
    return used
