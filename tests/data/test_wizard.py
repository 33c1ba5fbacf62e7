"""Bad files in the wizard of the Data page: each meets the person as its sentence, and everything else is kept."""

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soundfile
from streamlit.testing.v1 import AppTest

from builder.graph.networks import Networks
from tests.data.sets import classes_of, picture, zip_of
from tests.trained import example


def page() -> None:
    import runpy
    from pathlib import Path

    import builder.ui.session as session

    session.begin({})
    runpy.run_path(str(Path(session.__file__).parents[2] / "pages" / "data.py"))


def archive(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


def pets(bad: bytes) -> bytes:
    """Good images of two classes, and one that is bad."""
    return archive(classes_of("cat", "dog") | {"cat/bad.png": bad})


def sounds(bad: bytes) -> bytes:
    """Good sounds of two classes, and one that is bad."""
    good = {f"{name}/{n}.wav": tone(200 + 50 * n) for name in ("low", "high") for n in range(6)}
    return archive(good | {"low/bad.wav": bad})


def tone(hertz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes((np.sin(np.arange(1600) * hertz / 1273) * 9000).astype("<i2").tobytes())
    return file.getvalue()


def bomb() -> bytes:
    """The header of a PNG of 400 megapixels."""
    head = picture(0)
    return head[:16] + struct.pack(">II", 20_000, 20_000) + head[24:]


def nan_sound() -> bytes:
    frames = np.full(800, np.nan, "<f4").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, 1, 8000, 32000, 4, 32)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(frames))
        + b"WAVE"
        + form
        + b"data"
        + struct.pack("<I", len(frames))
        + frames
    )


