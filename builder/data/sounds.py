"""Sounds from strangers, decoded within limits, and cut to what a network hears.

`resampled` and `sound_wave` need numpy alone: exported projects carry their source.
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _, quote, size

MOST_SECONDS = 60
MOST_BYTES = 50_000_000
MOST_CHANNELS = 16
RATES = (1_000, 384_000)  # samples a second
BLOCK = 65_536  # frames that are decoded at a time, so that many channels never lie in memory together
WHOLE = 0.95  # of what is announced must be there; without a header, the length of an MP3 is only guessed
FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3")
EXTENSIONS = (".wav", ".flac", ".ogg", ".mp3")
Wave = NDArray[np.float32]
Place = Literal["centre", "start"]


@dataclass(frozen=True)
class Decoded:
    """A sound with one channel, (frames,) float32, its samples a second, and what should be said about it."""

    wave: Wave
    rate: int
    notices: tuple[Problem, ...] = ()


def decode(content: bytes, name: str) -> Decoded:
    """Decode an untrusted sound: limits are checked on its header, before anything is unpacked.

    Params: name, shown in sentences, never used as a path.
    Raises: Error A-TYPE, A-BAD, A-LONG, A-NUMBER, L-SIZE.
    """
    with _opened(content, name) as file:
        try:
            wave = np.concatenate([np.zeros(0, np.float32), *_blocks(file)])
        except soundfile.LibsndfileError as error:
            raise _damaged(name) from error
        announced, rate = file.frames, file.samplerate
    if not len(wave) or len(wave) < WHOLE * announced:
        raise _damaged(name)
    if not np.isfinite(wave).all():
        text = _("{name} holds numbers that are not finite. Save the sound again or leave it out.")
        raise Error("A-NUMBER", text.format(name=quote(name)))
    return Decoded(wave, rate, _cut_short(content, name, len(wave) / rate))


def seconds(content: bytes, name: str) -> float:
    """How long an untrusted sound is, by its header. Raises as `decode` does."""
    with _opened(content, name) as file:
        return float(file.frames / file.samplerate)


@contextlib.contextmanager
def _opened(content: bytes, name: str) -> Iterator[soundfile.SoundFile]:
    """The sound with its header found to be within limits."""
    if len(content) > MOST_BYTES:
        text = _("{name} has {size}; the most is {most}. Make the sound shorter.")
        raise Error("L-SIZE", text.format(name=quote(name), size=size(len(content)), most=size(MOST_BYTES)))
    if not _begins_like_sound(content):  # so that libsndfile's readers of rare formats never meet it
        text = _("This is not a WAV, FLAC, OGG or MP3 sound: {name}. Save it as one of these.")
        raise Error("A-TYPE", text.format(name=quote(name)))
    _require_modest(content[22:28], content, name)
    try:
        file = soundfile.SoundFile(io.BytesIO(content))
    except (soundfile.LibsndfileError, RuntimeError, ValueError, TypeError) as error:
        raise _damaged(name) from error
    with file:
        if file.format not in FORMATS:
            raise _damaged(name)
        _require_within(file.channels, file.samplerate, name)
        _require_short(file, name)
        yield file


def _begins_like_sound(content: bytes) -> bool:
    wav = content[:4] in (b"RIFF", b"RIFX") and content[8:12] == b"WAVE"
    # an MP3 begins with its tags, or with eleven ones and layer III
    mp3 = content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2)
    return wav or mp3 or content[:4] in (b"fLaC", b"OggS") or not content


def _require_modest(fields: bytes, content: bytes, name: str) -> None:
    """A WAV's channels and rate before libsndfile sees them: it calls what it refuses only damaged."""
    if content[:4] == b"RIFF" and content[12:16] == b"fmt " and len(fields) == 6:
        _require_within(int.from_bytes(fields[:2], "little"), int.from_bytes(fields[2:], "little"), name)


