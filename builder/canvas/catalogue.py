"""All that the canvas must know before it shows a network: layers, ready blocks, families, examples and words."""

from typing import Any

from builder.blocks import FAMILIES as BLOCKS
from builder.blocks import READY
from builder.canvas.words import WORDS
from builder.core.specs import AXES
from builder.core.text import _
from builder.examples import load, names
from builder.layers import LAYERS, describe
from builder.layers.layer import COLOURS, FAMILIES


def catalogue() -> dict[str, Any]:
    """The catalogue in the person's language."""
    return {
        "families": [
            {"name": _(family), "colour": COLOURS.get(family, COLOURS["Blocks"])}
            for family in dict.fromkeys((*FAMILIES, *BLOCKS))
        ],
        "layers": [{**describe(cls), "colour": COLOURS[cls.family]} for cls in LAYERS.values()],
        "blocks": [block.describe() for block in READY.values()],
        "axes": {letter: _(word) for letter, word in AXES.items()},
        "examples": [_example(name) for name in names()],
        "words": WORDS,
    }


def _example(name: str) -> dict[str, str]:
    document = load(name)
    return {"name": name, "title": document.title, "about": _(document.about)}
