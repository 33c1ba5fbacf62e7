"""A trained network in the Open Neural Network Exchange format, checked against PyTorch before it is written.

The packages for it are the extra `onnx`, so they are imported where they are used.
"""

import contextlib
import importlib.util
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from builder.compiler.check import check
from builder.compiler.model import from_source
from builder.compiler.report import Report
from builder.compiler.source import side_by_side
from builder.core.errors import Error
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.evaluation.trained import Trained
from builder.export.about import about
from builder.layers.ends import Input, Output
from builder.runs.folder import RunFolder
from builder.runs.store import Store

PACKAGES: Final = ("onnx", "onnxscript", "onnxruntime")
TOLERANCE: Final = 1e-4  # of what onnxruntime answers, beside what PyTorch answers
BATCHES: Final = (1, 3)  # sizes that are compared


def onnx_file(store: Store, trained: Trained) -> bytes:
    """A run's network as an ONNX file: any number of samples, inputs and outputs named after their nodes.

    What it expects of its inputs, and what its outputs mean, stands in its metadata as JSON.
    Raises: Error X-EXTRA (packages are missing), M-ONNX (the network cannot be expressed, or answers otherwise there).
    """
    report = check(trained.document, DataSpec.from_json(RunFolder(store.home, trained.run.id).read("data.json")))
    inputs = {str(entry.place[0]): report.network[entry.place].spec for entry in trained.inputs}
    outputs = [answer.id for answer in trained.answers]
    require_packages()
    try:
        return converted(trained.model, inputs, outputs, about(trained))
    except Inexpressible:
        raise _refusal(report) from None


class Inexpressible(Exception):
    """What a network does cannot be said in ONNX, or onnxruntime answers otherwise than PyTorch."""


def require_packages() -> None:
    """Raises: Error X-EXTRA where a package is missing."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        text = _("To write ONNX, {names} must be installed. In netbuilder's folder: {command}")
        raise Error("X-EXTRA", text.format(names=", ".join(missing), command="pip install -e '.[onnx]'"))


def converted(
    model: nn.Module, inputs: Mapping[str, Spec], outputs: Sequence[str], metadata: Mapping[str, str]
) -> bytes:
    """A model as an ONNX file with named ends and an open batch axis, tried out at several batch sizes.

    Raises: Inexpressible.
    """
    with _quiet():
        try:
            content = _content(model.eval(), inputs, outputs, metadata)
            difference = largest_difference(content, model, inputs)
        # whatever cannot be converted or run, torch and onnxruntime say so by many kinds of errors
        except Exception as error:
            raise Inexpressible(str(error)) from error
    if difference > TOLERANCE:
        raise Inexpressible(f"differs by {difference:.2g}")
    return content


def _content(
    model: nn.Module, inputs: Mapping[str, Spec], outputs: Sequence[str], metadata: Mapping[str, str]
) -> bytes:
    samples = tuple(sample(spec, 2) for spec in inputs.values())
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        model,
        samples,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_shapes=tuple({0: batch} for _input in samples),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props.update(metadata)
    content: bytes = program.model_proto.SerializeToString()
    return content


def sample(spec: Spec, n: int) -> Tensor:
    """Random values that fit a spec."""
    shape = (n, *spec.shape[1:])
    return torch.randint(spec.categories or 2, shape) if spec.dtype == "int64" else torch.randn(shape)


def largest_difference(content: bytes, model: nn.Module, inputs: Mapping[str, Spec]) -> float:
    """By how much onnxruntime's answers to random samples differ from the model's, at several batch sizes."""
    # it comes with the extra
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = 0.0
    for n in BATCHES:
        samples = [sample(spec, n) for spec in inputs.values()]
        with torch.inference_mode():
            ours = model.eval()(*samples)
        theirs = session.run(None, {name: x.numpy() for name, x in zip(inputs, samples, strict=True)})
        for one, other in zip(ours if isinstance(ours, tuple) else (ours,), theirs, strict=True):
            found = max(found, _difference(one, torch.from_numpy(other)))
    return found


def _difference(one: Tensor, other: Tensor) -> float:
    """The largest difference, beside the size of the numbers where they are larger than 1."""
    if one.shape != other.shape:
        return float("inf")
    apart = (one - other).abs() / one.abs().clamp(min=1)
    same = torch.isnan(one) & torch.isnan(other) | (one == other)
    return float(apart.masked_fill(same, 0.0).nan_to_num(nan=float("inf")).max())


def _refusal(report: Report) -> Error:
    """The error that names the first layer which alone cannot be expressed either."""
    for place, step in report.network.items():
        if isinstance(step.layer, Input | Output):
            continue
        specs = {f"x{n}": report.network[source].spec for n, source in enumerate(step.sources)}
        alone = from_source(side_by_side([(step.layer, list(specs.values()), step.spec)]))
        try:
            converted(alone, specs, ["y"], {})
        except Inexpressible:
            node = ".".join(str(part) for part in place if isinstance(part, str))
            text = _("ONNX cannot express {type} {node}. Replace this layer, or export to python instead.")
            return Error("M-ONNX", text.format(type=type(step.layer).__name__, node=quote(node)))
    return Error("M-ONNX", _("ONNX cannot express this network. Export it to python instead."))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporter's own reports, which tell users nothing."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
