"""Figures of what is latent, and its picture."""

import streamlit as st

from builder.core.text import _
from builder.evaluation import LatentFigures
from builder.evaluation.figures.latent import MOST_CLUSTERS, regrouped
from builder.ui import autoencoders


def latent(found: LatentFigures) -> None:
    """Draw them."""
    key = f"clusters:{found.output}"
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    most = min(MOST_CLUSTERS, len(found.map))
    clusters = right.number_input(_("Clusters"), 1, most, min(len(set(found.found)), most), key=key)
    if clusters != len(set(found.found)):
        found = regrouped(found, int(clusters))
    facts = [
        (_("Purity of clusters"), _share(found.purity)), (_("of the raw input"), _share(found.baseline_purity)),
        (_("Silhouette"), _plain(found.silhouette)), (_("of the raw input"), _plain(found.baseline_silhouette)),
    ]  # fmt: skip
    shown = [fact for fact in facts if fact[1]]
    for place, (label, value) in zip(left.columns(len(facts)), shown, strict=False):
        place.metric(label, value)
    text = _("Clusters by k-means. Purity: the share of samples whose class is the commonest of their cluster. "
             "Silhouette, up to 1: how much nearer samples lie to their own cluster than to the next.")  # fmt: skip
    st.caption(text)
    by = [_("label"), _("cluster")] if found.classes else [_("cluster")]
    colour = st.segmented_control(_("Colour by"), by, default=by[0], required=True, key=f"colour:{found.output}")
    figure = autoencoders.space(found, by_label=colour == _("label"))
    st.plotly_chart(figure, key=f"latent:{found.output}")
    if found.size > 2:
        words = _("The two main components of {size} latent numbers, which hold {kept} of their variance.")
        st.caption(words.format(size=found.size, kept=f"{found.kept:.0%}"))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
