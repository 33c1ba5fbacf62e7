"""How long an edit waits for its report, against building the same network for real.

Run: python -m benchmarks.bench_check [rounds]
"""

import sys
import time
from collections.abc import Callable

import torch

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.source import source
from builder.compiler.trace import trace
from builder.graph.document import Document, Edge, Graph, Node
from builder.graph.edit import apply

AIMS = {10: 5.0, 50: 10.0, 200: 25.0}  # layers -> milliseconds, 95th percentile
BLOCK = ("Conv2d", "BatchNorm2d", "ReLU", "Dropout")


def network(layers: int) -> Document:
    """A chain of so many layers between Input and Output: blocks of a convolutional network, then the classes."""
    types = [BLOCK[i % len(BLOCK)] for i in range(layers - 3)]
    types = ["Input", *types, "AdaptiveAvgPool2d", "Flatten", "Linear", "Output"]
    sizes = {"Conv2d": {"out_channels": 32}, "Linear": {"out_features": 10}}
    nodes = tuple(Node(id=f"n{i}", type=type, params=sizes.get(type, {})) for i, type in enumerate(types))
    wires = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(nodes) - 1))
    return Document(data={"source": "mnist"}, graph=Graph(nodes=nodes, edges=wires))


def edited(document: Document, number: int) -> Document:
    """The middle convolution with a value that no edit before this one gave it."""
    convolutions = [node.id for node in document.graph.nodes if node.type == "Conv2d"]
    params = {"out_channels": 33 + number}
    return apply(document, {"op": "set_params", "node": convolutions[len(convolutions) // 2], "params": params})


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def percentile(times: list[float], share: float) -> float:
    """The value below which a share of the times lies."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)]


def cold(document: Document) -> float:
    """A check that remembers no layer."""
    trace.cache_clear()
    return milliseconds(lambda: check(document))


def measure(layers: int, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Times of a report after an edit, of a first report, and of building the module with its weights."""
    document = network(layers)
    assert check(document).ok
    text = source(document)
    first = [cold(document) for _round in range(max(3, rounds // 10))]
    warm = [milliseconds(lambda n=n: check(edited(document, n))) for n in range(rounds)]  # type: ignore[misc]
    real = [milliseconds(lambda: from_source(text)) for _round in range(max(3, rounds // 10))]
    return warm, first, real


def main() -> None:
    """Print a row for each size of network."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    torch.set_num_threads(1)
    print(
        f"{'layers':>6} {'edit p50':>9} {'edit p95':>9} {'aim':>6} {'cold p50':>9} {'build p50':>10} {'edit/build':>11}"
    )
    for layers, aim in AIMS.items():
        warm, first, real = measure(layers, rounds)
        p50, p95 = percentile(warm, 0.5), percentile(warm, 0.95)
        cold_p50, build_p50 = percentile(first, 0.5), percentile(real, 0.5)
        times = f"{layers:>6} {p50:>9.2f} {p95:>9.2f} {aim:>6.0f} {cold_p50:>9.2f} {build_p50:>10.2f}"
        print(f"{times} {p50 / build_p50:>11.2f}{'' if p95 <= aim else '  over the aim'}")


if __name__ == "__main__":
    main()
