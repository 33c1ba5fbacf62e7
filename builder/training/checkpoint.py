"""Checkpoints: whole or absent, hashed in the store, and enough to go on bit for bit.

A state is one safetensors file: weights, optimizer and random states as tensors, the rest as JSON in its metadata. The
best weights lie in a file of their own. The last two states and the best weights are kept.
"""

import json
import secrets
from typing import Any, Final, Literal

import safetensors.torch
import torch
from torch import Tensor, nn

from builder.core.errors import Error, Problem
from builder.core.files import sha256
from builder.core.text import _
from builder.runs.folder import RunFolder
from builder.runs.store import Checkpoint, Store
from builder.training.loop import Best, State

KEPT: Final = 2
PLACE: Final = ("epoch", "position", "samples", "sums", "step")


def save(folder: RunFolder, store: Store, model: nn.Module, state: State) -> None:
    """Write a state, and the best weights when they are new; register both; drop what is no longer kept.

    Raises: OSError when the disk is full (what was there stays as it was), Error S-DISK.
    """
    registered = store.checkpoints(folder.id)
    states = [known for known in registered if not known.best]
    new = [_write_state(folder, model, state)]
    drop = [known.file for known in states[KEPT - 1 :]]
    best, old = state.best, [known for known in registered if known.best]
    if best is not None and not any(known.step == best.step for known in old):
        facts = {"val_loss": best.val_loss, "metric": best.metric, "value": best.value}
        content = _pack({f"model.{name}": tensor for name, tensor in best.weights.items()}, facts)
        new.append(_write(folder, content, best.step, best.epoch, best=True))
        drop += [known.file for known in old]
    store.register(folder.id, new, drop)
    _prune(folder, {known.file for known in (*registered, *new)} - set(drop))


def load_latest(folder: RunFolder, store: Store, model: nn.Module, state: State) -> Problem | None:
    """Bring model, state and random numbers to the latest checkpoint that is whole; with none they stay fresh.

    Returns M-DAMAGED when the latest was damaged and the one before it was taken. Raises: Error M-DAMAGED when all are,
    M-OLD.
    """
    registered = store.checkpoints(folder.id)
    states = [known for known in registered if not known.best]
    for known in states:
        if content := _content(folder, known):
            _restore(content, model, state)
            state.best = _best(folder, registered)
            return None if known == states[0] else _damaged(states[0], known)
    if states:
        raise Error("M-DAMAGED", _("Every checkpoint of this run is damaged. Train it again."))
    return None


def weights(folder: RunFolder, store: Store, which: Literal["best", "last"] = "best") -> dict[str, Tensor]:
    """The weights of the best epoch, or of the latest state; while there is no best yet, the latest too.

    Raises: Error M-DAMAGED, naming another that is whole, P-NONE while nothing is saved.
    """
    for _again in range(3):  # a worker may replace files between the look into the store and the reading
        registered = store.checkpoints(folder.id)
        ranked = sorted(registered, key=lambda known: known.best != (which == "best"))  # stable: newest first
        if not ranked:
            raise Error("P-NONE", _("This run has no saved weights yet. Wait for its first epoch."))
        if content := _content(folder, ranked[0]):
            tensors = safetensors.torch.load(content)
            return {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}
    raise Error.of([_damaged(ranked[0], next((other for other in ranked[1:] if _content(folder, other)), None))])


def _damaged(known: Checkpoint, other: Checkpoint | None) -> Problem:
    text = _("Checkpoint of epoch {epoch} is damaged.").format(epoch=known.epoch)
    if other is None:
        return Problem("M-DAMAGED", text + " " + _("No other is available. Train it again."))
    return Problem(
        "M-DAMAGED", text + " " + _("Epoch {epoch} is available.").format(epoch=other.epoch), severity="warning"
    )


def _content(folder: RunFolder, known: Checkpoint) -> bytes | None:
    """The bytes of a checkpoint, or None when they are gone or not what was written."""
    try:
        content = folder.read(known.file)
    except FileNotFoundError:
        return None
    return content if sha256(content) == known.sha256 else None


