"""Texts in the exact form in which Keras 2 and Keras 3 write a model, for tests: no Keras is needed."""

import json
from typing import Any

INITIALIZER_2 = {"class_name": "GlorotUniform", "config": {"seed": None}}
INITIALIZER_3 = {
    "module": "keras.initializers",
    "class_name": "GlorotUniform",
    "config": {"seed": None},
    "registered_name": None,
}
POLICY = {
    "module": "keras",
    "class_name": "DTypePolicy",
    "config": {"name": "float32"},
    "registered_name": None,
}


def layer2(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """A layer as Keras 2 writes it."""
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def layer3(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """A layer as Keras 3 writes it."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, "dtype": POLICY, **config},
        "registered_name": None,
        "build_config": {"input_shape": [None, 1]},
    }


def conv(filters: int, **more: Any) -> dict[str, Any]:
    """The settings of a Conv2D, all of which Keras writes out."""
    usual: dict[str, Any] = {
        "filters": filters, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid",
        "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "linear", "use_bias": True,
        "kernel_initializer": INITIALIZER_3, "bias_initializer": None, "kernel_regularizer": None,
        "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
    }  # fmt: skip
    return usual | more


def dense(units: int, **more: Any) -> dict[str, Any]:
    """The settings of a Dense."""
    usual: dict[str, Any] = {
        "units": units, "activation": "linear", "use_bias": True, "kernel_initializer": INITIALIZER_2,
        "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": None,
    }  # fmt: skip
    return usual | more


def pool(**more: Any) -> dict[str, Any]:
    """The settings of a 2d pooling."""
    return {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last", **more}


def sequential2(*layers: dict[str, Any], shape: list[int | None] | None = None) -> bytes:
    """A Sequential model of Keras 2; the shape stands in the first layer, as it does there."""
    first = {**layers[0], "config": {**layers[0]["config"], "batch_input_shape": [None, *(shape or [28, 28, 1])]}}
    config = {"name": "sequential", "layers": [first, *layers[1:]]}
    plain = {"class_name": "Sequential", "config": config, "keras_version": "2.11.0", "backend": "tensorflow"}
    return json.dumps(plain).encode()


def sequential3(*layers: dict[str, Any], shape: list[int | None] | None = None) -> bytes:
    """A Sequential model of Keras 3, with an InputLayer in front."""
    shape = [None, *(shape or [28, 28, 1])]
    entry = {"batch_shape": shape, "dtype": "float32", "sparse": False, "ragged": False, "name": "input_layer"}
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": entry, "registered_name": None}
    config = {"name": "sequential", "trainable": True, "dtype": POLICY, "layers": [first, *layers]}
    plain = {
        "module": "keras", "class_name": "Sequential", "config": {**config, "build_input_shape": shape},
        "registered_name": None, "build_config": {"input_shape": shape},
    }  # fmt: skip
    return json.dumps(plain).encode()


def tensor3(name: str) -> dict[str, Any]:
    """A tensor as Keras 3 names it."""
    config = {"shape": [None, 1], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def functional3(layers: list[tuple[dict[str, Any], list[str]]], shape: list[int | None]) -> bytes:
    """A functional model of Keras 3: layers with the names of those that feed them; the last one is the output."""
    entry = layer3("InputLayer", "input_layer", batch_shape=[None, *shape], sparse=False, ragged=False)
    written = [{**entry, "name": "input_layer", "inbound_nodes": []}]
    for layer, feeds in layers:
        tensors: Any = [tensor3(name) for name in feeds]
        # an operation on several tensors takes them as one list
        node = {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
        written.append({**layer, "name": layer["config"]["name"], "inbound_nodes": [node]})
    config = {
        "name": "functional", "trainable": True, "layers": written,
        "input_layers": [["input_layer", 0, 0]], "output_layers": [[written[-1]["name"], 0, 0]],
    }  # fmt: skip
    plain = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
             "registered_name": "Functional", "build_config": {"input_shape": None}}  # fmt: skip
    return json.dumps(plain).encode()


def functional2(layers: list[tuple[dict[str, Any], list[str]]], shape: list[int | None]) -> bytes:
    """The same in the form of Keras 2."""
    entry = layer2("InputLayer", "input_1", batch_input_shape=[None, *shape], sparse=False, ragged=False)
    written = [{**entry, "name": "input_1", "inbound_nodes": []}]
    for layer, feeds in layers:
        node = [["input_1" if name == "input_layer" else name, 0, 0, {}] for name in feeds]
        written.append({**layer, "name": layer["config"]["name"], "inbound_nodes": [node]})
    config = {"name": "model", "layers": written, "input_layers": [["input_1", 0, 0]],
              "output_layers": [[written[-1]["name"], 0, 0]]}  # fmt: skip
    plain = {"class_name": "Functional", "config": config, "keras_version": "2.13.1", "backend": "tensorflow"}
    return json.dumps(plain).encode()
