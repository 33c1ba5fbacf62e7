"""Texts as a network's input.

`token_ids` needs numpy and a tokenizer alone: exported projects carry its source.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.data.preparations.kind import FieldKind, Notify, silent

CHARACTERS_A_TOKEN = 100  # longer texts are cut before anything looks at them
SPECIAL = ("[PAD]", "[UNK]")
SCARCE = 200  # texts; with fewer, a word seen once is all there is


class TextPreparation(FieldKind):
    """Tokens by number: 0 is padding, 1 an unknown token.

    Shape: N strings -> (N, max_length) int64
    """

    kind: Literal["text"] = "text"
    tokenizer: str  # Hugging Face tokenizers' JSON
    tokens: Literal["words", "characters"]
    max_length: int

    def read_text(self, text: str, notify: Notify = silent) -> str:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            words = _("Character {n:,} is half of a pair and stands for nothing. Type the text again.")
            raise Error("T-TEXT", words.format(n=error.start + 1)) from None
        used = tokens_of(tokenizer_of(self.tokenizer), text, self.max_length + 1)
        if len(used) > self.max_length or len(text) > CHARACTERS_A_TOKEN * self.max_length:
            words = _("Only the first {n:,} tokens were used.")
            notify(Problem("T-LONG", words.format(n=self.max_length), severity="hint"))
        return text

    def apply(self, raws: Sequence[str]) -> NDArray[np.int64]:
        return token_ids(tokenizer_of(self.tokenizer), raws, self.max_length)

    def view(self, raw: str) -> list[str]:
        """The tokens, without padding."""
        return tokens_of(tokenizer_of(self.tokenizer), raw, self.max_length)


def vocabulary(
    texts: Sequence[str], tokens: Literal["words", "characters"], size: int, special: Sequence[str] = SPECIAL
) -> str:
    """A tokenizer with the most frequent tokens of `texts` behind the `special` ones, as JSON."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    # NFKC folds full-width forms; Chinese characters stand alone, since nothing but a dictionary finds their words
    bert = normalizers.BertNormalizer(lowercase=True, handle_chinese_chars=tokens == "words")
    if tokens == "words":
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), bert])
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    else:
        spaces = normalizers.Replace(Regex(r"\s+"), " ")
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), bert, spaces, normalizers.Strip()])
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    trainer = trainers.WordLevelTrainer(
        vocab_size=size,
        special_tokens=list(special),
        show_progress=False,
        # words seen once become [UNK], so that the network learns what to make of words that it does not know
        min_frequency=2 if len(texts) >= SCARCE else 1,
    )
    tokenizer.train_from_iterator(texts, trainer, length=len(texts))
    return tokenizer.to_str()


@lru_cache(maxsize=8)
def tokenizer_of(content: str) -> Tokenizer:
    return Tokenizer.from_str(content)


def token_ids(tokenizer: Tokenizer, texts: Sequence[str], max_length: int) -> NDArray[np.int64]:
    """Texts as (N, max_length) token numbers; what is too long loses its end.

    Padding stands on the left, so that the last step of a recurrent network is always a real token. Texts are cut to
    100 characters for each token before they are looked at, so that a huge one costs no time.
    """
    ids = np.zeros((len(texts), max_length), np.int64)
    encodings = tokenizer.encode_batch([text[: 100 * max_length] for text in texts], add_special_tokens=False)
    for row, encoding in zip(ids, encodings, strict=True):
        kept = encoding.ids[:max_length]
        row[max_length - len(kept) :] = kept
    return ids


def tokens_of(tokenizer: Tokenizer, text: str, max_length: int) -> list[str]:
    """The tokens that `token_ids` numbers, unknown ones as `[UNK]`."""
    kept = tokenizer.encode(text[: 100 * max_length], add_special_tokens=False).ids[:max_length]
    return [tokenizer.id_to_token(number) or "[UNK]" for number in kept]
