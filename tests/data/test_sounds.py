"""Decoding of sounds from strangers: rows A01 to A05, and what holds of every sound."""

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from builder.core.errors import Error
from builder.data.sounds import decode, resampled, seconds, sound_wave
from tests.data.limited import run_limited
from tests.data.sounds import sound_file, tone

KINDS = ("WAV", "FLAC", "OGG", "MP3")
BAD = r"\[A-BAD\] This sound could not be read: .* is cut off or damaged. Save it again or leave it out."


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_heard(kind: str) -> None:
    sound = decode(sound_file(kind=kind), f"a.{kind.lower()}")
    assert sound.rate == 8000
    assert sound.notices == ()
    assert len(sound.wave) == pytest.approx(4000, abs=2000)  # MP3 fills up its last frame
    spectrum = np.abs(np.fft.rfft(sound.wave))
    assert np.fft.rfftfreq(len(sound.wave), 1 / 8000)[spectrum.argmax()] == pytest.approx(440, abs=4)
    assert seconds(sound_file(kind=kind), "a") == pytest.approx(len(sound.wave) / 8000)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.8])
def test_a01_a_compressed_sound_that_is_cut_is_refused(kind: str, share: float) -> None:
    content = sound_file(tone(440, 3.0), kind)
    with pytest.raises(Error, match=BAD):
        decode(content[: round(share * len(content))], "cut.flac")


def test_a01_a_header_alone_is_refused() -> None:
    for content in (b"", sound_file()[:44], sound_file()[:20], b"ID3\x04\0\0\0\0\0\0", sound_file(kind="FLAC")[:44]):
        with pytest.raises(Error, match=BAD):
            decode(content, "head.wav")


@pytest.mark.parametrize("content", [b"<html><b>404</b></html>", b"PK\x03\x04", b".snd\0\0\0\x18", b"FORM\0\0\0\0AIFF"])
def test_a01_what_is_no_sound_is_said(content: bytes) -> None:
    with pytest.raises(Error, match=re.escape('[A-TYPE] This is not a WAV, FLAC, OGG or MP3 sound: "<b>.wav".')):
        decode(content, "<b>.wav")


def test_a02_a_wav_that_is_cut_short_is_used_as_far_as_it_goes() -> None:
    content = sound_file(tone(440, 1.0))
    sound = decode(content[: 44 + 2 * 240], "short.wav")
    assert len(sound.wave) == 240
    assert [notice.message for notice in sound.notices] == ['"short.wav": Shorter than its header says; 0.03 s used.']
    assert sound.notices[0].code == "A-SHORT"


def test_a_wav_that_was_streamed_is_not_called_short() -> None:
    content = sound_file()
    at = content.index(b"data") + 4
    assert decode(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :], "streamed.wav").notices == ()


def test_a03_an_hour_of_silence_is_refused_from_its_header() -> None:
    content = sound_file(np.zeros(3600 * 8000, np.float32), "FLAC")
    assert len(content) < 200_000
    with pytest.raises(Error, match=re.escape('[A-LONG] 60 min; the most is 60 s. Cut "hour.flac" into pieces.')):
        decode(content, "hour.flac")
    with pytest.raises(Error, match=re.escape("[A-LONG] 61 s; the most is 60 s.")):
        decode(sound_file(np.zeros(61 * 8000, np.float32), "FLAC"), "minute.flac")


