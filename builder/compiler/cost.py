"""What a network costs to train, and whether this machine can pay it."""

from collections.abc import Iterator

from builder.compiler.memory import moments, weights
from builder.compiler.report import Report
from builder.core.errors import Fix, Problem
from builder.core.machine import memory
from builder.core.text import _, quote, size
from builder.graph.recipe import Recipe

WIDTHS = ("out_features", "out_channels", "hidden_size", "embedding_dim")  # by which weights grow


def weigh(report: Report) -> None:
    """Fill in the sums of a report."""
    steps = report.network.values()
    report.params = sum(step.params for step in steps)
    report.trainable = sum(step.trainable for step in steps)
    report.flops = sum(step.flops for step in steps)
    report.activation_bytes = sum(step.spec.bytes for step in steps)
    recipe = report.recipe or Recipe()
    report.memory_bytes = max(moment.at(recipe.batch_size) for moment in moments(report.network, recipe.optimizer))


def limits(report: Report) -> Iterator[Problem]:
    """The problems of a network that is too large for this machine, before anything is allocated."""
    recipe = report.recipe or Recipe()
    room = memory()
    if report.memory_bytes <= room:
        return
    fixed = weights(report.network, recipe.optimizer)
    if fixed > room:
        largest = max(report.nodes, key=lambda id: report.nodes[id].params)
        text = _("This network needs about {need}; this machine allows {room}. Largest: {node}. Make it smaller.")
        words = text.format(need=size(fixed), room=size(room), node=quote(largest))
        yield Problem("L-PARAMS", words, largest, fix=_narrower(report, largest, room / fixed))
        return
    text = _("Training needs about {need} at batch size {batch:,}; this machine allows {room}. {way}")
    fitting, fix = _fitting(report, recipe, room), None
    way = _("Make the input or the layers smaller.")
    if fitting:
        way = _("Lower the batch size to {n}.").format(n=fitting)
        edit = {"op": "set_recipe", "values": {"batch_size": fitting}}
        fix = Fix(_("Set the batch size to {n}").format(n=fitting), (edit,))
    words = text.format(need=size(report.memory_bytes), batch=recipe.batch_size, room=size(room), way=way)
    yield Problem("L-MEM", words, fix=fix)


def lonely(report: Report) -> Iterator[Problem]:
    """BatchNorm cannot learn from one number for each channel: its variance would be zero."""
    recipe = report.recipe or Recipe()
    if recipe.batch_size > 1:
        return
    for place, step in report.network.items():
        spec, kind = step.spec, type(step.layer).__name__
        if kind.startswith("BatchNorm") and spec.elements == spec.shape[1]:
            top = str(place[0])
            text = _("{kind} {node} cannot learn from a batch of one, which has one number for each channel. {way}")
            way = _("Set the batch size to 2 or more.")
            edit = {"op": "set_recipe", "values": {"batch_size": 32}}
            fix = Fix(_("Set the batch size to {n}").format(n=32), (edit,))
            yield Problem("G-BATCH", text.format(kind=kind, node=quote(str(place[-1])), way=way), top, fix=fix)
            return


def _narrower(report: Report, id: str, share: float) -> Fix | None:
    """Make the largest layer narrower, so that its weights take about half of the room."""
    layer = report.nodes[id].layer
    name = next((name for name in WIDTHS if hasattr(layer, name)), None)
    if name is None:
        return None
    n = 1 << max(int(getattr(layer, name) * share / 2).bit_length() - 1, 0)
    edit = {"op": "set_params", "node": id, "params": {name: n}}
    label = _("Set {name} of {node} to {value}").format(name=name, node=quote(id, 20), value=n)
    return Fix(label, (edit,))


def _fitting(report: Report, recipe: Recipe, room: int) -> int:
    """The largest power of two that fits as a batch size; 0 where not even one sample does."""
    found = moments(report.network, recipe.optimizer)
    most = min(((room - moment.fixed) // max(moment.sample, 1) for moment in found), default=0)
    return 1 << (min(most, recipe.batch_size).bit_length() - 1) if most > 0 else 0
