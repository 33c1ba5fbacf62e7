"""How data is read: the roles of its columns, split, preparation and augmentation, as forms over a document's data."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from builder.core.settings import Parameter, parameters
from builder.core.text import _
from builder.data.sources import SOURCES, RoledSource, Source
from builder.data.sources.augmentations import Augmentation
from builder.ui import forms, roles
from builder.ui.forms import Change

Now = Callable[[], Mapping[str, Any]]  # the data as it is: a press may come before the page has drawn the last one
BY_COLUMN = ("group", "time", "given")  # splits that need a column
# what decides which samples are in which part
SPLIT = frozenset({"validation", "test", "split", "split_column", "group", "time", "seed", "limit"})


def columns_and_split(data: Mapping[str, Any], change: Change) -> None:
    """What each column is for, and which samples are in which part."""
    if issubclass(SOURCES[data["source"]], RoledSource):
        roles.draw(data, change)
    _group(_("Split"), data, _offered(data, lambda p: p.name in SPLIT), change)


def preparation(now: Now, change: Change) -> None:
    """How samples are shown to the network, and what is changed at random while it learns."""
    data = now()
    _group(_("Preparation"), data, _offered(data, lambda p: p.name not in SPLIT and not p.advanced), change)
    cls = SOURCES[data["source"]]
    if "augmentation" in cls.model_fields:
        _augmentation(cls, now, change)
    if more := _offered(data, lambda p: p.name not in SPLIT and p.advanced):
        with st.expander(_("More settings"), icon=":material/tune:"):
            _form(data, more, change)


def _group(title: str, data: Mapping[str, Any], chosen: tuple[Parameter, ...], change: Change) -> None:
    if chosen:
        st.markdown(f"**{title}**")
        _form(data, chosen, change)


def _form(data: Mapping[str, Any], chosen: tuple[Parameter, ...], change: Change) -> None:
    forms.draw(chosen, data, f"data:{data['source']}:{data.get('path', '')}", change)


def _offered(data: Mapping[str, Any], wanted: Callable[[Parameter], bool]) -> tuple[Parameter, ...]:
    cls = SOURCES[data["source"]]
    hidden = {"path", *cls.ignores} | (set() if data.get("split") in BY_COLUMN else {"split_column"})
    known = tuple(p for p in parameters(cls) if p.name not in hidden and wanted(p))
    by_column = any(p.offers == "columns" for p in known)
    return forms.offered(known, {"columns": roles.columns(data)} if by_column else {})


def _augmentation(cls: type[Source], now: Now, change: Change) -> None:
    """Random changes while training, of whatever kind the source has."""
    kind = cls.model_fields["augmentation"].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, Augmentation)

    def changes() -> dict[str, Any]:
        values = now().get("augmentation")
        return dict(values) if isinstance(values, dict) else {}

    def set_one(name: str, value: Any) -> None:
        change("augmentation", {k: v for k, v in {**changes(), name: value}.items() if v is not None})

    title = _("Augmentation, while training only")
    with st.expander(title, expanded=bool(changes()), icon=":material/auto_fix_high:", key="augmentation"):
        forms.draw(parameters(kind), changes(), "augmentation", set_one)
