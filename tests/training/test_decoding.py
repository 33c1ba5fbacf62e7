"""Texts that are learned and read token by token."""

from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from builder.compiler.check import check
from builder.compiler.model import build
from builder.data.preparations.answer_text import TextAnswer
from builder.data.preparations.text import vocabulary
from builder.examples import load
from builder.graph.document import Document
from builder.graph.losses import CrossEntropy
from builder.training.decoding import beam_search, begun
from builder.training.losses import loss_function
from builder.training.reading import compared
from builder.training.scores.text import Tokens
from tests.documents import edited

TRANSLATE = load("translate-seq2seq")
TOKENS, LENGTH = 7, 5


def markov(seed: int) -> torch.Tensor:
    """Scores of each token behind each other one."""
    return torch.randn(TOKENS, TOKENS, generator=torch.Generator().manual_seed(seed)) * 2


def walk(scores: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    return scores[texts]


def value(scores: torch.Tensor, text: tuple[int, ...]) -> float:
    """The logarithm of the probability of a text that begins with 2."""
    steps = scores.log_softmax(1)
    return float(sum(steps[a, b] for a, b in zip((2, *text), text, strict=False)))


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_search_finds_the_best_of_all_texts(seed: int) -> None:
    scores = markov(seed)
    whole = [
        (*inner, 3) for length in range(LENGTH) for inner in product(range(4, TOKENS), repeat=length)
    ]  # every text that ends in time
    judged = {text: value(scores, text) / ((5 + len(text)) / 6) ** 0.6 for text in whole}
    best = max(judged, key=lambda text: judged[text])
    tokens, shares = beam_search(lambda texts: walk(scores, texts), 2, LENGTH, 60, torch.device("cpu"))
    assert tokens[0, 0].tolist() == [*best, *[0] * (LENGTH - len(best))]
    assert float(shares[0, 0]) == pytest.approx(np.exp(value(scores, best)), rel=1e-4)
    assert torch.equal(tokens[0], tokens[1])


def test_a_search_always_ends() -> None:
    never = torch.zeros(TOKENS, TOKENS)
    never[:, 3] = -50.0
    tokens, _shares = beam_search(lambda texts: walk(never, texts), 1, LENGTH, 2, torch.device("cpu"))
    assert tokens[0, :, -1].tolist() == [3, 3]
    assert not {0, 1, 2} & set(tokens[0, :, :-1].flatten().tolist())


def test_a_network_sees_of_its_answer_what_stands_before() -> None:
    y = torch.tensor([[7, 8, 3, 0], [3, 0, 0, 0]])
    assert begun(y).tolist() == [[2, 7, 8, 0], [2, 0, 0, 0]]


def test_the_example_never_looks_ahead() -> None:
    torch.manual_seed(0)
    model = build(TRANSLATE).eval()
    report = check(TRANSLATE)
    source, answer = (torch.randint(4, 200, (3, report.network[entry.place].spec.shape[1])) for entry in report.inputs)
    other = answer.clone()
    other[:, 6:] = torch.randint(4, 200, other[:, 6:].shape)
    with torch.inference_mode():
        one, two = model(source, answer), model(source, other)
    torch.testing.assert_close(one[:, :6], two[:, :6])
    assert not torch.allclose(one[:, 6:], two[:, 6:])


@pytest.mark.parametrize(
    ("node", "params"),
    [
        ("decoder", {"bidirectional": True, "hidden_size": 64}),
        ("attention", {}),
    ],
)
def test_looking_ahead_is_hinted_at_and_mended(node: str, params: dict[str, object]) -> None:
    edits: list[dict[str, object]] = [{"op": "set_params", "node": node, "params": params}]
    if node == "attention":  # of the answer to itself
        edits = [
            {"op": "disconnect", "edge": {"source": "encoder", "target": "attention", "input": "context"}},
            {"op": "set_params", "node": node, "params": {"causal": False}},
        ]
    else:
        edits.append({"op": "disconnect", "edge": {"source": "encoder", "target": "decoder", "input": "first"}})
    document = edited(TRANSLATE, *edits)
    [found] = [problem for problem in check(document).problems if problem.code == "G-AHEAD"]
    assert found.node == node
    assert found.fix is not None
    assert "G-AHEAD" not in [problem.code for problem in check(edited(document, *found.fix.edits)).problems]


def without(*nodes: str) -> Document:
    return edited(TRANSLATE, {"op": "remove", "nodes": list(nodes)})


def test_what_is_read_must_be_answered_and_as_long() -> None:
    codes = [problem.code for problem in check(without("output")).errors]
    assert codes
    shorter = edited(TRANSLATE, {"op": "set_params", "node": "tokens", "params": {"out_features": 30}})
    [problem] = check(shorter).errors
    assert "200 numbers at each step" in problem.message
    assert problem.fix is not None
    assert check(edited(shorter, *problem.fix.edits)).ok


def test_loss_and_accuracy_leave_padding_out() -> None:
    torch.manual_seed(0)
    y = torch.tensor([[5, 6, 3, 0, 0], [3, 0, 0, 0, 0]])
    output = torch.randn(2, 5, TOKENS)
    real = y != 0
    loss = loss_function(CrossEntropy(label_smoothing=0.1), kind="text")(output, y)
    torch.testing.assert_close(loss, F.cross_entropy(output[real], y[real], label_smoothing=0.1))
    right = float((output.argmax(2) == y)[real].float().mean())
    assert Tokens().of(output, y) == pytest.approx(right)
    sums = Tokens().sums()
    sums.add(output[:1], y[:1])
    sums.add(output[1:], y[1:])
    expected = {"token_accuracy": right, "perplexity": float(F.cross_entropy(output[real], y[real]).exp())}
    assert sums.figures() == pytest.approx(expected)


def answers(texts: list[str], tokens: str, longest: int = 8) -> TextAnswer:
    special = ("[PAD]", "[UNK]", "[BEGIN]", "[END]")
    made = vocabulary(texts, tokens, 100, special)  # type: ignore[arg-type]
    return TextAnswer(tokenizer=made, tokens=tokens, max_length=longest)  # type: ignore[arg-type]


def test_texts_become_tokens_and_texts_again() -> None:
    english = answers(["Don't go home, Tom.", "它 好"], "words", 12)
    ids = english.apply(np.array(["Don't go home, Tom.", "它 好"], object))
    assert ids.dtype == np.int64
    assert (ids[0] == 3).sum() == 1
    assert english.texts(ids) == ["don't go home, tom.", "它好"]
    assert english.plain(["Don't go home, Bob."]) == ["don't go home, bob."]
    chinese = answers(["你好。"], "characters", 2)
    assert chinese.texts(chinese.apply(["你好。"])) == ["你好"]  # too long: its end is gone
    assert chinese.apply([""])[0].tolist() == [3, 0, 0]
    assert chinese.texts([[4, 1, 3, 0]])[0].endswith("\ufffd")


def test_comparing_texts() -> None:
    assert compared(["我吃米饭。"], ["我吃米饭。"]) == pytest.approx({"cer": 0, "wer": 0, "bleu": 100})
    figures = compared(["a cat", "", "x"], ["a cat", "dog", ""])
    assert figures["cer"] == pytest.approx((0 + 3 + 1) / (5 + 3 + 1))
    assert figures["wer"] == pytest.approx((0 + 1 + 1) / (2 + 1 + 1), abs=0.3)
