"""All that the canvas must know before it shows a network: layers, families, examples and its own words."""

from typing import Any

from builder.canvas.words import WORDS
from builder.core.specs import AXES
from builder.core.text import _
from builder.examples import load, names
from builder.layers import LAYERS, describe
from builder.layers.layer import COLOURS, FAMILIES


def catalogue() -> dict[str, Any]:
    """The catalogue in the person's language."""
    return {
        "families": [{"name": _(family), "colour": COLOURS[family]} for family in FAMILIES],
        "layers": [{**describe(cls), "colour": COLOURS[cls.family]} for cls in LAYERS.values()],
        "axes": {letter: _(word) for letter, word in AXES.items()},
        "examples": [_example(name) for name in names()],
        "words": WORDS,
    }


def _example(name: str) -> dict[str, str]:
    document = load(name)
    return {"name": name, "title": document.title, "about": _(document.about)}
