"""Documents with one mistake each: what must be said about it, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.examples import load
from builder.graph.blocks import grouped
from builder.graph.document import Document, Edge, Graph
from tests.documents import Step, chain, edited

LAST: Step = ("Linear", {"out_features": 10})
CLASSIFY: tuple[Step, ...] = ("Flatten", LAST)


@dataclass(frozen=True)
class Broken:
    """A document, the code and node of its mistake, and a part of the sentence."""

    document: Document
    code: str
    node: str | None
    says: str
    severity: str = "error"
    mends: bool = True  # whether fixes are offered all the way to a network that trains


def _cut(source: str, target: str, input: str | None = None) -> dict[str, Any]:
    return {"op": "disconnect", "edge": {"source": source, "target": target, "input": input}}


def _wire(source: str, target: str, input: str | None = None) -> dict[str, Any]:
    return {"op": "connect", "edge": {"source": source, "target": target, "input": input}}


def _set(node: str, **params: Any) -> dict[str, Any]:
    return {"op": "set_params", "node": node, "params": params}


def _recipe(**values: Any) -> dict[str, Any]:
    return {"op": "set_recipe", "values": values}


def cnn(*edits: Mapping[str, Any]) -> Document:
    """The example mnist-cnn, edited."""
    return edited(load("mnist-cnn"), *edits)


def join(type: str, *branches: Step, **params: Any) -> Document:
    """The input through each branch into one join, then to the classes."""
    document = chain("Flatten", LAST) if branches[0] != "Conv2d" else chain(*CLASSIFY)
    flat = document.graph.nodes[1].id
    edits: list[dict[str, Any]] = [{"op": "insert", "type": type, "id": "join", "params": params}]
    first = "input" if _name(branches[0]) == "Conv2d" else flat
    for number, step in enumerate(branches):
        kind, settings = (step, {}) if isinstance(step, str) else step
        edits.append({"op": "insert", "type": kind, "id": f"branch{number}", "params": settings})
        edits += [_wire(first, f"branch{number}"), _wire(f"branch{number}", "join")]
    after = flat if first == "input" else "linear1"
    edits += [_cut(first, after), _wire("join", after)]
    return edited(document, *edits)


def _name(step: Step) -> str:
    return step if isinstance(step, str) else step[0]


def conv(channels: int, **params: Any) -> Step:
    return ("Conv2d", {"out_channels": channels, **params})


def _texts(type: str, *branches: Step, **params: Any) -> Document:
    """The embedded tokens of a text through each branch into one join, then to the classes."""
    document = chain("Embedding", "MeanOverTime", linear(2), data="reviews")
    edits: list[dict[str, Any]] = [{"op": "insert", "type": type, "id": "join", "params": params}]
    for number, step in enumerate(branches):
        kind, settings = (step, {}) if isinstance(step, str) else step
        edits.append({"op": "insert", "type": kind, "id": f"branch{number}", "params": settings})
        edits += [_wire("embedding1", f"branch{number}"), _wire(f"branch{number}", "join")]
    return edited(document, *edits, _cut("embedding1", "meanovertime1"), _wire("join", "meanovertime1"))


def _data(**values: Any) -> dict[str, Any]:
    return {"op": "set_data", "values": values}


def linear(features: int) -> Step:
    return ("Linear", {"out_features": features})


def _loop() -> Document:
    document = chain("Flatten", linear(16), "ReLU", LAST)
    return edited(document, _cut("flatten1", "linear1"), _wire("relu1", "linear1"))


def _dangling(document: Document, wire: Edge) -> Document:
    graph = document.graph
    return document.model_copy(update={"graph": Graph(nodes=graph.nodes, edges=(*graph.edges, wire))})


def _group(*nodes: str, **more: str) -> dict[str, Any]:
    return {"op": "group", "nodes": list(nodes), **more}


def inside(*path: str, **edit: Any) -> dict[str, Any]:
    """An edit of the graph inside a block, or inside blocks within it."""
    for block in reversed(path):
        edit = {"op": "inside", "node": block, "edits": [edit]}
    return edit


def residual(*edits: Mapping[str, Any]) -> Document:
    """A convolution with a skip around it, both in the block `block1`, edited."""
    document = chain(conv(4), "ReLU", conv(4), "Add", *CLASSIFY)
    return edited(document, _wire("relu1", "add1"), _group("conv2", "add1"), *edits)


def _two_inputs(*edits: Mapping[str, Any]) -> Document:
    """An Add alone in a block, whose inputs `input` and `input1` come from two convolutions."""
    return edited(chain(conv(4), conv(4), "Add", *CLASSIFY), _wire("conv1", "add1"), _group("add1"), *edits)


def _deep(times: int) -> Document:
    document = chain("ReLU", *CLASSIFY)
    document = edited(document, _group("relu1", id="b1"))
    graph = document.graph
    for n in range(1, times):
        graph = grouped(graph, [f"b{n}"], f"b{n + 1}")  # an edit would be refused
    return document.model_copy(update={"graph": graph})


def _many() -> Document:
    """Two layers 100 x 100 times."""
    document = edited(chain("ReLU", "Tanh", *CLASSIFY), _group("relu1", "tanh1", id="inner"), _set("inner", repeat=100))
    return edited(document, _group("inner", id="outer"), _set("outer", repeat=100))


BROKEN: dict[str, Broken] = {
    # shapes
    "missing Flatten": Broken(
        cnn({"op": "remove", "nodes": ["flatten1"]}), "G-SHAPE", "linear1", '"maxpool2" gives 64x7x7 (channel x height'
    ),
    "kernel too large": Broken(
        cnn(_set("conv1", kernel_size=99, padding="valid")),
        "G-SHAPE",
        "conv1",
        "window 99x99 is larger than the input 28x28",
    ),
    "pool too large": Broken(cnn(_set("maxpool2", kernel_size=[15, 3])), "G-SHAPE", "maxpool2", "window 15x3"),
    "pool padding over half": Broken(cnn(_set("maxpool1", padding=2)), "G-SHAPE", "maxpool1", "more than half"),
    "BatchNorm2d on a vector": Broken(
        chain("Flatten", "BatchNorm2d", LAST), "G-SHAPE", "batchnorm1", "channel x height x width; "
    ),
    "BatchNorm1d on an image": Broken(chain("BatchNorm1d", *CLASSIFY), "G-SHAPE", "batchnorm1", "1x8x8"),
    "Conv1d on an image": Broken(chain("Conv1d", *CLASSIFY), "G-SHAPE", "conv1", "1x8x8"),
    "Conv2d on a sequence": Broken(
        chain("Embedding", "Conv2d", "Flatten", linear(2), data="reviews"), "G-SHAPE", "conv1", "position x feature"
    ),
    "Embedding missing": Broken(
        edited(load("sentiment-lstm"), {"op": "remove", "nodes": ["embedding1"]}),
        "G-SHAPE",
        "lstm1",
        '"input" gives 32',
    ),
    "Linear on tokens": Broken(
        chain(linear(8), "MeanOverTime", linear(2), data="reviews"), "G-SHAPE", "linear1", "needs numbers"
    ),
    "Embedding of pixels": Broken(chain("Embedding", *CLASSIFY), "G-SHAPE", "embedding1", "Embedding"),
    "Add of unequal channels": Broken(
        join("Add", conv(4), conv(6)), "G-SHAPE", "join", 'gets 4x8x8 from "branch0" and 6x8x8 from "branch1"'
    ),
    "Add of unequal features": Broken(join("Add", linear(4), linear(6)), "G-SHAPE", "join", "and 6 from"),
    "Add of unequal sizes": Broken(
        join("Add", conv(4), conv(4, padding="valid")),
        "G-SHAPE",
        "join",
        "4x6x6",
    ),
    "Concat of unequal sizes": Broken(
        join("Concat", conv(4), conv(6, padding="valid")),
        "G-SHAPE",
        "join",
        "may differ only in axis 1",
    ),
    "Concat along no axis": Broken(join("Concat", linear(4), linear(4), dim=4), "G-SHAPE", "join", "no axis 4"),
    'padding "same" with stride 2': Broken(
        cnn(_set("conv1", stride=2)), "G-SHAPE", "conv1", 'padding "same" needs stride 1'
    ),
    "groups that do not divide": Broken(
        cnn(_set("conv2", groups=3)),
        "G-SHAPE",
        "conv2",
        "32 input and 64 output channels cannot both be divided into 3",
    ),
    "Reshape impossible": Broken(
        chain(("Reshape", {"shape": [5, 13]}), *CLASSIFY),
        "G-SHAPE",
        "reshape1",
        "64 numbers cannot be arranged as 5x13",
    ),
    "Reshape with two free sizes": Broken(
        chain(("Reshape", {"shape": [-1, -1]}), *CLASSIFY), "G-SHAPE", "reshape1", "-1x-1"
    ),
    "Permute of too few axes": Broken(
        chain("Permute", *CLASSIFY), "G-SHAPE", "permute1", "is not an order of the 4 axes"
    ),
    "padding_idx outside the tokens": Broken(
        edited(load("sentiment-lstm"), _set("embedding1", padding_idx=4_000)),
        "G-SHAPE",
        "embedding1",
        "4000 is not one of",
    ),
    # the end of the network
    "wrong classes": Broken(
        cnn(_set("linear2", out_features=7)),
        "G-CLASSES",
        "output",
        'needs 10 numbers, one for each class; "linear2" gives 7',
    ),
    "wrong classes before Dropout": Broken(
        chain("Flatten", linear(7), "Dropout"), "G-CLASSES", "output", '"dropout1" gives 7'
    ),
    "an image as the answer": Broken(chain(conv(4)), "G-CLASSES", "output", "gives 4x8x8"),
    "a pooled vector as the answer": Broken(
        chain("Embedding", "LSTM", data="reviews"), "G-CLASSES", "output", "needs 2 numbers"
    ),
    "nothing that learns": Broken(
        chain("Tanh", data="xor"), "G-WEIGHTS", "output", 'No layer before Output "output" has weights'
    ),
    "Softmax before cross-entropy": Broken(
        chain(*CLASSIFY, "Softmax"), "G-SOFTMAX", "softmax1", "before the loss cross_entropy", severity="warning"
    ),
    "nll without Softmax": Broken(
        cnn(_recipe(loss={"type": "nll"})), "G-LOSS", "linear2", 'must end in Softmax; it ends in "linear2"'
    ),
    "no such field": Broken(cnn(_set("input", field="imag")), "G-FIELD", "input", 'no field "imag"; it has "image"'),
    "no such target": Broken(
        cnn(_set("output", target="digit")), "G-FIELD", "output", 'no target "digit"; it has "label"'
    ),
    # wires
    "loop": Broken(_loop(), "G-CYCLE", None, '"linear1" -> "relu1" -> "linear1" form a loop'),
    "loose end": Broken(
        edited(chain(*CLASSIFY), {"op": "insert", "type": "ReLU", "id": "loose"}, _wire("flatten1", "loose")),
        "G-UNUSED",
        "loose",
        "leads to no Output",
        severity="warning",
    ),
    "a layer on its own": Broken(
        edited(chain(*CLASSIFY), {"op": "insert", "type": "ReLU", "id": "alone"}), "G-INPUT", "alone", "has no input"
    ),
    "Add with one input": Broken(
        chain("Flatten", linear(8), "ReLU", "Add", LAST),
        "G-INPUT",
        "add1",
        "needs at least 2 inputs and gets 1",
    ),
    "missing Output": Broken(cnn({"op": "remove", "nodes": ["output"]}), "G-NOOUT", None, "has no Output"),
    "missing Input": Broken(cnn({"op": "remove", "nodes": ["input"]}), "G-NOIN", None, "has no Input"),
    "a loss for numbers": Broken(
        edited(chain(*CLASSIFY), {"op": "set_params", "node": "output", "params": {"loss": "mse"}}),
        "G-LOSS",
        "output",
        'the loss mse is not for a category, and "label" is one',
    ),
    "two wires into one input": Broken(
        cnn(_wire("conv1", "relu2")), "G-EDGE", "relu2", 'takes 1 input(s) and gets 2, from "conv2", "conv1"'
    ),
    "a wire to nowhere": Broken(
        _dangling(chain(*CLASSIFY), Edge(source="linear1", target="n9")),
        "G-EDGE",
        "linear1",
        '"n9" does not exist',
    ),
    "a wire to itself": Broken(cnn(_wire("relu1", "relu1")), "G-EDGE", "relu1", "wired to itself"),
    "a wire out of an Output": Broken(
        edited(chain(*CLASSIFY), _wire("output", "linear1")), "G-EDGE", "output", "cannot feed"
    ),
    "no such input": Broken(
        cnn(_cut("input", "conv1"), _wire("input", "conv1", "y")), "G-EDGE", "conv1", 'has no input "y"; it has: x'
    ),
    # names and values
    "unknown type": Broken(
        cnn({"op": "replace", "node": "conv1", "type": "conv2D", "keep": ["out_channels"]}),
        "G-TYPE",
        "conv1",
        '"conv2D" is not a known layer. Did you mean "Conv2d"?',
    ),
    "parameter typo": Broken(
        cnn({"op": "set_params", "node": "conv1", "params": {"kernel_sise": 5}, "reset": ["kernel_size"]}),
        "G-FIELD",
        "conv1",
        'has no "kernel_sise". Did you mean "kernel_size"?',
    ),
    "a parameter of another library": Broken(
        cnn(_set("linear1", activation="relu")), "G-FIELD", "linear1", 'has no "activation". Remove it.'
    ),
    "parameter over the limit": Broken(
        chain("Flatten", ("Dropout", {"p": 1.5}), LAST), "G-RANGE", "dropout1", "p is 1.5; the most is 1"
    ),
    "choice with a typo": Broken(
        chain("Flatten", ("GELU", {"approximate": "tahn"}), LAST),
        "G-FIELD",
        "gelu1",
        '"tahn"; it must be one of none, tanh',
    ),
    # blocks
    "a misfit in a block": Broken(
        edited(chain(conv(4), LAST), _group("linear1")),
        "G-SHAPE",
        "block1",
        'Block "block1": Linear "linear1" needs feature or position x feature; "input" gives 4x8x8',
    ),
    "a misfit in a block in a block": Broken(
        edited(chain(conv(4), "ReLU", LAST), _group("linear1", id="b"), _group("relu1", "b", id="c")),
        "G-SHAPE",
        "c",
        'Block "c": Block "b": Linear "linear1" needs',
    ),
    "a typo in a block": Broken(
        residual(inside("block1", op="set_params", node="conv2", params={"kernel_sise": 5})),
        "G-FIELD",
        "block1",
        'Block "block1": Conv2d "conv2" has no "kernel_sise". Did you mean "kernel_size"?',
    ),
    "a block that holds nothing": Broken(chain("Block", *CLASSIFY), "G-NOOUT", "block1", "holds no layers"),
    "a block without an Output": Broken(
        residual(inside("block1", op="remove", nodes=["output"])), "G-NOOUT", "block1", "This block has no Output"
    ),
    "a block without an Input": Broken(
        edited(chain("ReLU", *CLASSIFY), _group("relu1"), inside("block1", op="remove", nodes=["input"])),
        "G-NOIN",
        "block1",
        "This block has no Input",
    ),
    "a block with two Outputs": Broken(
        residual(inside("block1", op="insert", type="Output", id="more", after="add1")),
        "G-ENDS",
        "block1",
        'Output "output" is a second Output; a block has one',
    ),
    "a block with an open input": Broken(
        _two_inputs(_cut("conv1", "block1", "input1")), "G-INPUT", "block1", "needs at least 2 inputs and gets 1"
    ),
    "two wires into one input of a block": Broken(
        _two_inputs(_cut("conv1", "block1", "input1"), _wire("conv1", "block1", "input")),
        "G-EDGE",
        "block1",
        '2 wires lead to its input "input"',
    ),
    "no such input of a block": Broken(
        _two_inputs(_cut("conv1", "block1", "input1"), _wire("conv1", "block1", "input3")),
        "G-EDGE",
        "block1",
        'has no input "input3"; it has: input, input1',
    ),
    "a block run through too often": Broken(
        edited(chain("MaxPool2d", *CLASSIFY), _group("maxpool1"), _set("block1", repeat=9)),
        "G-SHAPE",
        "block1",
        'copy 4 gets 1x1x1 where the first gets 1x8x8, and "maxpool1" in it does not fit',
    ),
    "a block run through never": Broken(
        residual(_set("block1", repeat=0)), "G-RANGE", "block1", "repeat is 0; the least is 1"
    ),
    "more layers than a network may have": Broken(
        _many(), "L-NODES", "outer", "20,004 layers once all blocks are written out; the most is 2,000"
    ),
    "blocks too deep": Broken(_deep(9), "L-NODES", "b9", "more than 8 deep"),
    "Softmax at the end of a block": Broken(
        edited(chain(*CLASSIFY, "Softmax"), _group("linear1", "softmax1", id="b"), _group("b", id="c")),
        "G-SOFTMAX",
        "c",
        'Softmax "softmax1" stands before the loss cross_entropy',
        severity="warning",
    ),
    # switched off
    "an Input switched off": Broken(
        cnn({"op": "disable", "nodes": ["input"]}), "G-ENDS", "input", "cannot be switched off"
    ),
    "nothing to pass on": Broken(
        cnn({"op": "disable", "nodes": ["relu1"]}, _cut("conv1", "relu1")), "G-INPUT", "relu1", "has no input"
    ),
    "the only layer with weights switched off": Broken(
        edited(chain(linear(2), data="xor"), {"op": "disable", "nodes": ["linear1"]}), "G-WEIGHTS", "output", "No layer"
    ),
    # joins and what leads to them
    "Add of unequal channels and sizes": Broken(
        join("Add", conv(4), conv(6, stride=2, padding=1)), "G-SHAPE", "join", '4x8x8 from "branch0" and 6x4x4 from'
    ),
    "Add of a smaller image": Broken(
        join("Add", conv(4), ("MaxPool2d", {})), "G-SHAPE", "join", 'gets 4x8x8 from "branch0" and 1x4x4 from "branch1"'
    ),
    "Multiply of a larger image": Broken(
        join("Multiply", conv(4, stride=2, padding=1), conv(4)), "G-SHAPE", "join", "4x4x4"
    ),
    "Average of images that do not divide": Broken(
        join("Average", conv(4, kernel_size=2, stride=3, padding=1), conv(4)), "G-SHAPE", "join", "4x3x3"
    ),
    "Maximum of an image and a vector": Broken(
        join("Maximum", conv(4), "GlobalAvgPool"), "G-SHAPE", "join", 'and 1 from "branch1"'
    ),
    "Subtract of sequences of unequal features": Broken(
        _texts("Subtract", ("LSTM", {"hidden_size": 8, "returns": "sequence"}), linear(6)), "G-SHAPE", "join", "32x6"
    ),
    "Add of sequences of unequal lengths": Broken(
        _texts("Add", ("Slice", {"end": 20}), linear(64)), "G-SHAPE", "join", "20x64"
    ),
    "Concat of unequal lengths in another axis": Broken(
        _texts("Concat", ("Slice", {"end": 20}), linear(64), dim=2), "G-SHAPE", "join", "may differ only in axis 2"
    ),
    "a product of matrices that do not fit": Broken(
        join("MatMul", *[conv(4, kernel_size=[1, 3], padding="valid")] * 2), "G-SHAPE", "join", "x1 has 6 columns"
    ),
    "Bilinear of a vector and a sequence": Broken(
        edited(chain("Embedding", "LSTM", "Bilinear", linear(2), data="reviews"), _wire("embedding1", "bilinear1")),
        "G-SHAPE",
        "bilinear1",
        "x1 and x2 may differ only in their features",
        mends=False,
    ),
    # layers for another kind of input
    "Conv2d on a vector": Broken(chain("Flatten", conv(7), LAST), "G-SHAPE", "conv1", "channel x height x width"),
    "MaxPool2d on a vector": Broken(chain("Flatten", "MaxPool2d", LAST), "G-SHAPE", "maxpool1", '"flatten1" gives 64'),
    "GroupNorm on a vector": Broken(chain("Flatten", "GroupNorm", LAST), "G-SHAPE", "groupnorm1", "gives 64 (feature)"),
    "Dropout2d on a vector": Broken(chain("Flatten", "Dropout2d", LAST), "G-SHAPE", "dropout1", "gives 64 (feature)"),
    "Upsample of a vector": Broken(chain("Flatten", "Upsample", LAST), "G-SHAPE", "upsample1", "gives 64 (feature)"),
    "LSTM on a vector": Broken(chain("Flatten", "LSTM", LAST), "G-SHAPE", "lstm1", "position x feature"),
    "LSTM on an image": Broken(chain("LSTM", LAST), "G-SHAPE", "lstm1", '"input" gives 1x8x8'),
    "Conv2d on tokens": Broken(
        chain(conv(4), "GlobalAvgPool", linear(2), data="reviews"), "G-SHAPE", "conv1", '"input" gives 32'
    ),
    "Embedding of a vector": Broken(chain("Flatten", "Embedding", LAST), "G-SHAPE", "embedding1", "tokens of a text"),
    "pooling of what is pooled": Broken(
        chain("GlobalAvgPool", "GlobalMaxPool", LAST), "G-SHAPE", "globalmaxpool1", "gives 1 (feature)"
    ),
    # settings that do not go with the input
    "num_groups that do not divide": Broken(
        chain(conv(6), "GroupNorm", *CLASSIFY), "G-SHAPE", "groupnorm1", "6 channels cannot be divided into 4 groups"
    ),
    "PixelShuffle of too few channels": Broken(
        chain(conv(6), "PixelShuffle", *CLASSIFY), "G-SHAPE", "pixelshuffle1", "6 channels cannot be laid out as 2x2"
    ),
    "PixelUnshuffle of an odd size": Broken(
        chain(("PixelUnshuffle", {"downscale_factor": 3}), *CLASSIFY), "G-SHAPE", "pixelunshuffle1", "divided by 3"
    ),
    "Unflatten that does not come out": Broken(
        chain("Flatten", ("Unflatten", {"unflattened_size": [5, 13]}), *CLASSIFY), "G-SHAPE", "unflatten1", "as 5x13"
    ),
    "Crop of all": Broken(chain(("Crop", {"cropping": 4}), *CLASSIFY), "G-SHAPE", "crop1", "nothing of 8x8"),
    "Slice beyond the end": Broken(
        chain("Flatten", ("Slice", {"start": 70}), LAST), "G-SHAPE", "slice1", "nothing of the 64 numbers"
    ),
    "Chunk that is not there": Broken(
        chain("Flatten", ("Chunk", {"index": 2}), LAST), "G-SHAPE", "chunk1", "there is no part 2"
    ),
    "GLU of an odd number": Broken(
        chain("Flatten", linear(7), "GLU", LAST), "G-SHAPE", "glu1", "7 numbers, which cannot be halved"
    ),
    "a mirror wider than the image": Broken(
        chain(("ReflectionPad2d", {"padding": 9}), *CLASSIFY), "G-SHAPE", "reflectionpa1", "wider than what it would"
    ),
    "a transposed convolution that cuts off all": Broken(
        chain(("ConvTranspose2d", {"padding": 20}), *CLASSIFY), "G-SHAPE", "convtranspose1", "cuts off all"
    ),
    "Squeeze of no axis": Broken(
        chain("Flatten", ("Squeeze", {"dim": 4}), LAST), "G-SHAPE", "squeeze1", "no axis 4; the input has axes 1 to 1"
    ),
    "limits the wrong way round": Broken(
        chain("Flatten", linear(8), ("Hardtanh", {"min_val": 2}), LAST), "G-SHAPE", "hardtanh1", "is not below"
    ),
    "Linear before Softmax of the wrong size": Broken(
        edited(chain("Flatten", linear(9), "Softmax"), _recipe(loss={"type": "nll"})), "G-CLASSES", "output", "gives 9"
    ),
    # values and recipes
    "a number of kind text": Broken(
        chain("Flatten", ("Linear", {"out_features": "ten"}), LAST), "G-FIELD", "linear1", "must be a whole number"
    ),
    "a negative number of layers": Broken(
        chain("Embedding", ("LSTM", {"num_layers": 0}), linear(2), data="reviews"), "G-RANGE", "lstm1", "the least is 1"
    ),
    "a switch of kind number": Broken(
        chain("Flatten", ("Linear", {"out_features": 10, "bias": 1})), "G-FIELD", "linear1", "must be true or false"
    ),
    "an unknown optimizer": Broken(
        cnn(_recipe(optimizer={"type": "Addam"})), "G-FIELD", None, '"Addam"; it must be one of SGD, Adam'
    ),
    "an unknown loss": Broken(cnn(_recipe(loss={"type": "crossentropy"})), "G-FIELD", None, "it must be one of"),
    "a recipe with a typo": Broken(cnn(_recipe(epohcs=3)), "G-FIELD", None, 'Did you mean "epochs"?'),
    "no epochs": Broken(cnn(_recipe(epochs=0)), "G-RANGE", None, "epochs is 0; the least is 1"),
    "a learning rate over the limit": Broken(
        cnn(_recipe(optimizer={"type": "SGD", "lr": 1000.0})), "G-RANGE", None, "optimizer.lr is 1,000"
    ),
    "data with a typo": Broken(edited(load("mnist-cnn"), _data(source="mnits")), "G-FIELD", None, '"mnits"'),
    # too large
    "weights for terabytes": Broken(
        chain("Flatten", linear(100_000), "ReLU", linear(1_000_000), "ReLU", LAST),
        "L-PARAMS",
        "linear2",
        'Largest: "linear2"',
    ),
    "a batch for terabytes": Broken(
        edited(
            chain(conv(2048), "ReLU", ("MaxPool2d", {"kernel_size": 8}), *CLASSIFY, size=64), _recipe(batch_size=65_536)
        ),
        "L-MEM",
        None,
        "Lower the batch size to",
    ),
    "one sample with BatchNorm": Broken(
        edited(chain("Flatten", linear(8), "BatchNorm1d", "ReLU", LAST), _recipe(batch_size=1)),
        "G-BATCH",
        "batchnorm1",
        "cannot learn from a batch of one",
    ),
}
