"""Weights to begin with: safetensors files that imports have kept in the workspace, found by the sha256 of their bytes.

A file is checked against the network by its header before a number of it is read.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from builder.compiler.report import Place, Report
from builder.compiler.weights import matched, module_names, shapes
from builder.core.errors import Error
from builder.core.files import home, write_atomic
from builder.core.text import _, quote, size
from builder.layers.ends import Output

MOST_BYTES = 8_000_000_000
NUMBERS = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"}


def folder() -> Path:
    """Where kept weights lie."""
    path = home() / "weights"
    path.mkdir(exist_ok=True)
    return path


def keep(tensors: Mapping[str, Tensor]) -> str:
    """Keep tensors under the names that a network has for them. Returns the sha256. Raises: OSError."""
    ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content: bytes = safetensors.torch.save(ready)
    sha = hashlib.sha256(content).hexdigest()
    write_atomic(folder() / f"{sha}.safetensors", content)
    return sha


def header(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes in a safetensors file by name; nothing else of it is read.

    Raises: Error L-SIZE, M-TYPE for what is no such file, or cut off.
    """
    if (length := path.stat().st_size) > MOST_BYTES:
        raise Error("L-SIZE", _("{size}; the most is {most}.").format(size=size(length), most=size(MOST_BYTES)))
    try:
        with safe_open(path, "pt") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118, it is no mapping
            odd = next((name for name, part in parts.items() if part.get_dtype() not in NUMBERS), None)
            found = {name: tuple(part.get_shape()) for name, part in parts.items()}
    except (SafetensorError, OSError, ValueError, OverflowError) as error:
        reason = str(error).split("\n")[0][:80]
        text = _("This is no safetensors file, or it is damaged ({reason}). Save it again.")
        raise Error("M-TYPE", text.format(reason=reason)) from None
    if odd is not None:
        text = _("{name} holds numbers of a kind that is not read. Save it as float32.")
        raise Error("M-TYPE", text.format(name=quote(odd)))
    return found


def fitted(report: Report, path: Path) -> dict[str, Tensor]:
    """The tensors of a file under the network's own names. Raises: Error M-TYPE, M-SHAPE with every mismatch."""
    return _read(path, matched(shapes(report), header(path)))


def require(report: Report) -> None:
    """Whether the weights that the recipe begins with are there and fit. Raises: Error M-NONE, M-SHAPE."""
    if report.recipe is not None and report.recipe.weights is not None:
        _wanted(report, report.recipe.weights)


def begin(model: nn.Module, report: Report) -> None:
    """Load the weights that the recipe begins with; without any the model stays as it was drawn.

    The last layer with weights may have another size than theirs, since it follows the classes: then it stays, too.
    Raises: Error M-NONE, M-SHAPE, M-DAMAGED.
    """
    if report.recipe is None or report.recipe.weights is None:
        return
    sha = report.recipe.weights
    ours = _wanted(report, sha)
    path = _path(sha)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha:
            raise Error("M-DAMAGED", _("The weights to begin with are damaged. Import them again."))
    model.load_state_dict(_read(path, ours), strict=False)


def _path(sha: str) -> Path:
    return folder() / f"{sha}.safetensors"


def _wanted(report: Report, sha: str) -> dict[str, str]:
    """Which of the kept tensors each of the network's is."""
    if not _path(sha).is_file():
        text = _(
            "The weights to begin with ({sha}…) are not in this workspace. Import them again, or begin without them: "
            "in Train, or with --set recipe.weights=null."
        )
        raise Error("M-NONE", text.format(sha=sha[:8]))
    ours, theirs = shapes(report), header(_path(sha))
    other = {name for name in ours if name in theirs and ours[name] != theirs[name]}
    if other and other <= _answers(report, ours):
        ours, theirs = ({n: shape for n, shape in known.items() if n not in other} for known in (ours, theirs))
    return matched(ours, theirs)


def _answers(report: Report, names: Mapping[str, tuple[int, ...]]) -> set[str]:
    """The tensors of the last layers with weights before an Output."""
    reached = [step.sources[0] for step in report.network.values() if isinstance(step.layer, Output)]
    last: set[Place] = set()
    for place in reached:
        step = report.network[place]
        if step.params:
            last.add(place)
        else:
            reached += [source for source in step.sources if source not in reached]
    modules = module_names(report)
    starts = tuple(f"{modules[place]}." for place in last)
    return {name for name in names if name.startswith(starts)} if starts else set()


def _read(path: Path, ours: Mapping[str, str]) -> dict[str, Tensor]:
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(theirs) for name, theirs in ours.items()}
