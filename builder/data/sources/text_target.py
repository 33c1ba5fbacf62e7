"""What sources whose answers are texts have in common."""

from typing import Literal

from pydantic import Field

from builder.core.settings import Settings
from builder.data.fields import Target


class TextTarget(Settings):
    """Settings of texts that are to be answered; a source takes them in beside its own."""

    target_tokens: Literal["words", "characters"] = Field(
        "characters", description="What a token of an answer is. Chinese characters are always tokens of their own."
    )
    target_max_length: int = Field(
        32, ge=1, le=4095, description="Longer answers lose their end.", json_schema_extra={"unit": "tokens"}
    )
    target_vocabulary_size: int = Field(
        4_000,
        ge=5,
        le=1_000_000,
        description="The most different tokens of answers.",
        json_schema_extra={"unit": "tokens"},
    )

    def text_target(self, name: str) -> Target:
        """The target: one of so many tokens at each step, the end of a text being one more."""
        size = self.target_vocabulary_size
        return Target(name, kind="text", sizes=(None, size), longest=self.target_max_length + 1)
