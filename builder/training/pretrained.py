"""The weights of ImageNet for networks that begin with them: found, fetched, checked, and put into a model.

They lie where torch.hub keeps them, in `hub/checkpoints` below `TORCH_HOME`. A file counts only when the digits in its
name are those of its sha256; torchvision's own are pickles, so it is read as weights alone, and only after that.
"""

import hashlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn

from builder.compiler.report import Report
from builder.compiler.source import identifiers
from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.sources.download import FAILURES, fetch
from builder.data.sources.source import Progress, quiet
from builder.layers.backbone import Backbone

ABANDONED = 24 * 3600  # seconds after which half a file belongs to no download


def begin(model: nn.Module, report: Report, progress: Progress = quiet) -> None:
    """Give the backbones of a network's model the weights with which they are to begin.

    Raises: Error P-NONE (not on this machine, and not to be had), M-UNSAFE, M-SHAPE (a file of something else); what
    `progress` raises to give up.
    """
    modules = dict(model.named_modules())
    for place, name in identifiers(report).items():
        layer = report.network[place].layer
        if isinstance(layer, Backbone) and layer.weights == "imagenet" and name in modules:
            _fill(modules[name], weights(layer.model, progress), layer.model)


def weights(name: str, progress: Progress = quiet) -> Mapping[str, Tensor]:
    """All weights of one of torchvision's networks, from the folder of `TORCH_HOME` or from the network."""
    path = _found(address(name), name, progress)
    try:
        found: Mapping[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError):
        text = _("The file {name} holds more than weights, or something else, so it was not opened. Get the right one.")
        raise Error("M-UNSAFE", text.format(name=quote(path.name))) from None
    return found


def address(name: str) -> str:
    """Where torchvision keeps the weights of one of its networks."""
    from torchvision import models  # not above: it takes seconds, and few networks need it

    found: str = models.get_model_weights(name).DEFAULT.url
    return found


def _found(url: str, model: str, progress: Progress) -> Path:
    """The file, which is fetched where it is absent or damaged."""
    folder, name = Path(torch.hub.get_dir()) / "checkpoints", url.rpartition("/")[2]
    digits = re.search(r"-([0-9a-f]{8,})\.", name)
    assert digits is not None, name  # torchvision names them so
    path, damaged = folder / name, False
    if path.is_file():
        if _sha256(path).startswith(digits[1]):
            return path
        damaged = True
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder, name)
        _fetched(url, digits[1], path, progress)
    except PermissionError:
        raise _missing(model, name, damaged, _("the folder cannot be written to")) from None
    except FAILURES as error:
        raise _missing(model, name, damaged, str(getattr(error, "reason", error))) from None
    return path


def _fetched(url: str, digits: str, path: Path, progress: Progress) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fetch(url, "sha256", digits, aside, progress, path.name)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _missing(model: str, name: str, damaged: bool, reason: str) -> Error:
    text = _(
        "The weights of {model} {state} and could not be downloaded ({reason}). Put the file {name} into the folder "
        "{folder} of TORCH_HOME, or set weights of the Backbone to none."
    )
    state = _("are damaged") if damaged else _("are not on this machine")
    words = text.format(model=model, state=state, reason=reason[:60], name=quote(name), folder='"hub/checkpoints"')
    return Error("P-NONE", words)


def _tidy(folder: Path, name: str) -> None:
    """Delete what downloads left that were killed long ago."""
    for left in folder.glob(f".{name}.*.part"):
        if time.time() - left.stat().st_mtime > ABANDONED:
            left.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fill(module: nn.Module, found: Mapping[str, Tensor], name: str) -> None:
    """Take over what a network without its last layer needs of all weights."""
    wanted = module.state_dict()
    for key, tensor in wanted.items():
        # files from before torch counted batches lack their number
        given = found.get(key, tensor if key.endswith("num_batches_tracked") else None)
        if given is None or given.shape != tensor.shape:
            shape = _("nothing") if given is None else "x".join(map(str, given.shape))
            text = _("The weights of {model} hold {shape} for {key}; this network needs {wanted}. Get the right file.")
            needed = "x".join(map(str, tensor.shape))
            raise Error("M-SHAPE", text.format(model=name, shape=shape, key=quote(key), wanted=needed))
    module.load_state_dict({key: found[key] for key in wanted if key in found}, strict=False)
