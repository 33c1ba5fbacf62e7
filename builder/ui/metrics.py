"""Recorded figures as people read them: `val_accuracy` is "Validation accuracy", `val_mae/rating` names its output."""

from builder.core.text import _, number

ORDER = ("accuracy", "mae", "r2", "loss")


def title(name: str) -> str:
    """The name of a figure."""
    part, _sign, rest = name.partition("_")
    metric, _sign, output = rest.partition("/")
    parts = {"train": _("Training"), "val": _("Validation"), "test": _("Test")}
    metrics = {"accuracy": _("accuracy"), "loss": _("loss"), "mae": _("mean absolute error"), "r2": "R2"}
    words = f"{parts.get(part, part)} {metrics.get(metric, metric)}"
    return f"{words} · {output}" if output else words


def rank(name: str) -> tuple[bool, int, bool, str]:
    """Validation before training, and what is told best of all first."""
    part, _sign, rest = name.partition("_")
    metric = rest.partition("/")[0]
    return part != "val", ORDER.index(metric) if metric in ORDER else len(ORDER), "/" in rest, name


def shown(name: str | None, value: float | None) -> str:
    """A figure: an accuracy as a share, others as a number with their name."""
    if name is None or value is None:
        return ""
    metric = name.partition("_")[2].partition("/")[0]
    return f"{value:.1%}" if metric == "accuracy" else f"{metric.upper()} {number(value)}"
