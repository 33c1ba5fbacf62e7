"""What a layer is: one declaration that gives its form, its shape, the module that trains and its line of source.

To add a layer, write one class in one file of this folder: it registers itself, and palette, forms, help, checks,
source and tests read it from here. No layer file imports torch.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from builder.core.settings import Settings, parameters
from builder.core.specs import DType, Spec
from builder.core.text import _

# the order of families in a palette
FAMILIES = (
    "Input and output",
    "Dense",
    "Convolution",
    "Pooling",
    "Shape",
    "Normalisation",
    "Activation",
    "Regularisation",
    "Sequence",
    "Attention",
    "Join",
    "Blocks",
)

# by family, as CSS; each has a contrast of at least 3:1 on white and on the dark background #0e1117
COLOURS = {
    "Input and output": "#64748b",
    "Dense": "#2f80ed",
    "Convolution": "#d9660a",
    "Pooling": "#a97400",
    "Shape": "#7a7f3a",
    "Normalisation": "#12908e",
    "Activation": "#d63e5c",
    "Regularisation": "#8a6d5a",
    "Sequence": "#8b5cf6",
    "Attention": "#0891b2",
    "Join": "#1f9d4d",
    "Blocks": "#c13fb8",
}


POSITIONS = frozenset("LDHW")  # the axes along which there are positions; along the others there are features
POINTWISE = ("Normalisation", "Activation", "Regularisation")  # families that leave every number in its place

# what else than torch a line of source needs, by the first word of a name
IMPORTS = {
    "models": "from torchvision import models",
    "create_feature_extractor": "from torchvision.models.feature_extraction import create_feature_extractor",
}


class Call:
    """A constructor by dotted name with its arguments: called it makes the module, printed the line of source.

    Arguments are numbers, strings, None, tuples and lists of these, or calls, so that printing them is safe.
    """

    learned = True

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        assert name.split(".")[0] in ("nn", *IMPORTS)
        assert all(_is_plain(value) for value in kwargs.values())
        assert all(_is_plain(value) or isinstance(value, Call) for value in args)
        self.name, self.args, self.kwargs = name, args, kwargs

    def source(self, defaults: Callable[[str], Mapping[str, Any]]) -> str:
        """`nn.Conv2d(1, 32, 3)`; keyword arguments equal to the `defaults` of the constructor's name are left out."""
        usual = defaults(self.name)
        named = {k: v for k, v in self.kwargs.items() if k not in usual or _same(usual[k], v) is False}
        words = [value.source(defaults) if isinstance(value, Call) else printed(value) for value in self.args]
        words += [f"{k}={printed(v)}" for k, v in named.items()]
        return f"{self.name}({', '.join(words)}){self.ending}"

    @property
    def ending(self) -> str:
        """What follows the closing bracket."""
        return "" if self.learned else ".requires_grad_(False)"

    def frozen(self) -> "Call":
        """The same with weights that are not trained."""
        call = Call(self.name, *self.args, **self.kwargs)
        call.learned = False
        return call

    def imports(self) -> set[str]:
        """The lines that its source needs beside those for torch."""
        own = IMPORTS.get(self.name.split(".")[0])
        inner = (value.imports() for value in self.args if isinstance(value, Call))
        return set().union(*inner, [own] if own else [])


@dataclass(frozen=True)
class Many:
    """Any number of inputs, named by the wires or not."""

    name: str
    at_least: int


@dataclass(frozen=True)
class Window:
    """How many places a number of the output sees along an axis, and how many lie between two such numbers."""

    size: int
    step: float


@dataclass(frozen=True)
class Complaint:
    """Why a layer cannot take its inputs, and the parameters that would mend it.

    `data` are settings of the data that would mend it where its images enter the layer.
    """

    message: str
    params: dict[str, Any] | None = None
    label: str = ""
    data: dict[str, Any] | None = None


