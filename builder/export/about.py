"""What a file of weights says about itself, so that it can be used without the run that it comes from."""

import json

from builder.evaluation.trained import Trained


def about(trained: Trained) -> dict[str, str]:
    """The document, how inputs are prepared, and the classes in the order of the outputs, each as JSON."""
    return {
        "document": trained.document.model_dump_json(exclude_none=True),
        "preparation": trained.preparation.model_dump_json(),
        "classes": json.dumps(trained.classes),
        "gives_probabilities": json.dumps(trained.gives_probabilities),
    }
