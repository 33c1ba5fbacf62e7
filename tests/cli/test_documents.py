import pytest

from builder.cli.documents import with_values
from builder.core.errors import Error
from builder.examples import load


def test_any_path_can_be_set() -> None:
    document = with_values(
        load("digits-cnn"),
        [
            "recipe.epochs=1",
            "recipe.optimizer.lr=0.5",
            "recipe.loss.type=focal",
            'data={"source": "mnist"}',
            "data.limit=64",
            "graph.nodes.conv1.params.out_channels=8",
            "graph.nodes.0.id=input",
            "title=a=b",
            "about=true story",
        ],
    )
    assert document.recipe["epochs"] == 1
    assert document.recipe["optimizer"] == {"type": "Adam", "lr": 0.5}
    assert document.recipe["loss"] == {"type": "focal"}
    assert document.data == {"source": "mnist", "limit": 64}
    assert document.graph.node("conv1").params["out_channels"] == 8  # type: ignore[union-attr]
    assert (document.title, document.about) == ("a=b", "true story")


def test_without_values_nothing_changes() -> None:
    assert with_values(load("xor-mlp"), []) == load("xor-mlp")


@pytest.mark.parametrize("value", ["recip.epochs=1", "title=3", "graph.nodes=3"])
def test_what_no_document_holds_is_refused(value: str) -> None:
    with pytest.raises(Error, match=value.split(r"=")[0].split(".")[0]) as caught:
        with_values(load("xor-mlp"), [value])
    assert caught.value.code == "G-FIELD"
