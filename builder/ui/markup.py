"""User text made inert: names are shown as they are, never as markdown, links, images or colours."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^])")


def plain(text: object, limit: int = 80) -> str:
    """Text for a place that reads markdown (labels, captions), escaped, on one line and cut at `limit` characters."""
    line = " ".join(str(text).split()) or "\N{NO-BREAK SPACE}"
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return _SPECIAL.sub(r"\\\1", line)
