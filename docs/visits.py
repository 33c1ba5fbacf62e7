"""Write the visits of `builder.data.sources.visits`: `python -m docs.visits`. The same seed gives the same file.

Every note is put together from phrases that were written for this project, each with how glad it sounds. The rating
follows from that, from how long the guest waited and from the price, with some chance; whether the guest comes again
follows from the rating, with some more.
"""

import csv
import random
from pathlib import Path

TABLE = Path(__file__).parent.parent / "builder/data/sources/visits/visits.csv"
ROWS = 720
PLACES = {"café": 9.0, "noodle bar": 13.0, "tea house": 11.0, "bakery": 7.0, "bistro": 24.0}  # with a usual price

ENGLISH = {
    "begin": (
        "We came on a rainy evening",
        "I stopped by after work",
        "My sister took me along",
        "Second visit this month",
        "We sat by the window",
        "I had an hour before my train",
        "Four of us on a Sunday",
        "Just me and a book",
    ),
    "good": (
        "the soup was deep and clear",
        "everything arrived hot",
        "the bread still crackled",
        "lovely, patient staff",
        "the tea was poured with care",
        "the noodles had real bite",
        "quiet corners and soft light",
        "they remembered what I like",
        "the cake was light as air",
        "the best coffee for miles",
    ),
    "bad": (
        "the soup was lukewarm",
        "they forgot half of the order",
        "the bread was stale",
        "nobody looked up at us",
        "the tea tasted of the tap",
        "the noodles stuck together",
        "so loud that we had to shout",
        "the table was sticky",
        "the cake was dry",
        "the coffee was burnt",
    ),
    "middling": ("the menu is short", "it fills up at noon", "you order at the counter", "there is a small terrace"),
}
CHINESE = {
    "begin": (
        "下雨天晚上来的",
        "下班顺路进来坐坐",
        "姐姐带我来的",
        "这个月第二次来",
        "坐在窗边",
        "等火车前来吃一点",
        "周日四个人一起",
        "一个人带本书来",
    ),
    "good": (
        "汤头又浓又清",
        "端上来都是热的",
        "面包还是脆的",
        "服务员很耐心",
        "茶泡得很用心",
        "面条很有嚼劲",
        "角落安静灯光柔和",
        "还记得我爱吃什么",
        "蛋糕很松软",
        "附近最好喝的咖啡",
    ),
    "bad": (
        "汤是温的",
        "漏了一半的菜",
        "面包不新鲜",
        "没有人理我们",
        "茶有自来水味",
        "面都坨了",
        "吵得要大声喊",
        "桌子黏黏的",
        "蛋糕太干",
        "咖啡有焦味",
    ),
    "middling": ("菜单不长", "中午人多", "要到柜台点单", "外面有个小露台"),
}


def note(draw: random.Random, glad: int) -> str:
    """A note of two or three phrases; `glad` is how many of them praise, less those that complain."""
    words, comma, stop = (ENGLISH, ", ", ".") if draw.random() < 0.5 else (CHINESE, "，", "。")
    kinds = {
        2: ["good", "good"],
        1: ["good", "middling"],
        0: ["good", "bad"],
        -1: ["bad", "middling"],
        -2: ["bad", "bad"],
    }
    chosen = [word for kind in kinds[glad] for word in draw.sample(words[kind], 1)]
    if len(set(chosen)) == 1:
        chosen = draw.sample(words[kinds[glad][0]], 2)
    draw.shuffle(chosen)
    return comma.join([draw.choice(words["begin"]), *chosen]) + stop


def rows() -> list[tuple[object, ...]]:
    """All visits."""
    draw = random.Random(20)
    found: list[tuple[object, ...]] = []
    seen: set[str] = set()
    while len(found) < ROWS:
        glad = draw.choice((-2, -1, 0, 0, 1, 2))
        text = note(draw, glad)
        place = draw.choice(list(PLACES))
        minutes = max(1, round(draw.gammavariate(2.2, 6.0)))
        price = round(max(2.0, draw.gauss(PLACES[place], PLACES[place] * 0.3)), 1)
        dear = price / PLACES[place] - 1
        rating = 6.2 + 1.35 * glad - 0.09 * (minutes - 12) - 1.6 * dear + draw.gauss(0, 0.45)
        rating = round(min(10.0, max(0.0, rating)), 1)
        again = "yes" if rating + draw.gauss(0, 0.4) > 6 else "no"
        if text in seen:
            continue
        seen.add(text)
        shown = "" if draw.random() < 0.03 else minutes  # not every guest looks at the clock
        found.append((text, place, shown, price, draw.randint(1, 5), again, rating))
    return found


def main() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("note", "place", "minutes", "price", "guests", "again", "rating"))
        writer.writerows(rows())


if __name__ == "__main__":
    main()
