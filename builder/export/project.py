"""A trained network as a folder of Python that knows nothing of netbuilder.

What prepares the input is the source of the very functions that prepared the training data.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Final

import safetensors.torch

from builder.core.text import _
from builder.data import images, preparation
from builder.evaluation.trained import Trained
from builder.layers.layer import IMPORTS

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class _Kind:
    """What a predict.py needs for one kind of input."""

    imports: tuple[str, ...]
    functions: tuple[Callable[..., Any], ...]
    glue: str  # how a file or typed text becomes a raw, and raws the network's input
    packages: tuple[str, ...]
    usage: str


KINDS: Final = {
    "image": _Kind(
        ("from PIL import Image, ImageOps",),
        (images.is_grey, images.flattened, images.image_array, images.images_to_float),
        "image.txt",
        ("pillow",),
        "python predict.py FILE...",
    ),
    "text": _Kind(
        ("from tokenizers import Tokenizer",),
        (preparation.token_ids,),
        "text.txt",
        ("tokenizers",),
        "python predict.py FILE...\npython predict.py --text TEXT",
    ),
    "vector": _Kind(
        (),
        (preparation.standardised,),
        "vector.txt",
        (),
        'python predict.py FILE...\npython predict.py --text "NUMBER NUMBER ..."',
    ),
}


def _networks(trained: Trained) -> tuple[str, ...]:
    """What the source of the network imports."""
    return ("torch", "torchvision") if IMPORTS["models"] in trained.source.splitlines() else ("torch",)


def files(trained: Trained) -> dict[str, bytes]:
    """The files of the project by name."""
    kind = KINDS[trained.preparation.kind]
    facts = trained.preparation.model_dump(mode="json")
    tokenizer = facts.pop("tokenizer", None)
    facts |= {"classes": list(trained.classes), "gives_probabilities": trained.gives_probabilities}
    written = {
        "network.py": trained.source,
        "predict.py": _predict(kind),
        "preparation.json": json.dumps(facts, ensure_ascii=False, indent=1) + "\n",
        "requirements.txt": "".join(
            f"{name}\n" for name in (*_networks(trained), "safetensors", "numpy", *kind.packages)
        ),
        "README.md": _readme(trained, kind),
    }
    if tokenizer is not None:
        written["tokenizer.json"] = tokenizer
    weights: bytes = safetensors.torch.save(trained.weights())
    return {name: text.encode("utf-8", "replace") for name, text in written.items()} | {"weights.safetensors": weights}


def _predict(kind: _Kind) -> str:
    return _template("predict.txt").substitute(
        usage=kind.usage,
        imports="".join(f"{line}\n" for line in kind.imports),
        functions="\n\n".join(inspect.getsource(function) for function in kind.functions),
        glue=(TEMPLATES / kind.glue).read_text("utf-8"),
    )


def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text("utf-8"))


def _readme(trained: Trained, kind: _Kind) -> str:
    run = trained.run
    accuracy = run.metrics.get("test_accuracy")
    return _template("readme.txt").substitute(
        title=_one_line(trained.document.title or _("Network")),
        classes=len(trained.classes),
        accuracy=_("not measured: the training is not finished") if accuracy is None else f"{accuracy:.4f}",
        usage=kind.usage,
    )


def _one_line(text: str) -> str:
    """A title that cannot leave its heading, nor hold a link or an image."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
    return "".join(f"\\{c}" if c in "\\`*_[]<>!#&" else c for c in line)
