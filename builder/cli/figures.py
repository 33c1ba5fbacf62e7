"""What `netbuilder evaluate` prints of one Output, by the kind of its target."""

from collections.abc import Callable
from typing import Any

from builder.cli.terminal import facts, percent, say, table
from builder.core.text import _
from builder.evaluation import CategoryFigures, InputFigures, LatentFigures, NumberFigures
from builder.evaluation.figures import Figures

MOST_COLUMNS = 20  # of a confusion matrix in a terminal


def _category(found: CategoryFigures) -> None:
    rows: list[tuple[str, object]] = [
        (_("Accuracy"), percent(found.accuracy)),
        (_("Always the most frequent class"), percent(found.baseline)),
        (_("Loss"), found.loss),
    ]
    if found.top5_accuracy is not None:
        rows.insert(1, (_("Right class among the first 5"), percent(found.top5_accuracy)))
    facts(rows)
    mean = (_("mean of classes"), found.precision, found.recall, found.f1, sum(one.support for one in found.classes))
    classes = [(one.name, one.precision, one.recall, one.f1, one.support) for one in found.classes]
    table([_("Class"), _("Precision"), _("Recall"), _("F1"), _("Samples")], [*classes, mean])
    names = [one.name for one in found.classes]
    if len(names) > MOST_COLUMNS:
        say(_("The confusion matrix has {n} columns: --json holds it.").format(n=len(names)))
        return
    table(
        [_("Right class, and what was answered:"), *names],
        [(name, *row) for name, row in zip(names, found.confusion, strict=True)],
    )


def _numbers(found: NumberFigures) -> None:
    columns = ("mae", "rmse", "r2", "baseline_mae", "baseline_rmse")
    heads = [_("Number"), "MAE", "RMSE", "R2", _("MAE of always the mean"), _("RMSE of always the mean")]
    table(heads, [(one.name, *(getattr(one, name) for name in columns)) for one in found.columns])
    facts([(_("Loss"), found.loss)])


def _input(found: InputFigures) -> None:
    facts([
        (_("Reconstruction error"), found.reconstruction_mse),
        (_("Error of always the mean"), found.baseline_reconstruction_mse),
        (_("Loss"), found.loss),
    ])  # fmt: skip


def _latent(found: LatentFigures) -> None:
    rows = [
        (_("Purity of clusters"), found.purity, found.baseline_purity),
        (_("Silhouette of clusters"), found.silhouette, found.baseline_silhouette),
    ]
    heads = [_("Clusters (k-means)"), _("of what is latent"), _("of the raw input")]
    table(heads, [(name, *(_known(value) for value in values)) for name, *values in rows])
    facts([(_("Latent numbers"), found.size), (_("Loss"), found.loss)])


def _known(value: float | None) -> object:
    return _("unknown") if value is None else value


SHOWN: dict[type[Figures], Callable[[Any], None]] = {
    CategoryFigures: _category,
    NumberFigures: _numbers,
    InputFigures: _input,
    LatentFigures: _latent,
}


def show(figures: Figures) -> None:
    """The figures of one Output."""
    SHOWN[type(figures)](figures)
