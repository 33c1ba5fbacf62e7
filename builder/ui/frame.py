"""What all charts share: colours, a frame, and names of users made harmless."""

import plotly.graph_objects as go

# a colour-blind-safe order (Okabe & Ito 2008)
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#B8A800")


def frame(height: int) -> dict[str, object]:
    """The layout of a chart of this height, with its legend above."""
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    return {"height": height, "margin": {"l": 10, "r": 10, "t": 10, "b": 10}, "legend": legend}


def inert(figure: go.Figure) -> go.Figure:
    """Names that users wrote may hold markup, which Plotly would read: they are cleaned wherever they stand."""

    def cleaned(values: object) -> object:
        return [clean(v) if isinstance(v, str) else v for v in values] if isinstance(values, list | tuple) else values

    for trace in figure.data:
        if isinstance(trace.name, str):
            trace.name = clean(trace.name)
        for axis in ("x", "y"):
            if isinstance(trace[axis], list | tuple):
                trace[axis] = cleaned(trace[axis])
    return figure


def clean(text: str) -> str:
    """Angle brackets and ampersands become harmless look-alikes."""
    return text.translate(str.maketrans("<>&", "‹›＆"))
