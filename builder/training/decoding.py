"""How texts come out of a network: what each Output's numbers say depends on the loss that it was trained with.

`beam_search` needs torch alone: exported projects carry its source.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from builder.compiler.report import Answer, Entry
from builder.data.preparations.answer_text import BEGIN
from builder.training.alignment import likeliest

BEAMS = 4  # texts that are followed at once
MOST_NUMBERS = 50_000_000  # that a step of a search may give, 200 MB: more samples wait


@dataclass(frozen=True)
class Read:
    """What an Output says to the samples of a batch, the likeliest texts first.

    Shape: tokens (N, beams, U) int64, padded with 0; shares (N, beams), how likely each is; 0 where there is none.
    """

    tokens: Tensor
    shares: Tensor


@dataclass(frozen=True)
class Reader:
    """A network that is to be read, and what it was given: of a text that it has to answer, the beginning alone."""

    model: nn.Module
    inputs: Sequence[Entry]
    given: Sequence[Tensor]
    several: bool  # Outputs


def begun(y: Tensor) -> Tensor:
    """What a network sees of a text that it has to answer: at each step the token before. Shape: (N, U) -> the same"""
    before = torch.cat((torch.full_like(y[:, :1], BEGIN), y[:, :-1]), 1)
    return before.masked_fill(y == 0, 0)


def read(reader: Reader, at: int, answer: Answer, output: Tensor, beams: int = BEAMS) -> Read:
    """What the Output at a place says. Params: output, what it gave to the beginning alone."""
    return DECODERS[answer.loss.type](reader, at, answer, output, beams)


def _searched(reader: Reader, at: int, answer: Answer, output: Tensor, beams: int) -> Read:
    """Step by step, where the text so far enters the network; else all steps stand in `output` already."""
    places = [n for n, entry in enumerate(reader.inputs) if entry.forced and entry.field == answer.target.name]
    together = max(1, MOST_NUMBERS // (beams * output[0].numel()))
    found: list[tuple[Tensor, Tensor]] = []
    for start in range(0, len(output), together):
        part = output[start : start + together].repeat_interleave(beams, 0)
        given = [values[start : start + together].repeat_interleave(beams, 0) for values in reader.given]

        def step(texts: Tensor, given: list[Tensor] = given, part: Tensor = part) -> Tensor:
            if not places:
                return part
            outputs = reader.model(*(texts if n in places else values for n, values in enumerate(given)))
            found: Tensor = outputs[at] if reader.several else outputs
            return found

        found.append(beam_search(step, len(part) // beams, answer.target.longest, beams, output.device))
    tokens, shares = (torch.cat(column) for column in zip(*found, strict=True))
    return Read(tokens, shares)


def beam_search(
    step: Callable[[torch.Tensor], torch.Tensor], n: int, length: int, beams: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """The likeliest texts and their probabilities, the best first; with one beam, the likeliest token at each step.

    Tokens 0 to 3 are padding, unknown, beginning and end. Texts of different lengths are compared by their logarithm
    over ((5 + tokens) / 6) ** 0.6: else short ones would always win.
    Shape: step (n * beams, length) -> (n * beams, length, tokens); found (n, beams, length) and (n, beams)
    Source: Wu et al. 2016, arXiv:1609.08144, section 7.
    """
    texts = torch.zeros(n, beams, length, dtype=torch.int64, device=device)
    sums = torch.full((n, beams), -torch.inf, device=device)
    sums[:, 0] = 0.0  # at first all beams are one
    lengths = torch.zeros(n, beams, device=device)
    done = torch.zeros(n, beams, dtype=torch.bool, device=device)
    for at in range(length):
        before = torch.cat((torch.full_like(texts[..., :1], 2), texts[..., :-1]), 2)
        before = before.masked_fill(before == 3, 0).flatten(0, 1)
        after = step(before)[:, at].float().log_softmax(1).view(n, beams, -1)
        after[..., :3] = -torch.inf
        if at == length - 1:
            after[..., 4:] = -torch.inf  # here every text has to end
        after = after.masked_fill(done[..., None], -torch.inf)
        after[..., 0] = after[..., 0].masked_fill(done, 0.0)
        longer = lengths + ~done
        total = (sums[..., None] + after).flatten(1)
        judged = total / ((5 + longer) / 6).pow(0.6).repeat_interleave(after.shape[2], 1)
        best = judged.topk(beams, 1).indices
        origin, token = best // after.shape[2], best % after.shape[2]
        texts = texts.gather(1, origin[..., None].expand_as(texts))
        texts[..., at] = token
        sums, lengths = total.gather(1, best), longer.gather(1, origin)
        done = done.gather(1, origin) | (token == 3)
        if bool(done.all()):
            break
    return texts, sums.exp()


def _aligned(_reader: Reader, _at: int, _answer: Answer, output: Tensor, beams: int) -> Read:
    """All steps stand in `output`, and many of them stand for no token."""
    found = likeliest(output, beams)
    longest = max((len(text) for texts in found for text, _share in texts), default=0)
    tokens = torch.zeros(len(output), beams, longest, dtype=torch.int64)
    shares = torch.zeros(len(output), beams)
    for at, texts in enumerate(found):
        for place, (text, share) in enumerate(texts):
            tokens[at, place, : len(text)] = torch.tensor(text, dtype=torch.int64)
            shares[at, place] = share
    return Read(tokens, shares)


# by the loss of an Output: how its texts are read
DECODERS: dict[str, Callable[[Reader, int, Answer, Tensor, int], Read]] = {"cross_entropy": _searched, "ctc": _aligned}
