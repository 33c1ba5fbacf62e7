"""The blocks that a person saved to the palette, as the canvas asks for them."""

from typing import Any

from starlette.requests import Request

from builder.blocks import OwnBlocks, Template
from builder.blocks.own import PREFIX
from builder.canvas.messages import Keep, Named, parse

Answer = dict[str, Any]


def listed(request: Request, body: bytes) -> Answer:
    """All of them, and a sentence for each file that cannot be used."""
    found = OwnBlocks().list()
    return {"blocks": [_told(block) for block in found.templates], "problems": [str(p) for p in found.problems]}


def keep(request: Request, body: bytes) -> Answer:
    """Save one."""
    wanted = parse(Keep, body)
    return _told(OwnBlocks().save(wanted.block, wanted.name))


def rename(request: Request, body: bytes) -> Answer:
    """Give one another name."""
    return _told(OwnBlocks().rename(_key(request), parse(Named, body).name))


def delete(request: Request, body: bytes) -> Answer:
    """Take one out of the palette."""
    OwnBlocks().delete(_key(request))
    return {}


def _key(request: Request) -> str:
    return f"{PREFIX}{request.path_params['id']}"


def _told(block: Template) -> Answer:
    return block.describe()
