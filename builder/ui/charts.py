"""Charts that do not stream; the live ones are in `builder.live`."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from builder.core.text import _
from builder.data.describe import class_counts
from builder.data.entities import entity_spans, entity_types, is_iob
from builder.data.fields import PARTS, Target
from builder.data.sources import Samples
from builder.runs.store import Series
from builder.ui import series
from builder.ui.frame import COLOURS
from builder.ui.frame import frame as _frame
from builder.ui.frame import inert as _inert

MOST_SHOWN = 30  # classes in one chart
MOST_POINTS = 2_000
BINS = 30


def answers(samples: Samples, target: Target) -> go.Figure:
    """How the answers to a target are spread over classes, numbers or lengths of texts, in each part."""
    if target.kind == "tags":
        return _tag_counts(samples, target)
    if target.kind == "forecast":
        return series.parts(samples)
    return _class_counts(samples, target) if target.classes else _spread(samples, target)


def _tag_counts(samples: Samples, target: Target) -> go.Figure:
    """How often each tag occurs; that of entities as a whole, since most tokens are outside."""
    names = entity_types(target.classes) if is_iob(target.classes) else list(target.classes)
    figure = go.Figure()
    for part, colour in zip(PARTS, COLOURS, strict=False):
        tags = samples.targets[target.name][samples.parts[part]]
        found = entity_spans(tags, target.classes)[:, 3] if is_iob(target.classes) else tags[tags >= 0]
        counts = np.bincount(found, minlength=len(names))[:MOST_SHOWN]
        figure.add_bar(x=names[:MOST_SHOWN], y=counts, name=_(part), marker_color=colour)
    unit = _("entities") if is_iob(target.classes) else _("tokens")
    figure.update_layout(barmode="stack", **_frame(280), xaxis={"type": "category"}, yaxis={"title": unit})
    return _inert(figure)


def _spread(samples: Samples, target: Target) -> go.Figure:
    answers = samples.targets[target.name]
    texts = target.kind == "text"
    values = np.array(list(map(len, answers))) if texts else answers[:, 0]
    edges = _whole(values) if texts else np.histogram_bin_edges(values, BINS)
    middles = [float(f"{middle:.5g}") for middle in (edges[1:] + edges[:-1]) / 2]
    figure = go.Figure()
    for part, colour in zip(PARTS, COLOURS, strict=False):
        counts = np.histogram(values[samples.parts[part]], edges)[0]
        figure.add_bar(x=middles, y=counts, name=_(part), marker_color=colour)
    axes = {"xaxis": {"title": _("characters") if texts else target.columns[0]}, "yaxis": {"title": _("samples")}}
    figure.update_layout(barmode="stack", bargap=0.05, **_frame(280), **axes)
    return _inert(figure)


def histogram(values: Sequence[float], title: str) -> go.Figure:
    """How one quantity is spread."""
    counts, edges = np.histogram(values, min(BINS, max(1, len(set(values)))))
    middles = [float(f"{middle:.5g}") for middle in (edges[1:] + edges[:-1]) / 2]
    figure = go.Figure(go.Bar(x=middles, y=counts, marker_color=COLOURS[0]))
    figure.update_layout(bargap=0.05, **_frame(220), xaxis={"title": title}, yaxis={"title": _("samples")})
    return _inert(figure)


def _whole(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges of bins that hold equally many whole numbers each."""
    step = 1 + int(np.ptp(values)) // BINS
    return np.arange(values.min(), values.max() + step + 1, step)


def _class_counts(samples: Samples, target: Target) -> go.Figure:
    classes = list(target.classes[:MOST_SHOWN])
    figure = go.Figure()
    for part, colour in zip(PARTS, COLOURS, strict=False):
        counts = class_counts(target, samples.targets[target.name][samples.parts[part]])
        figure.add_bar(x=classes, y=counts[:MOST_SHOWN], name=_(part), marker_color=colour)
    figure.update_layout(barmode="stack", **_frame(280), xaxis={"type": "category"}, yaxis={"title": _("samples")})
    return _inert(figure)


def probabilities(values: Mapping[str, float], most: int = 10) -> go.Figure:
    """The top classes of one prediction, most probable first."""
    top = list(values.items())[:most][::-1]
    figure = go.Figure(
        go.Bar(
            x=[p for _name, p in top],
            y=[name for name, _p in top],
            orientation="h",
            text=[f"{p:.1%}" for _name, p in top],
            textposition="auto",
            marker_color=[COLOURS[4]] * (len(top) - 1) + [COLOURS[0]],
            hovertemplate="%{y}: %{x:.4f}<extra></extra>",
        )
    )
    figure.update_layout(
        **_frame(60 + 28 * len(top)),
        xaxis={"range": [0, 1.02], "tickformat": ".0%", "title": _("probability")},
        yaxis={"type": "category"},
    )
    return _inert(figure)


