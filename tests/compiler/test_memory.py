"""What a check says that training takes, against what torch allocates in a real training step."""

from typing import Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from builder.compiler.check import check
from builder.compiler.model import build
from builder.examples import load, names
from builder.graph.document import Document
from builder.training.devices import settle
from builder.training.loop import _optimizer
from tests.compiler.broken import conv, linear
from tests.documents import Step, chain, edited, loss_of, random_answers, random_inputs

WITHIN = 0.2
BATCHES = (16, 96)
NORMED: tuple[Step, ...] = ("BatchNorm2d", "ReLU")
END: tuple[Step, ...] = ("GlobalAvgPool", linear(10))


def wire(source: str, target: str, input: str | None = None) -> dict[str, Any]:
    return {"op": "connect", "edge": {"source": source, "target": target, "input": input}}


def resnet() -> Document:
    """Two residual blocks, the second with half the size and twice the channels."""
    half: Step = ("Conv2d", {"out_channels": 32, "stride": 2, "padding": 1})
    document = chain(
        conv(16), *NORMED, conv(16), *NORMED, conv(16), "BatchNorm2d", "Add", "ReLU",
        half, *NORMED, conv(32), "BatchNorm2d", "Add", "ReLU", *END, data="mnist",
    )  # fmt: skip
    aside = {"out_channels": 32, "kernel_size": 1, "stride": 2, "padding": 0}
    return edited(
        document,
        wire("relu1", "add1"),
        {"op": "insert", "type": "Conv2d", "id": "aside", "params": aside},
        wire("relu3", "aside"),
        wire("aside", "add2"),
    )


def unet() -> Document:
    """Down to half and a quarter of the size and up again, with the details of each size handed over."""
    up: Step = ("ConvTranspose2d", {"out_channels": 16})
    document = chain(
        conv(16), "ReLU", "MaxPool2d", conv(32), "ReLU", "MaxPool2d", conv(64), "ReLU",
        up, "Concat", conv(32), "ReLU", "Upsample", "Concat", conv(16), "ReLU", *END, data="mnist",
    )  # fmt: skip
    return edited(document, wire("relu2", "concat1"), wire("relu1", "concat2"))


def recipe(document: Document, **values: Any) -> Document:
    return edited(document, {"op": "set_recipe", "values": values})


EMBED: Step = ("Embedding", {"embedding_dim": 32})


def decoder(**params: Any) -> Document:
    """A text that is read by an encoder, and once more by a decoder that looks at what the encoder gave."""
    document = chain(
        EMBED, ("TransformerEncoderLayer", params), ("TransformerDecoderLayer", params), "MeanOverTime", linear(2),
        data="reviews",
    )  # fmt: skip
    return edited(
        document,
        {"op": "set_inputs", "node": "transformerdecoderlayer1", "sources": []},
        wire("embedding1", "transformerdecoderlayer1", "x"),
        wire("transformerencoderlayer1", "transformerdecoderlayer1", "memory"),
    )


TYPICAL: dict[str, Document] = {
    "resnet": resnet(),
    "unet": unet(),
    "mlp": recipe(
        chain("Flatten", linear(512), "ReLU", "Dropout", linear(256), "ReLU", linear(10), data="mnist"),
        optimizer={"type": "SGD"},
    ),
    "lstm": chain(
        EMBED, ("LSTM", {"hidden_size": 64, "num_layers": 2, "bidirectional": True, "dropout": 0.3}), linear(2),
        data="reviews",
    ),
    "gru over time": chain(
        EMBED, ("GRU", {"hidden_size": 48, "returns": "sequence"}), "Dropout", "MaxOverTime", linear(2), data="reviews"
    ),
    "rnn": recipe(
        chain(EMBED, ("RNN", {"hidden_size": 64, "returns": "sequence"}), "MeanOverTime", linear(2), data="reviews"),
        optimizer={"type": "RMSprop"},
    ),
    "vgg": chain(
        conv(32), "ReLU", conv(32), "ReLU", "MaxPool2d", "Dropout2d", conv(64), "ReLU", "MaxPool2d",
        "Flatten", linear(128), "ReLU", "Dropout", linear(10), data="mnist",
    ),
    "mobilenet": chain(
        conv(16), *NORMED, "SeparableConv2d", "BatchNorm2d", "ReLU6", "DepthwiseConv2d", "Hardswish", "AvgPool2d",
        ("Conv2d", {"out_channels": 64, "kernel_size": 1}), "GroupNorm", "SiLU", *END, data="mnist",
    ),
    "attention": chain(EMBED, ("MultiheadAttention", {"dropout": 0.1}), "MeanOverTime", linear(2), data="reviews"),
    "decoder": decoder(),
    "decoder without dropout": decoder(dropout=0.0, activation="gelu", norm_first=True),
    "text cnn": chain(
        EMBED, "Permute", ("Conv1d", {"out_channels": 64}), "GELU", "MaxPool1d", "Conv1d", "LayerNorm", "Tanh",
        "GlobalMaxPool", linear(2), data="reviews",
    ),
}  # fmt: skip
NETWORKS = {name: load(name) for name in names()} | TYPICAL


def allocated(document: Document, batch: int) -> int:
    """Bytes of a training at the worst moment of its second step, as torch's allocator tells."""
    report = check(document)
    assert report.recipe is not None
    model = settle(build(document), torch.device("cpu")).train()
    optimizer = _optimizer(model, report.recipe.optimizer)
    inputs, answers = random_inputs(report, batch), random_answers(report, batch)

    def step() -> None:
        optimizer.zero_grad()
        loss_of(report, model(*inputs), answers).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    step()
    optimizer.zero_grad()
    kept = [v for state in optimizer.state.values() for v in state.values() if isinstance(v, torch.Tensor)]
    there = sum(t.numel() * t.element_size() for t in (*model.parameters(), *model.buffers(), *kept, *inputs))
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    assert seen.profiler is not None
    now = most = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return there + most


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", NETWORKS)
def test_memory_is_what_torch_allocates(name: str, batch: int) -> None:
    document = recipe(NETWORKS[name], batch_size=batch)
    said, real = check(document).memory_bytes, allocated(document, batch)
    assert abs(said / real - 1) <= WITHIN, (said, real, said / real)
