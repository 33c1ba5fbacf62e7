"""Figures of texts: what is answered is compared with what is right, character by character and word by word."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from builder.compiler.report import Answer
from builder.data.batches import EVALUATED
from builder.data.sources import Samples
from builder.data.sources.source import Index, chosen
from builder.evaluation.trained import Texts, Trained
from builder.training.losses import loss_function
from builder.training.reading import compared

SHOWN = 50  # samples


@dataclass(frozen=True)
class TextExample:
    """One sample: what was given (empty where it is no text), what is right, and what was answered."""

    source: str
    right: str
    given: str


@dataclass(frozen=True)
class TextFigures:
    """One Output whose target is a text; answers are found by beam search, as they are in a prediction.

    `cer` and `wer` are character and word error rate, `bleu` goes from 0 to 100, `exact` is the share of answers
    without any mistake. Baselines are those of always giving the commonest answer of the training part. `loss` is that
    of training: each token with what stands before it as it should be.
    """

    output: str
    target: str
    cer: float
    wer: float
    bleu: float
    exact: float
    loss: float
    baseline_cer: float
    baseline_wer: float
    baseline_bleu: float
    examples: tuple[TextExample, ...]


def text(trained: Trained, answer: Answer, output: Sequence[Texts], samples: Samples, index: Index) -> TextFigures:
    """How well an Output answers with texts."""
    name = answer.target.name
    words = trained.preparation.texts(name)
    values = samples.targets[name]
    right = words.plain(values[index])
    given = [next(iter(texts)) for texts in output]
    usual = Counter(words.plain(values[samples.parts["train"]])).most_common(1)[0][0]
    figures, baseline = compared(given, right), compared([usual] * len(right), right)
    return TextFigures(
        output=answer.id,
        target=name,
        **figures,
        exact=float(np.mean([one == other for one, other in zip(given, right, strict=True)])),
        loss=_loss(trained, answer, samples, index),
        **{f"baseline_{figure}": value for figure, value in baseline.items()},
        examples=_examples(samples, index, right, given),
    )


def _loss(trained: Trained, answer: Answer, samples: Samples, index: Index) -> float:
    """The mean loss of the part, in the batches of the training: what comes before a token is what should."""
    size = max(trained.recipe.batch_size, EVALUATED)
    judge, at = loss_function(answer.loss, kind="text"), trained.answers.index(answer)
    sums, weight = 0.0, 0
    for start in range(0, len(index), size):
        some = index[start : start + size]
        raws = {name: chosen(rows, some) for name, rows in samples.inputs.items()}
        learned = {
            one.target.name: torch.from_numpy(
                trained.preparation.answer(one.target.name, samples.targets[one.target.name][some])
            )
            for one in trained.answers
        }
        given = trained.outputs(raws, learned)
        loss = judge(given[at] if len(trained.answers) > 1 else given, learned[answer.target.name]).item()
        sums += loss * len(some)
        weight += len(some)
    return sums / weight if math.isfinite(sums) else math.inf


def _examples(samples: Samples, index: Index, right: Sequence[str], given: Sequence[str]) -> tuple[TextExample, ...]:
    """Some samples from all over the part."""
    shown = np.linspace(0, len(index) - 1, min(len(index), SHOWN)).astype(int)
    texts = next((rows for rows in samples.inputs.values() if isinstance(rows[0], str)), None)
    return tuple(TextExample(str(texts[index[i]]) if texts is not None else "", right[i], given[i]) for i in shown)
