"""Bytes to readings: our framer and parser beside dsmr_parser, on the same bytes in the same run.

Both cut the stream into telegrams, check the CRC and type the lines; dsmr_parser those of its table for Fluvius. It is
handed one telegram at a time, which suits its buffer best; ours gets a round in one piece.
"""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from statistics import median

from dsmr_parser.clients.telegram_buffer import TelegramBuffer
from dsmr_parser.parsers import TelegramParser
from dsmr_parser.telegram_specifications import BELGIUM_FLUVIUS

from lib.core.p1 import Framer
from lib.core.reading import Parser
from tests.bench.result import Result, at_least, at_most
from tests.bench.stream import all_anew, second_by_second

TITLE = "Telegrams"
HOW = (
    "Telegrams of 50 lines (gas, water, 13 months of history) from the simulated house. Both get the same bytes, frame "
    "them, check the CRC and type the lines. Processor time; rounds alternate; medians."
)
ROUND = 1000  # telegrams
PIECE = 512  # bytes; what a serial line hands over at most
NOISE = 440_000  # bytes
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of processor time for the same telegrams, round by round."""

    telegrams: int
    ours_s: tuple[float, ...]
    rival_s: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times faster ours is: the median of the rounds."""
        return median(rival / ours for ours, rival in zip(self.ours_s, self.rival_s, strict=True))

    @property
    def beside(self) -> str:
        """The absolute times, which are only as steady as the machine."""
        ours_us, rival_us = (sum(seconds) / self.telegrams * 1e6 for seconds in (self.ours_s, self.rival_s))
        return f"{ours_us:.1f} µs a telegram, dsmr_parser {rival_us:.0f} µs"


def results(*, quick: bool) -> Iterator[Result]:
    """The speed on three streams, the memory that readings keep, and noise."""
    rounds = 3 if quick else 9
    steady = race(second_by_second(), rounds * ROUND)
    yield at_least("1 Hz stream, parsed and typed with CRC", steady.ratio, 40, "{:.0f} × dsmr_parser", steady.beside)
    anew = race(all_anew(), rounds * ROUND)
    yield at_least("every line of every telegram new", anew.ratio, 10, "{:.1f} × dsmr_parser", anew.beside)
    seconds = 3600 if quick else 86_400
    day = race(second_by_second(), seconds)
    yield Result(
        what=f"{seconds} telegrams of one day, one after the other",
        measured=f"{sum(day.ours_s):.2f} s",
        beside=f"dsmr_parser {sum(day.rival_s):.1f} s: {sum(day.rival_s) / sum(day.ours_s):.0f} × as long",
    )
    ours_b, rival_b = kept_bytes(_parse_ours, 5 * ROUND), kept_bytes(_parse_rival, ROUND // 4)
    yield at_most(
        "memory of a kept reading", ours_b / 1000, 6, "{:.1f} kB", f"dsmr_parser's telegram {rival_b / 1000:.1f} kB"
    )
    times = {name: slowdown(_frame_ours, noise) for name, noise in noises().items()}
    worst = max(times, key=lambda name: times[name])
    rival = slowdown(_frame_rival, noises()["a telegram without end"])
    yield at_most(
        "440 kB of noise: time for 4 × the bytes",
        times[worst],
        5,
        "{:.1f} × the time",
        f"the worst of {len(times)}: {worst}; dsmr_parser's buffer on a telegram without end {rival:.1f} ×",
    )


def race(stream: Iterator[bytes], telegrams: int) -> Race:
    """Let both read the next `telegrams` of `stream`, a round each in turn; what they learnt they keep."""
    framer, parser = Framer(), Parser()
    buffer, rival = TelegramBuffer(), TelegramParser(BELGIUM_FLUVIUS)
    ours_s: list[float] = []
    rival_s: list[float] = []
    left = telegrams
    while left > 0:
        told = list(islice(stream, min(ROUND, left)))
        left -= len(told)
        data = b"".join(told)
        gc.collect()  # so that nobody pays for the other's rubbish
        start = time.process_time()
        read = sum(parser.parse(telegram).at is not None for telegram in framer.feed(data))
        ours_s.append(time.process_time() - start)
        assert read == len(told)
        gc.collect()
        start = time.process_time()
        read = 0
        for one in told:
            buffer.append(one.decode("ascii"))
            for text in buffer.get_all():
                rival.parse(text, throw_ex=True)
                read += 1
        rival_s.append(time.process_time() - start)
        assert read == len(told)
    return Race(telegrams, tuple(ours_s), tuple(rival_s))


def kept_bytes(parse: Callable[[Sequence[bytes]], object], telegrams: int) -> float:
    """Bytes that stay for each reading of the 1 Hz stream that is kept, with all that its parser keeps."""
    told = list(islice(second_by_second(), telegrams))
    tracemalloc.start()
    kept = parse(told)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size / telegrams


def _parse_ours(told: Sequence[bytes]) -> object:
    framer, parser = Framer(), Parser()
    return parser, [parser.parse(telegram) for one in told for telegram in framer.feed(one)]


def _parse_rival(told: Sequence[bytes]) -> object:
    rival = TelegramParser(BELGIUM_FLUVIUS)
    return rival, [rival.parse(one.decode("ascii")) for one in told]


def noises() -> dict[str, Callable[[int], bytes]]:
    """Streams that hold no telegram, by name: a length in bytes → so many."""
    lines = next(second_by_second()).partition(b"!")[0]
    return {
        "a telegram without end": lambda length: lines + (b"1-0:1.7.0(00.342*kW)\r\n" * (length // 22))[len(lines) :],
        "random bytes": lambda length: Random(length).randbytes(length),
        "starts": lambda length: b"/FLU5" * (length // 5),
        "ends": lambda length: b"!" * length,
        "starts, each with an end and a wrong CRC": lambda length: b"/FLU5\r\n!0000\r\n" * (length // 14),
    }


def slowdown(frame: Callable[[bytes], None], noise: Callable[[int], bytes]) -> float:
    """How many times longer four times the bytes take; 4 is linear. The best of `ROUNDS` each, in turn."""
    once, four_times = noise(NOISE), noise(4 * NOISE)
    seconds = [(_seconds(frame, once), _seconds(frame, four_times)) for _ in range(ROUNDS)]
    return min(four for _, four in seconds) / min(one for one, _ in seconds)


def _seconds(frame: Callable[[bytes], None], data: bytes) -> float:
    start = time.process_time()
    frame(data)
    return time.process_time() - start


def _frame_ours(data: bytes) -> None:
    framer = Framer()
    for at in range(0, len(data), PIECE):
        framer.feed(data[at : at + PIECE])


def _frame_rival(data: bytes) -> None:
    buffer = TelegramBuffer()
    for at in range(0, len(data), PIECE):
        buffer.append(data[at : at + PIECE].decode("ascii"))
        list(buffer.get_all())
