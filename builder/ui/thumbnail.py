"""A small picture of a network: one bar a layer, coloured by family, as tall as what flows through it is large."""

from builder.data.sources import SOURCES
from builder.graph.document import Document, Node
from builder.layers import LAYERS
from builder.layers.layer import COLOURS

WIDTH, HEIGHT = 320, 92
UNKNOWN = "#64748b"


def thumbnail(document: Document) -> str:
    """An SVG of the network, drawn from its outline alone: no shapes are computed."""
    source = SOURCES.get(str(document.data.get("source")))
    bars, x, tall = [], 0.0, 84.0 if source is None or source.kind == "image" else 44.0
    for node in document.graph.nodes:
        width, tall = _bar(node, tall)
        bars.append((x, width, tall, COLOURS.get(_family(node), UNKNOWN)))
        x += width + 4
    scale = min(1.0, (WIDTH - 8) / max(x - 4, 1))
    left = (WIDTH - (x - 4) * scale) / 2
    shapes = "".join(
        f'<rect x="{left + x * scale:.1f}" y="{(HEIGHT - tall) / 2:.1f}" width="{max(width * scale, 1.5):.1f}" '
        f'height="{tall:.1f}" rx="2" fill="{colour}"/>'
        for x, width, tall, colour in bars
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'


def _family(node: Node) -> str:
    return LAYERS[node.type].family if node.type in LAYERS else ""


def _bar(node: Node, tall: float) -> tuple[float, float]:
    """Width and height of a layer's bar; pooling halves what follows, a vector is half as tall as an image."""
    family = _family(node)
    if family == "Pooling":
        tall = max(tall * 0.68, 18)
    elif node.type == "Flatten" or node.type.endswith(("OverTime", "LastStep")) or family == "Dense":
        tall = min(tall, 44)
    wide = next((v for k in ("out_channels", "out_features", "hidden_size", "embedding_dim")
                 if isinstance(v := node.params.get(k), int)), None)  # fmt: skip
    if wide is not None:
        return 6 + min(max(wide, 1).bit_length() * 2.4, 30), tall
    return (10 if family == "Input and output" else 5), tall
