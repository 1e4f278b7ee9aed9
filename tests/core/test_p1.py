"""Bytes → telegrams: whole ones and nothing else, however the stream is cut and whatever stands between."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.p1 import LONGEST, Framer, cause_of_silence
from tests.cases import Case, cases, sealed, telegram

GOOD = telegram("0-0:1.0.0(240603112005S)", "1-0:1.7.0(00.350*kW)", "0-0:96.13.0()")
BODY = GOOD[:-2]  # without its CR LF: what the framer gives, and the four digits
STREAMS = cases("be", "other", "malformed")
# what a stream is made of at its worst, whole telegrams among it
SCRAPS = st.one_of(
    st.sampled_from(
        [
            *(GOOD, BODY, GOOD[:40], GOOD[40:], GOOD.lower(), GOOD.replace(b"\r\n", b"\n"), b"/a" * 9, b"!!!!!!"),
            *(b"/", b"!", b"\r\n", b"\0", b"/FLU5\\", b"/abc", b"!BEEF", b"!0", b"!12", b"\xff", b"\n", b"\r", b"(1)"),
        ]
    ),
    st.binary(max_size=12),
)


def pieces(raw: bytes, cuts: list[int]) -> Iterator[bytes]:
    """`raw`, cut at these places."""
    places = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    return (raw[start:end] for start, end in pairwise(places))


def framed(raw: bytes, cuts: list[int], *, no_crc: bool = False) -> tuple[list[bytes], int]:
    """The telegrams of a stream cut at these places, and how many were rejected; the buffer is watched on the way."""
    framer = Framer(no_crc=no_crc)
    found: list[bytes] = []
    for piece in pieces(raw, cuts):
        found += framer.feed(piece)
        assert len(framer.rest) <= LONGEST
    return found + framer.finish(), framer.rejected


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.name)
def test_a_stream_gives_its_good_telegrams_and_nothing_more(case: Case) -> None:
    """As many as the case says, in one piece or in pieces of the size a serial port hands out."""
    found, rejected = framed(case.raw, [], no_crc=case.no_crc)
    assert len(case.expected) == len(found)
    if case.rejected is not None:
        assert case.rejected == rejected
    assert (found, rejected) == framed(case.raw, list(range(0, len(case.raw), 64)), no_crc=case.no_crc)


@pytest.mark.parametrize("case", [case for case in STREAMS if len(case.raw) < 8_000], ids=lambda case: case.name)
def test_byte_by_byte_gives_the_same(case: Case) -> None:
    """The smallest cut there is."""
    assert framed(case.raw, [], no_crc=case.no_crc) == framed(case.raw, list(range(len(case.raw))), no_crc=case.no_crc)


@settings(deadline=None, max_examples=300)
@given(scraps=st.lists(SCRAPS, max_size=40), cuts=st.lists(st.integers(0, 10_000), max_size=20), no_crc=st.booleans())
def test_any_cut_of_a_stream_gives_the_same(scraps: list[bytes], cuts: list[int], *, no_crc: bool) -> None:
    """The same telegrams and the same count of rejected, wherever the stream is cut."""
    raw = b"".join(scraps)
    assert framed(raw, [], no_crc=no_crc) == framed(raw, cuts, no_crc=no_crc)


@settings(deadline=None, max_examples=50)
@given(raw=st.binary(max_size=30_000), cuts=st.lists(st.integers(0, 30_000), max_size=5), no_crc=st.booleans())
def test_no_bytes_raise_or_fill_the_buffer(raw: bytes, cuts: list[int], *, no_crc: bool) -> None:
    """Whatever a neighbour's dongle sends, 8 kB at most are kept."""
    framed(raw, cuts, no_crc=no_crc)


@settings(deadline=None)
@given(noise=st.one_of(st.binary(max_size=20_000), st.lists(SCRAPS, max_size=60).map(b"".join)))
def test_a_good_telegram_after_any_noise_is_delivered(noise: bytes) -> None:
    """Its own start is the last one before its end, so nothing that came before can claim it."""
    framer = Framer()
    framer.feed(noise)
    assert framer.feed(GOOD)[-1:] == [BODY[:-4]]


def test_a_single_changed_byte_is_never_delivered() -> None:
    """Each byte of a telegram, changed to each other value: the CRC finds it, and so does mending line ends."""
    digits = len(BODY) - 4
    for at in range(len(BODY)):
        for byte in range(256):
            changed = BODY[:at] + bytes([byte]) + BODY[at + 1 :]
            if changed == BODY or (at >= digits and changed.upper() == BODY.upper()):
                continue  # no change, or the same digit in lower case
            assert Framer().feed(changed + b"\r\n") == [], (at, byte)


def test_the_end_is_the_fourth_digit() -> None:
    """A telegram is given before its CR LF comes, which may be lost."""
    assert [BODY[:-4]] == Framer().feed(BODY)


