"""Charts of series: as they are, cut into windows, and continued."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from builder.core.text import _
from builder.data.fields import PARTS, InputField
from builder.data.sources import Samples
from builder.ui.frame import COLOURS, clean, frame, inert

BESIDE = 3  # windows in a row
MOST_POINTS = 4_000
MARKS = 8  # times named along an axis


def parts(samples: Samples) -> go.Figure:
    """The series that is continued, in the colours of the parts."""
    field = next(field for field in samples.spec.inputs if field.kind == "series")
    last = np.asarray(samples.inputs[field.name])[:, -1, 0]
    figure = go.Figure()
    for part, colour in zip(PARTS, COLOURS, strict=False):
        index = samples.parts[part]
        index = index[:: max(1, len(index) * len(PARTS) // MOST_POINTS)]
        figure.add_scatter(x=index.tolist(), y=last[index].tolist(), name=_(part), line={"color": colour, "width": 1})
    figure.update_layout(**frame(280), xaxis=_times(samples.names), yaxis={"title": clean(field.columns[0].name)})
    return inert(figure)


def windows(samples: Samples, field: InputField, some: Sequence[int]) -> go.Figure:
    """Windows of a series as lines: what enters, and dotted what followed."""
    target = next(target for target in samples.spec.targets if target.kind == "forecast")
    rows = -(-len(some) // BESIDE)
    titles = [clean(samples.names[at]) for at in some]
    figure = make_subplots(rows=rows, cols=BESIDE, subplot_titles=titles, shared_yaxes="all")
    for number, at in enumerate(some):
        place = {"row": number // BESIDE + 1, "col": number % BESIDE + 1}
        raw = np.asarray(samples.inputs[field.name])[at]
        past = list(range(1 - len(raw), 1))
        for n, (column, colour) in enumerate(zip(field.columns, COLOURS, strict=False)):
            named = {"name": column.name, "legendgroup": str(n), "showlegend": not number}
            line = {"color": colour, "width": 1 if n else 2}
            figure.add_scatter(x=past, y=raw[:, n].tolist(), line=line, **named, **place)
        ahead = [float(raw[-1, 0]), *samples.targets[target.name][at].tolist()]
        named = {"name": _("what followed"), "legendgroup": "ahead", "showlegend": not number}
        line = {"color": COLOURS[5], "dash": "dot"}
        figure.add_scatter(x=list(range(len(ahead))), y=ahead, line=line, **named, **place)
    figure.update_annotations(font_size=12)
    above = {"margin": {"l": 10, "r": 10, "t": 60, "b": 10}}
    figure.update_layout(**frame(70 + 140 * rows) | above)
    figure.update_layout(legend_y=1 + 30 / (140 * rows))
    return inert(figure)


def forecast(past: Sequence[float], ahead: Sequence[float], name: str, certain: int = 0) -> go.Figure:
    """The past of a series and its forecast, of which the first `certain` steps come from what is known alone."""
    figure = go.Figure()
    if past:
        known = list(range(1 - len(past), 1))
        figure.add_scatter(x=known, y=list(past), name=_("past"), line={"color": COLOURS[0]})
    values = [*past[-1:], *ahead]
    steps = list(range(len(ahead) + 1 - len(values), len(ahead) + 1))
    figure.add_scatter(x=steps, y=values, name=_("forecast"), line={"color": COLOURS[5]})
    if 0 < certain < len(ahead):
        figure.add_vline(x=certain, line={"color": COLOURS[6], "dash": "dot"})
    axes = {"xaxis": {"title": _("steps from now")}, "yaxis": {"title": clean(name)}}
    figure.update_layout(**frame(320), **axes, showlegend=bool(past))
    return inert(figure)


def errors_ahead(steps: Sequence[str], errors: Sequence[float], baseline: Sequence[float]) -> go.Figure:
    """How the mean absolute error grows with the steps ahead, beside that of the last value."""
    figure = go.Figure()
    dotted = {"color": COLOURS[1], "dash": "dot"}
    figure.add_scatter(x=list(steps), y=list(errors), name=_("forecast"), line={"color": COLOURS[0]})
    figure.add_scatter(x=list(steps), y=list(baseline), name=_("last value"), line=dotted)
    axes = {"xaxis": {"title": _("steps ahead")}, "yaxis": {"title": _("mean absolute error"), "rangemode": "tozero"}}
    figure.update_layout(**frame(280), **axes)
    return inert(figure)


def course(
    times: Sequence[str], came: Sequence[float], forecast: Sequence[float], last: Sequence[float], name: str
) -> go.Figure:
    """What came, beside what had been forecast for then, and the last value that was known before."""
    figure = go.Figure()
    lines = (
        (_("what came"), came, {"color": COLOURS[6], "width": 4}),
        (_("last value"), last, {"color": COLOURS[1], "width": 1, "dash": "dot"}),
        (_("forecast"), forecast, {"color": COLOURS[0], "width": 2}),
    )
    for title, values, line in lines:
        told = f"%{{y:.4~g}} {title}<extra></extra>"
        figure.add_scatter(x=list(range(len(values))), y=list(values), name=title, line=line, hovertemplate=told)
    figure.update_layout(**frame(360), xaxis=_times(times), yaxis={"title": clean(name)}, hovermode="x unified")
    return inert(figure)


def _times(names: Sequence[str]) -> dict[str, object]:
    """An axis of places in a series, some of which are named."""
    marks = list(range(0, len(names), max(1, len(names) // MARKS)))
    return {"tickvals": marks, "ticktext": [clean(names[at]) for at in marks]}
