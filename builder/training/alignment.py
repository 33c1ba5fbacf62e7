"""Texts from steps of which nobody said which token is spoken there: their loss, and how they are read.

`likeliest` and `prefix_search` need torch alone: exported projects carry their source.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def ctc_loss(output: Tensor, y: Tensor) -> Tensor:
    """The mean over texts of what each costs a token. A text that the steps are too few for costs nothing.

    Shape: (N, T, tokens) logits, (N, U) tokens with their end, padded with 0 -> ()
    """
    steps = torch.full((len(output),), output.shape[1], dtype=torch.int64, device=y.device)
    tokens = (y != 0).sum(1) - 1  # the end is not spoken
    spoken = output.float().log_softmax(2).transpose(0, 1)
    return F.ctc_loss(spoken, y, steps, tokens.clamp_min(0), blank=0, zero_infinity=True)


def best_path(output: Tensor) -> list[list[int]]:
    """The likeliest token of each step, those that repeat once, without those that stand for none. Quick."""
    output = output.detach().clone()
    output[..., 1:4] = -torch.inf  # unknown, beginning and end are never spoken
    rows = (row.unique_consecutive().tolist() for row in output.argmax(2))
    return [[token for token in row if token] for row in rows]


def likeliest(output: torch.Tensor, beams: int, weighed: int = 8) -> list[list[tuple[list[int], float]]]:
    """For each sample the likeliest texts with their probabilities; so many tokens are weighed at each step.

    Shape: (N, T, tokens)
    """
    shares = output.detach().float().softmax(2)
    shares[..., 1:4] = 0.0
    found = shares.topk(min(weighed, shares.shape[2]), 2)
    blank = shares[..., 0].tolist()
    rows = zip(found.indices.tolist(), found.values.tolist(), blank, strict=True)
    return [
        prefix_search([dict(zip(i, p, strict=True)) | {0: b} for i, p, b in zip(*row, strict=True)], beams)
        for row in rows
    ]


def prefix_search(steps: Sequence[dict[int, float]], beams: int) -> list[tuple[list[int], float]]:
    """The likeliest texts, each with the sum of the probabilities of all ways to spell it, in falling order.

    Params: steps, of each step the probabilities of its likeliest tokens; token 0 stands for none.
    Source: Hannun et al. 2014, arXiv:1408.2873, algorithm 1, without a language model.
    """
    scale = 1.0
    kept: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}  # ends in no token, ends in its last token
    for shares in steps:
        grown: dict[tuple[int, ...], list[float]] = {}
        for text, (silent, spoken) in kept.items():
            same = grown.setdefault(text, [0.0, 0.0])
            same[0] += (silent + spoken) * shares[0]
            for token, share in shares.items():
                if not token or share < 1e-4:
                    continue
                again = text[-1:] == (token,)
                if again:
                    same[1] += spoken * share
                grown.setdefault((*text, token), [0.0, 0.0])[1] += (silent if again else silent + spoken) * share
        best = sorted(grown.items(), key=lambda pair: -sum(pair[1]))[:beams]
        most = sum(best[0][1]) or 1.0  # kept near 1: over many steps, probabilities become too small for numbers
        scale *= most
        kept = {text: (silent / most, spoken / most) for text, (silent, spoken) in best}
    return [(list(text), scale * (silent + spoken)) for text, (silent, spoken) in kept.items()]
