"""Texts that a network answers: tokens by number, and the way back to a text.

`joined` needs no more than Python: exported projects carry its source.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.settings import Settings
from builder.data.preparations.text import SPECIAL, tokenizer_of, vocabulary

PAD, UNKNOWN, BEGIN, END = range(4)  # the first tokens of every vocabulary


class TextAnswer(Settings):
    """Texts to predict, token by token: 0 is padding, 1 an unknown token, 2 the beginning, 3 the end.

    Shape: (N,) str -> (N, max_length + 1) int64, each text with its end, padded on the right
    """

    kind: Literal["text"] = "text"
    tokenizer: str  # Hugging Face tokenizers' JSON
    tokens: Literal["words", "characters"]
    max_length: int

    def apply(self, values: Sequence[str] | NDArray[Any]) -> NDArray[np.int64]:
        """As the network learns them; what is too long loses its end."""
        ids = np.zeros((len(values), self.max_length + 1), np.int64)
        encodings = tokenizer_of(self.tokenizer).encode_batch(list(values), add_special_tokens=False)
        for row, encoding in zip(ids, encodings, strict=True):
            kept = encoding.ids[: self.max_length]
            row[: len(kept)] = kept
            row[len(kept)] = END
        return ids

    @property
    def vocabulary(self) -> list[str]:
        """The tokens by their numbers."""
        tokenizer = tokenizer_of(self.tokenizer)
        return [tokenizer.id_to_token(number) or "[UNK]" for number in range(tokenizer.get_vocab_size())]

    def texts(self, rows: Iterable[Sequence[int]]) -> list[str]:
        """The texts that token numbers stand for, up to their end."""
        tokenizer = tokenizer_of(self.tokenizer)
        return [joined([tokenizer.id_to_token(i) for i in until_end(row)], self.tokens) for row in rows]

    def plain(self, values: Iterable[str]) -> list[str]:
        """Texts as an answer that is right would give them: in small letters where the tokens are, spaces mended."""
        tokenizer = tokenizer_of(self.tokenizer)
        found: list[str] = []
        for value in values:
            normal = tokenizer.normalizer.normalize_str(value)
            pieces = tokenizer.pre_tokenizer.pre_tokenize_str(normal)
            found.append(joined([piece for piece, _place in pieces], self.tokens))
        return found


def fit_texts(source: Any, values: NDArray[Any]) -> TextAnswer:
    """Learn the vocabulary of a target from the training part; `source` is one with `TextTarget`'s settings."""
    special = (*SPECIAL, "[BEGIN]", "[END]")
    tokenizer = vocabulary(list(values), source.target_tokens, source.target_vocabulary_size, special)
    return TextAnswer(tokenizer=tokenizer, tokens=source.target_tokens, max_length=source.target_max_length)


def until_end(row: Sequence[int]) -> list[int]:
    """Token numbers of what is said: without padding, beginning and end."""
    ids = list(row)
    return [i for i in (ids[: ids.index(3)] if 3 in ids else ids) if i not in (0, 2)]


def joined(tokens: Sequence[str | None], kind: str) -> str:
    """Tokens as a text: characters side by side; words with spaces, but none before a stop nor beside Chinese."""
    words = ["\ufffd" if token in (None, "[UNK]") else str(token) for token in tokens]
    if kind == "characters":
        return "".join(words)
    text = re.sub(r" ([.,!?;:%)\]}])", r"\1", " ".join(words))
    text = re.sub("(?<=\\w) (['\u2019]) (?=\\w)", r"\1", text)
    wide = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
    return re.sub(rf"(?<={wide}) | (?={wide})", "", text)
