"""What pricing costs, beside the parsing of a telegram: a quarter, a telegram in the core, the bill."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from lib.core.charges import Used
from lib.core.cost import priced
from lib.core.counters import Amounts
from lib.core.house import House
from lib.core.metering import Heard, after
from lib.core.p1 import Framer
from lib.core.quarter import QUARTER
from lib.core.reading import Parser
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_rates
from tests.bench.past import RULES, TWICE_A_QUARTER, lived
from tests.bench.result import Result
from tests.bench.stream import second_by_second
from tests.conftest import local

TITLE = "Money"
HOW = (
    "Dynamic prices by the quarter, two lines more on import, one with blocks, gas in kWh, water, capacity tariff; "
    "books of months. Each work beside framing and parsing a telegram of the 1 Hz stream, in turn, processor time, the "
    "median of the rounds."
)
START = local("2026-01-01 00:00")
ROUNDS = 15
TELEGRAMS = 600


def results(*, quick: bool) -> Iterator[Result]:
    """Each kind of work as so many parsed telegrams."""
    end = START + timedelta(days=10 if quick else 181)
    with TemporaryDirectory(prefix="dm-bench-") as home:
        past = asyncio.run(lived(Path(home), START, end, paces_s=TWICE_A_QUARTER, commit_s=86_400))
    house, now = past.house, past.end
    amounts = Amounts(import_wh={"1": 120, "2": 0}, export_wh={"1": 310, "2": 0}, gas_l=40, water_l=11)
    used = Used(import_wh={"1": 1_999_900, "2": 0}, export_wh={"1": 100_000, "2": 0}, water_l=20_000)
    since = START + timedelta(days=5, hours=12)
    works: dict[str, tuple[Callable[[], object], int]] = {
        "a telegram in the core, as 899 of 900 are": (_hearing(house), TELEGRAMS),
        "the price of a quarter": (
            lambda: priced(amounts, since, since + QUARTER, used, RULES.tariffs, house.index),
            TELEGRAMS,
        ),
        "the bill of month and year, said": (lambda: say_bill(house, RULES), 30),
        "the usage, said": (lambda: say_usage(house, RULES), 30),
        "the rates of today and tomorrow, said": (lambda: say_rates(house, RULES, now=now), 10),
    }
    parse = _parsing()
    for name, (work, times) in works.items():
        pairs = [(_each_us(work, times), _each_us(parse, TELEGRAMS)) for _ in range(ROUNDS)]
        ratio = median(one / other for one, other in pairs)
        yield Result(
            what=name,
            measured=f"{ratio:.1f} × parsing a telegram",
            beside=f"{median(one for one, _ in pairs):.0f} µs; parsing {median(other for _, other in pairs):.0f} µs",
        )


def _parsing() -> Callable[[], object]:
    """Frame and parse the next telegram of a second's stream, over and over."""
    framer, parser, told = Framer(), Parser(), cycle(list(islice(second_by_second(), TELEGRAMS)))
    return lambda: [parser.parse(telegram) for telegram in framer.feed(next(told))]


def _hearing(house: House) -> Callable[[], object]:
    """A reading in the open quarter, heard by the same house again and again: the books grow by it, and no row ends."""
    assert house.reading
    assert house.at
    heard = Heard(reading=house.reading, received=house.at)
    return lambda: after(house, heard, RULES)


def _each_us(work: Callable[[], object], times: int) -> float:
    start = process_time()
    for _ in range(times):
        work()
    return (process_time() - start) / times * 1e6
