"""Padding of a text: which layers know of it, and that it makes no difference to what a network answers."""

from typing import Any

import pytest
import torch

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.report import Marks, Place, Report
from builder.compiler.report import Step as Layered
from builder.compiler.source import source
from builder.graph.document import Document
from tests.documents import Step, assert_safe, chain, edited, one_step

SHORT, LONG = 20, 40
WORDS: Step = ("Embedding", {"embedding_dim": 8})
ANSWER: Step = ("Linear", {"out_features": 2})
ENCODER: Step = ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 16, "dropout": 0.0})
CAUSAL: Step = ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 16, "dropout": 0.0, "causal": True})
LOOK: Step = ("MultiheadAttention", {"num_heads": 2})
INPUT = Marks(("input",))


def text(*steps: Step, length: int = SHORT, edits: tuple[dict[str, Any], ...] = ()) -> Document:
    return edited(chain(*steps, data="reviews", max_length=length), *edits)


def wired(source: str, target: str, input: str | None = None) -> dict[str, Any]:
    return {"op": "connect", "edge": {"source": source, "target": target, "input": input}}


def left_out(step: Layered) -> Place | None:
    """The Input whose padding a layer leaves out."""
    return step.masks["padding"].place if "padding" in step.masks else None


def tokens(length: int) -> torch.Tensor:
    """Texts of 7, 1, 20 and no tokens, with padding on the left."""
    numbers = torch.randint(2, 4000, (4, SHORT), generator=torch.Generator().manual_seed(0))
    found = torch.zeros((4, length), dtype=torch.int64)
    for row, count in enumerate((7, 1, SHORT, 0)):
        found[row, length - count :] = numbers[row, :count]
    return found


