"""What is drawn of networks that reconstruct their input: samples above what was made of them, and latent spaces."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from builder.core.text import _
from builder.evaluation import LatentFigures
from builder.ui.frame import COLOURS, clean, frame, inert

SYMBOLS = ("circle", "diamond", "square", "cross", "x", "triangle-up")  # one for each time that the colours run out
GAP = 6  # pixels between pictures
SIDE = 84  # pixels of a picture, about
MOST_COLUMNS = 60  # numbers of a vector that are shown


def pairs(originals: NDArray[Any], made: NDArray[Any]) -> None:
    """Samples above their reconstructions: pictures, or numbers in a table."""
    if originals.ndim == 4:
        text = _("Above what was given, below what the network made of it")
        st.image(sheet(as_images(originals), as_images(made)), alt=text)
        return
    rows = np.stack([originals, made], axis=1).reshape(2 * len(originals), -1)[:, :MOST_COLUMNS]
    names = [f"{at} {what}" for at in range(1, len(originals) + 1) for what in (_("given"), _("made"))]
    st.dataframe(pd.DataFrame(rows, index=names))


def as_images(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Pictures (N, H, W, C) of what has the shape of images; of prepared sounds (N, C, H, W), low tones below."""
    if values.dtype == np.uint8:
        return values
    low, high = float(values.min()), float(values.max())
    grey = ((values - low) * (255 / max(high - low, 1e-12))).round().astype(np.uint8)
    return grey.transpose(0, 2, 3, 1)[:, ::-1, :, :1]


def sheet(above: NDArray[np.uint8], below: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two rows of pictures on nothing, enlarged by whole pixels. Shape: (N, H, W, C) twice -> (H', W', 4)"""
    factor = max(1, SIDE // max(above.shape[1:3]))
    rows = [np.concatenate([_framed(image, factor) for image in images], axis=1) for images in (above, below)]
    return np.concatenate(rows, axis=0)


def _framed(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """A picture with its gap to the right and below, which shows what lies behind."""
    enlarged = image.repeat(factor, 0).repeat(factor, 1)
    colours = enlarged.repeat(3, axis=2) if enlarged.shape[2] == 1 else enlarged
    opaque = np.concatenate([colours, np.full((*colours.shape[:2], 1), 255, np.uint8)], axis=2)
    return np.pad(opaque, ((0, GAP), (0, GAP), (0, 0)))


def space(found: LatentFigures, by_label: bool) -> go.Figure:
    """The latent space as points, coloured by label or by cluster; hovering tells both."""
    places, clusters = np.array(found.map), np.array(found.found)
    labels = [clean(found.classes[at]) if at >= 0 else "" for at in found.labels]
    cluster = _("cluster {n}")
    told = [" · ".join(filter(None, [name, cluster.format(n=n + 1)])) for name, n in zip(labels, clusters, strict=True)]
    names = found.classes if by_label else [cluster.format(n=n + 1) for n in range(int(clusters.max()) + 1)]
    groups = np.array(found.labels) if by_label else clusters
    figure = go.Figure()
    for number, name in enumerate(names):
        own = np.flatnonzero(groups == number)
        symbol = SYMBOLS[number // len(COLOURS) % len(SYMBOLS)]
        figure.add_scatter(
            x=places[own, 0], y=places[own, 1], mode="markers", name=name, text=[told[at] for at in own],
            hovertemplate="%{text}<extra></extra>",
            marker={"color": COLOURS[number % len(COLOURS)], "symbol": symbol, "size": 7, "opacity": 0.8},
        )  # fmt: skip
    titles = (_("latent number {n}") if found.size <= 2 else _("main component {n}")).format
    figure.update_layout(
        **frame(460), xaxis={"title": titles(n=1), "zeroline": False}, yaxis={"title": titles(n=2), "zeroline": False}
    )
    return inert(figure)


def familiar(error: float, percentiles: Sequence[float]) -> go.Figure:
    """An error on the scale of those on the training part: the middle half of them, nine tenths, and their median."""
    figure = go.Figure()
    for low, high, opacity in ((5, 95, 0.15), (25, 75, 0.25)):
        ends = {"x0": percentiles[low], "x1": percentiles[high], "y0": 0.2, "y1": 0.8}
        figure.add_shape(type="rect", **ends, fillcolor=COLOURS[4], opacity=opacity, line_width=0)
    middle = {"x0": percentiles[50], "x1": percentiles[50], "y0": 0.2, "y1": 0.8}
    figure.add_shape(type="line", **middle, line={"color": COLOURS[6], "dash": "dot"})
    marker = {"color": COLOURS[0], "size": 16, "symbol": "diamond"}
    figure.add_scatter(x=[error], y=[0.5], mode="markers", marker=marker, hovertemplate="%{x:.4~g}<extra></extra>")
    axes = {
        "xaxis": {"range": [0, 1.1 * max(error, percentiles[99])], "showgrid": False, "zeroline": False},
        "yaxis": {"range": [0, 1], "visible": False},
    }
    figure.update_layout(**frame(96) | {"margin": {"l": 10, "r": 10, "t": 4, "b": 28}}, **axes)
    return figure


def position(numbers: Sequence[float]) -> go.Figure:
    """Latent numbers as bars."""
    figure = go.Figure(go.Bar(x=list(range(1, len(numbers) + 1)), y=list(numbers), marker_color=COLOURS[0]))
    figure.update_layout(**frame(160), xaxis={"title": _("latent number")})
    return figure
