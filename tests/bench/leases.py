"""Carports by chance in virtual time: what goes at any second, and whether a circuit could ever carry too much."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from time import process_time

from tests.bench.result import Result, at_most
from tests.stories.carport_fates import RUN_S, lived

TITLE = "Leases"
CHUNK = 20
HOW = (
    f"Carports of two to four chargers in up to two groups, {RUN_S} s each, steered by ev's core as ev_app.py runs it: "
    "ev, dm, the meter, the network, a charger, its power, its answers are lost at random seconds for up to 80 s, cars "
    "come and leave. Watched each second: all that could be drawn, by what each charger was told last and by its own "
    "watchdog, on each phase of each circuit. The other load stays as it is, so nothing may ever be exceeded."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was broken in some runs: exceeded in which, the worst of it, between nothing and least, pulses."""

    exceeded: tuple[int, ...] = ()
    worst_a: float = 0.0
    between: int = 0
    pulses: int = 0
    blows: int = 0
    cpu_s: float = 0.0


def results(*, quick: bool) -> Iterator[Result]:
    """Thousands of runs."""
    runs = 200 if quick else 5000
    pool = ProcessPoolExecutor(max_workers=os.cpu_count())
    try:
        parts = list(pool.map(seen, range(0, runs, CHUNK)))
    finally:
        pool.shutdown(cancel_futures=True)
    exceeded = sorted(seed for part in parts for seed in part.exceeded)
    cpu_s, blows = sum(part.cpu_s for part in parts), sum(part.blows for part in parts)
    which = f"; exceeded in {', '.join(map(str, exceeded[:10]))}" if exceeded else ""
    yield at_most(
        f"runs of {runs} in which a circuit could have carried too much",
        len(exceeded),
        0,
        "{:.0f}",
        f"{blows} losses, {runs * RUN_S / 3600:.0f} hours in {cpu_s:.0f} s of processor; at worst "
        f"{max(part.worst_a for part in parts):.1f} A too much{which}",
    )
    yield at_most("chargers offered less than their least", sum(part.between for part in parts), 0, "{:.0f}")
    yield at_most("let go on within five minutes of a stop", sum(part.pulses for part in parts), 0, "{:.0f}")


def seen(first: int) -> Seen:
    """What was broken in the runs from `first` on."""
    began_s, exceeded, worst_a, between, pulses, blows = process_time(), [], 0.0, 0, 0, 0
    for seed in range(first, first + CHUNK):
        port, fell = lived(seed)
        laws = port.laws
        if laws.could:
            exceeded.append(seed)
            worst_a = max(worst_a, *(found.by_a for found in laws.could))
        between, pulses, blows = between + len(laws.between), pulses + len(laws.pulses()), blows + len(fell)
    return Seen(
        exceeded=tuple(exceeded),
        worst_a=worst_a,
        between=between,
        pulses=pulses,
        blows=blows,
        cpu_s=process_time() - began_s,
    )
