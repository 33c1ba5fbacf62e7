"""What a worker died of that could not say so itself."""

import re
import signal
from pathlib import Path
from typing import Final, cast

from builder.core.errors import Problem, reference
from builder.core.text import _
from builder.graph.document import from_json
from builder.runs.folder import RunFolder
from builder.runs.store import Run, Status
from builder.training.failures import crashed, lost, out_of_memory

# what faulthandler writes into the log as the process goes down
FATAL: Final = {
    "Segmentation fault": signal.SIGSEGV,
    "Aborted": signal.SIGABRT,
    "Bus error": signal.SIGBUS,
    "Floating-point exception": signal.SIGFPE,
    "Illegal instruction": signal.SIGILL,
}


def cause(run: Run, folder: RunFolder, exit_code: int | None) -> tuple[Status, Problem | None]:
    """The status and the problem of a run whose worker is gone.

    Params: exit_code, of our own child as `subprocess` gives it (a signal is negative); None when it was another's.
    """
    words = folder.words()
    if status := words.get("status"):
        return cast(Status, status), Problem(words["code"], words["message"]) if words.get("code") else None
    if run.command == "stop":
        return "stopped", None
    number = -exit_code if exit_code is not None and exit_code < 0 else _fatal_signal(folder)
    if number in (None, signal.SIGKILL) and oom_kills() > words.get("oom_kills", oom_kills()):
        return "failed", out_of_memory(run.epoch, _batch_size(run))
    if number not in (None, signal.SIGKILL):
        return "failed", crashed(_("signal {number}").format(number=number), reference())
    if exit_code is not None and exit_code >= 0:
        return "failed", crashed(_("exit code {number}").format(number=exit_code), reference())
    return "interrupted", lost(run.epoch)


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it does not say."""
    try:
        counters = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in counters if line.startswith("oom_kill "))


def _fatal_signal(folder: RunFolder) -> int | None:
    found = re.search(r"^Fatal Python error: (.+)$", folder.last_log(), re.MULTILINE)
    return FATAL.get(found[1].strip()) if found else None


def _batch_size(run: Run) -> int:
    return int(cast(int, from_json(run.document).recipe.get("batch_size", 64)))
