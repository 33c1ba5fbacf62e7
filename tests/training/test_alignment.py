"""CTC: its loss, and how texts are read of steps."""

import itertools

import numpy as np
import pytest
import torch

from builder.training.alignment import best_path, ctc_loss, likeliest, prefix_search


def spellings(shares: torch.Tensor) -> dict[tuple[int, ...], float]:
    """Every text with the sum of the probabilities of all ways to spell it, way by way."""
    found: dict[tuple[int, ...], float] = {}
    for way in itertools.product(range(shares.shape[1]), repeat=len(shares)):
        text = tuple(token for token, _same in itertools.groupby(way) if token)
        share = float(np.prod([shares[at, token].item() for at, token in enumerate(way)]))
        found[text] = found.get(text, 0.0) + share
    return found


def steps_of(seed: int) -> torch.Tensor:
    """Logits of 5 steps and 6 tokens, of which 1 to 3 are never spoken. Shape: (1, 5, 6)"""
    logits = torch.randn(1, 5, 6, generator=torch.Generator().manual_seed(seed)) * 2
    logits[..., 1:4] = -torch.inf
    return logits


@pytest.mark.parametrize("seed", range(5))
def test_the_search_finds_the_likeliest_texts_and_their_probabilities(seed: int) -> None:
    logits = steps_of(seed)
    expected = sorted(spellings(logits[0].softmax(1)).items(), key=lambda pair: -pair[1])
    [found] = likeliest(logits, 40)
    assert [tuple(text) for text, _share in found[:5]] == [text for text, _share in expected[:5]]
    assert [share for _text, share in found[:5]] == pytest.approx([share for _text, share in expected[:5]], rel=1e-3)


def test_the_loss_is_the_probability_of_the_text() -> None:
    logits = torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(0))
    y = torch.tensor([[4, 4, 3, 0], [5, 3, 0, 0]])
    shares = [spellings(row.softmax(1)) for row in logits]
    # as PyTorch's mean: of each text what a token costs
    expected = (-np.log(shares[0][4, 4]) / 2 - np.log(shares[1][(5,)])) / 2
    assert ctc_loss(logits, y).item() == pytest.approx(expected, rel=1e-5)


def test_texts_that_the_steps_are_too_few_for_cost_nothing() -> None:
    logits = torch.zeros(1, 2, 6, requires_grad=True)
    loss = ctc_loss(logits, torch.tensor([[4, 5, 4, 3]]))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()
    assert torch.isfinite(ctc_loss(logits, torch.tensor([[3, 0]])))  # nothing is said


def test_repeated_tokens_are_one_unless_silence_parts_them() -> None:
    logits = torch.full((1, 7, 6), -9.0)
    for at, token in enumerate([4, 4, 0, 4, 5, 5, 0]):
        logits[0, at, token] = 9.0
    assert best_path(logits) == [[4, 4, 5]]
    assert likeliest(logits, 4)[0][0][0] == [4, 4, 5]


def test_unknown_beginning_and_end_are_never_spoken() -> None:
    logits = torch.zeros(1, 4, 6)
    logits[..., 1:4] = 20.0
    assert not {1, 2, 3} & {token for text, _share in likeliest(logits, 8)[0] for token in text}
    assert not {1, 2, 3} & {*best_path(logits)[0]}


def test_a_thousand_steps_keep_their_probabilities() -> None:
    found = prefix_search([{0: 0.9, 4: 0.05}] * 1000, 3)
    assert found[0][1] >= found[1][1]
    assert all(np.isfinite(share) for _text, share in found)
