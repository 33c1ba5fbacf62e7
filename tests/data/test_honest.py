"""Proofs that the figures are honest: over every example, and so over every kind of field and target that there is."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from builder.core.settings import parameters
from builder.data.augmentation import Augmenter
from builder.data.fields import PARTS
from builder.data.fitting import fit, to_json
from builder.data.loading import load
from builder.data.preparations.image import ImagePreparation
from builder.data.preparations.sound import SoundPreparation
from builder.data.preparations.text import TextPreparation
from builder.data.sources import SOURCES, Samples, Source, parse_source
from builder.data.sources.digits import Digits
from builder.evaluation import evaluate
from builder.evaluation.trained import Trained
from builder.examples import facts, names
from builder.prediction import Predictor
from builder.runs.store import Store
from tests.data.sounds import sound_file
from tests.trained import example, finish_here

torch.set_num_threads(1)
FEW = ("data.limit=24", "recipe.epochs=1", 'recipe.device="cpu"')


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    store = Store(workspace)
    yield store
    store.close()


def source_of(name: str, *values: str) -> Source:
    """An example's data, small; skips where it would have to be fetched."""
    source, problems = parse_source(example(name, FEW[0], *values).data)
    assert source is not None, problems
    if not source.here():
        pytest.skip("its data is not on this machine")
    return source


def kinds(name: str) -> set[str]:
    """The kinds of fields and targets of an example, and of its augmentation."""
    data = example(name).data
    source, _problems = parse_source(data)
    if source is None or not source.here():
        return set()
    spec = source.spec()
    return {f"field {f.kind} {bool(f.columns)}" for f in spec.inputs} | {f"target {t.kind}" for t in spec.targets}


def covering() -> list[Any]:
    """All examples; those that bring no kind of their own, when smaller ones went before, are slow."""
    seen: set[str] = set()
    found: list[Any] = []
    for name in sorted(
        names(), key=lambda name: (SOURCES[example(name).data["source"]].download_bytes, facts(name).params)
    ):
        new = kinds(name) - seen
        seen |= new
        found.append(name if new else pytest.param(name, marks=pytest.mark.slow))
    return found


def other(raw: Any) -> Any:
    """Something else than this raw, that could stand in its place."""
    if isinstance(raw, str):
        return f"quite something else {len(raw)}"
    if isinstance(raw, tuple):
        return ("else", *raw[1:])
    changed = raw.copy()
    if raw.dtype == object:
        changed[:] = ["987654" if str(cell).strip("-").replace(".", "").isdigit() else "another" for cell in raw]
    elif raw.dtype.kind in "iu":
        changed[:] = raw.max(initial=0) - raw
    else:
        changed[:] = 31 * raw + 1000
    return changed


def with_other_held_back(samples: Samples) -> Samples:
    """The same training part beside another validation and test part."""
    away = {int(at) for part in ("validation", "test") for at in samples.parts[part]} - {
        *samples.parts["train"].tolist()
    }
    inputs: dict[str, Any] = {}
    for name, rows in samples.inputs.items():
        changed = [other(rows[at]) if at in away else rows[at] for at in range(len(rows))]
        inputs[name] = changed if isinstance(rows, list) else _stacked(changed, rows)
    targets = {name: values.copy() for name, values in samples.targets.items()}
    for values in targets.values():
        for at in away:
            if values.dtype.kind == "f":
                values[at] = 31 * values[at] + 1000
    return replace(samples, inputs=inputs, targets=targets)


def _stacked(changed: list[Any], like: Any) -> Any:
    rows = np.empty_like(np.asarray(like))
    for at, row in enumerate(changed):
        rows[at] = row
    return rows


@pytest.mark.parametrize("name", names())
def test_preparation_is_fitted_on_the_training_part_alone(name: str) -> None:
    source = source_of(name)
    samples = load(source)
    others = with_other_held_back(samples)
    assert to_json(fit(source, samples)) == to_json(fit(source, others))


@pytest.mark.parametrize("name", names())
def test_parts_share_no_sample(name: str) -> None:
    source = source_of(name)
    if source.ignores >= {"validation", "test"}:
        pytest.skip("there is nothing to hold back: every part is the whole")
    parts = load(source).parts
    rows = np.concatenate([parts[part] for part in PARTS])
    assert len(np.unique(rows)) == len(rows)


