"""On the canvas: an input that may stay open, and settings that are seldom needed."""

from playwright.sync_api import Page, expect

from tests.browser import hand
from tests.browser.server import Server
from tests.documents import chain, edges

LOOK = "multiheadattention1"


def test_an_attention_gets_a_context_and_a_penalty(page: Page, server: Server) -> None:
    words = ("Embedding", {"embedding_dim": 8})
    document = chain(words, ("Linear", {"out_features": 12}), ("MultiheadAttention", {}), "MeanOverTime",
                     ("Linear", {"out_features": 2}), data="reviews")  # fmt: skip
    id = hand.open_build(page, server, document)
    hand.expect_shape(page, LOOK, "32x12")
    context = hand.port(page, LOOK, "context")
    expect(context).to_have_attribute("aria-label", "Input context, may stay open")
    expect(hand.port(page, LOOK, "query")).to_have_attribute("aria-label", "Input query")
    hand.drag(page, hand.middle(hand.port(page, "embedding1", "out")), hand.middle(context))
    assert f"embedding1>{LOOK}.context" in edges(hand.kept(page, server, id))
    hand.expect_shape(page, LOOK, "32x12")
    hand.choose(page, LOOK)
    sources = page.get_by_role("combobox", name="context", exact=True)
    expect(sources).to_have_value("embedding1")
    sources.select_option("None")
    assert f"linear1>{LOOK}" in edges(hand.kept(page, server, id))
    assert f"embedding1>{LOOK}.context" not in edges(server.kept(id))
    expect(hand.field(page, "l2")).not_to_be_visible()
    page.get_by_text("Seldom needed", exact=True).click()
    hand.field(page, "l2").fill("0.01")
    node = hand.kept(page, server, id).graph.node(LOOK)
    assert node
    assert node.params == {"l2": 0.01}
    expect(hand.field(page, "l2")).to_be_visible()
