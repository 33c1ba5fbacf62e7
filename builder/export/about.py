"""What an exported network says of itself, so that whoever has the file alone can use it."""

import json
from typing import Any

from builder.compiler.report import Answer
from builder.data.fitting import divided_field
from builder.evaluation.trained import Trained
from builder.graph.losses import BinaryCrossEntropy, KullbackLeibler, PairwiseRanking


def about(trained: Trained) -> dict[str, str]:
    """The document, how fields are prepared, which of them enter, and what the outputs mean, each as JSON."""
    return {
        "document": trained.document.model_dump_json(exclude_none=True),
        "preparation": trained.preparation.model_dump_json(),
        "inputs": json.dumps([entry.field for entry in trained.inputs]),
        "outputs": json.dumps([output(trained, answer) for answer in trained.answers], ensure_ascii=False),
    }


def output(trained: Trained, answer: Answer) -> dict[str, Any]:
    """What is needed to read one output."""
    target = answer.target
    facts: dict[str, Any] = {"id": answer.id, "target": target.name, "kind": target.kind}
    if target.kind == "category":
        return facts | {"classes": list(target.classes), "gives_probabilities": answer.probabilities}
    if target.kind == "latent":
        return facts | {"halved": isinstance(answer.loss, KullbackLeibler)}
    if target.kind == "input":
        # its own scale is y * spread + centre, where it gives logits after a sigmoid
        field = trained.preparation.fields[target.name]
        own = {"spread": field.spread.tolist(), "centre": field.centre.tolist(), "image": field.kind == "image"}
        return facts | own | {"logits": isinstance(answer.loss, BinaryCrossEntropy)}
    if target.kind == "text":
        words = trained.preparation.texts(target.name)
        forced = [n for n, entry in enumerate(trained.inputs) if entry.forced and entry.field == target.name]
        told = {"loss": answer.loss.type, "forced": forced, "longest": target.longest, "tokens": words.tokens}
        return facts | told | {"vocabulary": words.vocabulary}
    if target.kind in ("binary", "labels"):
        return facts | {"classes": list(target.classes)}
    if isinstance(answer.loss, PairwiseRanking):
        return facts | {"columns": ["score"], "mean": [0.0], "std": [1.0]}
    if target.kind == "tags":
        return facts | {"classes": list(target.classes), "field": divided_field(trained.preparation)[0]}
    scale = trained.preparation.scale(target.name)
    return facts | {"columns": list(target.columns), "mean": list(scale.mean), "std": list(scale.std)}
