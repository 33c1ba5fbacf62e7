"""Recorded figures as people read them: `val_accuracy` is "Validation accuracy", `val_mae/rating` names its output."""

from builder.core.metrics import METRICS, ORDER, metric_of
from builder.core.text import _, number


def title(name: str) -> str:
    """The name of a figure."""
    part, _sign, rest = name.partition("_")
    metric, _sign, output = rest.partition("/")
    parts = {"train": _("Training"), "val": _("Validation"), "test": _("Test")}
    words = f"{parts.get(part, part)} {METRICS[metric].title if metric in METRICS else metric}"
    return f"{words} · {output}" if output else words


def rank(name: str) -> tuple[bool, int, bool, str]:
    """Validation before training, and what is told best of all first."""
    part, _sign, rest = name.partition("_")
    metric = metric_of(rest)
    return part != "val", ORDER.index(metric) if metric in ORDER else len(ORDER), "/" in rest, name


def shown(name: str | None, value: float | None) -> str:
    """A figure: an accuracy as a share, others as a number with their name."""
    if name is None or value is None:
        return ""
    return _brief(name.partition("_")[2], value)


def expected(name: str, value: float) -> str:
    """What an example reaches, in a few words: 98% accuracy, MAE 0.31."""
    share = METRICS[metric_of(name)].share
    return f"{value:.0%} {METRICS[metric_of(name)].title}" if share else _brief(name, value)


def _brief(name: str, value: float) -> str:
    metric = metric_of(name)
    if metric in METRICS and METRICS[metric].share:
        return f"{value:.1%}" if metric == "accuracy" else f"{_called(metric)} {value:.1%}"
    return f"{_called(metric)} {number(value)}"


def _called(metric: str) -> str:
    brief = METRICS[metric].brief if metric in METRICS else ""
    return brief or metric.upper()
