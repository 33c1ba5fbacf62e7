"""Bringing data of one's own: what it was recognised as and why, a look at it, its columns and split, and its use.

What a person brought waits in the session until it is used or something else is brought; nothing of the network
changes before that, and a file that cannot be used changes nothing at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from builder.core.errors import Error
from builder.core.text import _
from builder.data.fields import PARTS
from builder.data.sources import SOURCES, parse_source
from builder.data.sources.places import keep_upload, resolve
from builder.data.sources.recognise import Guess, recognise
from builder.graph.document import Document
from builder.ui import datasets, problems, reading, session
from builder.ui.loading import load
from builder.ui.markup import plain

BROUGHT = "own-data"
MOST = 500  # megabytes of one upload
Use = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True)
class Brought:
    """A file or folder, what it may be, and as what it is to be read."""

    path: str
    name: str
    guesses: tuple[Guess, ...]
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """The document's data, if it is used."""
        return {**self.values, "source": self.source, "path": self.path}


def draw(document: Document, use: Use) -> None:
    """The place to bring something, and below it what was brought."""
    with st.container(border=True, key="own"):
        st.subheader(_("Bring your own"), anchor=False)
        text = _("Images or sounds in a zip or folder, a table, texts, tagged words, pairs of sentences or ratings.")
        st.markdown(f":small[{text}]")
        left, right = st.columns(2, vertical_alignment="top")
        with left:
            _upload()
        with right:
            _path()
        brought: Brought | None = st.session_state.get(BROUGHT)
        if brought is not None:
            _look(brought, use)


def _upload() -> None:
    file = st.file_uploader(_("Upload"), key="own-upload", max_upload_size=MOST)
    if file is None or st.session_state.get("own-kept") == file.file_id:
        return
    try:
        path = keep_upload(file.name, file.getvalue())
        _bring(path, file.name)
    except Error as error:
        st.error(plain(str(error), 320))
    else:
        st.session_state["own-kept"] = file.file_id


def _path() -> None:
    st.text_input(
        _("or a path on this machine"),
        key="own-path",
        on_change=_bring_path,
        placeholder=_("a folder, a .zip, a .csv ..."),
    )
    if error := st.session_state.pop("own-error", None):
        st.error(plain(error, 320))


def _bring_path() -> None:
    path = str(st.session_state["own-path"]).strip()
    if not path:
        return
    try:
        _bring(path, PurePath(path).name)
    except Error as error:
        st.session_state["own-error"] = str(error)


def _bring(path: str, name: str) -> None:
    """Take a file or folder in. Raises: Error when it is nothing that could be used; what was there before stays."""
    guesses = recognise(resolve(path))
    first = guesses[0]
    values = {**shared(session.data()), **first.values}
    st.session_state[BROUGHT] = Brought(path, name, guesses, first.source, values)


def _look(brought: Brought, use: Use) -> None:
    """What it was taken for and why, the choice of another way, columns and split, the samples, and its use."""
    st.divider()
    reason = next((guess.reason for guess in brought.guesses if guess.source == brought.source), "")
    title = _(SOURCES[brought.source].title)
    text = _("{name} was recognised as {title}.").format(name=f"**{plain(brought.name, 60)}**", title=f"**{title}**")
    if brought.source != brought.guesses[0].source:
        text = _("{name} is read as {title}.").format(name=f"**{plain(brought.name, 60)}**", title=f"**{title}**")
    st.markdown(f":material/check_circle: {text} {plain(reason, 200) if reason else ''}")
    buttons = st.container(horizontal=True, vertical_alignment="bottom")
    settings, samples = st.columns([2, 3], gap="large")
    with settings:
        reading.columns_and_split(brought.data, _set)
    with samples:
        usable = _preview(brought)
    with buttons:
        st.button(
            _("Use it"),
            type="primary",
            icon=":material/check:",
            key="use-own",
            disabled=not usable,
            on_click=use,
            args=(brought.source, brought.data),
        )
        ways = [*dict.fromkeys([*(guess.source for guess in brought.guesses), *_own()])]
        st.selectbox(
            _("or read it as"),
            ways,
            index=ways.index(brought.source),
            key=f"own-way:{brought.path}:{brought.source}",
            format_func=lambda name: _(SOURCES[name].title),
            on_change=_read_as,
            args=(f"own-way:{brought.path}:{brought.source}",),
            width=320,
        )


def _preview(brought: Brought) -> bool:
    """Counts and a few samples; or why there are none, with what mends it."""
    source, found = parse_source(brought.data)
    if source is None:
        problems.draw(found, "own", _mend)
        return False
    try:
        samples = load(source)
    except Error as error:
        problems.draw(error.problems, "own", _mend)
        return False
    counts = ", ".join(f"{_(part)} {len(samples.parts[part]):,}" for part in PARTS)
    target = ", ".join(one.name for one in samples.spec.targets)
    text = _("{n} samples ({counts}); predicted: {target}. All of it can be changed afterwards too.")
    st.markdown(f":small[{plain(text.format(n=f'{len(samples):,}', counts=counts, target=target), 300)}]")
    datasets.preview(source, samples)
    return True


def _own() -> list[str]:
    return [name for name, cls in SOURCES.items() if "path" in cls.model_fields]


def _read_as(key: str) -> None:
    brought: Brought = st.session_state[BROUGHT]
    source = st.session_state[key]
    values = next((dict(guess.values) for guess in brought.guesses if guess.source == source), {})
    st.session_state[BROUGHT] = replace(brought, source=source, values={**shared(brought.values), **values})


def _set(name: str, value: Any) -> None:
    """Change one setting of what was brought; None for its default."""
    brought: Brought = st.session_state[BROUGHT]
    values = {key: old for key, old in brought.values.items() if key != name}
    st.session_state[BROUGHT] = replace(brought, values=values if value is None else {**values, name: value})


def shared(data: Mapping[str, Any]) -> dict[str, Any]:
    """What stays when another source is chosen."""
    return {key: data[key] for key in ("validation", "test", "seed", "limit") if key in data}


def _mend(*edits: Mapping[str, Any]) -> None:
    """Carry out a fix on what was brought, which is not the network's yet."""
    brought: Brought = st.session_state[BROUGHT]
    for edit in edits:
        values = {**brought.values, **edit.get("values", {})}
        source = str(values.pop("source", brought.source))
        brought = replace(brought, source=source, values={k: v for k, v in values.items() if k != "path"})
    st.session_state[BROUGHT] = brought
