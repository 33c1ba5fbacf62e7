"""Figures of texts, and some of them beside what is right."""

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.evaluation import TextFigures


def texts(found: TextFigures) -> None:
    """Draw them."""
    facts = [
        ("BLEU", f"{found.bleu:.1f}"), (_("Baseline"), f"{found.baseline_bleu:.1f}"),
        (_("Character error rate"), f"{found.cer:.1%}"), (_("Baseline"), f"{found.baseline_cer:.1%}"),
        (_("Word error rate"), f"{found.wer:.1%}"), (_("Without a mistake"), f"{found.exact:.1%}"),
    ]  # fmt: skip
    for place, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        place.metric(label, value)
    st.caption(_("Baseline: always the commonest answer of the training part. BLEU goes from 0 to 100."))
    rows = [(one.source, one.right, one.given) for one in found.examples]
    table = pd.DataFrame(rows, columns=[_("source"), _("right"), _("given")])
    st.dataframe(table if any(table.iloc[:, 0]) else table.iloc[:, 1:], hide_index=True, width="stretch")