class Layer(Settings):
    """Base of all layers. Fields are parameters, named as in PyTorch; sizes that follow from the input are no fields.

    `accepts` gives the axes of an input, alternatives separated by `|`; empty takes anything. `gives` names the axes of
    the output; empty keeps the input's where the number of axes is unchanged. `keys` are the parameters that stand on a
    node (None: the first two that are no switches), `glyph` its sign in up to three characters (empty: from its name);
    a layer that no palette offers is `hidden`. `aliases` are other words under which people look for it. A layer whose
    inputs must have one shape (apart from axis `dim`, where it has such a parameter) is `alike`; where it `stretches`,
    an axis of one number may stand for one of many. The last `optional` of its named inputs may stay without a wire.

    A layer that `masks` leaves padded steps out: where its input has any, `forward` gets the name of a tensor (N, L) as
    `padding=`, True where a step of its last input is padding; if it `masks_queries`, those of its first input as
    `query_padding=`.
    """

    family: ClassVar[str] = ""
    accepts: ClassVar[str] = ""
    gives: ClassVar[str] = ""
    takes: ClassVar[DType | None] = "float32"
    inputs: ClassVar[tuple[str, ...] | Many] = ("x",)
    keys: ClassVar[tuple[str, ...] | None] = None
    glyph: ClassVar[str] = ""
    hidden: ClassVar[bool] = False
    aliases: ClassVar[tuple[str, ...]] = ()
    alike: ClassVar[bool] = False
    stretches: ClassVar[bool] = False
    optional: ClassVar[int] = 0
    masks: ClassVar[bool] = False
    masks_queries: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        assert cls.__name__ not in LAYERS or LAYERS[cls.__name__].__module__ == cls.__module__, cls.__name__
        if not cls.__name__.startswith("_"):
            LAYERS[cls.__name__] = cls

    def module(self, *x: Spec) -> Call | None:
        """The module for these inputs; None for a layer that has none."""
        return None

    def forward(self, module: str, *x: str) -> str:
        """The expression that computes the output from the names of the module and of the inputs.

        It may ask for `self.training`: `self` is the network.
        """
        return f"{module}({', '.join(x)})"

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        """What is wrong with these inputs beyond their axes, in this layer's own words."""
        return iter(())

    def output(self, *x: Spec) -> Spec | None:
        """The output, stated by layers for which trying it out is slow; None lets the meta device find it."""
        return None

    def flops(self, *x: Spec) -> int:
        """FLOPs of one sample, for layers that state their output; a multiply-add is two."""
        return 0

    def numbers(self, *x: Spec) -> int | None:
        """How many parameters it has, stated by layers that are slow to make; None lets them be counted."""
        return None

    def penalty(self) -> tuple[float, float]:
        """What the loss grows by for the size, and for the square, of each weight."""
        return 0.0, 0.0

    def steps(self, axis: int, x: Spec, y: Spec) -> tuple[int, int] | None:
        """The axis of the output along which the steps of an input's `axis` stand, and how many new ones before them.

        None where they are mixed or gone. Inferred: an axis of positions that keeps name and size keeps its steps, and
        so does each that keeps its size where a layer takes any. A layer for which this is wrong says so itself.
        """
        cls = type(self)
        taken = [] if cls.family in POINTWISE else pattern(cls, len(x.shape))
        given = cls.gives.split() or taken
        if len(y.shape) != (len(given) or len(x.shape)) or axis >= len(y.shape) or y.shape[axis] != x.shape[axis]:
            return None
        return (axis, 0) if not taken or (taken[axis] in POSITIONS and taken[axis] == given[axis]) else None

    def kept(self, *x: Spec) -> int:
        """Bytes of one sample kept for the way back beside inputs and output, for layers that state their output."""
        return 0

    def learns(self) -> bool:
        """Whether its parameters are trained."""
        return True

    def reach(self, x: Spec) -> tuple[Window, ...] | None:
        """The window that a number of the output sees, for each axis of an image; None: told by no window.

        A layer that works number by number or pixel by pixel need not say so.
        """
        return None

    def remarks(self) -> tuple[str, ...]:
        """What the source says above its line, a comment each."""
        return ()