@pytest.mark.parametrize("name", covering())
def test_what_is_predicted_is_what_was_evaluated(name: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source_of(name)
    run = finish_here(store, example(name, *FEW))
    heard: list[tuple[Any, ...]] = []
    each = Trained.each

    def listening(self: Trained, *given: Any, **more: Any) -> tuple[Any, ...]:
        heard.append(each(self, *given, **more))
        return heard[-1]

    monkeypatch.setattr(Trained, "each", listening)
    evaluation = evaluate(store, run.id)
    measured = [joined(column) for column in zip(*heard, strict=True)]
    for figure, value in run.metrics.items():  # what the training said of the test part
        told = evaluation.figure(figure.removeprefix("test_"))
        assert told is None or told == pytest.approx(value, rel=1e-3, abs=1e-4), figure
    predictor = Predictor.of(store, run.id)
    source, _problems = parse_source(predictor.trained.document.data)
    assert source is not None
    samples = load(source)
    raws = {field: rows for field, rows in samples.of("test").items() if field in predictor.fields}
    heard.clear()
    for at in range(len(samples.parts["test"])):  # alone, as a person gives them
        predictor.predict({field: [as_given(predictor, field, rows[at])] for field, rows in raws.items()})
    alone = [joined(column) for column in zip(*heard, strict=True)]
    for one, all_together in zip(alone, measured, strict=True):
        torch.testing.assert_close(one, all_together, rtol=1e-3, atol=1e-4)


def joined(batches: Sequence[Any]) -> Any:
    """What an Output said to all samples: its numbers, or the likeliest texts with their probabilities."""
    if isinstance(batches[0], list):
        return [texts for batch in batches for texts in batch]
    return torch.cat(list(batches))


def as_given(predictor: Predictor, field: str, raw: Any) -> Any:
    """A sample by the way that a person's own takes: through a file, or a text that is read."""
    preparation = predictor.fields[field]
    if isinstance(preparation, ImagePreparation):
        file = io.BytesIO()
        Image.fromarray(raw.squeeze(-1) if raw.shape[-1] == 1 else raw).save(file, "PNG")
        return preparation.read(file.getvalue(), "one.png")
    if isinstance(preparation, SoundPreparation):
        return preparation.read(sound_file(raw, rate=preparation.rate, subtype="FLOAT"), "one.wav")
    if isinstance(preparation, TextPreparation) and isinstance(raw, str):
        return preparation.read_text(raw)
    return raw


def augmented() -> list[str]:
    """An example for each kind of augmentation, with the smallest network."""
    found: dict[Any, str] = {}
    for name in sorted(names(), key=lambda name: facts(name).params):
        cls = SOURCES[example(name).data["source"]]
        if "augmentation" in cls.model_fields and not cls.download_bytes:
            found.setdefault(cls.model_fields["augmentation"].annotation, name)
    return [*found.values()]


@pytest.mark.parametrize("name", augmented())
def test_augmentation_meets_training_samples_alone(name: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SOURCES[example(name).data["source"]].model_fields["augmentation"].annotation
    assert kind is not None
    strong = {p.name: True if p.kind == "bool" else (p.maximum or 1) / 4 for p in parameters(kind) if not p.choices}
    strong |= {p.name: int(strong[p.name]) or 1 for p in parameters(kind) if p.kind == "int"}
    document = example(name, *FEW)
    document = document.model_copy(update={"data": {**document.data, "augmentation": strong}})
    met: list[int] = []
    change = Augmenter.__call__

    def counting(self: Augmenter, batch: Any, generator: torch.Generator) -> Any:
        met.append(len(batch[0][0]))
        return change(self, batch, generator)

    monkeypatch.setattr(Augmenter, "__call__", counting)
    run = finish_here(store, document)
    source, problems = parse_source(document.data)
    assert source is not None, problems
    samples = load(source)
    assert sum(met) == len(samples.parts["train"])  # each once in the one epoch, and nothing else
    met.clear()
    evaluate(store, run.id, "validation")
    evaluate(store, run.id, "test")
    predictor = Predictor.of(store, run.id)
    predictor.predict({field: rows[:2] for field, rows in samples.of("test").items() if field in predictor.fields})
    assert met == []


def test_labels_shuffled_at_random_train_to_chance(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Digits.load

    def shuffled(self: Digits, *given: Any) -> Samples:
        samples = honest(self, *given)
        labels = np.random.default_rng(0).permutation(samples.labels)
        return replace(samples, targets={"label": labels})

    monkeypatch.setattr(Digits, "load", shuffled)
    run = finish_here(store, example("digits-cnn", "recipe.epochs=4", 'recipe.device="cpu"'))
    chance = 0.1 + 4 * (0.1 * 0.9 / 359) ** 0.5  # four spreads above one in ten
    assert run.metrics["test_accuracy"] < chance
