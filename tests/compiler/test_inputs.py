"""Named inputs: their order, those that may stay open, and what is said of those that may not."""

from typing import Any

import pytest
import torch

from builder.compiler.check import check
from builder.compiler.fits import candidates, fits
from builder.compiler.model import build
from builder.compiler.source import source
from builder.graph.document import Document
from builder.layers import describe
from builder.layers.attention import MultiheadAttention
from tests.documents import Step, chain, edited, mended, one_step

WORDS: Step = ("Embedding", {"embedding_dim": 8})
LOOK: Step = ("MultiheadAttention", {"num_heads": 2})
ANSWER: Step = ("Linear", {"out_features": 2})
ATTENTION = "multiheadattention1"


def wire(source: str, target: str, input: str | None = None) -> dict[str, Any]:
    return {"source": source, "target": target, "input": input}


def looking(*wires: tuple[str, str | None]) -> Document:
    """Two sequences of a text, and an attention that is fed by these wires alone."""
    document = chain(WORDS, ("Linear", {"out_features": 12}), LOOK, "MeanOverTime", ANSWER, data="reviews")
    edits = ({"op": "connect", "edge": wire(start, ATTENTION, input)} for start, input in wires)
    return edited(document, {"op": "disconnect", "edge": wire("linear1", ATTENTION)}, *edits)


@pytest.mark.parametrize(
    ("wires", "called"),
    [
        ([("linear1", None)], "(linear1, linear1, linear1"),
        ([("linear1", "query")], "(linear1, linear1, linear1"),
        ([("linear1", "query"), ("embedding1", "context")], "(linear1, embedding1, embedding1"),
        ([("embedding1", "context"), ("linear1", "query")], "(linear1, embedding1, embedding1"),
        ([("embedding1", "context"), ("linear1", None)], "(linear1, embedding1, embedding1"),
        ([("linear1", None), ("embedding1", None)], "(linear1, embedding1, embedding1"),
        ([("linear1", None), ("embedding1", "query")], "(embedding1, linear1, linear1"),
    ],
)
def test_an_attention_with_and_without_a_context(wires: list[tuple[str, str | None]], called: str) -> None:
    document = looking(*wires)
    assert check(document).errors == []
    assert called in " ".join(source(document).split()).replace("( ", "(")  # lines may be broken
    one_step(document)


def test_the_keys_of_another_width_have_weights_of_their_own() -> None:
    model = build(looking(("linear1", "query"), ("embedding1", "context")))
    assert (model.get_submodule(ATTENTION).kdim, model.get_submodule(ATTENTION).embed_dim) == (8, 12)
    assert "kdim" not in source(looking(("linear1", "query")))


def test_an_input_that_is_needed_and_open() -> None:
    document = looking(("embedding1", "context"))
    [problem] = check(document).errors
    said = 'MultiheadAttention "multiheadattention1": nothing leads to its input "query". Connect it.'
    assert (problem.code, problem.message) == ("G-INPUT", said)
    assert problem.fix is not None
    assert check(mended(document)).ok
    assert {(e.source, e.input) for e in mended(document).graph.into(ATTENTION)} == {
        ("embedding1", "context"), ("linear1", "query"),
    }  # fmt: skip
    [problem] = [p for p in check(looking()).errors if p.node == ATTENTION]
    assert problem.message.endswith("has no input. Connect it to the layer before it.")


@pytest.mark.parametrize(
    ("wires", "said"),
    [
        ([("linear1", None), ("embedding1", None), ("input", None)], "takes 2 input(s) and gets 3"),
        ([("linear1", "query"), ("embedding1", "query")], '2 wires lead to its input "query"'),
        ([("linear1", None), ("embedding1", "contxt")], 'has no input "contxt"'),
    ],
)
def test_wires_that_lead_nowhere(wires: list[tuple[str, str | None]], said: str) -> None:
    document = looking(*wires)
    assert any(said in p.message for p in check(document).errors)
    assert check(mended(document)).ok


