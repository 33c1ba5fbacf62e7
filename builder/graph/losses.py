"""What training makes small: the losses, and for which kinds of target each is. Named as in PyTorch."""

from typing import Annotated, Literal

from pydantic import Field

from builder.core.settings import Settings

Fraction = Annotated[float, Field(ge=0, lt=1)]


class CrossEntropy(Settings):
    """Negative log-likelihood of the right class, from logits.

    Source: torch.nn.CrossEntropyLoss.
    """

    type: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: Fraction = Field(0.0, description="Share of the target spread over all classes.")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="Balanced: a class counts the more, the rarer it is in the training part."
    )


class Focal(Settings):
    """Cross-entropy that weighs easy samples down, from logits.

    Source: Lin et al. 2017, arXiv:1708.02002.
    """

    type: Literal["focal"] = "focal"
    gamma: Annotated[float, Field(ge=0, le=10)] = Field(2.0, description="How strongly easy samples are weighed down.")


class NegativeLogLikelihood(Settings):
    """Negative log-likelihood of the right class, from probabilities: for networks that end in Softmax.

    Source: torch.nn.NLLLoss on the logarithm of the probabilities.
    """

    type: Literal["nll"] = "nll"


class BinaryCrossEntropy(Settings):
    """Negative log-likelihood of yes and no, each answer on its own, from logits.

    Source: torch.nn.BCEWithLogitsLoss.
    """

    type: Literal["bce"] = "bce"
    pos_weight: Annotated[float, Field(gt=0, le=1e6)] | None = Field(
        None, description="How much a yes counts beside a no; empty for the same."
    )


class MeanSquaredError(Settings):
    """The mean of squared differences: large mistakes weigh most.

    Source: torch.nn.MSELoss.
    """

    type: Literal["mse"] = "mse"


class MeanAbsoluteError(Settings):
    """The mean of differences without their sign: a few large mistakes matter little.

    Source: torch.nn.L1Loss.
    """

    type: Literal["l1"] = "l1"


class Huber(Settings):
    """Squared where the difference is small, straight where it is large.

    Source: torch.nn.HuberLoss; Huber 1964.
    """

    type: Literal["huber"] = "huber"
    delta: Annotated[float, Field(gt=0, le=1e6)] = Field(
        1.0, description="From which difference on it is straight, in spreads of the target."
    )


class PairwiseRanking(Settings):
    """How sure it is that a liked item stands above one that the user has not rated, drawn anew at each step.

    Source: Bayesian personalised ranking, Rendle et al. 2009, arXiv:1205.2618.
    """

    type: Literal["bpr"] = "bpr"


class Ctc(Settings):
    """Negative log-likelihood of a text, over all the ways in which steps may spell it: no one says which step is
    which token. Token 0 stands for none.

    Source: torch.nn.CTCLoss; Graves et al. 2006, doi:10.1145/1143844.1143891.
    """

    type: Literal["ctc"] = "ctc"


class KullbackLeibler(Settings):
    """How far means and log-variances, one half of the output each, are from a standard normal distribution.

    Summed over the latent numbers; the Output's weight is the beta of a beta-VAE.
    Source: Kingma & Welling 2013, arXiv:1312.6114, appendix B.
    """

    type: Literal["kl"] = "kl"


class Nothing(Settings):
    """No loss: what the layer gives is looked at, and nothing is asked of it."""

    type: Literal["none"] = "none"


Loss = (
    CrossEntropy
    | Focal
    | NegativeLogLikelihood
    | MeanSquaredError
    | MeanAbsoluteError
    | Huber
    | PairwiseRanking
    | BinaryCrossEntropy
    | Ctc
    | KullbackLeibler
    | Nothing
)  # fmt: skip

# by the kind of target: the losses for it, its default first
LOSSES_OF: dict[str, tuple[type[Loss], ...]] = {
    "category": (CrossEntropy, Focal, NegativeLogLikelihood),
    "number": (MeanSquaredError, MeanAbsoluteError, Huber),
    "tags": (CrossEntropy,),
    "input": (MeanSquaredError, BinaryCrossEntropy, MeanAbsoluteError),
    "latent": (Nothing, KullbackLeibler),
    "text": (CrossEntropy, Ctc),
    "forecast": (MeanSquaredError, MeanAbsoluteError, Huber),
    "rating": (MeanSquaredError, PairwiseRanking),
    "binary": (BinaryCrossEntropy,),
    "labels": (BinaryCrossEntropy,),
}
LOSSES: dict[str, type[Loss]] = {
    str(cls.model_fields["type"].default): cls for fitting in LOSSES_OF.values() for cls in fitting
}
