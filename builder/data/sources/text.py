"""What sources of texts share: how their texts become numbers."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from builder.core.settings import Settings
from builder.core.specs import Spec
from builder.data.fields import DataSpec, InputField, InputKind, Target
from builder.data.sources.augmentations import TextAugmentation
from builder.data.sources.source import Source

Side = Literal["left", "right"]


class SequenceSettings(Settings):
    """How sequences of tokens become rows of numbers of one length."""

    max_length: int = Field(
        64, ge=1, le=4096, description="Longer texts are cut to so many.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        10_000, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )
    padding_side: Side = Field(
        "left", description="Where short texts are filled up; on the left, the last step of an RNN is a real token."
    )
    truncation_side: Side = Field("right", description="Where long texts are cut; on the right, they lose their end.")

    def text_spec(self) -> Spec:
        """What the network receives of a text; the vocabulary is an upper bound, whatever will be fitted."""
        return Spec((2, self.max_length), "int64", "N L", self.vocabulary_size)


class TextSettings(SequenceSettings):
    """How texts as they were written become rows of numbers."""

    tokens: Literal["words", "characters", "bpe"] = Field(
        "words", description="What a token is; bpe: pieces of words. Chinese characters are words of their own."
    )


class TextSource(TextSettings, Source):
    """Texts, each with a label."""

    kind: ClassVar[InputKind] = "text"

    augmentation: TextAugmentation = Field(
        default_factory=TextAugmentation, description="Random changes while training."
    )

    def spec_of(self, classes: Sequence[str]) -> DataSpec:
        """The spec of texts with these classes."""
        return DataSpec((InputField("text", "text", self.text_spec()),), (Target("label", tuple(classes)),))
