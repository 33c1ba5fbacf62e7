"""Yes or no as an answer."""

from torch import Tensor

from builder.compiler.report import Answer
from builder.evaluation.trained import Trained
from builder.prediction.answers.category import Choice


def verdicts(trained: Trained, answer: Answer, output: Tensor) -> list[Choice]:
    """The choice between the two classes, from what an Output gives to each sample. Shape: output (N, 1)"""
    no, yes = answer.target.classes
    found = []
    for share in output[:, 0].sigmoid().tolist():
        shares = sorted(((no, 1 - share), (yes, share)), key=lambda pair: -pair[1])
        found.append(Choice(answer.id, answer.target.name, shares[0][0], dict(shares)))
    return found
