"""What a run reports of the nodes of its network, for the canvas: how large weights and gradients are, and where."""

import json
import math
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from builder.core.errors import Error
from builder.core.ids import is_id
from builder.core.text import _
from builder.graph.document import Document, Graph, from_json
from builder.live.guard import HEADERS
from builder.runs.folder import NODES, RunFolder
from builder.runs.store import ACTIVE, Store

DECADES: Final = 4  # a gradient smaller than the largest by so many powers of ten is cold


def live_routes(open_store: Callable[[], Store] = Store) -> list[BaseRoute]:
    """`GET /api/networks/{id}/run?run=RUN`."""
    stores: list[Store] = []

    # a plain function: Starlette runs it in a thread, so that a slow disk does not hold up the pages
    def run(request: Request) -> JSONResponse:
        try:
            if not is_id(request.path_params["id"]):
                raise Error("P-NONE", _("No such network. Choose another, or make a new one."))
            if not stores:
                stores.append(open_store())
            return JSONResponse(state(stores[0], request.query_params.get("run", "")), headers=HEADERS)
        except Error as error:
            status = 404 if error.code == "P-NONE" else 503
            return JSONResponse({"code": error.code, "message": error.message}, status, headers=HEADERS)

    return [Route("/api/networks/{id}/run", run, methods=["GET"])]


def state(store: Store, id: str) -> dict[str, Any]:
    """A run's status, and what it reported last of each node with weights; the ids of nested nodes are joined by "\\n".

    Raises: Error P-NONE when there is no such run.
    """
    run = store.get(id)
    try:
        said = json.loads(RunFolder(store.home, id).read(NODES))
    except (OSError, ValueError):
        said = {"step": run.step, "nodes": {}}  # it has not begun to learn, or its disk is full
    largest = max((norms["gradient"] or 0.0 for norms in said["nodes"].values()), default=0.0)
    nodes = {node: _node(norms["weight"], norms["gradient"], largest) for node, norms in said["nodes"].items()}
    return {"run": id, "status": run.status, "step": said["step"], "nodes": nodes}


def _node(weight: float | None, gradient: float | None, largest: float) -> dict[str, Any]:
    named = ((_("weight norm"), weight), (_("gradient norm"), gradient))
    values = [{"name": name, "value": value} for name, value in named if value is not None]
    return {"values": values, "heat": heat(gradient, largest), "image": None}


def heat(gradient: float | None, largest: float) -> float | None:
    """How large a gradient is beside the largest, on a logarithmic scale from 0 to 1; None where it is not known."""
    if gradient is None or largest == 0:
        return None
    return round(max(0.0, 1 + math.log10(gradient / largest) / DECADES), 3) if gradient else 0.0


def run_of(document: Document, store: Store | None = None) -> str | None:
    """The newest run at work that trains this very network.

    A run does not know from which network it was started, only the document that it trains; so it is one whose layers
    and wires are those of `document`, wherever they stand on the canvas.
    """
    shape = _shape(document.graph)
    runs = (store or Store()).list(ACTIVE)
    return next((run.id for run in runs if _shape(from_json(run.document).graph) == shape), None)


def _shape(graph: Graph) -> Any:
    """What a graph computes: each node with what enters it, without its place."""
    wires = {node.id: [(wire.source, wire.input) for wire in graph.into(node.id)] for node in graph.nodes}
    return {n.id: (n.type, n.params, n.disabled, wires[n.id], n.graph and _shape(n.graph)) for n in graph.nodes}
