"""Text that people see: translation by gettext, and user text made safe to quote."""

import gettext
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("netbuilder", str(LOCALE), [language] if language else [], fallback=True)


def _(message: str) -> str:
    """Translate `message` into the language of `NETBUILDER_LANG`; English where there is no translation."""
    # the translation of nothing would be the catalogue's header
    return _catalogue(os.environ.get("NETBUILDER_LANG", "")).gettext(message) if message else ""


def quote(text: object, limit: int = 60) -> str:
    """Text that came from a user, in double quotes, on one line, cut at `limit` characters."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))
    return f'"{line}"' if len(line) <= limit else f'"{line[:limit]}…"'


def size(count: float) -> str:
    """Bytes as people read them: `4.0 TB`, `28.9 MB`, `512 bytes`."""
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if abs(count) < 1000 or unit == "PB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


def count(number: float) -> str:
    """A number as people read it: `421,642`, `3.2 M`, `1.0 G`."""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(number) >= limit:
            return f"{number / limit:.1f} {unit}"
    return f"{number:,.0f}"


def duration(seconds: float) -> str:
    """Seconds as people read them: `4 s`, `3 min 20 s`, `2 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{minutes} min {rest} s").format(minutes=minutes, rest=rest) if minutes else _("{n} s").format(n=rest)


def number(value: float) -> str:
    """A measured or predicted number with about four digits: `49,012`, `8.433`; never with a power of ten."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.4g}" if 0 < abs(value) < 0.1 else f"{value:,.{digits}f}"