def _write_state(folder: RunFolder, model: nn.Module, state: State) -> Checkpoint:
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()} | _random_states()
    optimizer = state.optimizer.state_dict()
    plain: dict[str, Any] = {"optimizer": {}, "groups": optimizer["param_groups"], "threads": torch.get_num_threads()}
    for number, values in optimizer["state"].items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{number}.{name}"] = value
            else:
                plain["optimizer"].setdefault(number, {})[name] = value
    plain["place"] = {name: getattr(state, name) for name in PLACE}
    return _write(folder, _pack(tensors, plain), state.step, state.epoch, best=False)


def _write(folder: RunFolder, content: bytes, step: int, epoch: int, *, best: bool) -> Checkpoint:
    # never the name of another file: a crash before it is registered must not touch one that is
    file = f"checkpoints/{'best' if best else 'state'}-{step:09d}-{secrets.token_hex(4)}.safetensors"
    return Checkpoint(file, step, epoch, folder.write(file, content), best)


def _pack(tensors: dict[str, Tensor], plain: dict[str, Any]) -> bytes:
    ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content: bytes = safetensors.torch.save(ready, metadata={"state": json.dumps(plain)})
    return content


def _restore(content: bytes, model: nn.Module, state: State) -> None:
    tensors = safetensors.torch.load(content)
    plain = _plain(content)
    if "sums" not in plain["place"]:
        raise Error("M-OLD", _("An earlier version made this run, and this one cannot use it. Train it again."))
    torch.set_num_threads(plain["threads"])  # another number adds in another order
    model.load_state_dict({name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")})
    values: dict[int, dict[str, Any]] = {int(number): dict(rest) for number, rest in plain["optimizer"].items()}
    parameters = [parameter for group in state.optimizer.param_groups for parameter in group["params"]]
    for key, tensor in tensors.items():
        if key.startswith("optimizer."):
            _optimizer, number, name = key.split(".")
            values.setdefault(int(number), {})[name] = _laid_out(tensor, parameters[int(number)])
    state.optimizer.load_state_dict({"state": values, "param_groups": _groups(plain["groups"])})
    for name in PLACE:
        setattr(state, name, plain["place"][name])
    _set_random_states(tensors)


def _plain(content: bytes) -> dict[str, Any]:
    """What `_pack` put beside the tensors."""
    size = int.from_bytes(content[:8], "little")
    plain: dict[str, Any] = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["state"])
    return plain


def _laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """The tensor in the memory layout of its parameter, as it was before it was saved."""
    return torch.empty_like(like).copy_(tensor) if tensor.shape == like.shape and tensor.ndim else tensor


def _groups(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # JSON has no tuples, and torch writes betas as one
    return [{k: tuple(v) if k == "betas" else v for k, v in group.items()} for group in groups]


def _best(folder: RunFolder, registered: tuple[Checkpoint, ...]) -> Best | None:
    for known in registered:
        if known.best and (content := _content(folder, known)):
            tensors = {name[6:]: tensor for name, tensor in safetensors.torch.load(content).items()}
            facts = _plain(content)
            return Best(known.epoch, known.step, facts["metric"], facts["value"], facts["val_loss"], tensors)
    return None


def _random_states() -> dict[str, Tensor]:
    """What draws in a training: torch alone, on each of its devices."""
    states = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        states |= {f"random.cuda.{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    if torch.backends.mps.is_available():
        states["random.mps"] = torch.mps.get_rng_state()
    return states


def _set_random_states(tensors: dict[str, Tensor]) -> None:
    torch.set_rng_state(tensors["random.cpu"])
    for name, state in tensors.items():
        if name.startswith("random.cuda.") and torch.cuda.is_available():
            torch.cuda.set_rng_state(state, int(name.rpartition(".")[2]))
        elif name == "random.mps" and torch.backends.mps.is_available():
            torch.mps.set_rng_state(state)


def _prune(folder: RunFolder, keep: set[str]) -> None:
    for path in folder.checkpoints.iterdir():
        if f"checkpoints/{path.name}" not in keep:
            folder.remove(f"checkpoints/{path.name}")
