"""What the layers of a network add to the loss, by the submodules that hold their weights."""

from builder.compiler.report import Report
from builder.compiler.source import identifiers


def penalties(report: Report) -> dict[str, tuple[float, float]]:
    """The factors l1 and l2 of each layer that has any, by the name of its submodule."""
    factors = {name: report.network[place].layer.penalty() for place, name in identifiers(report).items()}
    return {name: factor for name, factor in factors.items() if any(factor)}
