"""Data sets held for the pages: read once for all visitors, with a progress bar, the last few kept."""

import json
import threading
from collections import OrderedDict

import streamlit as st

from builder.core.text import _
from builder.data.sources import Samples, Source
from builder.ui.markup import plain

KEPT = 3
_lock = threading.Lock()
_samples: OrderedDict[str, Samples] = OrderedDict()


def load(source: Source) -> Samples:
    """The samples of a source; a progress bar is shown while they are read or downloaded.

    Raises: Error as the source does.
    """
    settings = source.model_dump(mode="json", exclude={"augmentation"})
    key = json.dumps(settings, sort_keys=True)
    with _lock:
        if key in _samples:
            _samples.move_to_end(key)
            return _samples[key]
    bar = st.progress(0.0, _("Reading the data..."))

    def progress(share: float, doing: str) -> None:
        bar.progress(min(max(share, 0.0), 1.0), plain(doing))

    try:
        samples = source.load(progress)
    finally:
        bar.empty()
    with _lock:
        _samples[key] = samples
        while len(_samples) > KEPT:
            _samples.popitem(last=False)
    return samples
