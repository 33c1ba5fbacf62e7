"""The Data page: a look at what comes out of the chosen data."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from builder.core.errors import MOST_LISTED, Error
from builder.core.text import _, size
from builder.data.describe import answer_of, cells_of
from builder.data.fields import PARTS
from builder.data.preparations.image import ImagePreparation
from builder.data.preparations.text import UNKNOWN, TextPreparation
from builder.data.sources import (
    ColumnsSource,
    ImageSource,
    Samples,
    SoundSource,
    Source,
    TextSource,
    parse_source,
)
from builder.data.sources.ratings import RatingsSource
from builder.data.sources.tagged import TaggedSource
from builder.graph.document import Document
from builder.ui import charts, health, listening, problems, recommending, series
from builder.ui.loading import ask_again, cancelled, load
from builder.ui.markup import plain

Image = NDArray[Any]  # (H, W, C)
SHOWN = 12
MOST_WINDOWS = 6
MOST_TOKENS = 40
TIMES = 8  # how often augmentation shows one sample


def look(document: Document) -> None:
    """Parts, classes and samples of the chosen data."""
    source, found = parse_source(document.data)
    if source is None:
        problems.draw(found, "data")
        return
    if not source.here() and not _consent(source):
        return
    if cancelled(source):
        st.info(_("Loading was cancelled. A download goes on later from where it was."), icon=":material/cancel:")
        if st.button(_("Load it"), type="primary", icon=":material/refresh:", on_click=ask_again):
            st.rerun()
        return
    try:
        samples = load(source)
    except Error as error:
        problems.draw(error.problems, "data")
        return
    for column, part in zip(st.columns(3), PARTS, strict=True):
        column.metric(_(part).capitalize(), f"{len(samples.parts[part]):,}", border=True)
    st.caption(_("The test part is locked: no score of it is shown before a run is finished."))
    health.draw(source, samples)
    _notices(samples)
    for number, target in enumerate(samples.spec.targets):
        if len(samples.spec.targets) > 1:
            st.markdown(f"**{plain(target.name, 60)}** :small[:gray[{_('is predicted')}]]")
        st.plotly_chart(charts.answers(samples, target), key=f"answers-{number}" if number else "class-counts")
    st.markdown(f"**{_('Samples')}** :small[:gray[{_('of the training part')}]]")
    _samples(source, samples)
    if isinstance(source, ImageSource) and source.augmentation.active:
        _augmented(source, samples)
    if isinstance(source, TextSource | TaggedSource) and source.augmentation.active:
        _changed_texts(source, samples)
    if isinstance(source, SoundSource) and source.augmentation.active:
        st.markdown(f"**{_('Augmentation')}** :small[:gray[{_('one sound, as the network may meet it')}]]")
        changed = listening.augmented(source, [np.asarray(samples.only[i]) for i in _some(samples)])
        pictures(changed, [_("original"), *[""] * (len(changed) - 1)])


def _consent(source: Source) -> bool:
    """Ask before something large is fetched; who agreed is not asked again until it is cancelled."""
    text = _("This data set is not on this machine yet. It is fetched once and kept: {size}.")
    st.info(text.format(size=size(source.download_bytes)), icon=":material/cloud_download:")
    return st.button(_("Download"), type="primary", icon=":material/download:")


def preview(source: Source, samples: Samples) -> None:
    """What was noticed while reading, and a few samples of the training part."""
    _notices(samples)
    _samples(source, samples)


def _notices(samples: Samples) -> None:
    for notice in samples.notices[:MOST_LISTED]:
        st.caption(f":material/info: {plain(notice.message, 300)}")


def _some(samples: Samples) -> list[int]:
    """A few training samples from all over the part: sets are often sorted by class."""
    index = samples.parts["train"]
    return [int(i) for i in index[np.linspace(0, len(index) - 1, min(SHOWN, len(index))).astype(int)]]


def _samples(source: Source, samples: Samples) -> None:
    some = _some(samples)
    if isinstance(source, ColumnsSource):
        st.dataframe(_rows(samples, some), hide_index=True, width="stretch")
        return
    if source.kind == "series":
        st.plotly_chart(series.windows(samples, samples.spec.inputs[0], some[:MOST_WINDOWS]), key="windows")
        return
    if isinstance(source, RatingsSource):
        st.plotly_chart(recommending.matrix(samples), key="matrix")
        return
    labels = [str(answer_of(samples, samples.spec.target, at)) if samples.spec.targets else "" for at in some]
    if source.kind == "image":
        pictures([np.asarray(samples.only[i]) for i in some], labels)
    elif isinstance(source, SoundSource):
        listening.samples(source, [np.asarray(samples.only[i]) for i in some], labels)
    elif source.kind == "text":
        texts = [" ".join(raw) if isinstance(raw := samples.only[i], tuple) else raw for i in some]
        if samples.spec.target.kind == "tags":
            labels = [" ".join(answer_of(samples, samples.spec.target, at)) for at in some]
        table = pd.DataFrame({_("text"): texts, samples.spec.target.name: labels})
        st.dataframe(table, hide_index=True, width="stretch")
    elif np.asarray(samples.only).shape[1] == 2:
        st.plotly_chart(charts.points(samples), key="points")
    else:
        st.dataframe(pd.DataFrame(np.asarray(samples.only)[some]).assign(label=labels), hide_index=True)


def _rows(samples: Samples, some: Sequence[int]) -> pd.DataFrame:
    """Some rows of a table: what enters the network, and behind it what is right."""
    columns: dict[str, list[Any]] = {}
    for field in samples.spec.inputs:
        rows = [samples.inputs[field.name][at] for at in some]
        if field.columns:
            cells = [cells_of(field, row) for row in rows]
            columns |= {column.name: [row[column.name] for row in cells] for column in field.columns}
        else:
            columns[field.name] = rows
    for target in samples.spec.targets:
        columns[f"→ {target.name}"] = [answer_of(samples, target, at) for at in some]
    return pd.DataFrame(columns)


def picture(image: Image) -> Image:
    """An image (H, W, C) enlarged by whole pixels, so that small ones show what the network sees."""
    factor = max(1, 96 // max(image.shape[:2]))
    enlarged = image.repeat(factor, 0).repeat(factor, 1)
    return enlarged[..., 0] if enlarged.shape[-1] == 1 else enlarged


def pictures(images: Sequence[Image], captions: Sequence[str]) -> None:
    """Small images side by side, each with its caption."""
    with st.container(horizontal=True, gap="small"):
        for image, caption in zip(images, captions, strict=True):
            alt = _("A sample of {label}").format(label=caption) if caption else _("A sample")
            st.image(picture(image), caption=plain(caption, 20) if caption else None, width=92, alt=alt)


def _changed_texts(source: TextSource | TaggedSource, samples: Samples) -> None:
    """One training text many times, as the network may meet it: its tokens, known ones in blue."""
    # imported here: torch is not needed to look at data without augmentation
    import torch

    from builder.data.augmentation.texts import augmented
    from builder.data.fitting import fit

    st.markdown(f"**{_('Augmentation')}** :small[:gray[{_('one text, as the network may meet it')}]]")
    preparation = fit(source, samples).only
    assert isinstance(preparation, TextPreparation)
    x = torch.from_numpy(preparation.apply([samples.only[_some(samples)[0]]]))
    drawn = torch.Generator().manual_seed(source.seed)
    changed = augmented(x.expand(TIMES, -1), source.augmentation, drawn)
    for title, row in [(_("original"), x[0]), *((str(at), row) for at, row in enumerate(changed, 1))]:
        tokens = preparation.written(row[row > 0].tolist()[:MOST_TOKENS])
        badges = (f":{'blue' if token != UNKNOWN else 'gray'}-badge[{plain(token, 20)}]" for token in tokens)
        st.markdown(f":small[:gray[{title}]] {' '.join(badges)}")


def _augmented(source: ImageSource, samples: Samples) -> None:
    """One training image many times, as the network may meet it; where samples are mixed, with another one."""
    # imported here: torch is not needed to look at data without augmentation
    import torch

    from builder.data.augmentation.images import augmented
    from builder.data.augmentation.mixing import mixed
    from builder.data.batches import image_scale
    from builder.data.fitting import fit

    st.markdown(f"**{_('Augmentation')}** :small[:gray[{_('one image, as the network may meet it')}]]")
    some = _some(samples)
    few = np.stack([np.asarray(samples.only[at]) for at in some])
    preparation = fit(source, replace(samples, inputs={"image": few}, parts={"train": np.arange(len(few))})).only
    assert isinstance(preparation, ImagePreparation)
    scale = image_scale(preparation)
    x = torch.from_numpy(preparation.apply(few))
    many, settings = x[:1].expand(TIMES, -1, -1, -1), source.augmentation
    drawn = torch.Generator().manual_seed(source.seed)
    captions = [_("original"), *[""] * TIMES]
    changed = augmented(many, settings, drawn, scale)
    if settings.mixes:
        # each copy is mixed with one of the other samples
        others = x[1:][torch.arange(TIMES) % (len(x) - 1)]
        pairs = torch.stack([changed, augmented(others, settings, drawn, scale)], 1).flatten(0, 1)
        halves = [mixed([pair], (torch.tensor([0, 1]),), (2,), settings, drawn) for pair in torch.chunk(pairs, TIMES)]
        changed = torch.stack([images[0][0] for images, _shares in halves])
        captions[1:] = [f"{shares[0][0, 0].item():.0%} + {shares[0][0, 1].item():.0%}" for _images, shares in halves]
    light = (scale.lit(changed).clamp(0, 1) * 255).round().byte()
    pictures([few[0], *light.permute(0, 2, 3, 1).numpy()], captions)
