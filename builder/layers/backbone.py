"""Networks that torchvision knows, without their last layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Call, Complaint, Layer

Model = Literal[
    "resnet18", "resnet50", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny", "vit_b_16"
]


@dataclass(frozen=True)
class Facts:
    """What is known of a network without making it, which takes a second; a test holds it against the real one.

    `flops` and `kept` (bytes) belong to one place of an image that was halved so many times, from none to five; the
    last number is what does not depend on the size. `map` and `vector` name torchvision's nodes.
    """

    map: str
    vector: str
    features: int
    params: int
    flops: tuple[int, ...]
    kept: tuple[int, ...]
    rest: int = 0  # parameters that only the vector needs
    patches: bool = False  # cut into whole patches: what does not fill one is left out


FACTS: dict[str, Facts] = {
    "resnet18": Facts(
        "layer4", "flatten", 512, 11_176_512,
        (0, 18_816, 294_912, 1_048_576, 4_194_304, 16_777_216, 0),
        (0, 512, 2_816, 4_608, 9_216, 18_432, 0),
    ),
    "resnet50": Facts(
        "layer4", "flatten", 2048, 23_508_032,
        (0, 18_816, 491_520, 2_621_440, 14_942_208, 28_835_840, 0),
        (0, 512, 12_032, 27_648, 79_872, 77_824, 0),
    ),
    "mobilenet_v3_small": Facts(
        "features", "flatten", 576, 927_008,
        (0, 864, 3_104, 19_392, 202_896, 680_256, 917_504),
        (0, 192, 896, 3_520, 27_552, 43_776, 29_920),
    ),
    "mobilenet_v3_large": Facts(
        "features", "flatten", 960, 2_971_952,
        (0, 3_712, 15_888, 78_960, 891_344, 1_880_640, 3_014_400),
        (0, 960, 2_624, 9_504, 61_184, 76_032, 52_768),
    ),
    "efficientnet_b0": Facts(
        "features", "flatten", 1280, 4_007_548,
        (0, 6_400, 29_664, 88_320, 1_395_360, 5_138_240, 1_254_400),
        (0, 2_176, 7_680, 12_544, 94_464, 158_720, 74_756),
    ),
    "convnext_tiny": Facts(
        "features", "classifier.1", 768, 27_818_592,
        (0, 0, 479_808, 1_973_376, 22_162_176, 30_896_640, 0),
        (0, 0, 15_016, 29_216, 169_040, 110_616, 0),
        rest=1_536,
        patches=True,
    ),
    "vit_b_16": Facts("encoder", "encoder", 768, 85_647_360, (), ()),  # without its places, of which there are T
}  # fmt: skip
PATCH = 16  # pixels at the side of a patch of ViT
TRAINED = 224  # pixels at the side of the images that ViT has seen
TOKEN = 593_672  # bytes that ViT keeps for each token


class Backbone(Layer):
    """A network from torchvision without its last layer: what it has learned of images, to build upon.

    Shape:  (N, 3, H, W) -> (N, F); as a map (N, F, H/32, W/32), from vit_b_16 the tokens (N, 1 + H/16 · W/16, F)
    Source: torchvision.models: He et al. 2015, arXiv:1512.03385, and those after them.
    """

    family = "Blocks"
    accepts = "N C H W"
    glyph = "BB"
    keys: ClassVar[tuple[str, ...]] = ("model", "weights")
    aliases = ("pretrained", "transfer learning", "ImageNet", "ResNet", "MobileNet", "EfficientNet", "ConvNeXt", "ViT")

    model: Model = Field("resnet18", description="Which network.")
    weights: Literal["imagenet", "none"] = Field(
        "imagenet", description="Begin with what it learned from ImageNet (fetched before training), or afresh."
    )
    frozen: bool = Field(True, description="Keep its weights as they are, and train only what stands behind it.")
    returns: Literal["vector", "map"] = Field(
        "vector", description="One vector for the whole image, or the last feature map (of vit_b_16 all tokens)."
    )

    @property
    def facts(self) -> Facts:
        """What is known of the network without making it."""
        return FACTS[self.model]

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        _n, channels, height, width = x.shape
        if channels != 3:
            text = _("it needs images in colour, with 3 channels, and gets {n}")
            yield Complaint(text.format(n=channels), data={"mode": "colour"})
        if self.facts.patches and min(height, width) < 32:
            text = _("{model} needs at least 32 x 32 pixels and gets {height} x {width}")
            words = text.format(model=self.model, height=height, width=width)
            yield Complaint(words, data={"size": 32})
        if self.model == "vit_b_16":
            yield from self._patches(height, width)

    def _patches(self, height: int, width: int) -> Iterator[Complaint]:
        if self.weights == "imagenet" and (height, width) != (TRAINED, TRAINED):
            text = _("{model} with these weights needs 224 x 224 pixels and gets {height} x {width}")
            words = text.format(model=self.model, height=height, width=width)
            yield Complaint(words, data={"size": TRAINED})
        if height != width or height % PATCH:
            text = _("{model} needs square images of a multiple of 16 pixels and gets {height} x {width}")
            words = text.format(model=self.model, height=height, width=width)
            yield Complaint(words, data={"size": max(PATCH, max(height, width) // PATCH * PATCH)})

    def module(self, x: Spec) -> Call:
        size = {"image_size": x.shape[2]} if self.model == "vit_b_16" and x.shape[2] != TRAINED else {}
        whole = Call(f"models.{self.model}", **size)
        part = Call("create_feature_extractor", whole, [self._node])
        return part.frozen() if self.frozen else part

    @property
    def _node(self) -> str:
        return self.facts.vector if self.returns == "vector" else self.facts.map

    def forward(self, module: str, *x: str) -> str:
        # whatever the network does: statistics of what is frozen stay as they are
        whole = f"{module}.eval()" if self.frozen else module
        token = "[:, 0]" if self.model == "vit_b_16" and self.returns == "vector" else ""
        return f'{whole}({x[0]})["{self._node}"]{token}'

    def remarks(self) -> tuple[str, ...]:
        if self.weights == "none":
            return ()
        return (
            "begins with the weights of ImageNet, which it takes by",
            f'load_state_dict(models.get_model_weights("{self.model}").DEFAULT.get_state_dict(), strict=False)',
        )

    def learns(self) -> bool:
        return not self.frozen

    def output(self, x: Spec) -> Spec:
        n, features = x.shape[0], self.facts.features
        if self.returns == "vector":
            return Spec((n, features), axes="N F")
        if self.model == "vit_b_16":
            return Spec((n, self._tokens(x), features), axes="N L F")
        return Spec((n, features, *self._halved(x, 5)), axes="N C H W")

    def numbers(self, x: Spec) -> int:
        if self.model == "vit_b_16":
            return self.facts.params + self._tokens(x) * self.facts.features
        return self.facts.params + (self.facts.rest if self.returns == "vector" else 0)

    def flops(self, x: Spec) -> int:
        if self.model == "vit_b_16":
            tokens, width = self._tokens(x), self.facts.features
            # 12 times: queries, keys, values and their sum, a network four times as wide, and each token with each
            layers = 12 * (2 * tokens * 12 * width * width + 4 * tokens * tokens * width)
            return layers + 2 * (tokens - 1) * width * 3 * PATCH * PATCH
        return self._summed(self.facts.flops, x)

    def kept(self, x: Spec) -> int:
        """Bytes of one sample kept for the way back; none where nothing learns."""
        if self.frozen:
            return 0
        return TOKEN * self._tokens(x) if self.model == "vit_b_16" else self._summed(self.facts.kept, x)

    def _tokens(self, x: Spec) -> int:
        return 1 + (x.shape[2] // PATCH) * (x.shape[3] // PATCH)

    def _halved(self, x: Spec, times: int) -> tuple[int, int]:
        """Height and width after so many halvings, which round up unless the image is cut into patches."""
        height, width = (n >> times if self.facts.patches else -(-n >> times) for n in x.shape[2:])
        return height, width

    def _summed(self, at: tuple[int, ...], x: Spec) -> int:
        *places, rest = at
        sizes = (self._halved(x, times) for times in range(len(places)))
        return rest + sum(n * height * width for n, (height, width) in zip(places, sizes, strict=True))
