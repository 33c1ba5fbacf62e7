"""How long an edit waits for its report: documents with joins and blocks, warm and cold.

Wall time is what a person waits; processor time is what the check itself takes where others use the machine too.
Run: python -m benchmarks.bench_check [rounds]
"""

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

AIMS = {10: 5.0, 50: 10.0, 200: 25.0}  # layers -> milliseconds from edit to report, 95th percentile
Times = list[tuple[float, float]]  # wall and processor, milliseconds


def network(layers: int, width: int = 16) -> dict[str, Any]:
    """About so many layers: residual parts, every other one of them in a block, then the classes."""
    stem = {"out_channels": width}
    nodes: list[dict[str, Any]] = [{"id": "input", "type": "Input"}, {"id": "stem", "type": "Conv2d", "params": stem}]
    edges: list[dict[str, str]] = [{"source": "input", "target": "stem"}]
    last = "stem"
    for number in range(max((layers - 5) // 5, 1)):
        made, wires, end = _part(f"r{number}", last, width)
        if number % 2:
            inner, into, _end = _part(f"r{number}", "in", width)
            graph = {
                "nodes": [{"id": "in", "type": "Input"}, *inner, {"id": "out", "type": "Output"}],
                "edges": [*into, {"source": end, "target": "out"}],
            }
            made, end = [{"id": f"b{number}", "type": "Block", "graph": graph}], f"b{number}"
            wires = [{"source": last, "target": end}]
        nodes += made
        edges += wires
        last = end
    for id, type, params in (
        ("gap", "GlobalAvgPool", {}),
        ("fc", "Linear", {"out_features": 10}),
        ("output", "Output", {}),
    ):
        nodes.append({"id": id, "type": type, "params": params})
        edges.append({"source": last, "target": id})
        last = id
    graph = {"nodes": nodes, "edges": edges}
    return {"format": "netbuilder", "version": 1, "data": {"source": "mnist"}, "graph": graph}


def _part(name: str, source: str, width: int) -> tuple[list[dict[str, Any]], list[dict[str, str]], str]:
    """A residual part of five layers: its layers, their wires, and the last of them."""
    conv = {"out_channels": width, "bias": False}
    chain = [("conv", "Conv2d", conv), ("norm", "BatchNorm2d", {}), ("relu", "ReLU", {}), ("next", "Conv2d", conv)]
    nodes = [{"id": f"{name}{id}", "type": type, "params": params} for id, type, params in chain]
    nodes.append({"id": f"{name}add", "type": "Add", "params": {}})
    ids = [source, *(node["id"] for node in nodes)]
    edges = [{"source": a, "target": b} for a, b in itertools.pairwise(ids)]
    return nodes, [*edges, {"source": source, "target": f"{name}add"}], f"{name}add"


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """How long one call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def measure(layers: int, rounds: int) -> dict[str, Times]:
    """Times of the first check of a process, of reports after edits, and of documents that were never seen."""
    from builder.compiler.check import check
    from builder.graph.document import from_json
    from builder.graph.edit import apply

    first = timed(lambda: check(from_json(network(layers))))
    document = from_json(network(layers))
    convolutions = [node.id for node in document.graph.nodes if node.type == "Conv2d"]

    def edit(number: int) -> None:
        id = convolutions[number % len(convolutions)]
        check(apply(document, {"op": "set_params", "node": id, "params": {"kernel_size": [1 + number % 28, 3]}}))

    warm = [timed(lambda n=n: edit(n)) for n in range(rounds)]  # type: ignore[misc]
    unseen = [timed(lambda n=n: check(from_json(network(layers, 17 + n)))) for n in range(rounds // 2)]  # type: ignore[misc]
    return {"edit": warm, "unseen": unseen, "first": [first]}


def main() -> None:
    """Print a row for each size of network and each kind of check; each size is measured in a process of its own."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if len(sys.argv) > 2:
        print(json.dumps(measure(int(sys.argv[2]), rounds)))
        return
    print(f"{'layers':>6} {'check':>7} {'wall p50':>9} {'wall p95':>9} {'cpu p50':>9} {'cpu p95':>9} {'aim':>6}  ms")
    for layers, aim in AIMS.items():
        command = [sys.executable, "-m", "benchmarks.bench_check", str(rounds), str(layers)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for kind, times in json.loads(done.stdout).items():
            wall, cpu = zip(*times, strict=True)
            row = [share(values, part) for values in (wall, cpu) for part in (0.5, 0.95)]
            shown = f"{aim:>6.0f}" if kind == "edit" else f"{'':>6}"
            print(f"{layers:>6} {kind:>7} {row[0]:>9.2f} {row[1]:>9.2f} {row[2]:>9.2f} {row[3]:>9.2f} {shown}")


def share(values: list[float], part: float) -> float:
    """The value below which a share of all lies."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)] if len(values) > 1 else statistics.mean(values)


if __name__ == "__main__":
    main()
