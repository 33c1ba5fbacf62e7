"""What turns raw samples into a network's input: fitted on the training part, saved with the run, used everywhere.

There is one for each field; `builder.data.fitting` puts them together. Training, evaluation, prediction and export all
go through `apply`. `token_ids` and `standardised` need numpy and a tokenizer alone, as do those in
`builder.data.images`: exported projects carry their source.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from builder.core.errors import Error, Problem
from builder.core.settings import Settings
from builder.core.text import _, quote
from builder.data.images import decode, image_array, images_to_float
from builder.data.tables import decoded

Notify = Callable[[Problem], None]
SMALLEST_STD = 1e-3  # what hardly varies is only centred
CHARACTERS_A_TOKEN = 100  # longer texts are cut before anything looks at them
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # red, green, blue
SCARCE = 200  # texts; with fewer, a word seen once is all there is


def silent(notice: Problem) -> None:
    """Notices that nobody reads."""


class FieldKind(Settings):
    """What the kinds of preparation share. A raw is one sample as `read` or `read_text` gives it."""

    def read(self, content: bytes, name: str, notify: Notify = silent) -> Any:
        """A raw from a file's content. Raises: Error I-*, T-*."""
        return self.read_text(decoded(content), notify)

    @abstractmethod
    def read_text(self, text: str, notify: Notify = silent) -> Any:
        """A raw from typed text. Raises: Error T-TEXT."""

    @abstractmethod
    def apply(self, raws: Any) -> NDArray[Any]:
        """The network's input for many raws."""

    @abstractmethod
    def view(self, raw: Any) -> Any:
        """A raw as the network sees it, to be shown to people."""


class ImagePreparation(FieldKind):
    """Scale to one size, then (x / 255 - mean) / std for each channel.

    Shape: raws (N, H, W, C) uint8 -> (N, C, H, W) float32
    """

    kind: Literal["image"] = "image"
    size: tuple[int, int]  # height, width
    mode: Literal["grey", "colour"]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def channels(self) -> int:
        return 1 if self.mode == "grey" else 3

    def read(self, content: bytes, name: str, notify: Notify = silent) -> NDArray[np.uint8]:
        decoded_image = decode(content, name)
        for notice in decoded_image.notices:
            notify(notice)
        return image_array(decoded_image.image, self.size, self.channels)

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.uint8]:
        raise Error("T-TEXT", _("This network reads images, not text. Choose an image file."))

    def apply(self, raws: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.float32]:
        return images_to_float(np.asarray(raws, np.uint8).reshape(-1, *self.size, self.channels), self.mean, self.std)

    def view(self, raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The image (H, W, C)."""
        return raw


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
        used = tokens_of(_tokenizer(self.tokenizer), text, self.max_length + 1)
        if len(used) > self.max_length or len(text) > CHARACTERS_A_TOKEN * self.max_length:
            words = _("Only the first {n:,} tokens were used.")
            notify(Problem("T-LONG", words.format(n=self.max_length), severity="hint"))
        return text

    def apply(self, raws: Sequence[str]) -> NDArray[np.int64]:
        return token_ids(_tokenizer(self.tokenizer), raws, self.max_length)

    def view(self, raw: str) -> list[str]:
        """The tokens, without padding."""
        return tokens_of(_tokenizer(self.tokenizer), raw, self.max_length)


class VectorPreparation(FieldKind):
    """(x - mean) / std for each feature.

    Shape: raws (N, F) float32 -> (N, F) float32
    """

    kind: Literal["vector"] = "vector"
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.float32]:
        """Numbers divided by spaces or commas."""
        cells = text.replace(",", " ").split()
        try:
            values = np.array([float(cell) for cell in cells], np.float32)
        except (ValueError, OverflowError):
            values = np.array([np.nan], np.float32)
        if len(values) != len(self.mean) or not np.isfinite(values).all():
            words = _("{text} is not {n} numbers. Give them divided by spaces, such as {example}.")
            example = " ".join(["0.5"] * len(self.mean))
            raise Error("T-TEXT", words.format(text=quote(text), n=len(self.mean), example=quote(example)))
        return values

    def apply(self, raws: Sequence[NDArray[np.float32]] | NDArray[np.float32]) -> NDArray[np.float32]:
        return standardised(np.asarray(raws, np.float32).reshape(-1, len(self.mean)), self.mean, self.std)

    def view(self, raw: NDArray[np.float32]) -> list[float]:
        """The numbers as they were given."""
        return cast(list[float], raw.tolist())


def vocabulary(texts: Sequence[str], tokens: Literal["words", "characters"], size: int) -> str:
    """A tokenizer with the most frequent tokens of `texts`, as JSON."""
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
        special_tokens=["[PAD]", "[UNK]"],
        show_progress=False,
        # words seen once become [UNK], so that the network learns what to make of words that it does not know
        min_frequency=2 if len(texts) >= SCARCE else 1,
    )
    tokenizer.train_from_iterator(texts, trainer, length=len(texts))
    return tokenizer.to_str()


@lru_cache(maxsize=8)
def _tokenizer(content: str) -> Tokenizer:
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


def standardised(values: NDArray[np.float32], mean: tuple[float, ...], std: tuple[float, ...]) -> NDArray[np.float32]:
    """Values (N, F) with mean 0 and spread 1 for each feature, as far as the training part tells."""
    centred: NDArray[np.float32] = values - np.asarray(mean, np.float32)
    return np.divide(centred, np.asarray(std, np.float32), dtype=np.float32)
