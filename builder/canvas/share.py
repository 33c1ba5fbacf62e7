"""A network in a link: its JSON, compressed (raw deflate) and written in letters that an address may hold."""

import base64
import binascii
import zlib

from builder.core.errors import Error
from builder.core.text import _, size
from builder.graph.document import MOST_BYTES, Document, read


def unpack(packed: str) -> Document:
    """The network in a link, as `frontend/src/document/share.ts` packs it.

    Raises: Error X-LINK (cut off or damaged), L-SIZE, and whatever `read` raises.
    """
    expand = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = base64.b64decode(packed.encode("ascii") + b"=" * (-len(packed) % 4), b"-_", validate=True)
        plain = expand.decompress(content, MOST_BYTES + 1)
    except (ValueError, binascii.Error, zlib.error):
        raise _damaged() from None
    if len(plain) > MOST_BYTES:
        raise Error("L-SIZE", _("This link holds more than {most}. Send the file.").format(most=size(MOST_BYTES)))
    if not expand.eof:
        raise _damaged()
    return read(plain)


def _damaged() -> Error:
    return Error("X-LINK", _("This link is cut off or damaged. Ask for it again, or for the file."))
