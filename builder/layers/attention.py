"""Layers in which each step of a sequence looks at others, and what turns images and texts into such sequences.

Padding of a text is not looked at. Masks are finite numbers added to the scores, because torch gives NaN for a step
that may look at nothing, as the padded steps of a text do before a causal layer.
"""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from builder.core.settings import Pair
from builder.core.specs import Spec
from builder.core.text import _
from builder.layers import padding as padded
from builder.layers.layer import Call, Complaint, Layer
from builder.layers.penalty import Penalised
from builder.layers.windows import by, nearest_divisor, setting


def uneven_heads(name: str, heads: int, x: Spec) -> Iterator[Complaint]:
    """Complain where features cannot be shared out evenly over the heads, and offer the nearest number that can."""
    features = x.shape[2]
    if features % heads:
        text = _("{n} features cannot be shared out evenly over {heads} heads").format(n=features, heads=heads)
        yield Complaint(text, *setting(name, [nearest_divisor(features, heads)]))


def _only_back(x: str) -> str:
    """What is added to the scores so that no step looks at a later one. Shape: (L, L)."""
    return f"nn.Transformer.generate_square_subsequent_mask({x}.shape[1], device={x}.device)"


def _call(module: str, *args: str, **named: str) -> str:
    """A call of a module; arguments that are empty are left out."""
    return f"{module}({', '.join([*args, *(f'{name}={value}' for name, value in named.items() if value)])})"


def _attended(x: Spec, seen: Spec) -> int:
    """FLOPs of one attention: query and result of each step, key and value of each that is seen, scores and mixture."""
    (_samples, steps, features), (_same, others, width) = x.shape, seen.shape
    return 4 * features * (steps * features + others * width + steps * others)


def _remembered(x: Spec, seen: Spec, heads: int, dropout: float) -> int:
    """Numbers of a sample kept for the way back by an attention, as measured on a processor.

    Dropout keeps torch from its attention that forgets the scores: they are kept three times.
    """
    (_samples, steps, features), (_same, others, _width) = x.shape, seen.shape
    own, context = steps * features, others * features
    alone = x == seen  # else what is seen is copied as well, and the queries are only kept scaled
    kept = 3 * own + 2 * context + (0 if alone else context)
    if not dropout:
        return kept + heads * steps
    return kept + (own if alone else 0) + context + 3 * heads * steps * others


