"""Write `netbuilder.pot`, the texts to translate: `python -m docs.messages [FILE]`.

Most stand in the code as `_("...")`. What layers, sources, recipes and examples say of themselves is declared once and
translated where it is shown, so it is collected from the registries.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from builder.blocks import FAMILIES as BLOCKS
from builder.blocks import READY
from builder.cli import app
from builder.core.settings import Settings, parameters
from builder.data.sources import SOURCES
from builder.data.sources.augmentations import ImageAugmentation
from builder.examples import load, names
from builder.graph.losses import LOSSES
from builder.graph.recipe import OPTIMIZERS, Recipe
from builder.layers import LAYERS
from builder.layers.layer import FAMILIES, sentence

ROOT = Path(__file__).parent.parent


def declared() -> Iterator[str]:
    """What the registries say to people."""
    yield from FAMILIES
    for layer in LAYERS.values():
        yield from (sentence(layer), *layer.aliases)
    yield from BLOCKS
    for block in READY.values():
        yield from (block.about, *block.aliases)
    for source in SOURCES.values():
        yield from (source.title, source.about)
    for kind in (*OPTIMIZERS.values(), *LOSSES.values()):
        yield (kind.__doc__ or "").split("\n")[0]
    for name in names():
        yield load(name).about
    for command in app.registered_commands:
        yield command.help or ""
    every: list[type[Settings]] = [*LAYERS.values(), *SOURCES.values(), *OPTIMIZERS.values(), *LOSSES.values()]
    for settings in (*every, Recipe, ImageAugmentation):
        for parameter in parameters(settings):
            yield from (parameter.help, parameter.unit)


def template() -> Catalog:
    """All texts to translate."""
    catalogue = Catalog(project="netbuilder", charset="utf-8")
    for folder in ("builder", "pages"):
        for file, line, message, comments, context in extract_from_dir(ROOT / folder, method_map=[("**.py", "python")]):
            catalogue.add(message, locations=[(f"{folder}/{file}", line)], auto_comments=comments, context=context)
    for text in declared():
        if text:
            catalogue.add(text)
    return catalogue


def main() -> None:
    """Write the template."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "netbuilder.pot")
    catalogue = template()
    with path.open("wb") as file:
        write_po(file, catalogue)
    print(f"{path}: {len(catalogue)} texts")


if __name__ == "__main__":
    main()
