"""Documents to test with, and what tests ask of generated source and of a built network."""

import ast
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.report import Report
from builder.compiler.trace import defaults
from builder.core.specs import Spec
from builder.data.fields import Target
from builder.graph.blocks import free_id
from builder.graph.document import Document, Edge, Graph, Node
from builder.graph.edit import apply
from builder.layers import Call
from builder.layers.layer import IMPORTS
from builder.training.losses import loss_function

Step = str | tuple[str, dict[str, Any]]
MOST_FIXES = 20
torch.set_num_threads(1)  # samples are tiny, and more threads only wait for each other
METHODS = {
    "add", "all", "amax", "chunk", "clamp", "contiguous", "cumsum", "eval", "exp", "expand", "flatten",
    "generate_square_subsequent_mask", "long", "masked_fill", "maximum", "mean", "minimum", "pad", "permute",
    "requires_grad_", "reshape", "squeeze", "sum", "transpose", "unbind", "unflatten", "unsqueeze", "__init__",
}  # fmt: skip


def chain(*steps: Step, data: str = "digits", ends: bool = True, **settings: Any) -> Document:
    """A document whose layers stand in one chain, between an Input and an Output unless `ends` is false."""
    inner = ["Input", *steps, "Output"] if ends else list(steps)
    graph = Graph()
    for step in inner:
        type, params = (step, {}) if isinstance(step, str) else step
        node = Node(id=free_id({n.id for n in graph.nodes}, type), type=type, params=params)
        wires = (Edge(source=graph.nodes[-1].id, target=node.id),) if graph.nodes else ()
        graph = Graph(nodes=(*graph.nodes, node), edges=(*graph.edges, *wires))
    return Document(data={"source": data, **settings}, graph=graph)


def edges(document: Document) -> list[str]:
    """The wires, as `a>b` or `a>b.port`, sorted."""
    return sorted(f"{e.source}>{e.target}" + (f".{e.input}" if e.input else "") for e in document.graph.edges)


def ids(document: Document) -> list[str]:
    """The ids of all nodes, in the order of the outline."""
    return [node.id for node in document.graph.nodes]


def edited(document: Document, *edits: Mapping[str, Any]) -> Document:
    """The document after these edits."""
    return apply(document, *edits)


def mended(document: Document) -> Document:
    """The document after all fixes that are offered, the first problem's first."""
    for _round in range(MOST_FIXES):
        fix = next((p.fix for p in check(document).problems if p.fix), None)
        if fix is None:
            return document
        document = apply(document, *fix.edits)
    left = [str(problem) for problem in check(document).problems]
    raise AssertionError(f"not mended after {MOST_FIXES} fixes: {left}")


def random_input(spec: Spec, samples: int = 4) -> torch.Tensor:
    """Values that fit a spec, drawn from torch's generator."""
    shape = (samples, *spec.shape[1:])
    return torch.randint(spec.categories or 2, shape) if spec.dtype == "int64" else torch.randn(shape)


def one_step(document: Document) -> float:
    """Build a network, do one step of SGD on random samples, and return the loss, which must be finite."""
    report = check(document)
    torch.manual_seed(0)
    model = build(document)
    loss = loss_of(report, model(*random_inputs(report)), random_answers(report))
    loss.backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD(model.parameters(), lr=0.01).step()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p).all() for p in model.parameters())
    return float(loss.detach())


def random_inputs(report: Report, samples: int = 4) -> list[torch.Tensor]:
    """Values for each argument of a network's forward."""
    return [random_input(report.network[entry.place].spec, samples) for entry in report.inputs]


def random_answers(report: Report, samples: int = 4) -> list[torch.Tensor]:
    """What each Output could have to answer."""
    return [random_answer(answer.target, samples) for answer in report.outputs]


def loss_of(report: Report, given: Any, answers: Sequence[torch.Tensor]) -> torch.Tensor:
    """The weighted sum of the losses of all Outputs."""
    outputs = given if isinstance(given, tuple) else (given,)
    each = zip(report.outputs, outputs, answers, strict=True)
    losses = [a.weight * loss_function(a.loss, kind=a.target.kind)(output, y) for a, output, y in each]
    return torch.stack(losses).sum()


def random_answer(target: Target, samples: int = 4) -> torch.Tensor:
    """Classes or numbers that fit a target; nothing is held against what is latent."""
    if target.kind in ("number", "forecast", "rating"):
        return torch.randn(samples, target.size)
    if target.kind in ("binary", "labels"):
        return torch.randint(2, (samples, target.size)).float()
    if target.kind == "input":
        return torch.rand(samples, *(size or 1 for size in target.shape))
    if target.kind == "latent":
        return torch.zeros(samples)
    if target.kind == "text":
        return torch.randint(target.size, (samples, target.longest))
    return torch.randint(target.size, (samples, *(size or 1 for size in target.shape[:-1])))


def assert_safe(source: str) -> None:
    """Generated source imports torch alone and calls nothing but layers of the catalogue and tensor methods."""
    tree = ast.parse(source)
    for item in ast.walk(tree):
        if isinstance(item, ast.Import | ast.ImportFrom):
            assert ast.unparse(item) in ("import torch", "from torch import nn", *IMPORTS.values())
        if isinstance(item, ast.Call):
            assert _is_allowed(item.func, tree), ast.unparse(item)
    classes = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    assert classes[-1].name == "Network"
    for made in classes:
        methods = [item.name for item in made.body if isinstance(item, ast.FunctionDef)]
        assert methods in (["__init__", "forward"], ["forward"])
    assert all(isinstance(item, ast.Import | ast.ImportFrom | ast.ClassDef) for item in tree.body)


def assert_formatted(source: str | Path) -> None:
    """Generated source, or a folder of it, is what ruff's formatter makes of it, and its linter finds nothing.

    Both with their own settings, not with those of this project.
    """
    path, text = ("-", source.encode()) if isinstance(source, str) else (str(source), None)
    for command in (["format", "--diff"], ["check", "-q"]):
        said = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", path], input=text, capture_output=True, check=False
        )
        assert said.returncode == 0, said.stdout.decode()


def _is_allowed(called: ast.expr, tree: ast.Module) -> bool:
    match called:
        case ast.Name(id="super" | "range" | "layer" | "create_feature_extractor"):
            return True
        case ast.Name(id=name):
            return name in {item.name for item in tree.body if isinstance(item, ast.ClassDef)}
        case ast.Attribute(value=ast.Name(id="models"), attr=name):
            return name in models.list_models(module=models)
        case ast.Attribute(value=ast.Name(id="nn"), attr=name):
            return issubclass(getattr(nn, name), nn.Module)
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            return name in ("cat", "ones_like", "randn_like", "sin", "zeros_like")
        case ast.Attribute(value=ast.Name(id="self")):
            return True
        case ast.Call():  # `self.backbone1.eval()(x)`, looked at by itself
            return True
        case ast.Attribute(attr=name):
            return name in METHODS
    return False


def as_source(call: Call) -> nn.Module:
    """The module that a call's line of source makes."""
    module = eval(
        call.source(defaults), {"nn": nn, "models": models, "create_feature_extractor": create_feature_extractor}
    )
    assert isinstance(module, nn.Module)
    return module
