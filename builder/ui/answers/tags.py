"""Tags as an answer: the text with its entities in colour, and a table of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.prediction.answers.tags import Span, Tagged
from builder.ui.answers.drawn import Drawn
from builder.ui.markup import plain

COLOURS = ("blue", "orange", "green", "violet", "red", "gray")
MOST_CHARACTERS = 5_000  # of a text that is drawn
MOST_ROWS = 500


def _card(answer: Tagged) -> None:
    marked = answer.entities if answer.types else answer.tokens
    names = answer.types or tuple(sorted({token.name for token in answer.tokens}))
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(names)}
    st.markdown(_marked(answer.text, marked, colours))
    if answer.types and not answer.entities:
        st.caption(_("No entity was found."))
    if marked:
        heads = [_("text"), _("type") if answer.types else _("tag"), _("start"), _("end")]
        rows = [(one.text, one.name, one.start, one.end) for one in marked[:MOST_ROWS]]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True)


def _marked(text: str, spans: Sequence[Span], colours: dict[str, str]) -> str:
    """The text as markdown, what is marked as badges with the names beside."""
    shown, at = [], 0
    for one in spans:
        if one.end > MOST_CHARACTERS:
            break
        badge = f":{colours[one.name]}-badge[{plain(one.text, 200)} :small[{plain(one.name, 40)}]]"
        shown += [_between(text[at : one.start]), badge]
        at = one.end
    rest = text[at:MOST_CHARACTERS]
    return "".join([*shown, _between(rest), " …" if len(text) > MOST_CHARACTERS else ""])


def _between(text: str) -> str:
    """Text beside badges: inert, its spaces at the ends kept."""
    inert = plain(text, MOST_CHARACTERS) if text.strip() else ""
    return f"{' ' if text[:1].isspace() else ''}{inert}{' ' if inert and text[-1:].isspace() else ''}"


def _words(answer: Tagged) -> str:
    return ", ".join(f"{one.text} ({one.name})" for one in (answer.entities if answer.types else answer.tokens))


TAGS = Drawn(card=_card, words=_words, columns=lambda answer: [answer.output], cells=lambda answer: [_words(answer)])
