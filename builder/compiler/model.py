"""The torch model of a document, built by running its generated source."""

from torch import nn

from builder.compiler.source import source
from builder.graph.document import Document


def build(document: Document) -> nn.Module:
    """The model with fresh weights; call `torch.manual_seed` first to repeat them.

    Raises: Error with all problems of a document that cannot train.
    """
    return from_source(source(document))


def from_source(text: str) -> nn.Module:
    """The model of source that `builder.compiler.source` wrote."""
    names: dict[str, type[nn.Module]] = {}
    exec(compile(text, "<network>", "exec"), names)
    return names["Network"]()
