"""What the layers of a network add to the loss, by the submodules that hold their weights."""

from builder.compiler.report import Report
from builder.compiler.source import identifiers
from builder.layers.penalty import Penalised


def penalties(report: Report) -> dict[str, tuple[float, float]]:
    """The factors l1 and l2 of each layer that has any, by the name of its submodule."""
    names, used = identifiers(report), report.used
    layers = ((names[place], step.layer) for place, step in report.network.items() if place in used)
    return {
        name: (layer.l1, layer.l2) for name, layer in layers if isinstance(layer, Penalised) and (layer.l1 or layer.l2)
    }
