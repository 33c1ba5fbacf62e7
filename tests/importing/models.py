"""Original models to compare with, and what an import makes of them."""

import torch
import torchvision
from torch import nn

from builder.compiler.model import from_source
from builder.compiler.source import write
from builder.importing import Imported

TEN = (
    "resnet18", "resnet50", "vgg16", "alexnet", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small",
    "efficientnet_b0", "densenet121", "googlenet",
)  # fmt: skip
WITH_HEADS = ("googlenet", "inception_v3")


def original(name: str) -> nn.Module:
    """A torchvision classifier with weights and statistics that are not all alike."""
    torch.manual_seed(0)
    settings = {"init_weights": False} if name in WITH_HEADS else {}
    model = torchvision.models.get_model(name, weights=None, **settings)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
    return model.eval()


def built(made: Imported, tensors: dict[str, torch.Tensor]) -> nn.Module:
    """Our network with the foreign weights; every one of its own tensors must be among them."""
    model = from_source(write(made.report(), "")).eval()
    model.load_state_dict(made.state(tensors))
    return model


def furthest(a: nn.Module, b: nn.Module, x: torch.Tensor) -> float:
    """The largest difference of two models' answers, in parts of the largest answer where that is over 1."""
    with torch.inference_mode():
        first, second = a(x), b(x)
    return float((first - second).abs().max() / first.abs().max().clamp(min=1))
