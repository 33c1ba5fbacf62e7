"""What kind of file it is, told by its content; a file that could run code is never opened."""

import zipfile
from pathlib import Path

from builder.core.errors import Error
from builder.core.text import _, quote, size
from builder.importing.imported import Imported
from builder.importing.keras_json import keras_model
from builder.importing.onnx_graph import onnx_graph

MOST_JSON = 5_000_000
MOST_ONNX = 1_000_000_000
MOST_HEADER = 100_000_000  # of a safetensors file, which its reader allows
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".pt2", ".npy", ".npz")
HDF5 = b"\x89HDF\r\n\x1a\n"


def import_file(path: Path) -> Imported:
    """The network of a file: a Keras model's JSON, or an ONNX graph.

    Raises: Error P-NONE, L-SIZE, M-UNSAFE (it could run code), M-TYPE (no such file), M-LAYER (what it holds that is
    not in the catalogue), and those of each format.
    """
    head = _head(path)
    refuse_unsafe(path, head)
    if is_safetensors(path):
        text = _("{name} holds weights without a network. Say which network they belong to: --into NETWORK.")
        raise Error("M-TYPE", text.format(name=quote(path.name)))
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return keras_model(_content(path, MOST_JSON), path.stem)
    return onnx_graph(_content(path, MOST_ONNX), path.stem)


def refuse_unsafe(path: Path, head: bytes | None = None) -> None:
    """Raises: Error M-UNSAFE for a file that could run code, M-TYPE for other weights that are not read."""
    head = _head(path) if head is None else head
    if head.startswith(HDF5):
        raise _keras_file(path)
    if head.startswith(b"PK"):
        if _is_keras_archive(path):
            raise _keras_file(path)
        raise _unsafe(path)
    if path.suffix.casefold() in PICKLES or (len(head) > 1 and head[0] == 0x80 and head[1] <= 5):
        raise _unsafe(path)


def _keras_file(path: Path) -> Error:
    text = _("{name} is a file of Keras that is not opened here. Write the network as text: model.to_json().")
    return Error("M-TYPE", text.format(name=quote(path.name)))


def _unsafe(path: Path) -> Error:
    text = _("{name} could run code, so it was not opened. Save the weights with safetensors, the network as ONNX.")
    return Error("M-UNSAFE", text.format(name=quote(path.name)))


def _is_keras_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.casefold() == ".keras"


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as one of weights does: the length of a header, then JSON."""
    head = _head(path)
    return len(head) > 8 and int.from_bytes(head[:8], "little") <= MOST_HEADER and head[8:9] == b"{"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(64)
    except OSError as error:
        text = _("{name} could not be read ({reason}). Check its name.")
        raise Error("P-NONE", text.format(name=quote(path.name), reason=error.strerror)) from None


def _content(path: Path, most: int) -> bytes:
    if (length := path.stat().st_size) > most:
        raise Error("L-SIZE", _("{size}; the most is {most}.").format(size=size(length), most=size(most)))
    return path.read_bytes()
