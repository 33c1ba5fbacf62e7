"""Documents of older versions brought up to date, one step a version; newer ones are refused untouched."""

from collections.abc import Callable
from typing import Any, Final

from builder.core.errors import Error
from builder.core.text import _, quote

VERSION: Final = 1

# from version -> the function that makes it one newer; empty until the format changes for the first time
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrate(raw: dict[str, Any]) -> dict[str, Any]:
    """The same document in the newest version.

    Raises: Error G-VERSION when it was made by a newer version, or names no known one.
    """
    version = raw.get("version")
    if isinstance(version, int) and version > VERSION:
        text = _("Made by a newer version ({version}). Update the app; the file was left as it is.")
        raise Error("G-VERSION", text.format(version=version))
    if not isinstance(version, int) or isinstance(version, bool) or (version != VERSION and version not in STEPS):
        raise Error("G-VERSION", _("Version {version} is not known.").format(version=quote(version)))
    while version < VERSION:
        raw = STEPS[version](raw)
        version = raw["version"]
    return raw
