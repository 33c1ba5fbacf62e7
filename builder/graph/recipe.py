"""How a network is trained: epochs, batch size, optimizer, loss, seed, device. Named as in PyTorch."""

from typing import Annotated, Literal

from pydantic import Field

from builder.core.settings import Settings
from builder.graph.losses import LOSSES_OF, CrossEntropy, Loss

Rate = Annotated[float, Field(gt=0, le=100)]
Decay = Annotated[float, Field(ge=0, le=10)]
Fraction = Annotated[float, Field(ge=0, lt=1)]


class SGD(Settings):
    """Steps against the gradient, smoothed by momentum.

    Source: torch.optim.SGD.
    """

    type: Literal["SGD"] = "SGD"
    lr: Rate = Field(0.01, description="Learning rate: the size of a step.")
    momentum: Fraction = Field(0.9, description="How much of the last step is kept.")
    nesterov: bool = Field(False, description="Look ahead along the momentum before each step.")
    weight_decay: Decay = Field(0.0, description="How strongly weights are pulled to zero.")


class Adam(Settings):
    """Steps scaled for each weight by running means of the gradient and its square.

    Source: torch.optim.Adam; Kingma & Ba 2014, arXiv:1412.6980.
    """

    type: Literal["Adam"] = "Adam"
    lr: Rate = Field(0.001, description="Learning rate: the size of a step.")
    weight_decay: Decay = Field(0.0, description="How strongly weights are pulled to zero.")


class AdamW(Settings):
    """Adam with weight decay kept apart from the gradient.

    Source: torch.optim.AdamW; Loshchilov & Hutter 2017, arXiv:1711.05101.
    """

    type: Literal["AdamW"] = "AdamW"
    lr: Rate = Field(0.001, description="Learning rate: the size of a step.")
    weight_decay: Decay = Field(0.01, description="How strongly weights are pulled to zero.")


class RMSprop(Settings):
    """Steps scaled for each weight by a running mean of the squared gradient.

    Source: torch.optim.RMSprop.
    """

    type: Literal["RMSprop"] = "RMSprop"
    lr: Rate = Field(0.001, description="Learning rate: the size of a step.")
    alpha: Fraction = Field(0.99, description="How slowly the running mean forgets.")
    momentum: Fraction = Field(0.0, description="How much of the last step is kept.")
    weight_decay: Decay = Field(0.0, description="How strongly weights are pulled to zero.")


class Adagrad(Settings):
    """Steps that shrink for weights that have already moved much.

    Source: torch.optim.Adagrad; Duchi et al. 2011.
    """

    type: Literal["Adagrad"] = "Adagrad"
    lr: Rate = Field(0.01, description="Learning rate: the size of a step.")
    weight_decay: Decay = Field(0.0, description="How strongly weights are pulled to zero.")


OPTIMIZERS: dict[str, type[Settings]] = {cls.__name__: cls for cls in (SGD, Adam, AdamW, RMSprop, Adagrad)}
Optimizer = Annotated[SGD | Adam | AdamW | RMSprop | Adagrad, Field(discriminator="type")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Recipe(Settings):
    """Everything about a training but the network and the data."""

    epochs: int = Field(10, ge=1, le=100_000, description="How often the whole training part is seen.")
    batch_size: int = Field(64, ge=1, le=65_536, description="Samples a step.", json_schema_extra={"unit": "samples"})
    optimizer: Optimizer = Field(default=Adam(), description="The rule that turns gradients into steps.")
    loss: Annotated[Loss, Field(discriminator="type")] = Field(
        default=CrossEntropy(), description="What training makes small, where an Output names no loss of its own."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="The same seed gives the same curve.")
    device: Device = Field("auto", description="Where to compute; auto takes a GPU when there is one.")
    weights: Sha256 | None = Field(
        None, description="Weights to begin with: the sha256 of a file that an import has kept; empty to draw them."
    )

    def loss_of(self, kind: str, own: str | None = None) -> Loss:
        """The loss of an Output whose target is of this kind: its own, else this one if it fits, else the kind's."""
        fitting = LOSSES_OF[kind]
        if own in (None, self.loss.type) and isinstance(self.loss, fitting):
            return self.loss
        return next((cls for cls in fitting if cls.model_fields["type"].default == own), fitting[0])()
