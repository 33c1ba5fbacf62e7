"""The network as a Python file that needs torch alone. What trains is built from this very text.

`parts` divides the network into layers and blocks, `kinds` finds the blocks that can share a class and what they differ
in, `names` names what there is, `text` writes it down, and `layout` breaks lines as ruff's formatter would.
"""

from collections.abc import Sequence

from builder.compiler.check import check
from builder.compiler.report import Place, Report, Step
from builder.compiler.source.kinds import Kinds
from builder.compiler.source.names import submodules
from builder.compiler.source.parts import Leaf, Part, parts
from builder.compiler.source.text import text
from builder.core.errors import Error
from builder.core.specs import Spec
from builder.graph.document import Document
from builder.layers import Layer


def source(document: Document) -> str:
    """The network as Python source: a class `Network` whose submodules are named after the layers.

    Raises: Error with all problems of a document that cannot train.
    """
    report = check(document)
    if not report.ok:
        raise Error.of(report.errors)
    return write(report, document.title)


def write(report: Report, title: str) -> str:
    """The source of a network that was found without errors."""
    network = parts(report)
    return text(network, Kinds(network), title)


def side_by_side(layers: Sequence[tuple[Layer, Sequence[Spec], Spec]]) -> str:
    """The source of a network of layers that have nothing to do with each other, each with what it takes and gives.

    Its inputs are `x0`, `x1` and so on, layer after layer, and its results are those of all layers.
    """
    inputs: dict[str, Spec] = {}
    leaves: list[Leaf] = []
    for number, (layer, specs, given) in enumerate(layers):
        names = tuple(f"x{len(inputs) + at}" for at in range(len(specs)))
        inputs |= dict(zip(names, specs, strict=True))
        leaves.append(Leaf((f"layer{number}",), Step(layer, (), given), names, tuple(specs)))
    network = Part((), inputs, tuple(leaves), tuple(range(len(leaves))))
    return text(network, Kinds(network), "")


def identifiers(report: Report) -> dict[Place, str]:
    """The submodule of each layer that has one: `conv1`, in a block `block1.conv1`, in its second copy
    `block1.1.conv1`. Layers from which no Output is reached have none.
    """
    network = parts(report)
    return submodules(Kinds(network), network)
