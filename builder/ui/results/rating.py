"""Figures of ratings: errors, and whether what is liked stands at the top."""

import streamlit as st

from builder.core.text import _, number
from builder.evaluation import RatingFigures
from builder.ui import charts


def ratings(found: RatingFigures) -> None:
    """Draw them."""
    if found.rmse is not None and found.mae is not None:
        _row(
            (_("Root mean squared error"), number(found.rmse)), (_("Baseline"), number(found.baseline_rmse)),
            (_("Mean absolute error"), number(found.mae)), (_("Baseline"), number(found.baseline_mae)),
        )  # fmt: skip
        st.caption(_("Baseline: the mean of the user plus the mean of the item less the mean of all."))
    if (ranking := found.ranking) is not None:
        _row(
            (_("Hit rate at 10"), f"{ranking.hit_rate:.1%}"),
            (_("Most rated first"), f"{ranking.popularity_hit_rate:.1%}"),
            (_("NDCG at 10"), number(ranking.ndcg)),
            (_("Most rated first"), number(ranking.popularity_ndcg)),
        )
        text = _("Each of {n:,} liked items stands among 100 others: how often, and how high, in the first 10.")
        st.caption(text.format(n=ranking.positives))
    if found.rmse is not None:
        figure = charts.predicted_against_true(found.true, found.predicted)
        st.plotly_chart(figure, key=f"ratings:{found.output}")


def _row(*facts: tuple[str, str]) -> None:
    for place, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        place.metric(label, value)
