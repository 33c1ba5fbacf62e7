"""What a network costs to train, and whether this machine can pay it."""

from collections.abc import Iterator

from builder.compiler.report import Report
from builder.core.errors import Fix, Problem
from builder.core.machine import memory
from builder.core.text import _, quote, size
from builder.graph.recipe import Recipe

# numbers that an optimizer keeps for each weight
STATES = {"SGD": 1, "Adam": 2, "AdamW": 2, "RMSprop": 1, "Adagrad": 1}
FLOAT = 4  # bytes


def weigh(report: Report) -> None:
    """Fill in the sums of a report."""
    steps = report.network.values()
    report.params = sum(step.params for step in steps)
    report.flops = sum(step.flops for step in steps)
    report.activation_bytes = sum(step.spec.bytes for step in steps)
    recipe = report.recipe or Recipe()
    report.memory_bytes = _fixed(report, recipe) + recipe.batch_size * _sample(report)


def limits(report: Report) -> Iterator[Problem]:
    """The problems of a network that is too large for this machine, before anything is allocated."""
    recipe = report.recipe or Recipe()
    room = memory()
    fixed, sample = _fixed(report, recipe), _sample(report)
    if fixed > room:
        largest = max(report.nodes, key=lambda id: report.nodes[id].params)
        text = _("This network needs about {need}; this machine allows {room}. Largest: {node}. Make it smaller.")
        words = text.format(need=size(fixed), room=size(room), node=quote(largest))
        yield Problem("L-PARAMS", words, largest)
    elif report.memory_bytes > room:
        fitting = (room - fixed) // max(sample, 1)
        text = _("Training needs about {need} at batch size {batch:,}; this machine allows {room}. {way}")
        if fitting < 1:
            way = _("Make the input or the layers smaller.")
            fix = None
        else:
            fitting = 1 << (fitting.bit_length() - 1)
            way = _("Lower the batch size to {n}.").format(n=fitting)
            edit = {"op": "set_recipe", "values": {"batch_size": fitting}}
            fix = Fix(_("Set the batch size to {n}").format(n=fitting), (edit,))
        words = text.format(need=size(report.memory_bytes), batch=recipe.batch_size, room=size(room), way=way)
        yield Problem("L-MEM", words, fix=fix)


def _fixed(report: Report, recipe: Recipe) -> int:
    """Bytes that do not depend on the batch: weights, gradients, optimizer states."""
    return report.params * FLOAT * (2 + STATES[recipe.optimizer.type])


def _sample(report: Report) -> int:
    """Bytes that each sample of a batch takes: every output is kept for the way back, and has a gradient there."""
    return 2 * report.activation_bytes
