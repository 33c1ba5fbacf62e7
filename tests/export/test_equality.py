"""What trains, what is printed and what the graph says are one: for every layer and for random networks."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.report import Place, Report
from builder.compiler.source import identifiers, side_by_side, write
from builder.compiler.trace import evaluate
from builder.graph.document import Document
from builder.layers import LAYERS
from builder.layers.ends import Input, Output
from tests.alone import answers, put
from tests.contract.test_layers import INNER, traced
from tests.documents import assert_formatted, random_input
from tests.random_networks import random_network

FEW, ALL = range(40), range(40, 200)


def trained_a_step(model: nn.Module, inputs: list[Tensor]) -> nn.Module:
    """The model after a step of SGD, with running means and whatever else a step changes."""
    found = model.train()(*inputs)
    loss = sum(one.float().pow(2).mean() for one in (found if isinstance(found, tuple) else (found,)))
    if isinstance(loss, Tensor) and torch.isfinite(loss) and loss.requires_grad:
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        torch.optim.SGD(model.parameters(), lr=0.01).step()
    return model.eval()


def as_the_graph_says(report: Report, model: nn.Module, inputs: list[Tensor]) -> Tensor:
    """The output computed layer by layer, with the weights of the model, but without a line of its source."""
    names, values = identifiers(report), dict(zip((e.place for e in report.inputs), inputs, strict=True))
    found: dict[Place, Tensor] = dict(values)
    for place, step in report.network.items():
        if not isinstance(step.layer, Input | Output):
            module = model.get_submodule(names[place]) if place in names else None
            if module is None and step.layer.module(*(report.network[source].spec for source in step.sources)):
                continue  # no Output is reached from it, nor from those behind it
            if all(source in found for source in step.sources):
                given = {f"x{at}": found[source] for at, source in enumerate(step.sources)}
                found[place] = evaluate(step.layer.forward("module", *given), {"module": module, **given})
    [output] = report.outputs
    return found[report.network[output.place].sources[0]]


def assert_alone_what_trained(documents: list[Document], folder: Path) -> None:
    folders, expected = [], []
    for number, document in enumerate(documents):
        report = check(document)
        torch.manual_seed(number)
        text = write(report, document.title)
        inputs = [random_input(report.network[entry.place].spec) for entry in report.inputs]
        model = trained_a_step(from_source(text), inputs)
        with torch.inference_mode():
            expected.append(model(*inputs))
            graph = as_the_graph_says(report, model, inputs)
        torch.testing.assert_close(expected[-1], graph, rtol=1e-6, atol=1e-6, equal_nan=True)
        folders.append(put(folder / str(number), text, model.state_dict(), inputs))
    assert sum(bool(torch.isfinite(one).all()) for one in expected) > 0.9 * len(expected)
    for number, ((alone,), ours) in enumerate(zip(answers(folders), expected, strict=True)):
        torch.testing.assert_close(alone, ours, rtol=1e-6, atol=1e-6, equal_nan=True, msg=f"network {number}")


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_random_networks_answer_alone_what_they_learned(tmp_path: Path) -> None:
    assert_alone_what_trained([random_network(seed) for seed in FEW], tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_more_random_networks_answer_alone_what_they_learned(tmp_path: Path) -> None:
    assert_alone_what_trained([random_network(seed) for seed in ALL], tmp_path)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_every_layer_answers_alone_what_it_learned(tmp_path: Path) -> None:
    """With all its settings, each family of inputs; a file a layer."""
    folders, expected = [], []
    for number, name in enumerate(INNER):
        found = [(layer, inputs, one.spec) for layer, inputs, one in traced(LAYERS[name])]
        text = side_by_side(found)
        torch.manual_seed(number)
        inputs = [random_input(spec) for _layer, specs, _given in found for spec in specs]
        model = trained_a_step(from_source(text), inputs)
        with torch.inference_mode():
            answer = model(*inputs)
        expected.append(answer if isinstance(answer, tuple) else (answer,))
        folders.append(put(tmp_path / name, text, model.state_dict(), inputs))
    for name, alone, ours in zip(INNER, answers(folders), expected, strict=True):
        for one, other in zip(alone, ours, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6, equal_nan=True, msg=name)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_source_is_formatted_as_ruff_formats(tmp_path: Path) -> None:
    """Also with names so long that lines have to be broken."""
    for number, seed in enumerate(range(100)):
        document = random_network(seed)
        (tmp_path / f"n{number}.py").write_text(write(check(document), document.title), "utf-8")
    for name in INNER:
        found = [(layer, inputs, one.spec) for layer, inputs, one in traced(LAYERS[name])]
        (tmp_path / f"{name}.py").write_text(side_by_side(found), "utf-8")
    assert_formatted(tmp_path)
