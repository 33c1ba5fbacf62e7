"""A user in, the items that the user may like out; and ratings as a picture."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from builder.core.text import _
from builder.data.sources import Samples
from builder.data.sources.ratings import ITEM, USER
from builder.data.sources.source import Index
from builder.data.tables import write_table
from builder.prediction import Rating, recommending
from builder.prediction.predictor import Predictor
from builder.runs.store import Run
from builder.ui.frame import clean, frame, inert
from builder.ui.markup import plain

MOST_ITEMS = 100  # of a list
SHOWN_USERS, SHOWN_ITEMS = 60, 100  # of the picture


def draw(predictor: Predictor, run: Run) -> None:
    """The best items for a user."""
    users = recommending.names(predictor, USER)
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        user = st.selectbox(_("User"), users, key=f"user:{run.id}", accept_new_options=True)
        most = st.slider(_("How many"), 1, min(MOST_ITEMS, len(recommending.names(predictor, ITEM))), 10, key="most")
        if user not in users:
            st.caption(_("The network does not know this user: these are the items that all like."))
        rated = _rated(predictor, run.id)
        if rated is None:
            st.caption(_("The data of this run is not here any more, so items that were rated are listed too."))
        own = rated.get(users.index(user) + 1, frozenset()) if rated and user in users else frozenset()
        if own:
            st.caption(_("{n:,} items that this user has rated are left out.").format(n=len(own)))
    with right:
        _table(recommending.recommended(predictor, user, most, own))


@st.cache_resource(max_entries=4, show_spinner=False)
def _rated(_predictor: Predictor, run: str) -> dict[int, frozenset[int]] | None:
    return recommending.rated(_predictor)


def _table(found: list[tuple[str, Rating]]) -> None:
    if not found:
        st.info(_("This user has rated every item."))
        return
    ranks = found[0][1].ranks
    columns = [_("item"), _("score") if ranks else _("rating")]
    rows = [[name, answer.value] for name, answer in found]
    values = [answer.value for _name, answer in found]
    bars = st.column_config.ProgressColumn(
        format="%.2f", min_value=min(0.0, *values) if ranks else 0.0, max_value=max(values)
    )
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, column_config={columns[1]: bars})
    st.download_button(
        _("Download as CSV"), write_table(columns, rows), "recommended.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    if ranks:
        st.caption(plain(_("Scores only rank: the higher, the sooner this user likes the item."), 200))


def matrix(samples: Samples) -> go.Figure:
    """Who rated what, of the users and items of the training part with most ratings."""
    index = samples.parts["train"]
    users, items = (np.asarray(samples.inputs[name])[index, 0] for name in (USER, ITEM))
    rows, columns = _most(users, SHOWN_USERS), _most(items, SHOWN_ITEMS)
    values = np.full((len(rows), len(columns)), np.nan)
    row, column = ({place: at for at, place in enumerate(chosen.tolist())} for chosen in (rows, columns))
    given = samples.targets[samples.spec.target.name][index, 0]
    for user, item, value in zip(users.tolist(), items.tolist(), given.tolist(), strict=True):
        if user in row and item in column:
            values[row[user], column[item]] = value
    names = [samples.spec.input(name).columns[0].categories for name in (USER, ITEM)]  # type: ignore[union-attr]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[clean(names[1][at - 1]) for at in columns],
            y=[clean(names[0][at - 1]) for at in rows],
            colorscale="Viridis",
            hoverongaps=False,
            hovertemplate=f"{_('user')} %{{y}}, {_('item')} %{{x}}: %{{z:.3~g}}<extra></extra>",
        )
    )
    axes = {"type": "category", "showticklabels": False, "showgrid": False}
    figure.update_layout(**frame(420), xaxis={**axes, "title": _("items")}, yaxis={**axes, "title": _("users")})
    return inert(figure)


def _most(places: Index, most: int) -> Index:
    """The places that stand there most often, the most frequent first."""
    counts = np.bincount(places)
    return np.argsort(-counts, kind="stable")[: min(most, int((counts > 0).sum()))]
