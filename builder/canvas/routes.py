"""The HTTP routes of the canvas, behind `builder.live.guard`.

A body has at most 5 MB, an address names nothing but ids, and every answer is JSON, errors as `{code, message}`.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from builder.blocks import READY, OwnBlocks
from builder.canvas import blocks
from builder.canvas.catalogue import catalogue
from builder.canvas.messages import Create, Place, Send, Try, parse
from builder.canvas.reports import Reports
from builder.canvas.wire import document_json, node_json
from builder.core.errors import Error, internal, reference
from builder.core.files import sha256
from builder.core.text import _, size
from builder.examples import load
from builder.graph.bounds import refuse_change
from builder.graph.document import MOST_BYTES, from_json
from builder.graph.edit import apply
from builder.graph.history import Change
from builder.graph.networks import Kept, Networks
from builder.live.guard import HEADERS

STATUS = {"P-NONE": 404, "S-CHANGED": 409, "L-SIZE": 413, "X-INTERNAL": 500, "R-DISK": 507}
log = logging.getLogger("netbuilder")
Answer = dict[str, Any]
Act = Callable[[Request, bytes], Answer | Response]


def routes(networks: Callable[[], Networks] = Networks) -> list[BaseRoute]:
    """The routes. The workspace is opened at each request."""
    canvas = _Canvas(networks)
    return [
        Route("/api/canvas/catalogue", _answering(canvas.catalogue), methods=["GET"]),
        Route("/api/blocks", _answering(blocks.listed), methods=["GET"]),
        Route("/api/blocks", _answering(blocks.keep), methods=["POST"]),
        Route("/api/blocks/{id}", _answering(blocks.rename), methods=["POST"]),
        Route("/api/blocks/{id}", _answering(blocks.delete), methods=["DELETE"]),
        Route("/api/networks", _answering(canvas.create), methods=["POST"]),
        Route("/api/networks/{id}", _answering(canvas.state), methods=["GET"]),
        Route("/api/networks/{id}/changes", _answering(canvas.changes), methods=["POST"]),
        Route("/api/networks/{id}/try", _answering(canvas.attempt), methods=["POST"]),
        Route("/api/networks/{id}/fits", _answering(canvas.fits), methods=["GET"]),
    ]


class _Canvas:
    def __init__(self, networks: Callable[[], Networks]) -> None:
        self._networks = networks
        self._reports = Reports()

    def catalogue(self, request: Request, body: bytes) -> Response:
        content, tag = _catalogue()
        headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    def create(self, request: Request, body: bytes) -> Answer:
        wanted = parse(Create, body)
        if (wanted.document is None) == (wanted.example is None):
            raise Error("X-MESSAGE", _("Send a document or the name of an example."))
        document = from_json(wanted.document) if wanted.document is not None else load(wanted.example or "")
        return {"id": self._networks().create(document)}

    def state(self, request: Request, body: bytes) -> Answer:
        id = request.path_params["id"]
        kept = self._networks().current(id)
        query, rev = request.query_params, str(kept.rev)
        answer = _revision(kept)
        if query.get("since") != rev:
            answer["document"] = document_json(kept.document)
        if query.get("seen", rev) != rev:  # a page that opens asks for it later: the first check waits for torch
            answer["report"] = self._reports.whole(id, kept)
        return answer

    def changes(self, request: Request, body: bytes) -> Answer | Response:
        id, sent, networks = request.path_params["id"], parse(Send, body), self._networks()
        try:
            outcome = networks.change(id, sent.client, sent.changes, sent.base, sent.source, sent.first)
        except Error as error:
            if error.code != "S-CHANGED":
                raise
            return _response({**_error(error), "rev": networks.current(id).rev}, 409)
        kept = outcome.kept
        answer = {**_revision(kept), "last": outcome.last, "report": self._reports.since(id, kept, sent.seen)}
        # a page that was just opened does not hold the steps that it takes back
        if not outcome.expected or any(change.kind != "edit" for change in sent.changes):
            answer["document"] = document_json(kept.document)
        if outcome.refused:
            answer["refused"] = [_error(error) for error in outcome.refused]
        return answer

    def attempt(self, request: Request, body: bytes) -> Answer:
        wanted = parse(Try, body)
        from builder.compiler.check import check  # not above: the first page is served without torch

        before = self._networks().current(request.path_params["id"]).document
        try:
            refuse_change(Change(edits=wanted.edits))
            after = apply(before, *wanted.edits)
        except Error as error:
            return {"nodes": {}, "new": [], "error": _error(error)}
        nodes = check(after).nodes
        old = {node.id for node in before.graph.nodes}
        told = nodes if wanted.nodes is None else [id for id in wanted.nodes if id in nodes]
        return {"nodes": {id: node_json(nodes[id]) for id in told}, "new": [id for id in nodes if id not in old]}

    def fits(self, request: Request, body: bytes) -> Answer:
        from builder.compiler.check import check  # not above: the first page is served without torch
        from builder.compiler.fits import candidates, fits

        document = self._networks().current(request.path_params["id"]).document
        query, report = request.query_params, check(document)
        nodes: Answer = {}
        ready = (*READY.values(), *OwnBlocks().list().templates)
        if "from" in query:
            *within, source = parse(Place, f'{{"path": {query["from"]}}}').path or ("",)
            nodes = fits(document, report, (*within, source))
            layers = candidates(document, report, source=source, within=within, blocks=ready)
        elif "edge" in query:
            layers = candidates(document, report, edge=parse(Place, f'{{"edge": {query["edge"]}}}').edge, blocks=ready)
        else:
            layers = candidates(document, report, replace=query.get("replace"), blocks=ready)
        return {"nodes": nodes, "layers": {type: _candidate(*found) for type, found in layers.items()}}


@cache
def _catalogue() -> tuple[bytes, str]:
    content = _bytes(catalogue())
    return content, f'"{sha256(content)[:32]}"'


def _revision(kept: Kept) -> Answer:
    return {"rev": kept.rev, "undo": len(kept.history.past), "redo": len(kept.history.future)}


def _error(error: Error) -> Answer:
    return {"code": error.code, "message": error.message}


def _candidate(shape: str | None, reason: str | None) -> Answer:
    return {**({"shape": shape} if shape else {}), **({"reason": reason} if reason else {})}


def _bytes(answer: Any) -> bytes:
    """As JSON that a browser reads: it knows no NaN."""
    return to_json(answer, inf_nan_mode="null")


def _response(answer: Answer, status: int) -> Response:
    return Response(_bytes(answer), status, HEADERS, "application/json")


def _answering(act: Act) -> Callable[[Request], Any]:
    """A route that reads the body up to its limit, acts in a thread, and tells errors as JSON."""

    async def answer(request: Request) -> Response:
        try:
            body = await _body(request)
            return await run_in_threadpool(_acted, act, request, body)
        except Error as error:
            return _response(_error(error), STATUS.get(error.code, 400))

    return answer


def _acted(act: Act, request: Request, body: bytes) -> Response:
    status = 200
    try:
        answer = act(request, body)
    except Error as error:
        answer, status = _error(error), STATUS.get(error.code, 400)
    except OSError as error:
        log.error("%s", request.url.path, exc_info=error)
        text = _("The network could not be saved: the disk is full or read-only. Free space, then edit again.")
        answer, status = {"code": "R-DISK", "message": text}, 507
    except Exception as error:  # told by a reference, and kept whole in the log
        ref = reference()
        log.error("%s", ref, exc_info=error)
        answer, status = {"code": "X-INTERNAL", "message": internal(ref).message}, 500
    if isinstance(answer, Response):
        return answer
    return _response(answer, status)


async def _body(request: Request) -> bytes:
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > MOST_BYTES:
            raise Error("L-SIZE", _("This is more than {most}.").format(most=size(MOST_BYTES)))
        parts.append(part)
    return b"".join(parts)