def text_bomb() -> bytes:
    """A PNG whose text chunk unpacks to 90 MB."""
    packed = b"comment\0\0" + zlib.compress(bytes(90_000_000), 9)
    chunk = b"zTXt" + packed
    good = picture(0)
    return good[:33] + struct.pack(">I", len(packed)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + good[33:]


def an_hour() -> bytes:
    """An hour of silence, which FLAC packs into little."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(8000 * 3600, "int16"), 8000, format="FLAC")
    return file.getvalue()


ROWS = "text,label\n" + "a good day it was,1\nit was a bad one,0\n" * 9
BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "I01 pixels": ("pets.zip", lambda: pets(bomb()), "I-"),
    "I02 text bomb": ("pets.zip", lambda: pets(text_bomb()), "I-BAD"),
    "I03 cut off": ("pets.zip", lambda: pets(picture(1)[:60]), "I-BAD"),
    "I03 empty": ("pets.zip", lambda: pets(b""), "I-BAD"),
    "I07 html": ("pets.zip", lambda: pets(b"<html><script>"), "I-TYPE"),
    "I10 shape": ("pets.zip", lambda: pets(picture(1, (1, 600))), "I-SHAPE"),
    "T01 gbk": (
        "said.csv",
        lambda: ("标签,内容\n" + "好评,服务很好房间也干净\n差评,太吵了早餐也难吃\n" * 9).encode("gbk"),
        "T-ENC",
    ),
    "T02 nul": ("said.csv", lambda: (ROWS + "a\0b,1\n").encode(), "T-NUL"),
    "T03 long line": ("said.csv", lambda: (ROWS + "x" * 1_000_010 + ",1\n").encode(), "L-LINE"),
    "T04 ragged": ("said.csv", lambda: (ROWS + "one,two,three\n").encode(), "T-ROW"),
    "T04 empty": ("said.csv", lambda: b"", "T-"),
    "T04 twice": ("said.csv", lambda: b"a,a\n" + b"1,2\n3,4\n" * 9, "T-ROW"),
    "T07 half a character": ("said.csv", lambda: ROWS.encode() + b"\xed\xa0\x80,1\n", "T-ENC"),
    "T09 one class": ("said.csv", lambda: b"text,label\n" + b"a good day it was,1\n" * 9, "T-"),
    "A01 no sound": ("said.zip", lambda: sounds(b"<html>"), "A-"),
    "A03 an hour": ("said.zip", lambda: sounds(an_hour()), "A-LONG"),
    "A04 not a number": ("said.zip", lambda: sounds(nan_sound()), "A-NUMBER"),
    "Z01 unsafe": ("pets.zip", lambda: archive({"../evil.png": picture(1)}), "Z-PATH"),
    "Z02 bomb": ("pets.zip", lambda: archive({"cat/a.png": bytes(90_000_000)}), "Z-SIZE"),
    "Z04 tar": ("pets.zip", lambda: b"\x1f\x8b" + bytes(600), "Z-TYPE"),
    "Z04 damaged": ("pets.zip", lambda: b"PK\x03\x04" + bytes(600), "Z-TYPE"),
}

# what is odd and can be used all the same, and what is said of it
ODD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "I04 modes": ("pets.zip", lambda: pets(picture(3, mode="L")), "images"),
    "T07 scripts": ("said.csv", lambda: (ROWS + "🎉 שלום \u200b你好,1\n").encode(), "table"),
    "A02 cut short": ("said.zip", lambda: sounds(tone(300)[:1600]), "Shorter than its header says"),
    "Z03 names": (
        "pets.zip",
        lambda: archive(
            {
                f"{folder}/{name}.png": picture(number + 10 * len(folder))
                for folder in ("cat", "CAT ", "dog")
                for number, name in enumerate(("con", "CON", "e\u0301", "\u00e9", "n" * 200))
            }
        ),
        "images",
    ),
}


def bring(at: AppTest, path: Path) -> None:
    at.text_input(key="own-path").set_value(str(path)).run()
    assert not at.exception


def said(at: AppTest) -> str:
    return " ".join(element.value for element in (*at.error, *at.markdown)).replace("\\", "")


def test_a_bad_file_gives_its_sentence_and_keeps_everything(workspace: Path, tmp_path: Path) -> None:
    networks = Networks(workspace)
    document = example("digits-cnn", "data.limit=40", "data.seed=3")
    at = AppTest.from_function(page, default_timeout=60)
    at.query_params["network"] = id = networks.create(document)
    at.run().button(key="choose-data").click().run()
    good = Path(zip_of(tmp_path / "good.zip", classes_of("cat", "dog")))
    bring(at, good)
    assert not at.button(key="use-own").disabled
    lacking = {}
    for fault, (name, content, code) in BAD.items():
        path = tmp_path / fault.replace(" ", "-") / name
        path.parent.mkdir()
        path.write_bytes(content())
        bring(at, path)
        usable = "good.zip" not in said(at) and not at.button(key="use-own").disabled
        if f"[{code}" not in said(at) or usable or networks.open(id)[0] != document:
            lacking[fault] = said(at)
    assert lacking == {}
    bring(at, good)
    at.button(key="use-own").click().run()
    now = networks.open(id)[0].data
    assert (now["source"], now["path"], now["limit"], now["seed"]) == ("images", str(good), 40, 3)


def test_what_is_odd_can_be_used_and_is_told(workspace: Path, tmp_path: Path) -> None:
    at = AppTest.from_function(page, default_timeout=60)
    at.query_params["network"] = Networks(workspace).create(example("digits-cnn"))
    at.run().button(key="choose-data").click().run()
    for fault, (name, content, told) in ODD.items():
        path = tmp_path / fault.replace(" ", "-") / name
        path.parent.mkdir()
        path.write_bytes(content())
        bring(at, path)
        shown = said(at) + " ".join(one.value for one in (*at.caption, *at.warning))
        assert not at.button(key="use-own").disabled, (fault, shown)
        assert told.casefold() in shown.casefold(), (fault, shown)


def test_the_split_is_set_before_the_data_is_used(workspace: Path, tmp_path: Path) -> None:
    networks = Networks(workspace)
    at = AppTest.from_function(page, default_timeout=60)
    at.query_params["network"] = id = networks.create(example("digits-cnn", "data.seed=3"))
    at.run().button(key="choose-data").click().run()
    bring(at, Path(zip_of(tmp_path / "good.zip", classes_of("cat", "dog", each=20))))
    field = next(one for one in at.number_input if one.label == "test")
    field.set_value(0.5).run()
    assert "test 20" in said(at)
    assert networks.open(id)[0].data["source"] == "digits"
    at.button(key="use-own").click().run()
    now = networks.open(id)[0].data
    assert (now["source"], now["test"], now["seed"]) == ("images", 0.5, 3)


def test_what_was_set_before_comes_back_with_its_source(workspace: Path) -> None:
    networks = Networks(workspace)
    at = AppTest.from_function(page, default_timeout=60)
    at.query_params["network"] = id = networks.create(example("digits-cnn", "data.size=12"))
    at.run()
    for key in ("choose-data", "use:xor", "choose-data", "use:digits"):
        at.button(key=key).click().run()
        assert not at.exception
    assert networks.open(id)[0].data["size"] == 12
