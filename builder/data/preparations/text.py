"""Texts as a network's input.

`token_ids`, `given_ids`, `side_by_side` and `divided` need numpy and a tokenizer alone: exported projects carry their
source.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.data.preparations.kind import FieldKind, Notify, silent

CHARACTERS_A_TOKEN = 100  # longer texts are cut before anything looks at them
UNKNOWN = "[UNK]"
SPECIAL = ("[PAD]", UNKNOWN)
SCARCE = 200  # texts; with fewer, a word seen once is all there is
CHARACTERS = 0.9  # share of tokens of one character from which a divided text is one of characters

Tokens = Literal["words", "characters", "bpe"]
Side = Literal["left", "right"]
Text = str | tuple[str, ...]  # as it was written, or divided into tokens


class Divided(tuple[str, ...]):
    """A typed text's tokens, with the text and where in it each begins and ends."""

    text: str
    places: list[tuple[int, int]]

    @classmethod
    def of(cls, text: str, places: Sequence[tuple[int, int]]) -> "Divided":
        """The pieces of a text at these places."""
        made = cls(text[start:end] for start, end in places)
        made.text, made.places = text, list(places)
        return made

    @classmethod
    def joined(cls, tokens: Sequence[str], between: str) -> "Divided":
        """Tokens put together to a text."""
        places, at = [], 0
        for token in tokens:
            places.append((at, at + len(token)))
            at += len(token) + len(between)
        return cls.of(between.join(tokens), places)


class TextPreparation(FieldKind):
    """Tokens by number: 0 is padding, 1 an unknown token.

    `tokens="given"`: raws are tuples of tokens, as a data set divided them; typed text is divided `by` words or
    characters, whichever the data set did.
    Shape: N strings, or N tuples of tokens -> (N, max_length) int64
    """

    kind: Literal["text"] = "text"
    tokenizer: str  # Hugging Face tokenizers' JSON
    tokens: Literal["words", "characters", "bpe", "given"]
    max_length: int
    padding_side: Side = "left"
    truncation_side: Side = "right"
    by: Literal["words", "characters"] = "words"

    def read_text(self, text: str, notify: Notify = silent) -> Text:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            words = _("Character {n:,} is half of a pair and stands for nothing. Type the text again.")
            raise Error("T-TEXT", words.format(n=error.start + 1)) from None
        most, given = self.max_length, self.tokens == "given"
        looked_at = text[: CHARACTERS_A_TOKEN * (most + 1)]
        count = len(divided(looked_at, self.by)) if given else len(self._tokens(looked_at, most + 1))
        if count > most or len(text) > CHARACTERS_A_TOKEN * most:
            words = _("Only the first {n:,} tokens were used.")
            if self.truncation_side == "left":
                words = _("Only the last {n:,} tokens were used.")
            notify(Problem("T-LONG", words.format(n=most), severity="hint"))
        if not given:
            return text
        start = max(0, len(text) - CHARACTERS_A_TOKEN * most) if self.truncation_side == "left" else 0
        places = divided(text[start : start + CHARACTERS_A_TOKEN * most], self.by)
        kept = places[-most:] if self.truncation_side == "left" else places[:most]
        return Divided.of(text, [(start + begin, start + end) for begin, end in kept])

    def apply(self, raws: Sequence[Text]) -> NDArray[np.int64]:
        how = (self.max_length, self.padding_side, self.truncation_side)
        if self.tokens == "given":
            return given_ids(tokenizer_of(self.tokenizer), raws, *how)
        return token_ids(tokenizer_of(self.tokenizer), raws, *how)  # type: ignore[arg-type]

    def view(self, raw: Text) -> list[str]:
        """The tokens, without padding."""
        if isinstance(raw, str):
            return self._tokens(raw, self.max_length)
        return list(raw[-self.max_length :] if self.truncation_side == "left" else raw[: self.max_length])

    def written(self, ids: Sequence[int]) -> list[str]:
        """Tokens by their numbers."""
        tokenizer = tokenizer_of(self.tokenizer)
        return [tokenizer.id_to_token(number) or UNKNOWN for number in ids]

    def pieces(self, raw: tuple[str, ...]) -> Divided:
        """The tokens that the network sees of a divided text, with their places in it."""
        whole = raw if isinstance(raw, Divided) else Divided.joined(raw, " " if self.by == "words" else "")
        at = slice(-self.max_length, None) if self.truncation_side == "left" else slice(self.max_length)
        return Divided.of(whole.text, whole.places[at])

    def steps(self, count: int) -> slice:
        """Where among the steps of the network's input so many tokens stand."""
        count = min(count, self.max_length)
        return slice(self.max_length - count, None) if self.padding_side == "left" else slice(count)

    def _tokens(self, text: str, most: int) -> list[str]:
        """What `token_ids` numbers, unknown tokens as `[UNK]`."""
        tokenizer, last = tokenizer_of(self.tokenizer), self.truncation_side == "left"
        cut = text[-CHARACTERS_A_TOKEN * most :] if last else text[: CHARACTERS_A_TOKEN * most]
        ids = tokenizer.encode(cut, add_special_tokens=False).ids
        return self.written(ids[-most:] if last else ids[:most])


