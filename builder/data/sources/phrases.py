"""Everyday sentences in English and Chinese, made by a small grammar of our own."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar, Literal

from pydantic import Field

from builder.core.errors import Problem
from builder.data.sources.parallel import Pair, PairSource

# English, whether a verb has its third person, the form of "be", Chinese
SUBJECTS = (
    ("I", False, "am", "我"), ("you", False, "are", "你"), ("he", True, "is", "他"), ("she", True, "is", "她"),
    ("we", False, "are", "我们"), ("they", False, "are", "他们"), ("my mother", True, "is", "我妈妈"),
    ("my father", True, "is", "我爸爸"), ("the teacher", True, "is", "老师"), ("my friend", True, "is", "我朋友"),
)  # fmt: skip
TEA, COFFEE, CUP = ("tea", "茶"), ("coffee", "咖啡"), ("the cup", "杯子")
FISH, NOODLES, RICE = ("fish", "鱼"), ("noodles", "面条"), ("rice", "米饭")
BOOK, LETTER, STORY = ("a book", "一本书"), ("a letter", "一封信"), ("a story", "一个故事")
CAR, HAT, FLOWERS = ("the car", "那辆车"), ("a hat", "一顶帽子"), ("flowers", "花")
# base, third person, with -ing, past, Chinese, what it is done to
VERBS = (
    ("eat", "eats", "eating", "ate", "吃", (RICE, NOODLES, FISH, ("an apple", "一个苹果"))),
    ("drink", "drinks", "drinking", "drank", "喝", (TEA, COFFEE, ("water", "水"), ("milk", "牛奶"))),
    ("buy", "buys", "buying", "bought", "买", (BOOK, HAT, FISH, FLOWERS)),
    ("read", "reads", "reading", "read", "看", (BOOK, LETTER, STORY, ("the newspaper", "报纸"))),
    ("write", "writes", "writing", "wrote", "写", (BOOK, LETTER, STORY, ("a poem", "一首诗"))),
    ("cook", "cooks", "cooking", "cooked", "做", (RICE, NOODLES, FISH, ("soup", "汤"))),
    ("wash", "washes", "washing", "washed", "洗", (CAR, CUP, ("the clothes", "衣服"), ("the dog", "狗"))),
    ("draw", "draws", "drawing", "drew", "画", (CAR, FLOWERS, ("a cat", "一只猫"), ("a house", "一座房子"))),
    ("sell", "sells", "selling", "sold", "卖", (CAR, HAT, FLOWERS, ("vegetables", "蔬菜"))),
)  # fmt: skip


class Phrases(PairSource):
    """Some three thousand short sentences in English and what they are in Chinese: nine verbs, ten people, eight ways
    to say it.
    """

    title: ClassVar[str] = "Phrases"
    about: ClassVar[str] = "Short sentences in English and Chinese, made by a small grammar. Here at once."
    generated: ClassVar[bool] = True

    source: Literal["phrases"] = "phrases"
    into: Literal["chinese", "english"] = Field("chinese", description="The language that is answered.")
    max_length: int = Field(
        12, ge=1, le=4096, description="Longer texts lose their end.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        200, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )
    target_max_length: int = Field(
        16, ge=1, le=4095, description="Longer answers lose their end.", json_schema_extra={"unit": "tokens"}
    )
    target_vocabulary_size: int = Field(
        200, ge=5, le=1_000_000, description="The most different tokens of answers.",
        json_schema_extra={"unit": "tokens"},
    )  # fmt: skip

    def pairs(self) -> tuple[Sequence[Pair], Sequence[Problem]]:
        found = _all()
        return [(other, one) for one, other in found] if self.into == "english" else found, ()


@cache
def _all() -> list[Pair]:
    return [
        (english[0].upper() + english[1:], chinese)
        for subject in SUBJECTS
        for verb in VERBS
        for thing in verb[5]
        for english, chinese in _said(*subject, *verb[:5], *thing)
    ]


def _said(
    who: str,
    third: bool,
    be: str,
    subject: str,
    base: str,
    thirds: str,
    ing: str,
    past: str,
    verb: str,
    what: str,
    thing: str,
) -> Iterator[Pair]:
    """One sentence in eight ways."""
    does, plain = ("does", thirds) if third else ("do", base)
    yield f"{who} {plain} {what}.", f"{subject}{verb}{thing}。"
    yield f"{who} {does} not {base} {what}.", f"{subject}不{verb}{thing}。"
    yield f"{does} {who} {base} {what}?", f"{subject}{verb}{thing}吗？"
    yield f"{who} {be} {ing} {what}.", f"{subject}正在{verb}{thing}。"
    yield f"{who} will {base} {what} tomorrow.", f"{subject}明天会{verb}{thing}。"
    yield f"{who} {past} {what} yesterday.", f"{subject}昨天{verb}了{thing}。"
    yield f"{who} {'wants' if third else 'want'} to {base} {what}.", f"{subject}想{verb}{thing}。"
    yield f"{who} often {plain} {what}.", f"{subject}经常{verb}{thing}。"
