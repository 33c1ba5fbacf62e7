"""What the figures of a run are called, and how they are to be read."""

from dataclasses import dataclass

from builder.core.text import _


@dataclass(frozen=True)
class Metric:
    """One figure.

    `share`: from 0 to 1, shown in percent. `signed`: may lie below 0. `brief`: its name where there is little room.
    """

    title: str
    higher_is_better: bool = True
    share: bool = False
    signed: bool = False
    brief: str = ""


# what is told best of all stands first
METRICS = {
    "accuracy": Metric(_("accuracy"), share=True),
    "entity_f1": Metric(_("F1 of entities"), share=True, brief=_("entity F1")),
    "bleu": Metric("BLEU"),
    "cer": Metric(_("character error rate"), higher_is_better=False, share=True),
    "wer": Metric(_("word error rate"), higher_is_better=False, share=True),
    "token_accuracy": Metric(_("token accuracy"), share=True, brief=_("right tokens")),
    "roc_auc": Metric("ROC AUC", share=True),
    "f1": Metric("F1", share=True),
    "f1_micro": Metric(_("F1 of all labels"), share=True),
    "f1_macro": Metric(_("mean F1 of labels"), share=True),
    "exact_match": Metric(_("sets without a mistake"), share=True),
    "pair_accuracy": Metric(_("pairs in the right order"), share=True),
    "mae": Metric(_("mean absolute error"), higher_is_better=False),
    "rmse": Metric(_("root mean squared error"), higher_is_better=False),
    "r2": Metric("R2", signed=True),
    "reconstruction_mse": Metric(_("reconstruction error"), higher_is_better=False, brief=_("error")),
    "purity": Metric(_("purity of clusters"), share=True, brief=_("purity")),
    "silhouette": Metric(_("silhouette of clusters"), signed=True, brief=_("silhouette")),
    "perplexity": Metric(_("perplexity"), higher_is_better=False, brief=_("perplexity")),
    "loss": Metric(_("loss"), higher_is_better=False),
}
ORDER = tuple(METRICS)


def metric_of(name: str) -> str:
    """`accuracy` of `accuracy/again`: what stands before the Output's name."""
    return name.partition("/")[0]


def better(name: str, value: float, than: float) -> bool:
    """Whether a value is at least as good as another."""
    return value >= than if METRICS[metric_of(name)].higher_is_better else value <= than
