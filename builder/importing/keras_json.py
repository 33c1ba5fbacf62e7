"""A Keras model from the text of `model.to_json()`, as Keras 2 and Keras 3 write it. Nothing of it is run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.core.errors import Error, Problem
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.importing.imported import Imported, imported
from builder.importing.keras_layers import LAYERS, Desk, Flow, UnreadError
from builder.importing.sketch import Ref, Sketch, refuse, unimportable

Layer = Mapping[str, Any]

MODELS = ("Sequential", "Functional", "Model")
MOST_DEPTH = 6  # models within models
MOST_LAYERS = 2_000
USUAL = {3: 64, 4: 224, 5: 32}  # for sizes that the file leaves open, by rank: steps, pixels, voxels
TOKENS = 64


def is_keras(content: Any) -> bool:
    """Whether parsed JSON looks like a Keras model."""
    return isinstance(content, dict) and content.get("class_name") in MODELS and "config" in content


def keras_model(content: bytes, title: str = "") -> Imported:
    """The graph of a Keras model.

    Raises: Error M-TYPE (no Keras model), M-LAYER with everything that is not in the catalogue.
    """
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        raw = None
    if not is_keras(raw):
        raise Error("M-TYPE", _("This is no Keras model. Write one with: model.to_json()."))
    refuse(list(_unknown(raw, "", 0)))
    reading = _Reading()
    entry = reading.entry(raw)
    end = reading.desk("output").last(reading.model(raw, "", [Flow(entry)], (), 0)).ref
    name = _name(raw, 0) or title or _("Keras model")
    version = raw.get("keras_version")
    told = _("{name}, a Keras model.").format(name=name)
    about = (
        told
        if not isinstance(version, str)
        else _("{name}, a Keras {version} model.").format(name=name, version=version[:20])
    )
    recipe = {"loss": {"type": "nll"}} if reading.sketch.ops[end.op].type == "Softmax" else {}
    notes = tuple(reading.notes)
    about = " ".join((about, *notes))
    return imported(reading.sketch, entry, end, title=name, about=about, notes=notes, recipe=recipe)


def _layers(model: Layer) -> list[Layer]:
    """The layers of a model, each with class_name and config. Raises: Error M-TYPE for anything else."""
    config = model.get("config")
    found = config.get("layers") if isinstance(config, dict) else config  # Keras 1 wrote a list
    if not isinstance(found, list) or not found or len(found) > MOST_LAYERS:
        raise _odd(_name(model, 0))
    for layer in found:
        if not (isinstance(layer, dict) and isinstance(layer.get("class_name"), str)):
            raise _odd(_name(model, 0))
        if not isinstance(layer.get("config"), dict | list):
            raise _odd(str(layer["class_name"]))
    return found


def _odd(where: str) -> Error:
    text = _("The description of {where} is not as Keras writes it. Write it again with: model.to_json().")
    return Error("M-TYPE", text.format(where=quote(where)))


def _name(layer: Layer, number: int) -> str:
    config = layer.get("config")
    own = config.get("name") if isinstance(config, dict) else None
    name = layer.get("name") or own
    return (
        name[:150].replace(".", "_")
        if isinstance(name, str) and name
        else f"{str(layer.get('class_name'))[:50]}_{number}"
    )


def _unknown(model: Layer, path: str, depth: int) -> Iterator[Problem]:
    """Every layer that the catalogue does not have."""
    if depth > MOST_DEPTH:
        raise _odd(path)
    for number, layer in enumerate(_layers(model)):
        name = f"{path}{_name(layer, number)}"
        if layer["class_name"] in MODELS:
            yield from _unknown(layer, f"{name}.", depth + 1)
        elif layer["class_name"] not in (*LAYERS, "InputLayer"):
            yield unimportable(name, str(layer["class_name"]))


class _Reading:
    """A model on its way into a sketch."""

    def __init__(self) -> None:
        self.sketch, self.notes = Sketch(), list[str]()

    def desk(self, path: str, scopes: tuple[str, ...] = ()) -> Desk:
        return Desk(self.sketch, path, scopes, self.notes)

    def entry(self, model: Layer) -> Ref:
        """The input of the outermost model. Raises: Error M-LAYER where there are several, M-TYPE without any."""
        layers = _layers(model)
        inputs = [layer for layer in layers if layer["class_name"] == "InputLayer"]
        if len(inputs) > 1:
            names = ", ".join(quote(_name(layer, 0)) for layer in inputs[:5])
            text = _("This model has {n} inputs: {names}. Import one that has a single input.")
            raise Error("M-LAYER", text.format(n=len(inputs), names=names))
        shape = _first_shape(model, 0)
        if shape is None:
            text = _("The model does not say how large its input is. Build it first, with model.build(...).")
            raise Error("M-TYPE", text)
        embedding = next(_embeddings(model, 0), None)
        if embedding is not None:
            length = shape[0] if shape and shape[0] else embedding.get("input_length") or TOKENS
            length = length[0] if isinstance(length, list) and length else length
            if length == TOKENS:
                self.notes.append(_("Texts are {n} tokens long.").format(n=TOKENS))
            return self.sketch.input(
                "input", Spec((2, *_sizes([length])), "int64", "N L", *_sizes([embedding.get("input_dim")]))
            )
        rank = len(shape) + 1
        if None in shape:
            self.notes.append(_("Sizes that the model leaves open are {n}.").format(n=USUAL.get(rank, 1)))
        sizes = _sizes([size or USUAL.get(rank, 1) for size in shape])
        axes = {2: "N F", 3: "N L F", 4: "N C H W", 5: "N C D H W"}.get(rank)
        if axes is None:
            raise Error("M-LAYER", _("An input with {n} axes cannot be imported.").format(n=rank - 1))
        ours = (sizes[-1], *sizes[:-1]) if rank > 3 else sizes  # channels first
        return self.sketch.input("input", Spec((2, *ours), "float32", axes))

    def model(self, model: Layer, path: str, xs: Sequence[Flow], scopes: tuple[str, ...], depth: int) -> Flow:
        """The output of a model, or of one within."""
        layers = [(f"{path}{_name(layer, n)}", layer) for n, layer in enumerate(_layers(model))]
        if model["class_name"] == "Sequential":
            flow = self._single(xs, path)
            for name, layer in layers:
                flow = self.layer(name, layer, [flow], scopes, depth)
            return flow
        return self._functional(model, layers, path, xs, scopes, depth)

    def _functional(
        self, model: Layer, layers: list[tuple[str, Layer]], path: str, xs: Sequence[Flow],
        scopes: tuple[str, ...], depth: int,
    ) -> Flow:  # fmt: skip
        config = model["config"]
        if not isinstance(config, dict):
            raise _odd(path)
        ends = _histories(config.get("output_layers"))
        if len(ends) != 1:
            raise Error(
                "M-LAYER",
                _("{where} has {n} outputs. Import a model that has a single output.").format(
                    where=quote(path or _name(model, 0)), n=len(ends)
                ),
            )
        feeds = {name: _fed(name, layer) for name, layer in layers}
        done: dict[str, Flow] = {}
        waiting = list(layers)
        while waiting:
            ready = [(name, layer) for name, layer in waiting if all(f"{path}{feed}" in done for feed in feeds[name])]
            if not ready:
                text = _(
                    "{name} waits for a layer that does not come before it: the layers form a loop, or one is missing."
                )
                raise Error("M-TYPE", text.format(name=quote(waiting[0][0])))
            for name, layer in ready:
                given = [done[f"{path}{feed}"] for feed in feeds[name]]
                done[name] = self.layer(name, layer, given or [self._single(xs, path)], scopes, depth)
            names = {name for name, _layer in ready}
            waiting = [(name, layer) for name, layer in waiting if name not in names]
        if f"{path}{ends[0]}" not in done:
            raise _odd(str(ends[0]))
        return done[f"{path}{ends[0]}"]

    def _single(self, xs: Sequence[Flow], path: str) -> Flow:
        if len(xs) != 1:
            raise Error.of([unimportable(path, "Functional", _("It has several inputs."))])
        return xs[0]

    def layer(self, name: str, layer: Layer, xs: Sequence[Flow], scopes: tuple[str, ...], depth: int) -> Flow:
        """One layer. Raises: Error M-LAYER naming it."""
        kind = layer["class_name"]
        if kind == "InputLayer":
            return xs[0]
        if kind in MODELS:
            return self.model(layer, f"{name}.", xs, (*scopes, name), depth + 1)
        try:
            return LAYERS[kind](self.desk(name, scopes), layer["config"], xs)
        except UnreadError as error:
            raise Error.of([unimportable(name, kind, str(error))]) from None
        except KeyError as error:
            why = _("It does not say its {name}.").format(name=str(error)[:60])
        except (TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, OverflowError) as error:
            why = _("Its settings are not understood: {reason}.").format(reason=str(error)[:100])
        raise Error.of([unimportable(name, kind, why)])


def _sizes(values: Sequence[Any]) -> tuple[int, ...]:
    """Raises: Error M-TYPE for what is no size."""
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 2**31:
            raise Error("M-TYPE", _("{value} is no size of an input.").format(value=quote(value)))
    return tuple(values)


def _first_shape(model: Layer, depth: int) -> list[Any] | None:
    """The shape of one sample, as the first layer that tells it has it."""
    config = model.get("config")
    for layer in _layers(model):
        inner = layer["config"]
        if not isinstance(inner, dict):
            continue
        shape = inner.get("batch_shape") or inner.get("batch_input_shape")
        shape = shape.get("items") if isinstance(shape, dict) else shape
        if isinstance(shape, list) and len(shape) > 1:
            return shape[1:]
        if layer["class_name"] in MODELS and depth < MOST_DEPTH:
            found = _first_shape(layer, depth + 1)
            if found is not None:
                return found
        if layer["class_name"] == "Embedding" and isinstance(inner.get("input_dim"), int):
            return [inner.get("input_length")]
        break
    built = config.get("build_input_shape") if isinstance(config, dict) else None
    return built[1:] if isinstance(built, list) and len(built) > 1 else None


def _embeddings(model: Layer, depth: int) -> Iterator[Layer]:
    for layer in _layers(model):
        if layer["class_name"] in MODELS and depth < MOST_DEPTH:
            yield from _embeddings(layer, depth + 1)
        elif layer["class_name"] == "Embedding" and isinstance(layer["config"], dict):
            yield layer["config"]


def _fed(name: str, layer: Layer) -> list[str]:
    """The layers that feed one. Raises: Error M-LAYER where it is used in several places."""
    nodes = layer.get("inbound_nodes") or []
    if not isinstance(nodes, list):
        raise _odd(name)
    if len(nodes) > 1:
        raise Error.of(
            [unimportable(name, str(layer["class_name"]), _("It is used in several places with the same weights."))]
        )
    return _histories(nodes[0]) if nodes else []


def _histories(value: Any, depth: int = 0) -> list[str]:
    """The names of layers in a description of tensors, in Keras 3's form or that of Keras 2."""
    if depth > MOST_DEPTH:
        return []
    if isinstance(value, dict):
        config = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
            return _histories(config.get("keras_history"), depth + 1)
        return (
            [name for inner in (value.get("args"), value.get("kwargs")) for name in _histories(inner, depth + 1)]
            if "args" in value
            else [name for inner in value.values() for name in _histories(inner, depth + 1)]
        )
    if not isinstance(value, list | tuple):
        return []
    if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
        return [value[0].replace(".", "_")]
    return [name for inner in value for name in _histories(inner, depth + 1)]
