"""Where a training computes, and with how many threads."""

import os

import torch
from torch import nn

from builder.core.errors import Error
from builder.core.text import _
from builder.graph.recipe import Device


def choose(name: Device) -> torch.device:
    """The device of a recipe; `auto` takes the first that is there of cuda, mps, cpu.

    Raises: Error R-DEVICE when this machine does not have it.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, available in there.items() if available))
    if not there[name]:
        text = _('Device "{name}" is not available on this machine; it has {others}. Set the device to "auto".')
        raise Error("R-DEVICE", text.format(name=name, others=", ".join(k for k, here in there.items() if here)))
    return torch.device(name)


def threads() -> int:
    """Threads of a training on the CPU: `OMP_NUM_THREADS`, or all cores; of more than two one is left to the pages."""
    if (named := os.environ.get("OMP_NUM_THREADS", "")).isdecimal():
        return max(1, int(named))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if cores <= 2 else cores - 1


def settle(model: nn.Module, device: torch.device) -> nn.Module:
    """The model on its device, its images laid out with channels last: 1.3 times as fast for convolutions on CPU."""
    if any(isinstance(module, nn.Conv2d) for module in model.modules()):
        return model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
    return model.to(device)
