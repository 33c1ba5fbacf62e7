"""How an attempt ended, in a status and a sentence."""

import errno
import signal
import sys
import traceback

from builder.core.errors import Error, Problem, internal, reference
from builder.core.text import _, size
from builder.runs.store import Status

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# what torch, oneDNN, the loader of libraries and the C++ library say when memory is missing
NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "out of memory",
    "bad_alloc",
    "could not create a memory",
    "failed to map segment",
    "can't start new thread",
)


class Stopped(Exception):
    """Stop was asked for."""


class Terminated(Exception):
    """The system asked this process to end."""


def verdict(error: BaseException, *, epoch: int, batch_size: int, free: int) -> tuple[Status, Problem | None]:
    """The status and the problem for what ended an attempt.

    Params: epoch, finished ones; free, bytes left on the disk.
    """
    match error:
        case Stopped():
            return "stopped", None
        case Terminated():
            return "interrupted", ended(signal.SIGTERM, epoch)
        case Error(code="S-DISK"):
            return "interrupted", disk_full(free)
        case Error():
            return "failed", error.problems[0]
        case OSError() if error.errno in NO_SPACE:
            return "interrupted", disk_full(free)
        case MemoryError() | OSError(errno=errno.ENOMEM):
            return "failed", out_of_memory(epoch, batch_size)
        case RuntimeError() | ImportError() if any(words in str(error).lower() for words in NO_MEMORY):
            return "failed", out_of_memory(epoch, batch_size)
    ref = reference()
    print(f"Ref {ref}", file=sys.stderr)
    traceback.print_exception(error)
    return "failed", internal(ref)


def ended(number: int, epoch: int) -> Problem:
    """The system ended the worker, which could still save."""
    text = _("Training was ended by the system (signal {number}) after epoch {epoch}. Nothing was lost. Press Resume.")
    return Problem("R-CRASH", text.format(number=int(number), epoch=epoch))


def lost(epoch: int) -> Problem:
    """The worker is gone, and nobody knows why."""
    text = _("Training stopped unexpectedly after epoch {epoch}. Nothing saved was lost. Press Resume.")
    return Problem("R-LOST", text.format(epoch=epoch))


def crashed(how: str, ref: str) -> Problem:
    """The worker died of itself; `how` names the signal or the exit code."""
    text = _("The trainer crashed ({how}). Saved epochs are kept; press Resume to go on. Ref {ref}.")
    return Problem("R-CRASH", text.format(how=how, ref=ref))


def disk_full(free: int) -> Problem:
    """Nothing more can be saved."""
    return Problem("R-DISK", _("The disk is full ({free} left). Free space, then Resume.").format(free=size(free)))


def out_of_memory(epoch: int, batch_size: int) -> Problem:
    """Memory is missing in the epoch under way."""
    smaller = 1 << max(0, (batch_size // 2).bit_length() - 1)  # a power of two, at most half
    text = _("Ran out of memory at epoch {epoch}.").format(epoch=epoch + 1)
    hint = _("Try batch size {n}.").format(n=smaller) if batch_size > 1 else _("Try a smaller network.")
    return Problem("R-MEMORY", f"{text} {hint}")
