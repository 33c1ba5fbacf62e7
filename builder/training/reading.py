"""Texts that were answered held against those that are right."""

import re
from collections.abc import Sequence

import jiwer
import sacrebleu


def compared(given: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """Character error rate, word error rate and BLEU of texts.

    Chinese and Japanese characters are words of their own, since nothing but a dictionary finds the words there.
    Source: jiwer; sacrebleu, Post 2018, arXiv:1804.08771.
    """
    # what is right and empty cannot be divided by: one sign in its place, on both sides, changes nothing else
    pairs = [(one, other) if other else (f"{one}-", "-") for one, other in zip(given, right, strict=True)]
    answers, truths = [list(column) for column in zip(*pairs, strict=True)]
    tokenize = "zh" if any(_wide(text) for text in truths) else "13a"
    return {
        "cer": float(jiwer.cer(truths, answers)),
        "wer": float(jiwer.wer(list(map(apart, truths)), list(map(apart, answers)))),
        "bleu": float(sacrebleu.corpus_bleu(answers, [truths], tokenize=tokenize).score),
    }


def apart(text: str) -> str:
    """A text with spaces around each Chinese or Japanese character."""
    return re.sub(rf"({_WIDE})", r" \1 ", text)


_WIDE = "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"


def _wide(text: str) -> bool:
    return re.search(_WIDE, text) is not None
