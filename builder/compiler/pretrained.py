"""Whether images reach a pretrained network as those did that it was trained with."""

from collections.abc import Iterator

from builder.compiler.report import Report
from builder.compiler.shapes import data_fix
from builder.core.errors import Problem
from builder.core.text import _, quote
from builder.graph.document import Document
from builder.layers.backbone import Backbone
from builder.layers.ends import Input

LEAST = 64  # pixels: of smaller images fewer than two by two places are left at the end


def unprepared(document: Document, report: Report) -> Iterator[Problem]:
    """What of the preparation differs from that of the weights, with the setting of the data that mends it."""
    for place, step in report.network.items():
        layer = step.layer
        if not isinstance(layer, Backbone) or layer.weights == "none":
            continue
        source = report.network[step.sources[0]]
        if not isinstance(source.layer, Input):
            continue
        node, top = f"Backbone {quote(str(place[-1]))}", str(place[0])
        if document.data.get("normalise") != "imagenet":
            text = _("{node}: its weights were trained on images normalised as those of ImageNet; here they are not.")
            fix = data_fix({"normalise": "imagenet"})
            yield Problem("G-PREP", text.format(node=node), top, severity="warning", fix=fix)
        if min(source.spec.shape[2:]) < LEAST:
            text = _("{node}: its weights were trained on images of 224 pixels; of {shape} little is left at its end.")
            fix = data_fix({"size": LEAST})
            yield Problem("G-PREP", text.format(node=node, shape=source.spec), top, severity="warning", fix=fix)
