"""Layers for text and other sequences.

Text arrives padded on the left, so the last step of a recurrent layer has always read a real token.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers import padding as padded
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.penalty import Penalised
from builder.layers.windows import setting


def no_token(index: int | None, x: Spec) -> Iterator[Complaint]:
    """Complain about an id of padding that no token has."""
    if index is not None and index >= (x.categories or 1):
        text = _("padding_idx {index} is not one of the {n} tokens").format(index=index, n=x.categories)
        yield Complaint(text, *setting("padding_idx", [0]))


class Embedding(Penalised, Layer):
    """Look up a learned vector for each token.

    Shape:  (N, L) of token ids -> (N, L, embedding_dim)
    Formula: yₜ = W[xₜ]
    Source: torch.nn.Embedding.
    """

    family = "Sequence"
    aliases = ("word vectors", "lookup table")
    accepts = "N L"
    gives = "N L F"
    takes = "int64"
    keys = ("embedding_dim",)

    embedding_dim: int = Field(64, ge=1, le=65_536, description="Length of a token's vector.")
    padding_idx: int | None = Field(
        0,
        ge=0,
        le=1_000_000,
        description="The id of padding, whose vector stays zero. With 0, layers behind leave padded steps out; "
        "empty to learn it like others.",
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_token(self.padding_idx, x)

    def module(self, x: Spec) -> Call:
        return Call("nn.Embedding", x.categories or 1, self.embedding_dim, padding_idx=self.padding_idx)

    def steps(self, axis: int, x: Spec, y: Spec) -> tuple[int, int] | None:
        return super().steps(axis, x, y) if self.padding_idx == 0 else None


class EmbeddingBag(Penalised, Layer):
    """Look up a learned vector for each token, and keep their mean: a text as one vector.

    Shape:  (N, L) of token ids -> (N, embedding_dim)
    Formula: y = (W[x₁] + … + W[x_L]) / L, padding left out
    Source: torch.nn.EmbeddingBag; Joulin et al. 2016, arXiv:1607.01759.
    """

    family = "Sequence"
    aliases = ("bag of words", "word vectors", "fasttext")
    accepts = "N L"
    gives = "N F"
    takes = "int64"
    keys = ("embedding_dim", "mode")

    embedding_dim: int = Field(64, ge=1, le=65_536, description="Length of a token's vector.")
    mode: Literal["mean", "sum", "max"] = Field("mean", description="What becomes of the vectors of a text.")
    padding_idx: int | None = Field(
        0, ge=0, le=1_000_000, description="The id of padding, which is left out; empty to count it like others."
    )

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        yield from no_token(self.padding_idx, x)

    def module(self, x: Spec) -> Call:
        return Call("nn.EmbeddingBag", x.categories or 1, self.embedding_dim, mode=self.mode,
                    padding_idx=self.padding_idx)  # fmt: skip


class PositionalEncoding(Layer):
    """Add to each step a vector that tells where it stands, which layers without an order cannot know.

    Steps of a text are counted from its first token, however much padding stands before it.
    Shape:  (N, L, F) -> the same
    Formula: y = x + P, where P[t, 2i] = sin(t / 10000^(2i / F)) and P[t, 2i + 1] = cos(t / 10000^(2i / F))
    Source: torch.nn.Embedding for the learned one; Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
    """

    family = "Sequence"
    aliases = ("position", "transformer", "attention")
    accepts = "N L F"
    masks = True

    kind: Literal["sine", "learned"] = Field("sine", description="Sine and cosine waves, or a learned vector a step.")

    def module(self, x: Spec) -> Call | None:
        return Call("nn.Embedding", x.shape[1], x.shape[2]) if self.kind == "learned" else None

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        if self.kind == "learned":
            return f"{x[0]} + {module}({padded.numbers(padding)})" if padding else f"{x[0]} + {module}.weight"
        step, feature = f"(torch.ones_like({x[0]}[0]).cumsum(0) - 1)", f"torch.ones_like({x[0]}[0]).cumsum(1) - 1"
        step = f"{padded.numbers(padding)}[:, :, None]" if padding else step
        wave = f"{step} / 10000 ** (({feature}) // 2 * 2 / {x[0]}.shape[2])"
        # a cosine is a sine a quarter turn ahead
        return f"{x[0]} + torch.sin({wave} + ({feature}) % 2 * torch.pi / 2)"


class _Recurrent(Penalised, Layer):
    """Read a sequence step by step, keeping a state; with `first`, its state begins as the last step there."""

    family = "Sequence"
    accepts = "N L F"
    inputs = ("x", "first")
    optional = 1
    keys = ("hidden_size", "returns")

    hidden_size: int = Field(64, ge=1, le=65_536, description="Length of the state.")
    num_layers: int = Field(1, ge=1, le=64, description="How many are stacked.")
    bidirectional: bool = Field(False, description="Read backwards as well, and put both states side by side.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of numbers set to zero between stacked layers.")
    returns: Literal["last", "sequence"] = Field("last", description="The state after the last step, or of every step.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        if len(x) > 1 and x[1].shape[2] != self.hidden_size:
            text = _("the state has {a} features and first gives {b}; they must be equal")
            words = text.format(a=self.hidden_size, b=x[1].shape[2])
            yield Complaint(words, *setting("hidden_size", [x[1].shape[2]]))

    def module(self, *x: Spec) -> Call:
        dropout = self.dropout if self.num_layers > 1 else 0.0
        return Call(f"nn.{type(self).__name__}", x[0].shape[2], self.hidden_size, num_layers=self.num_layers,
                    batch_first=True, dropout=dropout, bidirectional=self.bidirectional)  # fmt: skip

    def forward(self, module: str, *x: str) -> str:
        given = ", ".join([x[0], *map(self._begun, x[1:])])
        if self.returns == "sequence":
            return f"{module}({given})[0]"
        state = f"{module}({given})[1]" + ("[0]" if isinstance(self, LSTM) else "")
        # forward and backward reading each end in a state of their own, at opposite ends of the sequence
        return f"torch.cat({state}[-2:].unbind(0), 1)" if self.bidirectional else f"{state}[-1]"

    def _begun(self, first: str) -> str:
        """The state before the first step: the same in all layers and directions."""
        copies = self.num_layers * (2 if self.bidirectional else 1)
        state = f"{first}[:, -1:].transpose(0, 1)" + (f".repeat({copies}, 1, 1)" if copies > 1 else ".contiguous()")
        # what an LSTM keeps to itself begins empty
        return f"({state}, torch.zeros_like({state}))" if isinstance(self, LSTM) else state

    def output(self, *x: Spec) -> Spec:
        width = self.hidden_size * (2 if self.bidirectional else 1)
        if self.returns == "sequence":
            return Spec((x[0].shape[0], x[0].shape[1], width), axes="N L F")
        return Spec((x[0].shape[0], width), axes="N F")

    def flops(self, x: Spec, *_first: Spec) -> int:
        gates = {"LSTM": 4, "GRU": 3}.get(type(self).__name__, 1)
        directions = 2 if self.bidirectional else 1
        widths = [x.shape[2]] + [self.hidden_size * directions] * (self.num_layers - 1)
        step = sum(2 * gates * self.hidden_size * (width + self.hidden_size) for width in widths)
        return x.shape[1] * directions * step

    def kept(self, x: Spec, *_first: Spec) -> int:
        # measured on CPU: states and gates of each step, a copy of what each layer reads, and room to compute the last
        states, read, room = {"LSTM": (17, 1.5, 5), "GRU": (7, 1, 2)}.get(type(self).__name__, (1, 1, 0.5))
        directions = 2 if self.bidirectional else 1
        widths = [x.shape[2]] + [self.hidden_size * directions] * (self.num_layers - 1)
        numbers = sum(directions * (states * self.hidden_size + read * width) for width in widths)
        whole = self.hidden_size * directions if self.returns == "last" else 0  # made as well, though not given
        return int(4 * x.shape[1] * (numbers + whole + room * self.hidden_size))


class RNN(_Recurrent):
    """Read a sequence step by step with a simple state.

    Shape:  (N, L, F) -> (N, hidden_size), or (N, L, hidden_size) for the whole sequence; with first (N, S, hidden_size)
    Formula: hₜ = tanh(W·xₜ + b + U·hₜ₋₁ + c)
    Source: torch.nn.RNN; Elman 1990.
    """


class LSTM(_Recurrent):
    """Read a sequence step by step with a state that can remember for long.

    Shape:  (N, L, F) -> (N, hidden_size), or (N, L, hidden_size) for the whole sequence; with first (N, S, hidden_size)
    Formula: cₜ = f ⊙ cₜ₋₁ + i ⊙ g; hₜ = o ⊙ tanh(cₜ)
    Source: torch.nn.LSTM; Hochreiter & Schmidhuber 1997.
    """


class GRU(_Recurrent):
    """Read a sequence step by step with a gated state, smaller than an LSTM's.

    Shape:  (N, L, F) -> (N, hidden_size), or (N, L, hidden_size) for the whole sequence; with first (N, S, hidden_size)
    Formula: hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁
    Source: torch.nn.GRU; Cho et al. 2014, arXiv:1406.1078.
    """


class _OverTime(Layer):
    """One vector from all steps of a sequence."""

    family = "Sequence"
    accepts = "N L F"
    gives = "N F"


class MeanOverTime(_OverTime):
    """Average a sequence over its steps; padding of a text does not count.

    Shape:  (N, L, F) -> (N, F)
    Formula: y = (x₁ + … + x_L) / L
    Source: torch.mean over axis 1.
    """

    glyph = "avg"
    masks = True

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        return padded.mean(x[0], 1, padding) if padding else f"{x[0]}.mean(1)"


class MaxOverTime(_OverTime):
    """Keep each feature's largest number of all steps; padding of a text does not count.

    Shape:  (N, L, F) -> (N, F)
    Formula: y = max(x₁, …, x_L)
    Source: torch.amax over axis 1; Kim 2014, arXiv:1408.5882.
    """

    glyph = "max"
    masks = True

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        return padded.largest(x[0], 1, padding) if padding else f"{x[0]}.amax(1)"


class FirstStep(_OverTime):
    """Keep the first step of a sequence, such as a class token.

    Shape:  (N, L, F) -> (N, F)
    Formula: y = x₁
    Source: indexing of axis 1.
    """

    aliases = ("class token", "cls", "vision transformer")

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}[:, 0]"


class LastStep(_OverTime):
    """Keep the last step of a sequence.

    Shape:  (N, L, F) -> (N, F)
    Formula: y = x_L
    Source: indexing of axis 1.
    """

    def forward(self, module: str, *x: str) -> str:
        return f"{x[0]}[:, -1]"