def test_a_context_of_another_length_cannot_be_causal() -> None:
    document = edited(
        looking(("linear1", "query"), ("embedding1", "context")),
        {"op": "insert", "type": "Slice", "params": {"end": 5}, "edge": wire("embedding1", ATTENTION, "context")},
        {"op": "set_params", "node": ATTENTION, "params": {"causal": True}},
    )
    [problem] = check(document).errors
    assert "causal needs as many steps in context as in query, not 5 and 32" in problem.message
    assert check(mended(document)).ok


def test_the_order_of_named_wires_is_that_of_the_inputs() -> None:
    """However they were drawn: a difference is not turned round by drawing its second wire first."""
    document = chain("Flatten", ("Linear", {"out_features": 10}), "Subtract")
    document = edited(
        document,
        {"op": "insert", "type": "Linear", "id": "other", "params": {"out_features": 10}},
        {"op": "connect", "edge": wire("flatten1", "other")},
        {"op": "disconnect", "edge": wire("linear1", "subtract1")},
        {"op": "connect", "edge": wire("other", "subtract1", "x2")},
        {"op": "connect", "edge": wire("linear1", "subtract1", "x1")},
    )
    assert "linear1 - other" in source(document)
    off = edited(document, {"op": "disable", "nodes": ["subtract1"]})
    assert "return linear1" in source(off)
    assert fits(document, check(document), ["flatten1"])["subtract1"] == {
        "x1": 'Subtract "subtract1" gets 64 from "flatten1" and 10 from "other"; they must be equal.',
        "x2": 'Subtract "subtract1" gets 10 from "linear1" and 64 from "flatten1"; they must be equal.',
    }


def test_where_a_wire_may_lead() -> None:
    alone = looking(("linear1", None))
    assert fits(alone, check(alone), ["embedding1"])[ATTENTION] == {"query": None, "context": None}
    tokens = fits(alone, check(alone), ["input"])[ATTENTION]
    assert all(reason is not None and "needs position x feature" in reason for reason in tokens.values())
    nothing = looking()
    assert fits(nothing, check(nothing), ["linear1"])[ATTENTION] == {"query": None, "context": None}
    found = candidates(alone, check(alone), source="linear1")
    assert found["MultiheadAttention"] == ("32x12", None)  # of itself, with one wire
    assert found["TransformerDecoderLayer"] == (None, None)  # what it reads is not known yet


def test_a_palette_knows_how_many_may_stay_open() -> None:
    shown = describe(MultiheadAttention)
    assert (shown["inputs"], shown["optional"]) == (["query", "context"], 1)


def test_an_attention_of_both_kinds_goes_into_a_block_and_out() -> None:
    document = looking(("embedding1", "context"), ("linear1", "query"))
    block = edited(document, {"op": "group", "nodes": ["linear1", ATTENTION]})
    assert check(block).ok
    torch.manual_seed(0)
    one = build(document).eval()
    torch.manual_seed(0)
    two, again = build(block).eval(), build(edited(block, {"op": "ungroup", "node": "block1"}))
    x = torch.randint(0, 50, (3, 32))
    assert torch.equal(one(x), two(x))
    assert again(x).shape == (3, 2)


def test_an_encoder_and_a_decoder_are_built_and_learn() -> None:
    """A text is read as a whole; a decoder that goes through its words looks back at what was read."""
    decoder: Step = ("TransformerDecoderLayer", {"nhead": 2, "dim_feedforward": 16})
    encoder: Step = ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 16})
    document = chain(WORDS, "PositionalEncoding", encoder, decoder, "LastStep", ANSWER, data="reviews")
    [problem] = check(document).errors
    assert problem.message.endswith("needs at least 2 inputs and gets 1. Connect more.")
    document = edited(document, {"op": "connect", "edge": wire("positionalencoding1", "transformerdecoderlayer1", "x")})
    report = check(document)
    assert report.ok
    assert report.nodes["transformerdecoderlayer1"].sources == ("positionalencoding1", "transformerencoderlayer1")
    one_step(document)
    narrow = {"op": "insert", "type": "Linear", "params": {"out_features": 6}}
    edge = wire("positionalencoding1", "transformerdecoderlayer1", "x")
    [problem] = check(edited(document, {**narrow, "edge": edge})).errors
    assert "x has 6 features and memory 8; they must be equal" in problem.message