CROSS = (wired("embedding1", "multiheadattention1", "context"),)
DECODER: Step = ("TransformerDecoderLayer", {"nhead": 2, "dim_feedforward": 16, "dropout": 0.0})
NETWORKS: dict[str, tuple[tuple[Step, ...], tuple[dict[str, Any], ...]]] = {
    "mean": ((WORDS, "MeanOverTime", ANSWER), ()),
    "max": ((WORDS, "MaxOverTime", ANSWER), ()),
    "linear": ((WORDS, ("Linear", {"out_features": SHORT}), "GELU", "LayerNorm", "MeanOverTime", ANSWER), ()),
    "attention": ((WORDS, LOOK, "MaxOverTime", ANSWER), ()),
    "causal attention": ((WORDS, ("MultiheadAttention", {"causal": True}), LOOK, "MeanOverTime", ANSWER), ()),
    "encoder": ((WORDS, ENCODER, ENCODER, "MeanOverTime", ANSWER), ()),
    "causal encoder": ((WORDS, CAUSAL, CAUSAL, "MaxOverTime", ANSWER), ()),
    "last step of a causal encoder": ((WORDS, CAUSAL, CAUSAL, "LastStep", ANSWER), ()),
    "positions": ((WORDS, "PositionalEncoding", ENCODER, "MeanOverTime", ANSWER), ()),
    "class token": ((WORDS, "ClassToken", "PositionalEncoding", CAUSAL, ENCODER, "FirstStep", ANSWER), ()),
    "convolution": ((WORDS, "Permute", ("Conv1d", {"out_channels": 8}), "GlobalMaxPool", ANSWER), ()),
    "mean of a convolution": ((WORDS, "Permute", ("Conv1d", {}), "Permute", "MeanOverTime", ANSWER), ()),
    "block": (
        (WORDS, ENCODER, "MeanOverTime", ANSWER),
        (
            {"op": "group", "nodes": ["transformerencoderlayer1"]},
            {"op": "set_params", "node": "block1", "params": {"repeat": 3}},
        ),
    ),
    "cross attention": ((WORDS, ("Linear", {"out_features": 8}), LOOK, "MeanOverTime", ANSWER), CROSS),
    "decoder": (
        (WORDS, ENCODER, DECODER, "MeanOverTime", ANSWER),
        (wired("embedding1", "transformerdecoderlayer1", "x"),),
    ),
    "skip": ((WORDS, LOOK, "Add", "MeanOverTime", ANSWER), (wired("embedding1", "add1"),)),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("training", [True, False])
def test_how_much_padding_stands_before_a_text_makes_no_difference(name: str, training: bool) -> None:
    steps, edits = NETWORKS[name]
    torch.manual_seed(0)
    short, long = (build(text(*steps, length=length, edits=edits)).train(training) for length in (SHORT, LONG))
    long.load_state_dict(short.state_dict())
    with torch.inference_mode(not training):
        y, z = short(tokens(SHORT)), long(tokens(LONG))
    assert torch.isfinite(y).all()
    assert torch.allclose(y[:3], z[:3], atol=1e-5)
    assert not torch.allclose(y[0], y[2], atol=1e-5)  # it does read the text


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_learned_from_padding(name: str) -> None:
    """Neither from a text's padding nor from a text that is nothing else; and no gradient is NaN."""
    steps, edits = NETWORKS[name]
    torch.manual_seed(0)
    model = build(text(*steps, length=LONG, edits=edits))
    seen: list[torch.Tensor] = []
    model.embedding1.register_forward_hook(lambda _module, _x, y: (y.requires_grad_().retain_grad(), seen.append(y))[1])
    x = tokens(LONG)
    model(x)[:3].pow(2).sum().backward()
    assert seen[0].grad is not None
    reached = seen[0].grad[:3].abs().sum(2) > 0
    # zeros beside a text are what a convolution sees as its border, so it alone looks at some
    beside = name in ("convolution", "mean of a convolution")
    assert not (reached & (x[:3] == 0)).any() or beside
    assert reached[x[:3] != 0].any()
    model(x)[3].sum().backward()
    assert all(weight.grad is None or torch.isfinite(weight.grad).all() for weight in model.parameters())


def test_padding_that_is_learned_like_other_tokens_counts() -> None:
    steps = (("Embedding", {"embedding_dim": 8, "padding_idx": None}), ENCODER, "MeanOverTime", ANSWER)
    torch.manual_seed(0)
    short, long = (build(text(*steps, length=length)).eval() for length in (SHORT, LONG))
    long.load_state_dict(short.state_dict())
    assert not torch.allclose(short(tokens(SHORT))[0], long(tokens(LONG))[0], atol=1e-3)
    assert "padding" not in source(text(*steps)).replace("padding_idx", "")


def found(*steps: Step, edits: tuple[dict[str, Any], ...] = ()) -> Report:
    report = check(text(*steps, edits=edits))
    assert report.ok, [str(problem) for problem in report.problems]
    return report


def marks(report: Report, *place: str | int) -> Marks | None:
    return report.network[place].marks


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("Dropout", "LayerNorm", "BatchNorm1d", "GELU", "Identity"), INPUT),
        ((("Linear", {"out_features": SHORT}),), INPUT),
        ((("LSTM", {"returns": "sequence"}),), INPUT),
        ((("LSTM", {"hidden_size": SHORT}),), None),  # features, though there are as many as steps
        (("MeanOverTime", ("Linear", {"out_features": SHORT})), None),
        (("Permute",), Marks(("input",), 2)),
        (("Permute", ("Conv1d", {"kernel_size": 5}), ("MaxPool1d", {"kernel_size": 3, "stride": 1, "padding": 1})),
         Marks(("input",), 2)),
        (("Permute", ("Linear", {"out_features": SHORT})), None),  # which mixes the steps
        (("Permute", ("Conv1d", {"padding": "valid"})), None),
        (("Permute", ("MaxPool1d", {}), "Permute"), None),
        (("Permute", "Permute"), INPUT),
        ((("Conv1d", {"out_channels": SHORT}),), None),  # takes the steps for channels
        ((("Slice", {"start": 1}),), None),
        ((("Slice", {"dim": 2, "start": 1}),), INPUT),
        ((("Reshape", {"shape": [SHORT, -1]}),), INPUT),
        ((("Reshape", {"shape": [8, SHORT]}),), None),
        ((("GLU", {"dim": 2}),), INPUT),
        ((("GLU", {"dim": 1}),), None),
        (("ClassToken", "ClassToken"), Marks(("input",), 1, 2)),
        (("ClassToken", "Permute"), Marks(("input",), 2, 1)),
        (("Flatten",), None),
    ],
)  # fmt: skip
def test_who_keeps_the_steps_where_they_are(steps: tuple[Step, ...], expected: Marks | None) -> None:
    report = check(text(WORDS, *steps))
    assert all(problem.code == "G-CLASSES" for problem in report.errors), [str(p) for p in report.errors]
    assert list(report.network.values())[-2].marks == expected


