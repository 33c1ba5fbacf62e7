"""What `netbuilder evaluate` prints of one Output, by the kind of its target."""

from collections.abc import Callable
from typing import Any

from builder.cli.terminal import facts, percent, say, table
from builder.core.text import _
from builder.evaluation import (
    BinaryFigures,
    CategoryFigures,
    ForecastFigures,
    InputFigures,
    LabelsFigures,
    LatentFigures,
    NumberFigures,
    RatingFigures,
    TagFigures,
    TextFigures,
)
from builder.evaluation.figures import Figures

MOST_EXAMPLES = 12  # of texts
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


def _tags(found: TagFigures) -> None:
    rows: list[tuple[str, object]] = [
        (_("Accuracy of tokens"), percent(found.token_accuracy)),
        (_("Always a token's most frequent tag"), percent(found.baseline_token_accuracy)),
        (_("Loss"), found.loss),
    ]
    if found.entity_f1 is not None:
        rows += [
            (_("F1 of entities"), percent(found.entity_f1)),
            (_("Their F1 by most frequent tags"), percent(found.baseline_entity_f1)),
            (_("Precision"), percent(found.entity_precision)),
            (_("Recall"), percent(found.entity_recall)),
        ]
    facts(rows)
    heads = [_("Tag") if found.entity_f1 is None else _("Entity"), _("Precision"), _("Recall"), _("F1"), _("Number")]
    table(heads, [(one.name, one.precision, one.recall, one.f1, one.support) for one in found.classes])


def _texts(found: TextFigures) -> None:
    rows = [
        ("BLEU", found.bleu, found.baseline_bleu),
        (_("Character error rate"), percent(found.cer), percent(found.baseline_cer)),
        (_("Word error rate"), percent(found.wer), percent(found.baseline_wer)),
    ]
    table([_("Figure"), _("This network"), _("Always the commonest answer")], rows)
    facts([(_("Without a mistake"), percent(found.exact)), (_("Loss"), found.loss)])
    examples = [(one.source, one.right, one.given) for one in found.examples[:MOST_EXAMPLES]]
    table([_("Source"), _("Right"), _("Given")], examples)


def _forecasts(found: ForecastFigures) -> None:
    columns = ("mae", "baseline_mae", "rmse", "baseline_rmse")
    heads = [_("Steps ahead"), "MAE", _("MAE of the last value"), "RMSE", _("RMSE of the last value")]
    named = [*((one.name, one) for one in found.steps), (_("all"), found)]
    table(heads, [(name, *(getattr(one, column) for column in columns)) for name, one in named])
    facts([(_("Loss"), found.loss)])


def _binary(found: BinaryFigures) -> None:
    rows: list[tuple[str, object]] = [
        (_("Accuracy"), percent(found.accuracy)),
        (_("Always the more frequent answer"), percent(found.baseline)),
        (_("Precision"), percent(found.precision)),
        (_("Recall"), percent(found.recall)),
        (_("F1"), percent(found.f1)),
        ("ROC AUC", "–" if found.roc_auc is None else percent(found.roc_auc)),
        (_("Loss"), found.loss),
    ]
    facts(rows)
    counts = [(name, *row) for name, row in zip(found.classes, found.confusion, strict=True)]
    table([_("Right answer, and what was given:"), *found.classes], counts)


def _labels(found: LabelsFigures) -> None:
    rows: list[tuple[str, object]] = [
        (_("F1 of all labels"), percent(found.f1_micro)),
        (_("F1 of always the more frequent"), percent(found.baseline_f1_micro)),
        (_("Mean F1 of labels"), percent(found.f1_macro)),
        (_("Sets without a mistake"), percent(found.exact_match)),
        (_("The same of always the more frequent"), percent(found.baseline_exact_match)),
        (_("Loss"), found.loss),
    ]
    facts(rows)
    each = [(one.name, one.precision, one.recall, one.f1, one.support) for one in found.classes]
    table([_("Label"), _("Precision"), _("Recall"), _("F1"), _("Samples")], each)


def _ratings(found: RatingFigures) -> None:
    errors = (("RMSE", found.rmse, found.baseline_rmse), ("MAE", found.mae, found.baseline_mae))
    rows: list[tuple[object, ...]] = [(name, own, usual) for name, own, usual in errors if own is not None]
    if rows:
        table(["", _("Network"), _("Mean of user and item")], rows)
    if (ranking := found.ranking) is not None:
        rows = [
            (_("Hit rate at 10"), percent(ranking.hit_rate), percent(ranking.popularity_hit_rate)),
            (_("NDCG at 10"), ranking.ndcg, ranking.popularity_ndcg),
        ]
        table([_("Liked items among 100 others"), _("Network"), _("Most rated first")], rows)
    facts([(_("Loss"), found.loss)])


def _input(found: InputFigures) -> None:
    rows: list[tuple[str, object]] = [
        (_("Reconstruction error"), found.reconstruction_mse),
        (_("Error of always the mean"), found.baseline_reconstruction_mse),
        (_("Loss"), found.loss),
    ]
    facts(rows)


def _latent(found: LatentFigures) -> None:
    rows = [
        (_("Purity of clusters"), found.purity, found.baseline_purity),
        (_("Silhouette of clusters"), found.silhouette, found.baseline_silhouette),
    ]
    heads = [_("Clusters (k-means)"), _("of what is latent"), _("of the raw input")]
    table(heads, [(name, *("–" if value is None else value for value in values)) for name, *values in rows])
    facts([(_("Latent numbers"), found.size), (_("Loss"), found.loss)])


SHOWN: dict[type[Figures], Callable[[Any], None]] = {
    CategoryFigures: _category,
    NumberFigures: _numbers,
    RatingFigures: _ratings,
    TagFigures: _tags,
    TextFigures: _texts,
    ForecastFigures: _forecasts,
    BinaryFigures: _binary,
    LabelsFigures: _labels,
    InputFigures: _input,
    LatentFigures: _latent,
}


def show(figures: Figures) -> None:
    """The figures of one Output."""
    SHOWN[type(figures)](figures)
