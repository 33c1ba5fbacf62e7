"""The folder of a run: who is alive, and last words on a full disk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from builder.core.ids import new_id
from builder.runs.folder import WORDS_BYTES, RunFolder

HOLD = "import sys; from pathlib import Path; from builder.runs.folder import RunFolder\n" + (
    "print(RunFolder(Path(sys.argv[1]), sys.argv[2]).take(), flush=True); sys.stdin.read()"
)


@pytest.fixture
def folder(workspace: Path) -> RunFolder:
    folder = RunFolder(workspace, new_id())
    folder.make(b"{}")
    return folder


def holder(folder: RunFolder) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLD, str(folder.path.parent.parent), folder.id]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "True\n"
    return child


def test_a_lock_tells_who_is_alive_and_looking_does_not_disturb(folder: RunFolder) -> None:
    assert not folder.alive()
    child = holder(folder)
    assert [folder.holder() for _ in range(100)] == [child.pid] * 100
    child.communicate()
    assert not folder.alive()


def test_a_zombie_is_dead(folder: RunFolder) -> None:
    child = holder(folder)
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is still in the table of processes
    assert not folder.alive()
    child.communicate()


def test_the_pid_of_a_dead_worker_says_nothing(folder: RunFolder) -> None:
    (folder.path / "lock").write_text(str(os.getpid()))  # reused by a living process
    assert not folder.alive()


def test_last_words_need_no_more_space(folder: RunFolder) -> None:
    assert folder.words() == {}
    folder.say(code="too early")  # nothing is set aside yet
    assert folder.words() == {}
    folder.open_words(oom_kills=3)
    folder.say(status="interrupted", code="R-DISK", message="x" * 300)
    assert folder.words() == {"oom_kills": 3, "status": "interrupted", "code": "R-DISK", "message": "x" * 300}
    folder.say(status=None, code=None, message=None)
    assert folder.words() == {"oom_kills": 3}
    assert (folder.path / "words").stat().st_size == WORDS_BYTES
