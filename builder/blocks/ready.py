"""The ready blocks: one declaration each, of layers in their order and what feeds those that the one above does not."""

from collections.abc import Mapping
from typing import Any

from builder.blocks.template import Template
from builder.graph.document import Edge, Graph, Node

Row = tuple[str, str, Mapping[str, Any]] | tuple[str, str, Mapping[str, Any], tuple[str, ...]]
PIXELS = {"C": 64}  # where it is not known what enters


def graph(*rows: Row) -> Graph:
    """A graph from an Input to an Output. A row is id, type, parameters and, if not the row above, what feeds it."""
    nodes, edges = [Node(id="input", type="Input")], []
    for id, type, params, *sources in (*rows, ("output", "Output", {})):
        feeding = sources[0] if sources else (nodes[-1].id,)
        edges += [Edge(source=source, target=id) for source in feeding]
        nodes.append(Node(id=id, type=type, params=dict(params)))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def conv(id: str, channels: str, kernel_size: int, **more: Any) -> Row:
    """A convolution in front of a normalisation, which makes its offsets needless."""
    return id, "Conv2d", {"out_channels": channels, "kernel_size": kernel_size, "bias": False, **more}


def norm(id: str) -> Row:
    """A normalisation."""
    return id, "BatchNorm2d", {}


def relu(id: str) -> Row:
    """An activation."""
    return id, "ReLU", {}


RESIDUAL = Template(
    key="ready/residual",
    name="Residual",
    about="Two convolutions that learn what to add to their input.",
    shape="(N, C, H, W) -> the same",
    source="He et al. 2015, arXiv:1512.03385, figure 2.",
    glyph="R",
    aliases=("resnet", "skip", "shortcut", "basic block"),
    sizes=PIXELS,
    graph=graph(
        conv("conv1", "$C", 3), norm("norm1"), relu("relu1"), conv("conv2", "$C", 3), norm("norm2"),
        ("add", "Add", {}, ("norm2", "input")),
        relu("relu2"),
    ),
)  # fmt: skip

BOTTLENECK = Template(
    key="ready/bottleneck",
    name="ResidualBottleneck",
    about="A residual in fewer channels that halves the image; a 1x1 projection is its shortcut.",
    shape="(N, C, H, W) -> (N, 2 · C, ⌈H / 2⌉, ⌈W / 2⌉)",
    source="He et al. 2015, arXiv:1512.03385, figure 5 and option B.",
    glyph="RB",
    aliases=("resnet", "resnet50", "projection", "downsampling"),
    sizes=PIXELS,
    graph=graph(
        conv("conv1", "$C/2,8", 1), norm("norm1"), relu("relu1"),
        conv("conv2", "$C/2,8", 3, stride=2, padding=1), norm("norm2"), relu("relu2"),
        conv("conv3", "$C*2,16", 1), norm("norm3"),
        ("project", "Conv2d",
         {"out_channels": "$C*2,16", "kernel_size": 1, "stride": 2, "padding": 0, "bias": False}, ("input",)),
        norm("norm4"),
        ("add", "Add", {}, ("norm3", "norm4")),
        relu("relu3"),
    ),
)  # fmt: skip

SQUEEZE_EXCITE = Template(
    key="ready/squeeze-excite",
    name="SqueezeExcite",
    about="Weigh each channel by what all of the image shows.",
    shape="(N, C, H, W) -> the same",
    source="Hu et al. 2017, arXiv:1709.01507.",
    glyph="SE",
    aliases=("attention", "channel attention", "gate", "senet"),
    sizes=PIXELS,
    graph=graph(
        ("squeeze", "AdaptiveAvgPool2d", {"output_size": 1}),
        ("reduce", "Conv2d", {"out_channels": "$C/16,4", "kernel_size": 1}),
        relu("relu"),
        ("expand", "Conv2d", {"out_channels": "$C", "kernel_size": 1}),
        ("gate", "Sigmoid", {}),
        ("scale", "Multiply", {}, ("input", "gate")),
    ),
)

INCEPTION = Template(
    key="ready/inception",
    name="Inception",
    about="Four ways side by side: windows of 1, 3 and 5 pixels, and a pooling; their channels are put together.",
    shape="(N, C, H, W) -> (N, about C, H, W)",
    source="Szegedy et al. 2014, arXiv:1409.4842, figure 2.",
    glyph="In",
    aliases=("googlenet", "branches", "parallel"),
    sizes=PIXELS,
    graph=graph(
        ("narrow", "Conv2d", {"out_channels": "$C/4,4", "kernel_size": 1}), relu("relu1"),
        ("before3", "Conv2d", {"out_channels": "$C/4,4", "kernel_size": 1}, ("input",)), relu("relu2"),
        ("conv3", "Conv2d", {"out_channels": "$C/2,8", "kernel_size": 3}), relu("relu3"),
        ("before5", "Conv2d", {"out_channels": "$C/16,2", "kernel_size": 1}, ("input",)), relu("relu4"),
        ("conv5", "Conv2d", {"out_channels": "$C/8,2", "kernel_size": 5}), relu("relu5"),
        ("pool", "MaxPool2d", {"kernel_size": 3, "stride": 1, "padding": 1}, ("input",)),
        ("behind", "Conv2d", {"out_channels": "$C/8,2", "kernel_size": 1}), relu("relu6"),
        ("concat", "Concat", {}, ("relu1", "relu3", "relu5", "relu6")),
    ),
)  # fmt: skip

DOUBLE_CONV = Template(
    key="ready/double-conv",
    name="DoubleConv",
    about="Two convolutions in a row with twice the channels, as at each level of a U-Net.",
    shape="(N, C, H, W) -> (N, 2 · C, H, W)",
    source="Ronneberger et al. 2015, arXiv:1505.04597.",
    glyph="DC",
    aliases=("unet", "vgg"),
    sizes=PIXELS,
    graph=graph(
        conv("conv1", "$C*2,16", 3), norm("norm1"), relu("relu1"),
        conv("conv2", "$C*2,16", 3), norm("norm2"), relu("relu2"),
    ),
)  # fmt: skip

SEPARABLE = Template(
    key="ready/separable",
    name="SeparableConv",
    about="A window over each channel by itself, then a mixing of channels: a cheap convolution.",
    shape="(N, C, H, W) -> (N, 2 · C, H, W)",
    source="Howard et al. 2017, arXiv:1704.04861, figure 3.",
    glyph="SC",
    aliases=("mobilenet", "depthwise", "pointwise"),
    sizes=PIXELS,
    graph=graph(
        ("depthwise", "DepthwiseConv2d", {"bias": False}), norm("norm1"), relu("relu1"),
        conv("pointwise", "$C*2,16", 1), norm("norm2"), relu("relu2"),
    ),
)  # fmt: skip

MLP = Template(
    key="ready/mlp",
    name="MLP",
    about="Two Linear layers, the first twice as wide, added to their input, as in a transformer.",
    shape="(N, ..., F) -> the same",
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.3.",
    glyph="MLP",
    aliases=("feed forward", "perceptron", "dense"),
    sizes={"F": 128},
    graph=graph(
        ("norm", "LayerNorm", {}),
        ("widen", "Linear", {"out_features": "$F*2"}),
        ("gelu", "GELU", {}),
        ("dropout", "Dropout", {"p": 0.1}),
        ("narrow", "Linear", {"out_features": "$F"}),
        ("add", "Add", {}, ("narrow", "input")),
    ),
)

READY = {
    template.key: template
    for template in (RESIDUAL, BOTTLENECK, SQUEEZE_EXCITE, INCEPTION, DOUBLE_CONV, SEPARABLE, MLP)
}
