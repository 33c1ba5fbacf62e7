"""The dialog that reads networks and weights from elsewhere; what came becomes a new network."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from builder.core.errors import Error
from builder.core.ids import file_name
from builder.core.text import _, count, quote
from builder.graph.document import Document
from builder.ui import session
from builder.ui.markup import plain
from builder.ui.session import Workbench

MOST = 500  # MB of an upload
READ = "imported"  # key of what was read last in this session


@dataclass(frozen=True)
class _Read:
    """What an upload or a name gave: a document to open, or why there is none."""

    of: str  # the upload or name
    document: Document | None
    params: int = 0
    weights: bool = False
    notes: tuple[str, ...] = ()
    error: str = ""


@st.dialog(_("Import from elsewhere"), width="medium")
def open_dialog(bench: Workbench) -> None:
    """Choose a file or a classifier, see what came, and open it."""
    file, ready = st.tabs([_("A file"), _("A torchvision classifier")])
    with file:
        _from_file(bench)
    with ready:
        _from_torchvision()


def _from_file(bench: Workbench) -> None:
    st.markdown(
        _(
            "A Keras model as the text of `model.to_json()`, an ONNX file with its weights, or weights as safetensors "
            "for the network that is open. Nothing in a file is run."
        )
    )
    given = st.file_uploader(_("File to import"), key="import-file", max_upload_size=MOST, label_visibility="collapsed")
    if given is not None:
        _show(_once(given.file_id, lambda: _read_file(given.file_id, given.name, given.getvalue(), bench)))


def _from_torchvision() -> None:
    # torchvision takes a second, and the pages do without it
    from builder.importing.torchvision_models import names

    st.markdown(_("Its layers, grouped into blocks where they repeat, without trained weights."))
    name = st.selectbox(_("Classifier"), names(), index=None, key="import-model", placeholder=_("Choose one"))
    if name:
        with st.spinner(_("Reading {name}").format(name=name)):
            _show(_once(f"torchvision:{name}", lambda: _read_model(name)))


def _once(of: str, read: Callable[[], _Read]) -> _Read:
    """What was read; the same again is not read again."""
    kept = st.session_state.get(READ)
    if not isinstance(kept, _Read) or kept.of != of:
        kept = st.session_state[READ] = read()
    return kept


def _show(read: _Read) -> None:
    """What came, what is unknown, and the button that opens it."""
    if read.document is None:
        for line in read.error.split("\n"):
            st.error(plain(line, 320))
        st.markdown(_("Nothing was changed."))
        return
    document = read.document
    with st.container(border=True):
        st.markdown(f"**{plain(document.title or _('Untitled network'))}**")
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(_("{n} layers").format(n=document.graph.count), icon=":material/layers:", color="gray")
            st.badge(_("{n} parameters").format(n=count(read.params)), icon=":material/tune:", color="gray")
            if read.weights:
                st.badge(_("with weights"), icon=":material/weight:", color="green")
        for sentence in read.notes:
            st.caption(plain(sentence, 320))
    if st.button(_("Open as a new network"), type="primary", icon=":material/arrow_forward:", key=f"import:{read.of}"):
        session.new_network(document)
        st.session_state.pop(READ, None)
        st.rerun()


def _read_model(name: str) -> _Read:
    # as above
    from builder import importing

    return _guarded(f"torchvision:{name}", lambda: _opened(importing.torchvision_model(name)))


def _read_file(of: str, name: str, content: bytes, bench: Workbench) -> _Read:
    path = Path(name)
    kind = path.suffix if path.suffix[1:].isalnum() and len(path.suffix) < 15 else ""
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / f"{file_name(path.stem)}{kind}"
        aside.write_bytes(content)
        return _guarded(of, lambda: _file(aside, bench))


def _file(path: Path, bench: Workbench) -> tuple[Document, int, tuple[str, ...]]:
    # as above
    from builder import importing
    from builder.compiler.check import check
    from builder.importing.files import is_safetensors

    if not is_safetensors(path):
        return _opened(importing.import_file(path))
    document = importing.into(bench.document, path)
    report = check(document)
    text = _("These are weights for the network that is open, {title}. A copy of it begins with them.")
    return document, report.params, (text.format(title=quote(bench.document.title)),)


def _opened(made: Any) -> tuple[Document, int, tuple[str, ...]]:
    # as above
    from builder import importing

    return importing.with_weights(made), made.report().params, made.notes


def _guarded(of: str, read: Callable[[], tuple[Document, int, tuple[str, ...]]]) -> _Read:
    try:
        document, params, notes = read()
    except Error as error:
        return _Read(of, None, error=str(error))
    except OSError:
        return _Read(of, None, error=f"[R-DISK] {_('The weights could not be kept: the disk is full or read-only.')}")
    return _Read(of, document, params, bool(document.recipe.get("weights")), notes)
