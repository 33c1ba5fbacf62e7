"""Keras models from the texts that Keras 2 and Keras 3 write."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.source import write
from builder.core.errors import Error
from builder.graph.document import Node
from builder.importing import Imported
from builder.importing.keras_json import keras_model
from tests.importing.keras_texts import (
    conv,
    dense,
    functional2,
    functional3,
    layer2,
    layer3,
    pool,
    sequential2,
    sequential3,
)

Write = tuple[Callable[..., dict[str, Any]], Callable[..., bytes], Callable[..., bytes]]
KERAS_2: Write = (layer2, sequential2, functional2)
KERAS_3: Write = (layer3, sequential3, functional3)
both = pytest.mark.parametrize("keras", [KERAS_2, KERAS_3], ids=["keras2", "keras3"])


def nodes(made: Imported) -> list[tuple[str, str]]:
    return [(node.id, node.type) for node in made.document.graph.nodes][1:-1]


def node(made: Imported, id: str) -> Node:
    found = made.document.graph.node(id)
    assert found is not None
    return found


def module(made: Imported) -> nn.Module:
    assert {problem.code for problem in made.report().errors} <= {"G-CLASSES"}  # an image is no answer to classes
    return from_source(write(made.report(), "")).eval()


@both
def test_a_sequential_cnn(keras: Write) -> None:
    layer, sequential, _functional = keras
    made = keras_model(
        sequential(
            layer("Conv2D", "conv2d", **conv(32, activation="relu")),
            layer("MaxPooling2D", "max_pooling2d", **pool()),
            layer("Flatten", "flatten", data_format="channels_last"),
            layer("Dropout", "dropout", rate=0.25, noise_shape=None, seed=None),
            layer("Dense", "dense", **dense(10, activation="softmax")),
        )
    )
    assert nodes(made) == [
        ("conv2d", "Conv2d"), ("conv2d_relu", "ReLU"), ("max_pooling2d", "MaxPool2d"), ("flatten", "Flatten"),
        ("dropout", "Dropout"), ("dense", "Linear"), ("dense_softmax", "Softmax"),
    ]  # fmt: skip
    assert node(made, "conv2d").params == {"padding": "valid"}
    assert node(made, "dropout").params == {"p": 0.25}
    assert made.document.data == {"source": "mnist"}
    assert made.report().params == 320 + 54_090  # as Keras counts: 5408 numbers reach the Dense
    assert check(made.document).problems == []  # it ends in probabilities, and so the loss takes them
    assert "order of weights" in made.notes[0]


@both
def test_a_functional_model_with_branches(keras: Write) -> None:
    layer, _sequential, functional_ = keras
    text = functional_(
        [
            (layer("Conv2D", "stem", **conv(16, padding="same")), ["input_layer"]),
            (layer("BatchNormalization", "bn", axis=-1, momentum=0.9, epsilon=0.001), ["stem"]),
            (layer("Activation", "act", activation="swish"), ["bn"]),
            (layer("Conv2D", "branch", **conv(16, padding="same", use_bias=False)), ["act"]),
            (layer("Add", "add"), ["branch", "act"]),
            (layer("Concatenate", "cat", axis=-1), ["add", "stem"]),
            (layer("GlobalAveragePooling2D", "gap", data_format="channels_last", keepdims=False), ["cat"]),
            (layer("Dense", "out", **dense(10)), ["gap"]),
        ],
        [32, 32, 3],
    )  # fmt: skip
    made = keras_model(text)
    assert made.document.data == {"source": "cifar10"}
    assert node(made, "bn").params == {"eps": 0.001}
    edges = {(edge.source, edge.target) for edge in made.document.graph.edges}
    assert {("branch", "add"), ("act", "add"), ("add", "cat"), ("stem", "cat")} <= edges
    spec = made.report().nodes["cat"].spec
    assert spec is not None
    assert spec.shape[1:] == (32, 32, 32)
    assert check(made.document).ok


@both
@pytest.mark.parametrize(("size", "kernel", "stride"), [(28, 3, 2), (28, 5, 3), (29, 2, 2), (9, 4, 2), (28, 1, 2)])
def test_same_padding_is_that_of_keras(keras: Write, size: int, kernel: int, stride: int) -> None:
    layer, sequential, _functional = keras
    settings = conv(2, padding="same", kernel_size=[kernel, kernel], strides=[stride, stride], use_bias=False)
    pooled = pool(pool_size=[kernel, kernel], strides=[stride, stride], padding="same")
    x = torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(0))
    out = -(-size // stride)  # what TensorFlow documents: the size over the step, rounded up
    whole = max((out - 1) * stride + kernel - size, 0)
    margins = (whole // 2, whole - whole // 2)

    made = module(keras_model(sequential(layer("Conv2D", "c", **settings), shape=[size, size, 1])))
    [weight] = made.parameters()
    expected = functional.conv2d(functional.pad(x, (*margins, *margins)), weight, stride=stride)
    assert torch.allclose(made(x), expected, atol=1e-6)

    for kind, mean in (("MaxPooling2D", False), ("AveragePooling2D", True)):
        made = module(
            keras_model(
                sequential(
                    layer(kind, "p", **pooled),
                    layer("Conv2D", "c", **conv(1, kernel_size=[1, 1], use_bias=False)),
                    shape=[size, size, 1],
                )
            )
        )
        [weight] = made.parameters()
        inside = functional.pad(torch.ones_like(x), (*margins, *margins))
        padded = functional.pad(x, (*margins, *margins), value=0 if mean else float("-inf"))
        if mean:  # over the numbers that are there
            area = functional.avg_pool2d(inside, kernel, stride)
            expected = functional.avg_pool2d(padded, kernel, stride) / area
        else:
            expected = functional.max_pool2d(padded, kernel, stride)
        assert torch.allclose(made(x), expected * weight, atol=1e-6), kind


@both
def test_texts_reach_an_lstm(keras: Write) -> None:
    layer, sequential, _functional = keras
    inner = layer(
        "LSTM", "lstm", units=32, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, dropout=0.0,
    )  # fmt: skip
    made = keras_model(
        sequential(
            layer("Embedding", "words", input_dim=1000, output_dim=16, mask_zero=True, input_length=80),
            layer("Bidirectional", "both", merge_mode="concat", layer=inner),
            layer("Dense", "out", **dense(2, activation="softmax")),
            shape=[80],
        )
    )
    assert made.document.data == {"source": "reviews", "max_length": 80, "vocabulary_size": 1000}
    assert node(made, "both").type == "LSTM"
    assert node(made, "both").params == {"hidden_size": 32, "bidirectional": True}
    assert check(made.document).ok


@both
def test_sequences_are_turned_only_for_convolutions(keras: Write) -> None:
    layer, sequential, _functional = keras
    made = keras_model(
        sequential(
            layer("Conv1D", "c", filters=8, kernel_size=[5], strides=[1], padding="same", activation="relu"),
            layer("MaxPooling1D", "p", pool_size=[2], strides=[2], padding="valid"),
            layer("GRU", "g", units=4, activation="tanh", recurrent_activation="sigmoid", reset_after=True),
            layer("Dense", "d", **dense(3)),
            shape=[50, 6],
        )
    )
    assert nodes(made) == [
        ("c_turned", "Permute"), ("c", "Conv1d"), ("c_relu", "ReLU"), ("p", "MaxPool1d"), ("g_turned", "Permute"),
        ("g", "GRU"), ("d", "Linear"),
    ]  # fmt: skip
    assert made.report().errors == []
    assert any("No data set here" in sentence for sentence in made.notes)


@both
def test_everything_unknown_is_named_at_once(keras: Write) -> None:
    layer, sequential, _functional = keras
    text = sequential(
        layer("Lambda", "crop", function="4wEAAAAAAAA="),
        layer("Conv2D", "conv", **conv(4)),
        layer("MyLayer", "own"),
        layer("Dense", "d", **dense(1)),
    )
    with pytest.raises(Error, match=r'"Lambda" cannot be imported \(at "crop"\)') as error:
        keras_model(text)
    assert [problem.code for problem in error.value.problems] == ["M-LAYER", "M-LAYER"]
    assert '"MyLayer" cannot be imported (at "own")' in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units": "many"}, "whole number"),
        ({"units": 10**9}, "the most is 1,000,000"),
        ({"units": True}, "whole number"),
        ({"units": -1}, "the least is 1"),
        ({"activation": "my_function"}, "activation is not known: my_function"),
        ({"activation": {"class_name": "function", "config": "os.system"}}, "os.system"),
    ],
)
def test_settings_that_cannot_be_are_named_with_their_layer(change: dict[str, Any], said: str) -> None:
    text = sequential3(layer3("Dense", "d", **dense(4) | change), shape=[64])
    with pytest.raises(Error, match=said) as error:
        keras_model(text)
    assert '"d"' in str(error.value)


@both
def test_layers_that_form_a_loop_or_are_shared_are_refused(keras: Write) -> None:
    layer, _sequential, functional_ = keras
    loop = functional_([(layer("Dense", "a", **dense(4)), ["b"]), (layer("Dense", "b", **dense(4)), ["a"])], [8])
    with pytest.raises(Error, match="form a loop"):
        keras_model(loop)
    once = json.loads(functional_([(layer("Dense", "a", **dense(4)), ["input_layer"])], [8]))
    once["config"]["layers"][1]["inbound_nodes"] *= 2
    with pytest.raises(Error, match="several places with the same weights"):
        keras_model(json.dumps(once).encode())


@both
def test_a_model_within_a_model_becomes_a_block(keras: Write) -> None:
    layer, sequential, _functional = keras
    inner = json.loads(
        sequential(
            layer("Conv2D", "a", **conv(4, padding="same")),
            layer("ReLU", "r"),
            layer("Conv2D", "b", **conv(4, padding="same")),
            shape=[8, 8, 1],
        )
    )
    inner["config"]["name"] = "features"
    made = keras_model(
        sequential(
            {**inner, "name": "features"}, layer("Flatten", "f"), layer("Dense", "d", **dense(10)), shape=[8, 8, 1]
        )
    )
    assert nodes(made) == [("features", "Block"), ("f", "Flatten"), ("d", "Linear")]
    assert check(made.document).ok


def test_a_vector_of_pixels_is_read_from_the_images_that_have_as_many() -> None:
    made = keras_model(sequential3(layer3("Dense", "d", **dense(10)), shape=[784]))
    assert made.document.data == {"source": "mnist"}
    assert nodes(made) == [("input_flatten", "Flatten"), ("d", "Linear")]
    assert check(made.document).ok


def test_settings_that_would_change_the_answer_are_refused() -> None:
    for kind, config, said in (
        ("LSTM", {"units": 4, "activation": "relu"}, "activation is relu"),
        ("GRU", {"units": 4, "reset_after": False}, "reset_after is False"),
        ("Conv1D", {"filters": 2, "kernel_size": [3], "padding": "causal"}, "causal"),
        ("BatchNormalization", {"axis": 1}, "not that of the channels"),
    ):
        with pytest.raises(Error, match=said):
            keras_model(sequential3(layer3(kind, "x", **config), shape=[20, 5]))
    with pytest.raises(Error, match="channels_first"):
        keras_model(sequential3(layer3("Conv2D", "x", **conv(4, data_format="channels_first"))))
