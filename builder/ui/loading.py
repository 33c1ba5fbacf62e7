"""Data sets held for the pages: read once for all visitors, with a progress bar, the last few kept."""

import json
import threading
from collections import OrderedDict

import streamlit as st

from builder.core.text import _
from builder.data import loading
from builder.data.sources import Samples, Source
from builder.ui.markup import plain

KEPT = 3
_lock = threading.Lock()
_samples: OrderedDict[str, Samples] = OrderedDict()


def load(source: Source) -> Samples:
    """The samples of a source; a progress bar is shown while they are read or downloaded.

    Raises: Error as the source does.
    """
    if (known := seen(source)) is not None:
        return known
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, _("Reading the data..."))
        # a press ends this run of the page at the next step of the bar
        st.button(_("Cancel"), icon=":material/close:", key="cancel-loading", on_click=_cancelled, args=(_key(source),))

    def progress(share: float, doing: str) -> None:
        bar.progress(min(max(share, 0.0), 1.0), plain(doing))

    try:
        samples = loading.load(source, progress)
    finally:
        place.empty()
    key = _key(source)
    with _lock:
        _samples[key] = samples
        while len(_samples) > KEPT:
            _samples.popitem(last=False)
    return samples


def seen(source: Source) -> Samples | None:
    """The samples of a source that was loaded lately."""
    key = _key(source)
    with _lock:
        if key in _samples:
            _samples.move_to_end(key)
        return _samples.get(key)


def cancelled(source: Source) -> bool:
    """Whether this visitor cancelled the loading of this source, and did not ask for it again."""
    return st.session_state.get("cancelled") == _key(source)


def ask_again() -> None:
    """Take a cancelled loading up."""
    st.session_state.pop("cancelled", None)


def _cancelled(key: str) -> None:
    st.session_state.cancelled = key


def _key(source: Source) -> str:
    return json.dumps(source.model_dump(mode="json", exclude={"augmentation"}), sort_keys=True)