class MultiheadAttention(Penalised, Layer):
    """Each step gathers from all steps what it looks for: its own sequence's, or those of another as context.

    Shape:  (N, L, F) -> the same; (N, L, F) and context (N, S, G) -> (N, L, F)
    Formula: y = W·[head₁, head₂, …], where each head is softmax(QKᵀ / √d)·V
    Source: torch.nn.MultiheadAttention; Vaswani et al. 2017, arXiv:1706.03762, section 3.2.
    """

    family = "Attention"
    aliases = ("self-attention", "cross-attention", "transformer")
    accepts = "N L F"
    inputs = ("query", "context")
    keys = ("num_heads",)
    optional = 1
    masks = True

    num_heads: int = Field(4, ge=1, le=1024, description="How many look at once, each with its share of the features.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of the looks set to zero while training.")
    causal: bool = Field(False, description="A step looks at itself and earlier ones only.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        yield from uneven_heads("num_heads", self.num_heads, x[0])
        if self.causal and x[-1].shape[1] != x[0].shape[1]:
            text = _("causal needs as many steps in context as in query, not {a} and {b}")
            label = _("Set {name} to {value}").format(name="causal", value="false")
            yield Complaint(text.format(a=x[-1].shape[1], b=x[0].shape[1]), {"causal": False}, label)

    def module(self, *x: Spec) -> Call:
        features, other = x[0].shape[2], x[-1].shape[2]
        size = None if other == features else other
        return Call("nn.MultiheadAttention", features, self.num_heads, dropout=self.dropout, kdim=size, vdim=size,
                    batch_first=True)  # fmt: skip

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        mask = _only_back(x[0]) if self.causal else ""
        unseen = padded.scores(padding) if padding else ""
        called = _call(module, x[0], x[-1], x[-1], key_padding_mask=unseen, need_weights="False", attn_mask=mask)
        return f"{called}[0]"

    def output(self, *x: Spec) -> Spec:
        return x[0]

    def flops(self, *x: Spec) -> int:
        return _attended(x[0], x[-1])

    def kept(self, *x: Spec) -> int:
        return 4 * _remembered(x[0], x[-1], self.num_heads, self.dropout)


class _TransformerLayer(Penalised, Layer):
    """Attention and a network for each step, with skips around both."""

    family = "Attention"
    accepts = "N L F"
    masks = True

    nhead: int = Field(4, ge=1, le=1024, description="How many look at once, each with its share of the features.")
    dim_feedforward: int = Field(256, ge=1, le=65_536, description="Hidden features of each step's network.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Share of numbers set to zero while training.")
    activation: Literal["relu", "gelu"] = Field("relu", description="What stands between that network's two layers.")
    norm_first: bool = Field(False, description="Normalise before attention and network rather than behind them.")
    causal: bool = Field(False, description="A step looks at itself and earlier ones only.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        yield from uneven_heads("nhead", self.nhead, x[0])

    def output(self, *x: Spec) -> Spec:
        return x[0]

    def flops(self, *x: Spec) -> int:
        return sum(_attended(x[0], seen) for seen in x) + 4 * x[0].elements * self.dim_feedforward

    def kept(self, *x: Spec) -> int:
        # each skip keeps what its norm gets, and which numbers dropout let through; the network, what enters it
        attended = sum(_remembered(x[0], seen, self.nhead, self.dropout) for seen in x)
        skips = len(x) + 1
        wide = skips * (2 if self.dropout else 1) + (0 if self.norm_first else 1)
        hidden = 3 if self.dropout else 2 if self.activation == "gelu" else 1
        steps, features = x[0].shape[1:]
        return 4 * (attended + steps * (wide * features + hidden * self.dim_feedforward + 2 * skips))

    def settings(self) -> dict[str, Any]:
        """The arguments of torch's layer behind the sizes."""
        activation = {} if self.activation == "relu" else {"activation": self.activation}
        return {"dim_feedforward": self.dim_feedforward, "dropout": self.dropout, "norm_first": self.norm_first,
                **activation}  # fmt: skip


class TransformerEncoderLayer(_TransformerLayer):
    """Each step gathers from all others what it needs, then thinks for itself. Several in a row are an encoder.

    Shape:  (N, L, F) -> the same
    Formula: z = norm(x + attention(x)); y = norm(z + W₂·activation(W₁·z))
    Source: torch.nn.TransformerEncoderLayer; Vaswani et al. 2017, arXiv:1706.03762.
    """

    aliases = ("transformer", "self-attention", "bert", "gpt")

    def module(self, x: Spec) -> Call:
        # not batch_first: for that, torch takes a shortcut in evaluation that gives NaN where all steps are masked
        return Call("nn.TransformerEncoderLayer", x.shape[2], self.nhead, **self.settings())

    def forward(self, module: str, *x: str, padding: str = "") -> str:
        mask = _only_back(x[0]) if self.causal else ""
        unseen = padded.scores(padding) if padding else ""
        called = _call(module, f"{x[0]}.transpose(0, 1)", src_mask=mask, src_key_padding_mask=unseen)
        return f"{called}.transpose(0, 1)"


class TransformerDecoderLayer(_TransformerLayer):
    """Each step gathers from its own sequence, then from another that was read before. Several in a row are a decoder.

    Shape:  x (N, L, F) and memory (N, S, F) -> (N, L, F)
    Formula: z = norm(x + attention(x)); v = norm(z + attention(z, memory)); y = norm(v + W₂·activation(W₁·v))
    Source: torch.nn.TransformerDecoderLayer; Vaswani et al. 2017, arXiv:1706.03762.
    """

    aliases = ("transformer", "cross-attention", "sequence to sequence", "translation")
    inputs = ("x", "memory")
    masks_queries = True

    causal: bool = Field(True, description="A step of x looks at itself and earlier ones only.")

    def complaints(self, *x: Spec) -> Iterator[Complaint]:
        yield from super().complaints(*x)
        if x[0].shape[2] != x[1].shape[2]:
            text = _("x has {a} features and memory {b}; they must be equal, so put a Linear before one of them")
            yield Complaint(text.format(a=x[0].shape[2], b=x[1].shape[2]))

    def module(self, *x: Spec) -> Call:
        return Call("nn.TransformerDecoderLayer", x[0].shape[2], self.nhead, batch_first=True, **self.settings())

    def forward(self, module: str, *x: str, padding: str = "", query_padding: str = "") -> str:
        mask = _only_back(x[0]) if self.causal else ""
        own, others = (padded.scores(name) if name else "" for name in (query_padding, padding))
        return _call(module, *x, tgt_mask=mask, tgt_key_padding_mask=own, memory_key_padding_mask=others)


class PatchEmbedding(Penalised, Layer):
    """Cut an image into patches and make each a vector: the sequence that a Vision Transformer reads.

    Shape:  (N, C, H, W) -> (N, H / height · W / width, embed_dim)
    Formula: yₜ = W·(all numbers of patch t) + b
    Source: torch.nn.Conv2d with a step of its own size; Dosovitskiy et al. 2020, arXiv:2010.11929.
    """

    family = "Attention"
    aliases = ("vision transformer", "vit", "patches")
    accepts = "N C H W"
    gives = "N L F"
    glyph = "Pa"

    embed_dim: int = Field(64, ge=1, le=65_536, description="Length of a patch's vector.")
    patch_size: Pair = Field((4, 4), description="Height and width of a patch.", json_schema_extra={"unit": "pixels"})

    def complaints(self, x: Spec) -> Iterator[Complaint]:
        if any(size % patch for size, patch in zip(x.shape[2:], self.patch_size, strict=True)):
            text = _("an image of {size} cannot be cut into patches of {patch}")
            fitting = [nearest_divisor(size, patch) for size, patch in zip(x.shape[2:], self.patch_size, strict=True)]
            message = text.format(size=by(x.shape[2:]), patch=by(self.patch_size))
            yield Complaint(message, *setting("patch_size", fitting))

    def module(self, x: Spec) -> Call:
        return Call("nn.Conv2d", x.shape[1], self.embed_dim, self.patch_size, stride=self.patch_size)

    def forward(self, module: str, *x: str) -> str:
        return f"{module}({x[0]}).flatten(2).transpose(1, 2)"


class ClassToken(Layer):
    """Put a learned step before a sequence, in which attention gathers what is needed to judge the whole.

    Shape:  (N, L, F) -> (N, 1 + L, F)
    Formula: y = [w, x₁, x₂, …]
    Source: torch.nn.Embedding of one token; Devlin et al. 2018, arXiv:1810.04805.
    """

    family = "Attention"
    aliases = ("cls", "bert", "vision transformer", "vit")
    accepts = "N L F"

    def module(self, x: Spec) -> Call:
        return Call("nn.Embedding", 1, x.shape[2])

    def forward(self, module: str, *x: str) -> str:
        return f"torch.cat(({module}.weight.expand({x[0]}.shape[0], 1, -1), {x[0]}), 1)"

    def steps(self, axis: int, x: Spec, y: Spec) -> tuple[int, int] | None:
        return (1, 1) if axis == 1 else None
