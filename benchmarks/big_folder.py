"""How much memory the worker takes to train on a folder of images that is larger than memory should be.

python -m benchmarks.big_folder --gb 5

Makes a folder of so many gigabytes of PNG files in a temporary directory, trains one epoch with the real worker, and
prints its peak of resident memory above what it had before it looked at the data.
"""

import argparse
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from builder.graph.document import Document, from_json
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training import supervisor

SIDE = 256  # pixels of an image; noise does not compress, so a file has about 200 kB


def make(folder: Path, bytes: int) -> int:
    """Fill a folder with two classes of images. Returns: how many."""
    random = np.random.default_rng(0)
    made = count = 0
    while made < bytes:
        pixels = random.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        pixels[: SIDE // 2] //= 1 + count % 2  # one class is darker above
        file = folder / ("dark" if count % 2 else "light") / f"{count:06}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(file, compress_level=0)
        made += file.stat().st_size
        count += 1
    return count


def memory(pid: int, what: str) -> int:
    """Bytes of `VmRSS` or `VmHWM` (the peak) of a process; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:")), 0)


def network(folder: Path) -> Document:
    """A small network, so that memory is that of the data."""
    nodes = [
        {"id": "input", "type": "Input"},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": 4, "kernel_size": 7, "stride": 4, "padding": 3}},
        {"id": "pool", "type": "GlobalAvgPool"},
        {"id": "linear", "type": "Linear", "params": {"out_features": 2}},
        {"id": "output", "type": "Output"},
    ]
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
    return from_json(
        {
            "format": "netbuilder",
            "version": 1,
            "title": "Big folder",
            "data": {"source": "images", "path": str(folder), "size": 224},
            "graph": {"nodes": nodes, "edges": edges},
            "recipe": {"epochs": 1},
        }
    )


def main() -> None:
    """Make the folder, train, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=5.0)
    gigabytes = parser.parse_args().gb
    with tempfile.TemporaryDirectory() as place:
        os.environ["NETBUILDER_HOME"] = place
        began = time.monotonic()
        (folder := Path(place) / "images").mkdir()
        count = make(folder, int(gigabytes * 1e9))
        print(f"{count:,} images, {gigabytes} GB, made in {time.monotonic() - began:.0f} s", flush=True)
        store = Store(Path(place))
        began = time.monotonic()
        run = supervisor.start(store, network(folder))
        start = pid = peak = 0
        while (now := store.get(run.id)).active:
            pid = pid or RunFolder(store.home, run.id).holder() or 0
            start = start or memory(pid, "VmRSS")
            peak = max(peak, memory(pid, "VmHWM"))
            time.sleep(0.05)
        print(f"{now.status} in {time.monotonic() - began:.0f} s: {now.metrics}")
        print(
            f"worker: {start / 1e6:.0f} MB at its start, peak {peak / 1e6:.0f} MB, {(peak - start) / 1e6:.0f} MB above"
        )
        store.close()


if __name__ == "__main__":
    main()
