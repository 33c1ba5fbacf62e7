"""The kinds of data under which sets and networks are grouped, with what they are called and their pictures."""

from builder.core.text import _
from builder.data.sources import Source

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "images": (_("Images"), ("image",)),
    "text": (_("Text"), ("text",)),
    "sound": (_("Sound"), ("sound",)),
    "tables": (_("Tables"), ("vector", "index")),
    "sequences": (_("Sequences"), ("series",)),
}
ICONS = {
    "images": "image",
    "text": "notes",
    "sound": "graphic_eq",
    "tables": "table_chart",
    "sequences": "show_chart",
}


def group(cls: type[Source]) -> str:
    """Under which heading a source stands."""
    return next((name for name, (_title, kinds) in GROUPS.items() if cls.kind in kinds), "tables")
