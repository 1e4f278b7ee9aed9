"""Builders that read like the story they tell."""

import os
import random
import socket
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lib.core.house import House, Rules
from lib.core.metering import Heard, after
from lib.core.rates import parse_rates
from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS, Stamp

# a busy machine breaks no law; the whole check tries the same examples each time, who works here always others
settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("untimed")

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=BRUSSELS).astimezone(UTC)
SECOND = timedelta(seconds=1)
FIRST_PORT, PORTS, PORTS_EACH, WORKERS = 10_000, 10, 2_500, 8
WORKERS_A_CORE = 2  # a test waits for sockets and programs as long as it computes

SIMPLE_RATES = {
    "Gas": {"+": 1.576, "cnv": ["kWh", 11.51]},
    "Water": {"+": 6.1},
    "Electricity": {"+": {"Day": 0.4, "Night": 0.3}, "-": {"Day": 0.1, "Night": 0.1}},
}
SIMPLE = parse_rates(SIMPLE_RATES)
RULES = Rules(tariffs=SIMPLE, connection_w=17_250)


def cores() -> int:
    """How many this run may use."""
    return len(os.sched_getaffinity(0))


def pytest_xdist_auto_num_workers() -> int:
    """So many workers that others compute while some wait; more than have ports of their own only for more cores."""
    return max(cores(), min(WORKERS, WORKERS_A_CORE * cores()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What has a time limit of its own takes long and comes first, or the others would wait for it in the end.

    As many workers as there are cores begin with it: it starts many programs. At first a worker gets as many tests as
    any other, in their order.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    lanes = min(workers, cores())
    long = [item for item in items if item.get_closest_marker("timeout")]
    short = [item for item in items if not item.get_closest_marker("timeout")]
    each = len(items) // workers
    items.clear()
    for lane in range(lanes):
        mine = long[lane::lanes]
        rest = max(0, each - len(mine))
        items += mine + short[:rest]
        del short[:rest]
    items += short


def folders() -> list[Path]:
    """The folders of recorded cases: ours, and the one that DM_CASES names, which must then be there."""
    own = Path(__file__).parent / "fixtures"
    named = os.environ.get("DM_CASES")
    if named and not (Path(named) / "telegrams").is_dir():
        raise FileNotFoundError(f"DM_CASES={named}: holds no folder telegrams; unset it or name the folder of cases")
    return [own, Path(named)] if named else [own]


def free_ports() -> int:
    """The first of ten ports in a row that are free on loopback.

    They lie below those that the system gives away, and each worker of the tests has a range of its own: so they stay
    free until they are used.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    while True:
        first = FIRST_PORT + PORTS_EACH * worker + PORTS * random.randrange(PORTS_EACH // PORTS)
        with ExitStack() as opened:
            try:
                for port in range(first, first + PORTS):
                    opened.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first


def local(text: str) -> datetime:
    """An instant by Brussels time, such as `2026-11-20 12:00`; in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


def stamp(at: datetime) -> Stamp:
    """The meter's stamp of an instant, with its letter."""
    there = at.astimezone(BRUSSELS)
    return Stamp(there.strftime("%y%m%d%H%M%S") + ("S" if there.dst() else "W"), at)


def a_reading(at: datetime = NOON, *, grid_w: float = 0.0, **said: Any) -> Reading:
    """A reading at `at` with net power `grid_w`; what is not said the telegram does not hold."""
    usual: dict[str, Any] = {"clock": stamp(at), "import_w": max(0.0, grid_w), "export_w": max(0.0, -grid_w)}
    return Reading(ident="/TST5\\1", **(usual | said))


def hear(house: House, reading: Reading, received: datetime | None = None, *, rules: Rules = RULES) -> House:
    """The house after a reading; received: the machine's time, the meter's unless said."""
    return after(house, Heard(reading=reading, received=received or reading.at or NOON), rules)


@pytest.fixture
def rules() -> Rules:
    """The simple rates on 3×25 A, with the capacity tariff."""
    return RULES