def test_a_short_crc_at_the_end_of_a_file_is_complete() -> None:
    """With fewer than four digits only what follows shows the end; `finish` stands for it."""
    short = next(one for n in range(10_000) if (one := telegram(f"1-0:1.8.1({n:010d}*Wh)"))[-6:-5] == b"0")
    framer = Framer()
    assert framer.feed(short[:-6] + short[-5:-2]) == []
    assert [short[:-6]] == framer.finish()
    for follows in (b"\r", b"\n", b"\0", b"\xff", b"/"):
        assert [short[:-6]] == Framer().feed(short[:-6] + short[-5:-2] + follows)


def test_line_ends_are_given_as_the_crc_knows_them() -> None:
    """A bridge that changed the line ends but not the CRC is undone; one that made its own CRC is believed."""
    assert [BODY[:-4]] == Framer().feed(GOOD.replace(b"\r\n", b"\n"))
    assert [BODY[:-4]] == Framer().feed(GOOD.replace(b"\r\n", b"\r\r\n"))
    own = BODY[:-4].replace(b"\r\n", b"\n")
    assert [own] == Framer().feed(sealed(own))


def test_no_crc_is_taken_only_when_allowed_and_a_wrong_one_never() -> None:
    """DSMR 2 and 3 and pasted copies print none; a printed CRC always counts."""
    bare, wrong = BODY[:-4] + b"\r\n", BODY[:-4] + b"0000\r\n"
    assert ([], 1) == framed(bare, [])
    assert ([BODY[:-4]], 0) == framed(bare, [], no_crc=True)
    assert ([], 1) == framed(wrong, [], no_crc=True)


def test_a_bad_telegram_is_counted_once() -> None:
    """End marks that follow it in the noise are no more telegrams."""
    wrong = BODY[:-4] + b"0000\r\n"
    assert ([BODY[:-4]], 2) == framed(wrong + b"!0000\r\n" * 5 + wrong + b"!\r\n" + GOOD + b"!0000\r\n", [])


def test_a_telegram_longer_than_the_longest_is_let_go() -> None:
    """Beyond 8 kB there is no legal telegram; the next one is not lost."""
    too_long = telegram(*[f"1-0:99.0.{n}(00000000000000000000)" for n in range(300)])
    assert len(too_long) > LONGEST
    assert ([BODY[:-4]], 0) == framed(too_long + GOOD, [])
    longest = telegram(f"0-0:96.13.0({'00' * 4000})")
    assert LONGEST - 200 < len(longest) < LONGEST
    assert ([longest[:-6]], 0) == framed(longest, [])


FLOODS = {
    "no end": b"/FLU5\\1\r\n" + b"1-0:1.7.0(00.153*kW)\r\n" * 5_000,
    "no start": b"1-0:1.7.0(00.153*kW)\r\n" * 5_000,
    "ends": b"!" * 100_000,
    "starts": b"/" * 100_000,
    "identifications": b"/abc" * 25_000,
    "bad telegrams": b"/abc\r\n!0000\r\n" * 7_000,
    "bad ends": b"/abc\r\n" + b"!0000\n" * 17_000,
    "random": random.Random(7).randbytes(100_000),
}


def took_s(raw: bytes, times: int) -> float:
    """CPU seconds for a flood that goes on `times` as long, in reads of 512 bytes; the best of three."""
    best = float("inf")
    for _ in range(3):
        framer = Framer()
        start = time.process_time()
        for _ in range(times):
            for at in range(0, len(raw), 512):
                framer.feed(raw[at : at + 512])
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_costs_linear_time_and_no_memory(flood: str) -> None:
    """100 kB of what never is a telegram: 8 kB are kept, the good one behind it comes, four floods cost about four."""
    raw = FLOODS[flood]
    assert [BODY[:-4]] == framed(raw + GOOD, list(range(0, len(raw), 512)))[0]
    assert took_s(raw, 4) < 8 * took_s(raw, 1) + 0.05


def test_the_cause_of_silence_is_named() -> None:
    """Encrypted frames, a line of seven bits, and bytes that are nothing; a good line has no such cause."""
    frame = b"\xdb\x08SAG\x01\x02\x03\x04\x05\x82\x01\xf0\x30" + random.Random(5).randbytes(500)
    parity = bytes(byte | 128 if byte.bit_count() % 2 else byte for byte in GOOD * 3)
    inverted = bytes(~byte & 0xFF for byte in GOOD * 3)
    for raw, cause in ((b"x/y" + frame, "encrypted"), (parity, "7E1"), (inverted, "inverted")):
        framer = Framer()
        assert framer.feed(raw) == []
        assert cause in (cause_of_silence(framer.rest) or "")
    assert cause_of_silence(GOOD * 3) is None
    assert cause_of_silence(inverted[:100]) is None
