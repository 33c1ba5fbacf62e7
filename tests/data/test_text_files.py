"""Texts in files: a folder a class, or a file a class."""

from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.data.fields import PARTS
from tests.data.sets import folder_of, source_of, zip_of


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_for_each_class(tmp_path: Path, packed: bool) -> None:
    parts = (("train", 4), ("val", 2), ("test", 3))
    files = {
        f"reviews/{part}/{name}/{at}.txt": f"{name} film {at}\nindeed".encode()
        for part, count in parts
        for name in ("pos", "neg")
        for at in range(count)
    } | {"reviews/train/urls.txt": b"nothing", "reviews/README.txt": b"nothing", "reviews/train/pos/9.txt": b" "}
    del files["reviews/README.txt"]
    path = zip_of(tmp_path / "a.zip", files) if packed else folder_of(tmp_path / "a", files)
    samples = source_of(source="text-files", path=path).load()
    assert samples.classes == ("neg", "pos")
    assert [len(samples.parts[part]) for part in PARTS] == [8, 4, 6]
    assert "pos film 3\nindeed" in samples.of("train")["text"]
    assert [notice.message for notice in samples.notices] == ["Files without text were left out: 1."]


def test_a_file_of_lines_for_each_class(tmp_path: Path) -> None:
    path = folder_of(
        tmp_path / "a", {"good.txt": "好\n\n很好\n不错\n喜欢\n".encode(), "bad.txt": b"no\nnever\nbad\nso so\n"}
    )
    samples = source_of(source="text-files", path=path).load()
    assert samples.classes == ("bad", "good")
    assert dict(zip(samples.only, samples.labels.tolist(), strict=True))["很好"] == 1
    assert len(samples) == 8
    assert samples.names[0] == "bad.txt, line 1"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"good.txt": b"a\nb\n"},
            r"\[T-CLASS\] .* needs a folder of .txt files, or one .txt file, for each of at least 2",
        ),
        ({"a/1.txt": "房间很大，早餐不错".encode("gbk"), "b/1.txt": b"x"}, r"\[T-ENC\] Not UTF-8. It looks like GBK"),
        ({"a/1.txt": b"a\0b", "b/1.txt": b"x"}, r'\[T-NUL\] "a/1.txt" holds a NUL byte'),
        ({"a/1.txt": b"x", "b/1.txt": b"y"}, r"\[T-CLASS\]"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(Error, match=said):
        source_of(source="text-files", path=folder_of(tmp_path / "set", files)).load()
