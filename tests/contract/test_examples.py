"""What every example of the gallery must keep. A new example is tested by existing."""

import pytest
import torch

from builder.cli.documents import open_document
from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.source import source
from builder.core.errors import Error
from builder.examples import FOLDER, ORDER, facts, load, names
from builder.graph.document import read, write
from tests.documents import assert_safe, one_step, random_inputs


@pytest.mark.parametrize("name", names())
def test_the_file_is_what_the_app_would_write(name: str) -> None:
    content = (FOLDER / f"{name}.json").read_bytes()
    assert write(read(content)) == content


@pytest.mark.parametrize("name", names())
def test_it_introduces_itself(name: str) -> None:
    document = load(name)
    assert 0 < len(document.title) <= 60
    assert 0 < len(document.about) <= 200
    assert document.about.endswith(".")
    assert all(node.position for node in document.graph.nodes)


@pytest.mark.parametrize("name", names())
def test_it_checks_without_a_word(name: str) -> None:
    """No errors, no warnings; the specs of its data are known without a download."""
    report = check(load(name))
    assert [str(problem) for problem in report.problems] == []
    assert report.params == sum(p.numel() for p in build(load(name)).parameters())
    assert report.flops > 0
    assert report.memory_bytes > report.activation_bytes > 0


@pytest.mark.parametrize("name", names())
def test_its_source_calls_nothing_but_layers(name: str) -> None:
    text = source(load(name))
    assert_safe(text)
    assert max(map(len, text.splitlines())) <= 120
    assert load(name).title in text


@pytest.mark.parametrize("name", names())
def test_it_learns_a_step(name: str) -> None:
    report, model = check(load(name)), build(load(name)).eval()
    assert report.data is not None
    with torch.no_grad():
        given = model(*random_inputs(report, 3))
    outputs = given if isinstance(given, tuple) else (given,)
    for y, answer in zip(outputs, report.outputs, strict=True):
        sizes = zip(y.shape, (3, *answer.target.shape), strict=True)
        assert all(wanted in (None, given) for given, wanted in sizes), answer.id
    assert all(torch.isfinite(y).all() for y in outputs)
    one_step(load(name))


def test_the_gallery_lists_each_once() -> None:
    assert set(ORDER) == set(names())
    assert sorted(names()) == sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize(
    ("name", "hint"), [("mnist_cnn", 'Did you mean "mnist-cnn"'), ("../../etc/passwd", "digits-cnn")]
)
def test_an_unknown_name_is_refused_with_what_there_is(name: str, hint: str) -> None:
    with pytest.raises(Error, match=rf"\[P-NONE\] There is no example .*{hint}"):
        load(name)


@pytest.mark.parametrize("name", names())
def test_the_gallery_tells_the_truth(name: str) -> None:
    assert facts(name).params == check(load(name)).params


def test_earlier_names_still_find_their_network() -> None:
    assert load("reviews-lstm") == load("sentiment-lstm")
    assert open_document("reviews-embedding-mlp") == load("sentiment-mlp")
