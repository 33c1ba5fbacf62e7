"""A trained network as a folder of Python that knows nothing of netbuilder.

What prepares the input is the source of the very functions that prepared the training data.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Final

import safetensors.torch

from builder.core.text import _
from builder.data import entities, images, sounds
from builder.data.fitting import FieldPreparation
from builder.data.preparations import answer_text, cells, columns, index, spectrogram, text, vector
from builder.evaluation.trained import Trained
from builder.export.about import output
from builder.graph.losses import PairwiseRanking
from builder.layers.layer import IMPORTS
from builder.training import alignment, decoding

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class _Kind:
    """What a predict.py needs for one kind of field; its glue makes raws of files and typed text, and input of raws."""

    imports: tuple[str, ...]
    functions: tuple[Callable[..., Any], ...]
    packages: tuple[str, ...]


KINDS: Final = {
    "image": _Kind(
        ("from PIL import Image, ImageOps",),
        (images.is_grey, images.flattened, images.image_array, images.images_to_float),
        ("pillow",),
    ),
    "text": _Kind(("from tokenizers import Tokenizer",), (text.side_by_side, text.token_ids), ("tokenizers",)),
    "given": _Kind(
        ("from tokenizers import Tokenizer",),
        (text.side_by_side, text.given_ids, text.divided, entities.entity_types, entities.entity_spans),
        ("tokenizers",),
    ),
    "sound": _Kind(
        ("import soundfile",),
        (sounds.resampled, sounds.sound_wave, spectrogram.sound_features),
        ("soundfile",),
    ),
    "vector": _Kind((), (vector.standardised,), ()),
    "columns": _Kind((), (columns.columns_to_float, columns.date_parts), ()),
    "series": _Kind((), (vector.standardised,), ()),
    "index": _Kind((), (index.places_to_index,), ()),
}
READING: Final = (
    decoding.beam_search,
    alignment.likeliest,
    alignment.prefix_search,
    answer_text.until_end,
    answer_text.joined,
)
WORDS: Final = """    if facts["kind"] == "text":
        return row  # what was read
"""
TAGS: Final = """    if facts["kind"] == "tags":
        return tagged(facts, row, sample[facts["field"]])
