"""Everything that people read can be translated."""

from builder.data.sources import SOURCES
from builder.layers import LAYERS, describe
from docs.messages import template


def test_the_template_holds_code_and_declarations() -> None:
    texts = {message.id for message in template()}
    assert "Start training" in texts
    assert "{path} form a loop. Delete one of the wires between them." in texts
    assert {describe(layer)["description"] for layer in LAYERS.values()} <= texts
    assert {source.about for source in SOURCES.values()} <= texts