def test_a_join_knows_of_padding_where_all_its_inputs_agree() -> None:
    agreed = found(WORDS, LOOK, ("Concat", {"dim": 2}), "MeanOverTime", ANSWER, edits=(wired("embedding1", "concat1"),))
    assert marks(agreed, "concat1") == INPUT
    assert left_out(agreed.network[("meanovertime1",)]) == ("input",)
    other: Step = ("Embedding", {"embedding_dim": 8, "padding_idx": None})
    edits = ({"op": "insert", "type": other[0], "id": "other", "params": other[1]}, wired("input", "other"))
    differing = found(WORDS, "Add", "MeanOverTime", ANSWER, edits=(*edits, wired("other", "add1")))
    assert marks(differing, "add1") is None
    assert left_out(differing.network[("meanovertime1",)]) is None


def test_who_leaves_out_what() -> None:
    report = found(*NETWORKS["decoder"][0], edits=NETWORKS["decoder"][1])
    step = report.network[("transformerdecoderlayer1",)]
    assert (left_out(step), step.marks) == (("input",), INPUT)
    assert step.masks == {"padding": INPUT, "query_padding": INPUT}
    apart: tuple[Step, ...] = (WORDS, "Permute", ("Conv1d", {"out_channels": 8, "padding": "valid"}), "Permute", LOOK)
    crossed = found(*apart, "MeanOverTime", ANSWER, edits=(wired("embedding1", "multiheadattention1", "context"),))
    step = crossed.network[("multiheadattention1",)]
    assert (left_out(step), step.marks) == (("input",), None)  # of the context; the query has lost its own
    pooled = found(WORDS, "Permute", "GlobalAvgPool", ANSWER)
    assert left_out(pooled.network[("globalavgpool1",)]) == ("input",)
    features = check(text(WORDS, "GlobalAvgPool", ANSWER))
    assert left_out(features.network[("globalavgpool1",)]) is None  # it pools the features of each step


def test_each_copy_of_a_block_knows_of_padding() -> None:
    report = found(*NETWORKS["block"][0], edits=NETWORKS["block"][1])
    for copy in (1, 2, 3):
        assert left_out(report.network["block1", copy, "transformerencoderlayer1"]) == ("input",)
    assert left_out(report.network[("meanovertime1",)]) == ("input",)


def test_padding_is_marked_once_and_hides_no_layer() -> None:
    document = text(
        WORDS, ENCODER, "MeanOverTime", ANSWER, edits=({"op": "rename", "node": "linear1", "id": "padding"},)
    )
    assert source(document).count("input == 0") == 1
    assert_safe(source(document))
    assert build(document)(tokens(SHORT)).shape == (4, 2)
    assert one_step(document) > 0


def test_images_have_no_padding() -> None:
    patches: Step = ("PatchEmbedding", {"patch_size": 2, "embed_dim": 8})
    document = chain(patches, LOOK, "MeanOverTime", ("Linear", {"out_features": 10}))
    assert "padding" not in source(document)
    assert all(step.marks is None and not step.masks for step in check(document).network.values())
