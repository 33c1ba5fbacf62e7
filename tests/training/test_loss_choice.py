"""The losses that the Train page offers: those that fit what the network predicts."""

import pytest
from streamlit.testing.v1 import AppTest

from builder.core.metrics import METRICS
from builder.graph.losses import LOSSES_OF


def page(name: str) -> None:
    from builder.ui import training
    from tests.trained import example

    training._loss(example(name, 'recipe.loss={"type": "huber"}'))


@pytest.mark.parametrize(
    ("name", "shown", "watched"),
    [("digits-cnn", "cross_entropy", "accuracy"), ("visits-two-answers", "huber", "accuracy")],
)
def test_only_losses_that_fit_are_offered_and_the_figure_is_named(name: str, shown: str, watched: str) -> None:
    at = AppTest.from_function(page, args=(name,), default_timeout=30).run()
    assert not at.exception
    kinds = ["category", "number"] if name.startswith("visits") else ["category"]
    fitting = [str(cls.model_fields["type"].default) for kind in kinds for cls in LOSSES_OF[kind]]
    assert (at.selectbox[0].options, at.selectbox[0].value) == (fitting, shown)
    assert METRICS[watched].title in at.caption[0].value
    assert "cross\\_entropy is the default" in at.caption[0].value
