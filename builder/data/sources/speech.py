"""Sounds of speech, and what is said in each."""

import re
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.text import _, quote
from builder.data.sources.image_table import Answers
from builder.data.sources.labelled import Labelled
from builder.data.sources.sound_files import Sounds
from builder.data.sources.text_target import TextTarget

TEXT_FIELDS = ("text", "transcript", "transcription", "sentence", "words", "文本", "句子")
ALIKE = 4  # sounds of one text, on the average, from which on parts are drawn evenly by it


class Speech(TextTarget, Sounds):
    """A zip, or a folder on this machine, of sounds, with the text that is said in each.

    Texts come from a table beside the files, or are what folders and file names say.
    """

    title: ClassVar[str] = "Speech"
    about: ClassVar[str] = "Your own sounds with what is said in each: by a table, by folders or by file names."

    source: Literal["speech"] = "speech"  # type: ignore[assignment]
    text_field: str = Field(
        "",
        max_length=100,
        description="The column, or field of the pattern, that tells the text; empty: one called text, or the label.",
    )
    spelled: str = Field(
        "",
        max_length=10_000,
        description="What names stand for, such as 0 = zero, 1 = one; empty: they are the text themselves.",
    )

    def answers(self, found: Labelled) -> Answers:
        name = self.text_field or next((name for name in TEXT_FIELDS if name in found.fields[0]), "label")
        words = self._words()
        texts = [words.get(text.strip(), text.strip()) for text in found.values(name, "text_field")]
        known, strata = np.unique(texts, return_inverse=True)
        if ALIKE * len(known) > len(texts):
            strata = np.zeros_like(strata)
        return Answers(self.text_target("text"), np.array(texts, object), strata.astype(np.int64))

    def _words(self) -> dict[str, str]:
        """Raises: Error G-FIELD."""
        pairs = [part.partition("=") for part in re.split(r"[,\n]", self.spelled) if part.strip()]
        if wrong := next((name for name, sign, _word in pairs if not sign), None):
            text = _("{part} does not say what it stands for. Write names and texts such as {way}.")
            words = text.format(part=quote(wrong.strip()), way='"0 = zero, 1 = one"')
            raise Error.of([Problem("G-FIELD", words, param="spelled")])
        return {name.strip(): word.strip() for name, _sign, word in pairs}