def curves(series: Sequence[tuple[str, Series]], title: str) -> go.Figure:
    """One quantity of several runs, laid over each other."""
    figure = go.Figure()
    for (name, values), colour in zip(series, COLOURS * (len(series) // len(COLOURS) + 1), strict=False):
        stride = max(1, len(values.step) // MOST_POINTS)
        mode = "lines+markers" if len(values.step) < 60 else "lines"
        figure.add_scatter(x=values.step[::stride], y=values.value[::stride], name=name, mode=mode, line_color=colour)
    figure.update_layout(**_frame(320), xaxis={"title": _("step")}, yaxis={"title": title}, showlegend=True)
    return _inert(figure)


def points(samples: Samples) -> go.Figure:
    """Samples of two numbers, coloured by class."""
    figure = go.Figure()
    values = np.asarray(samples.only)
    for number, name in enumerate(samples.classes[: len(COLOURS)]):
        own = values[samples.labels == number]
        figure.add_scatter(
            x=own[:, 0], y=own[:, 1], mode="markers", name=name, marker={"color": COLOURS[number], "size": 14}
        )
    figure.update_layout(**_frame(320))
    return _inert(figure)


def confusion(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> go.Figure:
    """How often each true class (rows) was taken for each class (columns)."""
    figure = go.Figure(
        go.Heatmap(
            z=matrix,
            x=list(classes),
            y=list(classes),
            colorscale="Blues",
            text=matrix,
            texttemplate="%{text}" if len(classes) <= 20 else None,
            hovertemplate=_("true") + " %{y}, " + _("predicted") + " %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_layout(
        **_frame(min(160 + 30 * len(classes), 700)),
        xaxis={"type": "category", "title": _("predicted")},
        yaxis={"type": "category", "title": _("true"), "autorange": "reversed"},
    )
    return _inert(figure)


def roc(false_positive_rate: Sequence[float], true_positive_rate: Sequence[float]) -> go.Figure:
    """How many of the right are found, against how many of the wrong are taken for right; dotted: by chance."""
    figure = go.Figure()
    line = {"color": COLOURS[6], "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, hoverinfo="skip", showlegend=False)
    figure.add_scatter(
        x=list(false_positive_rate), y=list(true_positive_rate), mode="lines", line_color=COLOURS[0], showlegend=False
    )
    axes = {"xaxis": {"title": _("false positive rate")}, "yaxis": {"title": _("true positive rate")}}
    figure.update_layout(**_frame(320), **axes)
    return _inert(figure)


def predicted_against_true(true: Sequence[float], predicted: Sequence[float]) -> go.Figure:
    """Each sample as a point: on the line, the answer is right."""
    ends = [min(*true, *predicted), max(*true, *predicted)]
    figure = go.Figure()
    line = {"color": COLOURS[6], "dash": "dot"}
    figure.add_scatter(x=ends, y=ends, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    marker = {"color": COLOURS[0], "size": 6, "opacity": 0.5}
    told = _("true") + " %{x:.4~g}, " + _("predicted") + " %{y:.4~g}<extra></extra>"
    figure.add_scatter(
        x=list(true), y=list(predicted), mode="markers", marker=marker, hovertemplate=told, showlegend=False
    )
    figure.update_layout(**_frame(360), xaxis={"title": _("true")}, yaxis={"title": _("predicted")})
    return _inert(figure)


def value(found: float, mean: float, std: float) -> go.Figure:
    """A predicted number on the scale of the training data: its mean, and one and two spreads around it."""
    figure = go.Figure()
    for times, opacity in ((2, 0.15), (1, 0.25)):
        ends = {"x0": mean - times * std, "x1": mean + times * std, "y0": 0.2, "y1": 0.8}
        figure.add_shape(type="rect", **ends, fillcolor=COLOURS[4], opacity=opacity, line_width=0)
    figure.add_shape(type="line", x0=mean, x1=mean, y0=0.2, y1=0.8, line={"color": COLOURS[6], "dash": "dot"})
    marker = {"color": COLOURS[0], "size": 16, "symbol": "diamond"}
    figure.add_scatter(x=[found], y=[0.5], mode="markers", marker=marker, hovertemplate="%{x:.5~g}<extra></extra>")
    reach = [min(mean - 2.6 * std, found - 0.2 * std), max(mean + 2.6 * std, found + 0.2 * std)]
    axes = {
        "xaxis": {"range": reach, "showgrid": False, "zeroline": False},
        "yaxis": {"range": [0, 1], "visible": False},
    }
    figure.update_layout(**_frame(96) | {"margin": {"l": 10, "r": 10, "t": 4, "b": 28}}, **axes)
    return _inert(figure)
