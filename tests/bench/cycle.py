"""What one step of ev costs: a word of dm, or of a charger → what every charger is told; and needs and plan."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from statistics import median
from time import process_time

from lib.commands.ev_memory import standing
from lib.core.aims import aims_of
from lib.core.charging import Heard
from lib.core.p1 import Framer
from lib.core.prospects import foreseen
from lib.core.reading import Parser
from lib.core.room import shared
from lib.core.steering import steered
from lib.messages import House, parse_message, to_json
from lib.messages.ev import say_charging
from lib.messages.heard import house_word
from tests.bench.park import Park
from tests.bench.result import Result, at_most, percentile
from tests.bench.stream import second_by_second

TITLE = "Cycle"
CHARGERS, CARS = 50, 20
GOAL_MS, BUDGET_MS = 5.0, 60.0
WARM_S = 130
ROUNDS = 15
TELEGRAMS, TIMES = 200, 50
HOW = (
    f"ev's core for a car park: {CHARGERS} charge points on five cables, a car on each, {CARS} of them known, with a "
    "trip a day, the others from the sun or as fast as it goes; day-ahead prices, a plan, dm's ledger that grants each "
    "its part. Seconds of its life, one after the other; processor time, medians."
)


@dataclass(frozen=True, slots=True)
class Lived:
    """Milliseconds of each cycle, by what it began with; and how many orders were new."""

    heard_ms: tuple[float, ...]
    told_ms: tuple[float, ...]
    orders: int


def results(*, quick: bool) -> Iterator[Result]:
    """The cycle and its parts; needs and plan; small homes."""
    park = Park(CHARGERS, CARS).live(WARM_S)
    seen = lived(park, 60 if quick else 600)
    yield at_most(
        f"a word of dm → what {CHARGERS} chargers are told",
        median(seen.heard_ms),
        GOAL_MS,
        "{:.1f} ms",
        f"p99 {percentile(seen.heard_ms, 99):.1f} ms, longest {max(seen.heard_ms):.1f} ms of {len(seen.heard_ms)}; "
        f"{seen.orders} new orders; {_parts(park)}",
    )
    yield Result(
        what="a reading of one of them → the same, with needs and plan once a minute",
        measured=f"{median(seen.told_ms):.1f} ms",
        beside=f"p99 {percentile(seen.told_ms, 99):.1f} ms of {len(seen.told_ms)}",
    )
    kept_ms = _each_ms(partial(standing, park.charging))
    yield Result(
        what="its state, said: as messages, and as a frame of JSON",
        measured=f"{_each_ms(_saying(park)):.1f} ms",
        beside=f"{len(_saying(park)()) / 1000:.0f} kB; what outlives a start {kept_ms:.2f} ms",
    )
    for cars in (CARS, CHARGERS):
        full = park if cars == CARS else Park(CHARGERS, cars).live(WARM_S)
        yield at_most(
            f"needs, plan and orders anew, {cars} cars with {3 * cars} trips, once a minute",
            _each_ms(_planning(full)),
            BUDGET_MS,
            "{:.1f} ms",
            f"{len(full.charging.plan.blocks)} blocks in the plan",
        )
    for chargers in (1, 2):
        home = Park(chargers, chargers).live(WARM_S)
        hear, parse = _hearing(home), _parsing()
        pairs = [(_ms(hear, TIMES), _ms(parse, TELEGRAMS)) for _ in range(ROUNDS)]
        ours_ms = median(one for one, _ in pairs)
        yield Result(
            what=f"a frame of dm in a home with {chargers} charger{'s' * (chargers > 1)}: parsed, steered, kept, said",
            measured=f"{median(one / other for one, other in pairs):.0f} × parsing a telegram",
            beside=f"{ours_ms * 1000:.0f} µs; parsing {median(other for _, other in pairs) * 1000:.0f} µs; of it the "
            f"core {_each_ms(_cycle(home)) * 1000:.0f} µs; needs and plan {_each_ms(_planning(home)):.1f} ms a minute",
        )


def lived(park: Park, seconds: int) -> Lived:
    """Let so many seconds pass, and time each cycle."""
    heard_ms, told_ms, orders = [], [], 0
    gc.collect()
    gc.freeze()  # as the programs do
    try:
        for _ in range(seconds):
            heard = park.pass_by()
            heard_ms.append(_ms(partial(park.take, heard)))
            told_ms += [_ms(partial(park.take, told)) for told in park.readings()]
            for took in park.answers():
                park.take(took)
                orders += 1
    finally:
        gc.unfreeze()
    return Lived(tuple(heard_ms), tuple(told_ms), orders)


def _parts(park: Park) -> str:
    """What a cycle is made of, in words."""
    heard = park.pass_by()
    after = park.after(heard)
    aims = aims_of(after, park.rules)
    whole_ms = _each_ms(lambda: steered(park.after(heard), park.rules, replans=False))
    after_ms = _each_ms(lambda: park.after(heard))
    aims_ms = _each_ms(lambda: aims_of(after, park.rules))
    rows_ms = _each_ms(lambda: shared(after, park.rules, aims))
    return (
        f"the house {after_ms:.1f} ms, wishes and claims {aims_ms:.1f} ms, circuits {rows_ms:.1f} ms, pace, orders and "
        f"reasons {whole_ms - after_ms - aims_ms - rows_ms:.1f} ms"
    )


def _cycle(park: Park) -> Callable[[], object]:
    heard = park.pass_by()
    return lambda: steered(park.after(heard), park.rules, replans=False)


def _planning(park: Park) -> Callable[[], object]:
    due = replace(park.charging, planned_s=None)
    return lambda: steered(foreseen(due, park.rules), park.rules)


def _saying(park: Park) -> Callable[[], str]:
    return lambda: to_json(say_charging(park.charging, park.rules, boot="ev", seq=1, now=park.at, makes={}, notices={}))


def _hearing(park: Park) -> Callable[[], object]:
    """All that a frame of dm leads to in ev, but for the sockets."""
    park.pass_by()
    frame = to_json(park.house)

    def hear() -> None:
        house = parse_message(frame)
        assert isinstance(house, House)
        park.take(Heard(word=house_word(house)))
        standing(park.charging)
        to_json(say_charging(park.charging, park.rules, boot="ev", seq=1, now=park.at, makes={}, notices={}))

    return hear


def _parsing() -> Callable[[], object]:
    """Frame and parse the next telegram of a second's stream, over and over."""
    framer, parser, told = Framer(), Parser(), cycle(list(islice(second_by_second(), TELEGRAMS)))
    return lambda: [parser.parse(telegram) for telegram in framer.feed(next(told))]


def _each_ms(work: Callable[[], object]) -> float:
    """The median of some rounds."""
    return median(_ms(work) for _ in range(ROUNDS))


def _ms(work: Callable[[], object], times: int = 1) -> float:
    start = process_time()
    for _ in range(times):
        work()
    return (process_time() - start) / times * 1000