def pattern(cls: type[Layer], rank: int) -> list[str]:
    """The letters of the axes that a layer sees in an input of so many axes; empty where it takes any."""
    patterns = (alternative.split() for alternative in cls.accepts.split("|"))
    return next((letters for letters in patterns if len(letters) == rank), [])


LAYERS: dict[str, type[Layer]] = {}


def sentence(cls: type[Layer]) -> str:
    """The first sentence of a layer's docstring: what the palette shows."""
    return inspect.getdoc(cls).split("\n\n")[0].replace("\n", " ")  # type: ignore[union-attr]


def section(cls: type[Layer], heading: str) -> str:
    """The text behind `Shape:`, `Formula:` or `Source:` in a layer's docstring."""
    lines = iter((inspect.getdoc(cls) or "").splitlines())
    found = next((line for line in lines if line.startswith(f"{heading}:")), "")
    words = [found.removeprefix(f"{heading}:").strip()]
    for line in lines:
        if not line.startswith(" "):
            break
        words.append(line.strip())
    return " ".join(words)


def keys(cls: type[Layer]) -> tuple[str, ...]:
    """The parameters that stand on a layer's node."""
    plain = (p.name for p in parameters(cls) if p.kind != "bool" and not p.advanced)
    return tuple(plain)[:2] if cls.keys is None else cls.keys


def glyph(cls: type[Layer]) -> str:
    """A layer's sign: its capitals and its dimension, or the first two letters: `C2`, `BN1`, `Li`."""
    name = cls.__name__
    capitals = re.sub(r"[^A-Z]", "", name)
    dimension = re.findall(r"\d(?=d$)", name)
    letters = name[:2] if len(capitals) < 2 and not dimension else capitals
    return cls.glyph or "".join([letters[: 3 - len(dimension)], *dimension])


def link(source: str) -> str:
    """The page of what a layer is built on: torch's own, or the paper; empty where `source` names neither."""
    if found := re.search(r"torch(?:\.\w+)+", source):
        return f"https://docs.pytorch.org/docs/stable/generated/{found[0]}.html"
    paper = re.search(r"arXiv:(\d+\.\d+)", source)
    return f"https://arxiv.org/abs/{paper[1]}" if paper else ""


def describe(cls: type[Layer]) -> dict[str, Any]:
    """A layer as plain data, for palettes, forms, help and `netbuilder layers --json`."""
    many = isinstance(cls.inputs, Many)
    return {
        "type": cls.__name__,
        "family": _(cls.family),
        "description": _(sentence(cls)),
        "shape": section(cls, "Shape"),
        "formula": section(cls, "Formula"),
        "source": section(cls, "Source"),
        "link": link(section(cls, "Source")),
        "inputs": [cls.inputs.name] if isinstance(cls.inputs, Many) else list(cls.inputs),
        "many": many,
        "optional": cls.optional,
        "keys": list(keys(cls)),
        "glyph": glyph(cls),
        "hidden": cls.hidden,
        "aliases": [_(alias) for alias in cls.aliases],
        "params": [{**asdict(p), "help": _(p.help), "unit": _(p.unit)} for p in parameters(cls)],
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)


def printed(value: Any) -> str:
    """How an argument stands in source."""
    if isinstance(value, list):
        return f"[{', '.join(map(printed, value))}]"
    if isinstance(value, tuple) and len(value) > 1 and len(set(value)) == 1:
        return repr(value[0])  # kernel_size=3 reads better than (3, 3)
    return f'"{value}"' if isinstance(value, str) and re.fullmatch(r"[\w.]+", value) else repr(value)


def _same(default: Any, value: Any) -> bool:
    if isinstance(value, tuple) and not isinstance(default, tuple):
        return all(item == default for item in value)
    return type(default) is type(value) and bool(default == value)