def _require_within(channels: int, rate: int, name: str) -> None:
    if not 1 <= channels <= MOST_CHANNELS:
        text = _("{name} has {n:,} channels; from 1 to {most} are read. Save it with one or two.")
        raise Error("A-NUMBER", text.format(name=quote(name), n=channels, most=MOST_CHANNELS))
    if not RATES[0] <= rate <= RATES[1]:
        text = _("{name} has {n:,} samples a second; from {least:,} to {most:,} are read. Save it again.")
        raise Error("A-NUMBER", text.format(name=quote(name), n=rate, least=RATES[0], most=RATES[1]))


def _require_short(file: soundfile.SoundFile, name: str) -> None:
    length = file.frames / file.samplerate
    if length > MOST_SECONDS:
        shown = _("{n:,.0f} min").format(n=length / 60) if length >= 120 else _("{n:.0f} s").format(n=np.ceil(length))
        text = _("{length}; the most is {most} s. Cut {name} into pieces.")
        raise Error("A-LONG", text.format(length=shown, most=MOST_SECONDS, name=quote(name)))


def _blocks(file: soundfile.SoundFile) -> Iterator[Wave]:
    """The mean of the channels, a block at a time, and never more than the header promised to be the most."""
    left = MOST_SECONDS * file.samplerate
    while left > 0 and len(block := file.read(min(BLOCK, left), dtype="float32", always_2d=True)):
        left -= len(block)
        yield block.mean(axis=1)


def _cut_short(content: bytes, name: str, used: float) -> tuple[Problem, ...]:
    """A notice when a WAV announces more than is there; libsndfile says nothing."""
    at = 12
    while content[:4] == b"RIFF" and at + 8 <= len(content):
        announced = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"data":
            # what is recorded without an end announces all that fits into 31 or 32 bits
            if at + 8 + announced <= len(content) or announced >= 0x7FFFF000:
                break
            text = _("{name}: Shorter than its header says; {used:.2f} s used.")
            return (Problem("A-SHORT", text.format(name=quote(name), used=used), severity="warning"),)
        at += 8 + announced + announced % 2
    return ()


def _damaged(name: str) -> Error:
    text = _("This sound could not be read: {name} is cut off or damaged. Save it again or leave it out.")
    return Error("A-BAD", text.format(name=quote(name)))


def resampled(wave: NDArray[np.float32], rate: int, to: int) -> NDArray[np.float32]:
    """A sound at another rate, without what the new rate cannot hold: its spectrum is cut or filled up.

    Zeros behind it keep its end from ringing into its beginning, and make the ratio of the lengths that of the rates.
    Source: scipy.signal.resample does the same to periodic signals.
    """
    if rate == to:
        return wave
    step = rate // np.gcd(rate, to)
    before = int(-(-(len(wave) + rate // 10) // step) * step)
    after = before * to // rate
    spectrum = np.fft.rfft(wave, before)[: after // 2 + 1]
    if after < before:
        spectrum[-1] = 0  # at half the new rate, where waves of both directions fall together
    sound = np.fft.irfft(spectrum, after) * (after / before)
    return sound[: -(-len(wave) * to // rate)].astype(np.float32)


def sound_wave(wave: NDArray[np.float32], rate: int, to: int, seconds: float, place: str) -> NDArray[np.float32]:
    """A sound of one channel as a network hears it: `seconds` long at the rate `to`, never beyond -1 to 1.

    What is too long loses its end, or with the place "centre" both ends; silence fills up what is too short.
    """
    peak = np.abs(wave).max(initial=1.0)
    length, longest = round(seconds * to), int(-(-seconds * rate // 1))
    start = (len(wave) - longest) // 2 if place == "centre" and len(wave) > longest else 0
    heard = resampled(wave[start : start + longest] / np.float32(peak), rate, to)[:length]
    before = (length - len(heard)) // 2 if place == "centre" else 0
    return np.pad(heard, (before, length - len(heard) - before))
