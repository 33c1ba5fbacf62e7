"""Networks from torchvision: what is said of them without making them, what they compute, and what leads to them."""

from itertools import product
from typing import Any, get_args

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.source import source
from builder.compiler.trace import Traced, construct, evaluate, trace
from builder.core.specs import Spec
from builder.layers.backbone import TOKEN, Backbone, Model
from tests.documents import assert_safe, chain, mended, one_step

MODELS = get_args(Model)
COLOUR = {"data": "digits", "mode": "colour", "limit": 40}


def images(height: int, width: int) -> Spec:
    return Spec((2, 3, height, width), axes="N C H W")


def sizes(model: str) -> list[tuple[int, int]]:
    return [(64, 64), (224, 224)] if model == "vit_b_16" else [(33, 63), (224, 96)]


class Kept(torch.autograd.graph.saved_tensors_hooks):
    """Sums up what is kept for the way back, image by image."""

    def __init__(self) -> None:
        self.storages: dict[int, torch.UntypedStorage] = {}
        super().__init__(self._pack, lambda tensor: tensor)

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        self.storages[storage._cdata] = storage
        return tensor

    def without(self, *tensors: torch.Tensor) -> int:
        known = {tensor.untyped_storage()._cdata for tensor in tensors}
        return sum(storage.nbytes() for key, storage in self.storages.items() if key not in known)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_said_of_a_network_is_true_of_the_real_one(model: str) -> None:
    for (height, width), returns in product(sizes(model), ("vector", "map")):
        x = images(height, width)
        layer = Backbone.model_validate({"model": model, "weights": "none", "frozen": False, "returns": returns})
        said = trace(layer, (x,))
        assert isinstance(said, Traced)
        kept = Kept()
        with torch.device("meta"), FlopCounterMode(display=False) as counter, kept:
            module = construct(layer.module(x)).train()
            value = torch.empty(x.shape)
            y = evaluate(layer.forward("module", "x"), {"module": module, "x": value})
        assert tuple(y.shape) == said.spec.shape
        assert sum(p.numel() for p in module.parameters()) == said.params
        assert counter.get_total_flops() // 2 == said.flops
        if model != "vit_b_16":
            real = kept.without(value, *module.parameters(), *module.buffers()) / 2
            assert layer.kept(x) == pytest.approx(real, rel=0.1)  # the statistics of a batch are left out


def test_what_vit_keeps_for_the_way_back_is_what_the_processor_keeps() -> None:
    x, kept = images(32, 32), Kept()
    layer = Backbone(model="vit_b_16", weights="none", frozen=False, returns="map")
    module, value = construct(layer.module(x)).train(), torch.randn(x.shape)
    with kept:
        module(value)
    assert layer.kept(x) == 5 * TOKEN == pytest.approx(kept.without(value, *module.parameters()) / 2, rel=0.02)
    assert Backbone(model="vit_b_16", weights="none").kept(x) == 0  # where nothing learns, nothing is kept


@pytest.mark.parametrize("model", ["resnet18", "mobilenet_v3_small", "convnext_tiny"])
def test_the_vector_is_what_torchvisions_own_network_gives_to_its_last_layer(model: str) -> None:
    layer = Backbone.model_validate({"model": model, "weights": "none", "frozen": False})
    torch.manual_seed(0)
    part = construct(layer.module(images(64, 64))).eval()
    torch.manual_seed(0)
    whole = getattr(models, model)().eval()
    missing, _unused = part.load_state_dict(whole.state_dict(), strict=False)
    assert missing == []  # the names are torchvision's own
    x, seen = torch.randn(2, 3, 64, 64), []
    head = whole.fc if model == "resnet18" else whole.classifier[-1 if model == "convnext_tiny" else 0]
    head.register_forward_hook(lambda _module, given, _given: seen.append(given[0]))
    whole(x)
    assert torch.equal(evaluate(layer.forward("part", "x"), {"part": part, "x": x}), seen[0])


@pytest.mark.parametrize("model", MODELS)
def test_a_network_of_any_size_is_mended_to_fit(model: str) -> None:
    """Grey digits of 8 x 8 pixels reach any of them after a few fixes, and no warning is left."""
    document = chain(("Backbone", {"model": model}), ("Linear", {"out_features": 10}), data="digits", limit=40)
    first = check(document).errors[0]
    assert str(first) == (
        '[G-SHAPE] Backbone "backbone1" cannot take 1x8x8 from "input": '
        "it needs images in colour, with 3 channels, and gets 1."
    )
    better = mended(document)
    assert better.data == {
        "source": "digits", "limit": 40, "mode": "colour", "normalise": "imagenet",
        "size": 224 if model == "vit_b_16" else 64,
    }  # fmt: skip
    assert check(better).problems == []


def test_a_fix_inside_a_block_changes_the_data() -> None:
    document = chain("Backbone", ("Linear", {"out_features": 10}), data="digits")
    from builder.graph.edit import apply

    inside = apply(document, {"op": "group", "nodes": ["backbone1"], "id": "eyes"})
    better = mended(inside)
    assert better.data["mode"] == "colour"
    assert check(better).problems == []


def test_what_the_weights_expect_is_a_warning_and_no_obstacle() -> None:
    report = check(chain("Backbone", ("Linear", {"out_features": 10}), **COLOUR, size=64))
    assert report.ok
    assert [problem.code for problem in report.problems] == ["G-PREP"]
    assert "normalised as those of ImageNet" in report.problems[0].message


def test_a_frozen_network_alone_has_nothing_to_learn() -> None:
    frozen = chain("Backbone", "GLU", **COLOUR)
    codes = [problem.code for problem in check(frozen).errors]
    assert codes == ["G-CLASSES"]
    alone = {"weights": "none", "returns": "map"}
    narrow = chain(("Backbone", alone), ("Slice", {"end": 10}), "GlobalAvgPool", **COLOUR)
    assert [problem.code for problem in check(narrow).errors] == ["G-WEIGHTS"]
    learns = chain(("Backbone", alone | {"frozen": False}), ("Slice", {"end": 10}), "GlobalAvgPool", **COLOUR)
    assert check(learns).ok


@pytest.mark.parametrize("settings", [{}, {"frozen": False, "weights": "none", "returns": "map"}])
def test_the_source_reads_well_and_runs(settings: dict[str, Any]) -> None:
    tail = ["GlobalAvgPool"] if settings else []
    document = chain(("Backbone", settings), *tail, ("Linear", {"out_features": 10}), **COLOUR, size=32)
    text = source(document)
    assert_safe(text)
    assert "from torchvision.models.feature_extraction import create_feature_extractor" in text
    frozen = "" if settings else ".requires_grad_(False)"
    node = "layer4" if settings else "flatten"
    line = f'self.backbone1 = create_feature_extractor(models.resnet18(), ["{node}"]){frozen} self.linear1'
    assert line in " ".join(text.split()).replace("( ", "(").replace(" )", ")")  # lines may be broken
    assert ("get_state_dict(), strict=False" in text) is not bool(settings)
    one_step(document)
    model = build(document).train()
    model(torch.randn(2, 3, 32, 32))
    assert model.backbone1.training is bool(settings)  # what is frozen stays in evaluation mode
    assert all(p.requires_grad is bool(settings) for p in model.backbone1.parameters())
