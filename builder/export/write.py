"""Writing an export to disk, never over what is there."""

from pathlib import Path
from typing import Literal

import safetensors.torch

from builder.core.errors import Error
from builder.core.files import sha256, write_atomic
from builder.core.text import _, quote
from builder.evaluation.trained import Trained
from builder.export import project
from builder.export.about import about
from builder.export.onnx import onnx_file
from builder.runs.store import Store

Form = Literal["python", "onnx", "safetensors"]


def export(store: Store, run_id: str, to: Form, out: Path) -> None:
    """Write a run's network: `python`, a folder that runs without netbuilder; `onnx`, one file for other programs;
    `safetensors`, its weights in one file.

    Raises: Error P-EXISTS (something is there already), P-WRITE, and those of `Trained.of` and `onnx_file`.
    """
    _require_free(out, folder=to == "python")
    trained = Trained.of(store, run_id)
    try:
        if to != "python":
            content = onnx_file(store, trained) if to == "onnx" else weights_file(trained)
            out.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(out, content)
            return
        out.mkdir(parents=True, exist_ok=True)
        for name, content in project.files(trained).items():
            write_atomic(out / name, content)
    except OSError as error:
        text = _("Cannot write to {name} ({reason}). Choose another place.")
        raise Error("P-WRITE", text.format(name=quote(out.name), reason=error.strerror)) from None


def weights_file(trained: Trained) -> bytes:
    """The weights with what is known `about` them as JSON in the metadata.

    `sha256` there is that of the same tensors saved without metadata.
    """
    tensors = trained.weights()
    metadata = about(trained) | {"sha256": sha256(safetensors.torch.save(tensors))}
    content: bytes = safetensors.torch.save(tensors, metadata=metadata)
    return content


def _require_free(out: Path, *, folder: bool) -> None:
    """An empty folder may be filled; anything else that exists stays as it is."""
    if not out.exists() or (folder and out.is_dir() and not any(out.iterdir())):
        return
    text = _("{name} is there already. Choose another place, or remove it first.")
    raise Error("P-EXISTS", text.format(name=quote(out.name)))
