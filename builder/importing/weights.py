"""Weights for an imported network, or for one that is there already: kept in the workspace, and named in the recipe."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import safe_open
from torch import Tensor

from builder.compiler.check import check
from builder.compiler.weights import alike, matched
from builder.core.errors import Error
from builder.core.text import _, quote
from builder.graph.document import Document
from builder.graph.edit import apply
from builder.importing.files import is_safetensors, refuse_unsafe
from builder.importing.imported import Imported
from builder.training.weights import fitted, header, keep


def with_weights(made: Imported, path: Path | None = None) -> Document:
    """The document of an import, beginning with the weights of its file or of the original's state_dict at `path`.

    Raises: Error M-UNSAFE, M-TYPE, M-SHAPE with every mismatch; OSError.
    """
    if path is None:
        return _beginning(made.document, made.state(made.tensors)) if made.tensors else made.document
    _require(path)
    return _beginning(made.document, made.state(_originals(made, path)))


def into(document: Document, path: Path) -> Document:
    """A network that begins with the weights of a safetensors file: by name, or by order where all shapes agree.

    Raises: Error of a document that cannot train, M-UNSAFE, M-TYPE, M-SHAPE with every mismatch; OSError.
    """
    _require(path)
    report = check(document)
    if not report.ok:
        raise Error.of(report.errors)
    return _beginning(document, fitted(report, path))


def _require(path: Path) -> None:
    refuse_unsafe(path)
    if not is_safetensors(path):
        text = _("{name} is no safetensors file. Save the weights with safetensors.torch.save_file.")
        raise Error("M-TYPE", text.format(name=quote(path.name)))


def _beginning(document: Document, tensors: Mapping[str, Tensor]) -> Document:
    return apply(document, {"op": "set_recipe", "values": {"weights": keep(tensors)}})


def _originals(made: Imported, path: Path) -> dict[str, Tensor]:
    """The tensors of the original's state_dict by their names there, or by order where all shapes agree."""
    needed = dict(made.originals().values())
    found = header(path).items()
    known = {name: needed[name] if alike(shape, needed.get(name)) else shape for name, shape in found}
    unbuilt = set(made.weights.values()) - needed.keys()  # of layers that lead nowhere
    pairs = matched(needed, {name: shape for name, shape in known.items() if name not in unbuilt})
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(theirs) for name, theirs in pairs.items()}