def vocabulary(
    texts: Sequence[Text],
    tokens: Literal["words", "characters", "bpe", "given"],
    size: int,
    special: Sequence[str] = SPECIAL,
) -> str:
    """A tokenizer with the most frequent tokens of `texts` behind the `special` ones, as JSON.

    Of `bpe`, with the most useful pieces of words.
    """
    # words seen once become [UNK], so that the network learns what to make of words that it does not know
    rare = 2 if len(texts) >= SCARCE else 1
    told: dict[str, Any] = {
        "vocab_size": size,
        "special_tokens": list(special),
        "show_progress": False,
        "min_frequency": rare,
    }
    bert = normalizers.BertNormalizer(lowercase=True, handle_chinese_chars=tokens != "characters")
    # NFKC folds full-width forms; Chinese characters stand alone, since nothing but a dictionary finds their words
    normalizer = normalizers.Sequence([normalizers.NFKC(), bert])
    if tokens == "bpe":
        tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizers.BertPreTokenizer()
        # without a limit, every character that occurs would get a number, however many there are
        trainer = trainers.BpeTrainer(**told, limit_alphabet=size - len(special))
        tokenizer.train_from_iterator(texts, trainer, length=len(texts))
        return tokenizer.to_str()
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    if tokens == "words":
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizers.BertPreTokenizer()
    elif tokens == "characters":
        spaces = normalizers.Replace(Regex(r"\s+"), " ")
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), bert, spaces, normalizers.Strip()])
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    else:
        tokenizer.normalizer = normalizers.NFKC()  # letters keep their case, which tells names from other words
    given: Iterable[str | list[str]] = (text if isinstance(text, str) else list(text) for text in texts)
    tokenizer.train_from_iterator(given, trainers.WordLevelTrainer(**told), length=len(texts))
    return tokenizer.to_str()


def way_of_dividing(texts: Sequence[tuple[str, ...]]) -> Literal["words", "characters"]:
    """Whether divided texts are divided by characters, as Chinese is, or by words."""
    lengths = [len(token) for text in texts for token in text]
    return "characters" if sum(length == 1 for length in lengths) >= CHARACTERS * len(lengths) else "words"


@lru_cache(maxsize=8)
def tokenizer_of(content: str) -> Tokenizer:
    return Tokenizer.from_str(content)


def token_ids(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int,
    padding_side: str = "left",
    truncation_side: str = "right",
) -> NDArray[np.int64]:
    """Texts as (N, max_length) token numbers; what is too long loses its end, or its beginning.

    Padding stands on the left unless it is asked for on the right, so that the last step of a recurrent network is
    always a real token. Texts are cut to 100 characters for each token before they are looked at, so that a huge one
    costs no time.
    """
    most = 100 * max_length
    cut = [text[-most:] if truncation_side == "left" else text[:most] for text in texts]
    rows = [encoding.ids for encoding in tokenizer.encode_batch(cut, add_special_tokens=False)]
    return side_by_side(rows, max_length, padding_side, truncation_side)


def given_ids(
    tokenizer: Tokenizer,
    texts: Sequence[Sequence[str]],
    max_length: int,
    padding_side: str = "left",
    truncation_side: str = "right",
) -> NDArray[np.int64]:
    """Texts that are divided already as (N, max_length) token numbers, each token a number."""
    known: dict[str, int] = {}
    rows = []
    for text in texts:
        row = []
        for token in text[-max_length:] if truncation_side == "left" else text[:max_length]:
            if token not in known:
                known[token] = tokenizer.token_to_id(tokenizer.normalizer.normalize_str(token)) or 1
            row.append(known[token])
        rows.append(row)
    return side_by_side(rows, max_length, padding_side, truncation_side)


def side_by_side(
    rows: Sequence[Sequence[int]], max_length: int, padding_side: str, truncation_side: str, padding: int = 0
) -> NDArray[np.int64]:
    """Rows of numbers cut and filled up to one length."""
    ids = np.full((len(rows), max_length), padding, np.int64)
    for row, given in zip(ids, rows, strict=True):
        kept = given[-max_length:] if truncation_side == "left" else given[:max_length]
        row[max_length - len(kept) if padding_side == "left" else 0 :][: len(kept)] = kept
    return ids


def divided(text: str, by: str) -> list[tuple[int, int]]:
    """Where the tokens of a written text begin and end: its words and signs, or its characters without spaces."""
    words = r"https?://\S+|[\u3400-\u9fff]|[@#]?\w+(?:['’.-]\w+)*|[^\w\s]"
    return [found.span() for found in re.finditer(words if by == "words" else r"\S", text)]
