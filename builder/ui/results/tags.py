"""Figures of tags: tokens, entities, and each type of them."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.evaluation import TagFigures


def tags(found: TagFigures) -> None:
    """Draw them."""
    facts = [(_("Accuracy of tokens"), found.token_accuracy), (_("Baseline"), found.baseline_token_accuracy)]
    if found.entity_f1 is not None:
        facts = [
            (_("F1 of entities"), found.entity_f1), (_("Baseline"), found.baseline_entity_f1 or 0.0),
            (_("Precision"), found.entity_precision or 0.0), (_("Recall"), found.entity_recall or 0.0), *facts,
        ]  # fmt: skip
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, f"{value:.1%}")
    text = _("Baseline: each token gets the tag that it has most often in the training part.")
    if found.entity_f1 is not None:
        text = f"{text} {_('An entity counts if its first and last token and its type are right.')}"
    st.caption(text)
    st.dataframe(pd.DataFrame([asdict(figures) for figures in found.classes]), hide_index=True)