"""
ROWS: Final = ("columns", "index")  # kinds whose samples are rows of a table
FROM_FILE: Final = "python predict.py FILE..."
USAGE: Final = {
    "image": FROM_FILE,
    "sound": FROM_FILE,
    "text": f"{FROM_FILE}\npython predict.py --text TEXT",
    "given": f"{FROM_FILE}\npython predict.py --text TEXT",
    "vector": f'{FROM_FILE}\npython predict.py --text "NUMBER NUMBER ..."',
    "series": f'{FROM_FILE}\npython predict.py --text "NUMBER NUMBER ..."',
    "columns": "python predict.py TABLE.csv...\npython predict.py --text COLUMN=VALUE,...",
    "index": "python predict.py TABLE.csv...\npython predict.py --text COLUMN=VALUE,...",
}


def _networks(trained: Trained) -> tuple[str, ...]:
    """What the source of the network imports."""
    return ("torch", "torchvision") if IMPORTS["models"] in trained.source.splitlines() else ("torch",)


def files(trained: Trained) -> dict[str, bytes]:
    """The files of the project by name."""
    read = [entry.field for entry in trained.inputs]
    fields = {name: field for name, field in trained.preparation.fields.items() if name in read}
    facts = {name: field.model_dump(mode="json") for name, field in fields.items()}
    tokenizers: dict[str, str] = {}
    for name in [name for name in facts if "tokenizer" in facts[name]]:
        file = "tokenizer.json" if not tokenizers else f"tokenizer{len(tokenizers) + 1}.json"
        tokenizers[file] = facts[name].pop("tokenizer")
        facts[name]["tokenizer_file"] = file
    outputs = [output(trained, answer) for answer in trained.answers]
    whole = {"fields": facts, "inputs": read, "outputs": outputs}
    for name, field in fields.items():
        facts[name]["kind"] = _kind(field)
    kinds = list(dict.fromkeys(map(_kind, fields.values())))
    usage = USAGE[kinds[0]] if len(fields) == 1 else "python predict.py TABLE.csv..."
    packages = [package for kind in kinds for package in KINDS[kind].packages]
    texts = any(answer.target.kind == "text" for answer in trained.answers)
    written = {
        "network.py": trained.source,
        "predict.py": _predict(kinds, usage, table=len(fields) > 1 or kinds[0] in ROWS, texts=texts),
        "preparation.json": json.dumps(whole, ensure_ascii=False, indent=1) + "\n",
        "requirements.txt": "".join(f"{name}\n" for name in (*_networks(trained), "safetensors", "numpy", *packages)),
        "README.md": _readme(trained, usage),
        **tokenizers,
    }
    weights: bytes = safetensors.torch.save(trained.weights())
    return {name: text.encode("utf-8", "replace") for name, text in written.items()} | {"weights.safetensors": weights}


def _kind(field: FieldPreparation) -> str:
    """Which glue a field needs."""
    return "given" if isinstance(field, text.TextPreparation) and field.tokens == "given" else field.kind


def _predict(kinds: Sequence[str], usage: str, *, table: bool, texts: bool) -> str:
    glue = [_template(f"{kind}.txt").safe_substitute(missing=_set(cells.MISSING)) for kind in kinds]
    glue.append(_template("table.txt").template if table else _template("single.txt").substitute(kind=kinds[0]))
    glue.append(_template("answers.txt" if texts else "numbers.txt").safe_substitute(beams=decoding.BEAMS))
    functions = dict.fromkeys(function for kind in kinds for function in KINDS[kind].functions)
    functions |= dict.fromkeys(READING if texts else ())
    return _template("predict.txt").substitute(
        usage=usage,
        standard="import csv\n" if table else "",
        math="import math\n" if {"columns", "sound"} & {*kinds} else "",
        dates="from datetime import UTC, datetime\n" if "columns" in kinds else "",
        re="import re\n" if texts or "given" in kinds else "",
        callables="Callable, Sequence" if texts else "Sequence",
        imports="".join(f"{line}\n" for kind in kinds for line in KINDS[kind].imports),
        answers=(WORDS if texts else "") + (TAGS if "given" in kinds else ""),
        functions="\n\n".join(inspect.getsource(function) for function in functions),
        glue="".join(glue),
        prepared=", ".join(f'"{kind}": {kind}_prepared' for kind in kinds),
    )


def _set(words: frozenset[str]) -> str:
    return f"{{{', '.join(map(json.dumps, sorted(words)))}}}"


def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text("utf-8"))


def _readme(trained: Trained, usage: str) -> str:
    title = _one_line(trained.document.title or _("Network"))
    return _template("readme.txt").substitute(title=title, answers=" ".join(_answers(trained)), usage=usage)


def _answers(trained: Trained) -> Iterator[str]:
    """What each output answers, and how well it did on the test part."""
    several = len(trained.answers) > 1
    for answer in trained.answers:
        target, metrics = answer.target, trained.run.metrics
        suffix = f"/{answer.id}" if several else ""
        name = _one_line(target.name)
        if target.kind == "latent":
            yield _("It shows what it keeps of a sample.")
            continue
        if target.kind == "category":
            text, value = _("It tells {n} classes of {name} apart. Accuracy on the test part: {figure}."), "accuracy"
        elif target.kind == "tags":
            text, value = (
                _("It tags each token of a text. Accuracy of tokens on the test part: {figure}."),
                "token_accuracy",
            )
            if entities.is_iob(target.classes):
                text, value = _("It finds entities in a text. Their F1 on the test part: {figure}."), "entity_f1"
        elif target.kind == "binary":
            text, value = _("It says yes or no to {name}. Accuracy on the test part: {figure}."), "accuracy"
        elif target.kind == "labels":
            text, value = _("It finds {n} labels of {name}. F1 on the test part: {figure}."), "f1_micro"
        elif isinstance(answer.loss, PairwiseRanking):
            text, value = _("It ranks items for a user. Pairs in the right order: {figure}."), "pair_accuracy"
        elif target.kind == "rating":
            text, value = _("It rates items for a user. Root mean squared error: {figure}."), "rmse"
        elif target.kind == "input":
            text = _("It reconstructs {name}. Mean squared error on the test part: {figure}.")
            value = "reconstruction_mse"
        elif answer.loss.type == "ctc":
            text, value = _("It writes down what it hears, {name}. Wrong characters of the test part: {figure}."), "cer"
        elif target.kind == "text":
            text, value = _("It writes a text, {name}. Right tokens of the test part: {figure}."), "token_accuracy"
        else:
            text, value = _("It predicts {name}. Mean absolute error on the test part: {figure}."), "mae"
        figure = metrics.get(f"test_{value}{suffix}")
        told = _("not measured: the training is not finished") if figure is None else f"{figure:.4f}"
        yield text.format(n=len(target.classes), name=name, figure=told)


def _one_line(text: str) -> str:
    """A title that cannot leave its heading, nor hold a link or an image."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
    return "".join(f"\\{c}" if c in "\\`*_[]<>!#&" else c for c in line)