def test_a03_nothing_is_unpacked_that_is_refused(tmp_path: Path) -> None:
    """An hour at 48 kHz would need 700 MB as floats."""
    program = """
import sys, builder.data.sounds as sounds
from builder.core.errors import Error
content = open(sys.argv[1], "rb").read()
try:
    sounds.decode(content, "hour.flac")
except Error as error:
    print(error)
"""
    block = np.zeros(48_000, np.int16)
    with soundfile.SoundFile(path := tmp_path / "hour.flac", "w", 48_000, 1, format="FLAC") as file:
        for _second in range(1800):
            file.write(block)
    assert "[A-LONG] 30 min" in run_limited(program, 700, path.read_bytes(), tmp_path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a04_numbers_that_are_not_finite_are_refused(value: float) -> None:
    wave = tone(440)
    wave[100] = value
    with pytest.raises(Error, match=re.escape('[A-NUMBER] "n.wav" holds numbers that are not finite.')):
        decode(sound_file(wave, subtype="FLOAT"), "n.wav")


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (22, b"\xff\xff", "has 65,535 channels; from 1 to 16 are read"),
        (22, b"\0\0", "has 0 channels"),
        (24, b"\0\0\0\0", "has 0 samples a second; from 1,000 to 384,000 are read"),
        (24, b"\xff\xff\xff\xff", "has 4,294,967,295 samples a second"),
    ],
)
def test_a04_impossible_headers_are_refused(at: int, value: bytes, said: str) -> None:
    content = sound_file()
    with pytest.raises(Error, match=re.escape(f'[A-NUMBER] "h.wav" {said}')):
        decode(content[:at] + value + content[at + len(value) :], "h.wav")


def test_a05_rates_channels_and_silence_come_out_alike() -> None:
    expected = sound_wave(tone(440), 8000, 8000, 0.4, "centre")
    for rate in (8000, 16_000, 22_050, 44_100, 48_000):
        sound = decode(sound_file(tone(440, 0.5, rate), rate=rate), "a.wav")
        heard = sound_wave(sound.wave, sound.rate, 8000, 0.4, "centre")
        assert heard.shape == (3200,)
        assert np.abs(np.fft.rfft(heard)).argmax() == np.abs(np.fft.rfft(expected)).argmax()
        assert np.sqrt((heard**2).mean()) == pytest.approx(np.sqrt((expected**2).mean()), rel=0.01)
    stereo = decode(sound_file(np.stack([tone(440), np.zeros(4000, np.float32)], 1)), "s.wav")
    assert stereo.wave == pytest.approx(tone(440) / 2, abs=1e-4)
    assert not decode(sound_file(np.zeros(4000, np.float32)), "z.wav").wave.any()


def test_damaged_bytes_give_a_sentence_or_a_sound() -> None:
    chance = np.random.default_rng(0)
    contents = [sound_file(kind=kind) for kind in KINDS]
    for at in range(400):
        damaged = bytearray(contents[at % 4])
        for _times in range(1 + at % 9):
            place = int(chance.integers(0, min(len(damaged), 200 if at % 2 else len(damaged))))
            damaged[place] = int(chance.integers(0, 256))
        with contextlib.suppress(Error):  # anything else would fail the test
            assert np.isfinite(decode(bytes(damaged), "odd").wave).all()


@pytest.mark.parametrize(("rate", "to"), [(44_100, 8000), (8000, 16_000), (48_000, 16_000), (11_025, 8000)])
def test_resampling_agrees_with_scipy(rate: int, to: int) -> None:
    wave = tone(440, 0.5, rate) * np.hanning(round(0.5 * rate)).astype(np.float32)
    assert resampled(wave, rate, to) == pytest.approx(resample_poly(wave, to, rate), abs=2e-3)


def test_resampling_keeps_no_pitch_that_the_new_rate_cannot_hold() -> None:
    assert np.abs(resampled(tone(6000, 0.5, 16_000), 16_000, 8000)[200:-200]).max() < 0.01


def test_lengths_are_cut_and_filled() -> None:
    wave = np.arange(1, 11, dtype=np.float32) / 10
    assert sound_wave(wave, 1000, 1000, 0.004, "start").tolist() == wave[:4].tolist()
    assert sound_wave(wave, 1000, 1000, 0.004, "centre").tolist() == wave[3:7].tolist()
    assert sound_wave(wave, 1000, 1000, 0.012, "start").tolist() == [*wave.tolist(), 0, 0]
    assert sound_wave(wave, 1000, 1000, 0.013, "centre").tolist() == [0, *wave.tolist(), 0, 0]
    assert np.abs(sound_wave(wave * 100, 1000, 1000, 0.01, "start")).max() == pytest.approx(1)
