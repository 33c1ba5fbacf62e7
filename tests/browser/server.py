"""The app as a person starts it: a server of its own on a free port, which can be killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from builder.graph.document import Document
from builder.graph.networks import Networks
from builder.runs.folder import RunFolder
from builder.runs.store import ACTIVE, Run, Store

ROOT = Path(__file__).parents[2]


class Server:
    """`streamlit run app.py` over one workspace."""

    def __init__(self, home: Path, datasets: Path | None = None) -> None:
        self.home = home
        self.datasets = datasets
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.place}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, script: str = "app.py") -> "Server":
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
        environment = {**os.environ, "NETBUILDER_HOME": str(self.home), "NETBUILDER_LANG": "en"}
        environment.pop("NETBUILDER_DATASETS", None)
        if self.datasets:
            environment["NETBUILDER_DATASETS"] = str(self.datasets)
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "server.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [*command, f"--server.port={self.port}"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                return self
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start: {(self.home / 'server.txt').read_text()[-2000:]}")

    def kill(self) -> None:
        """End the server alone, as a crash does; what it started lives on."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End the server and everything that it or an earlier one started."""
        if self.process and self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        self.kill()
        with self.store() as store:
            for run in store.list(ACTIVE):
                store.transition(run.id, "starting", "stopped")
                self.kill_worker(run.id)

    def kill_worker(self, run: str) -> None:
        """End a run's worker as a crash does."""
        if pid := RunFolder(self.home, run).holder():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """The runs of the workspace, seen from outside the server."""
        store = Store(self.home)
        try:
            yield store
        finally:
            store.close()

    def newest(self) -> Run:
        """The run that was started last."""
        with self.store() as store:
            return store.list()[0]

    def run(self, id: str) -> Run:
        """One run as it stands now."""
        with self.store() as store:
            return store.get(id)

    def steps(self, id: str, name: str = "train_loss") -> list[int]:
        """The steps at which something was recorded."""
        with self.store() as store:
            return store.history(id).series[name].step

    def keep(self, document: Document) -> str:
        """Put a network in the workspace; the id under which a page shows it."""
        return Networks(self.home).create(document)

    def kept(self, id: str) -> Document:
        """A network as it lies in the workspace."""
        return Networks(self.home).open(id)[0]
