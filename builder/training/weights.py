"""Weights to begin with: safetensors files that imports have kept in the workspace, found by the sha256 of their bytes.

A file is checked against the network by its header before a number of it is read.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from builder.compiler.report import Place, Report
from builder.compiler.source import identifiers
from builder.compiler.weights import COUNTER, matched, shapes
from builder.core.errors import Error
from builder.core.files import home, write_atomic
from builder.core.text import _, quote, size
from builder.layers.ends import Output

ORDER = "order"  # of the network's tensors, in a file's metadata
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
    # the file itself has its tensors in the order of their names
    content: bytes = safetensors.torch.save(ready, metadata={ORDER: json.dumps(list(ready))})
    sha = hashlib.sha256(content).hexdigest()
    write_atomic(folder() / f"{sha}.safetensors", content)
    return sha


def header(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes in a safetensors file by name; nothing else of it is read. Names stand as people count: 2 before 10.

    Raises: Error L-SIZE, M-TYPE for what is no such file, or cut off.
    """
    if (length := path.stat().st_size) > MOST_BYTES:
        raise Error("L-SIZE", _("{size}; the most is {most}.").format(size=size(length), most=size(MOST_BYTES)))
    try:
        with safe_open(path, "pt") as file:
            names = _ordered(list(file.keys()), file.metadata() or {})
            parts = {name: file.get_slice(name) for name in names}
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


def _ordered(names: list[str], metadata: Mapping[str, str]) -> list[str]:
    """Names in the order of a network that was kept, or as people count."""
    try:
        own = json.loads(metadata.get(ORDER, "null"))
    except (ValueError, RecursionError):
        own = None
    if isinstance(own, list) and all(isinstance(name, str) for name in own) and sorted(own) == sorted(names):
        return own
    return sorted(
        names, key=lambda name: [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
    )


def fitted(report: Report, path: Path) -> dict[str, Tensor]:
    """The tensors of a file under the network's own names. Raises: Error M-TYPE, M-SHAPE with every mismatch."""
    return _read(path, matched(shapes(report), header(path)))


def require(report: Report) -> None:
    """Whether the weights that the recipe begins with are there and fit. Raises: Error M-NONE, M-SHAPE."""
    if report.recipe is not None and report.recipe.weights is not None:
        _wanted(report, report.recipe.weights)


def begin(model: nn.Module, report: Report) -> None:
    """Load the weights that the recipe begins with; without any the model stays as it was drawn.

    The last layer with weights follows the classes: where theirs has another size, or none is like it, it stays, too.
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
    fitting = {name for name in ours if theirs.get(name) == ours[name]}
    if {name for name in ours.keys() - fitting if not name.endswith(COUNTER)} <= _answers(report, ours):
        return {name: name for name in fitting}
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
    modules = identifiers(report)
    starts = tuple(f"{modules[place]}." for place in last if place in modules)
    return {name for name in names if name.startswith(starts)} if starts else set()


def _read(path: Path, ours: Mapping[str, str]) -> dict[str, Tensor]:
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(theirs) for name, theirs in ours.items()}
