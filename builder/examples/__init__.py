"""Ready networks, in the format that users save: one JSON file each."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from builder.core.errors import Error
from builder.core.ids import nearest
from builder.core.text import _, quote
from builder.graph.document import Document, read

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Facts:
    """What is known of an example without computing it; tests keep it true.

    `metric` is that of the test part by which it is judged, `reach` what it reaches, `seconds` how long it trains on
    two cores. `real` names, where the example's own data is small or made up, real data that takes its place in
    `netbuilder bench-examples`: the dotted settings `set`, and what is to be reached within which time.
    """

    params: int
    metric: str
    reach: float
    seconds: float
    real: dict[str, Any] | None = None


@cache
def facts(name: str) -> Facts:
    """The facts of an example."""
    return Facts(**json.loads((FOLDER / "facts" / f"{EARLIER.get(name, name)}.json").read_bytes()))


# the order of the gallery: what trains at once comes first
ORDER = (
    "digits-cnn",
    "digits-autoencoder",
    "denoising-autoencoder",
    "vae",
    "sentiment-lstm",
    "visits-two-answers",
    "sentiment-mlp",
    "sentiment-transformer",
    "sentiment-zh-gru",
    "topics-textcnn",
    "entities-bilstm",
    "xor-mlp",
    "translate-seq2seq",
    "house-price-mlp",
    "census-embeddings",
    "sine-rnn",
    "ratings-factorisation",
    "ratings-neural",
    "mnist-mlp",
    "mnist-cnn",
    "grey32-cnn",
    "cifar10-resnet",
    "vit-tiny",
    "flowers-transfer",
    "cifar10-cnn",
    "spoken-digits-cnn",
    "spoken-digits-ctc",
)

# what networks were called before; whoever wrote the name down still finds them
EARLIER = {"reviews-lstm": "sentiment-lstm", "reviews-embedding-mlp": "sentiment-mlp"}


def names() -> list[str]:
    """The names of all examples, in the order of the gallery; those it does not list come last."""
    found = {path.stem for path in FOLDER.glob("*.json")}
    return [*(name for name in ORDER if name in found), *sorted(found.difference(ORDER))]


def load(name: str) -> Document:
    """The document of an example.

    Raises: Error P-NONE for a name that is not one, with the nearest.
    """
    known = names()
    name = EARLIER.get(name, name)
    if name not in known:
        guess = nearest(name, known)
        hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else ", ".join(known)
        raise Error("P-NONE", _("There is no example {name}. {hint}").format(name=quote(name), hint=hint))
    return read((FOLDER / f"{name}.json").read_bytes())
