"""Programs that must get by with little memory."""

import resource
import subprocess
import sys
from pathlib import Path


def run_limited(program: str, megabytes: int, content: bytes, tmp_path: Path) -> str:
    """What a program says whose process may use so much memory; its argument is a file with `content`."""
    given = tmp_path / "given"
    given.write_bytes(content)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = subprocess.run(
        [sys.executable, "-c", program, str(given)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr
