"""A house whose meter prints telegrams, heard by the real core: the messages that the panels draw.

The serials are invented, the CRCs are real. Everything is told in steps, so nothing waits and nothing is random.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from fastcrc import crc16

from lib import messages
from lib.core.events import Event
from lib.core.house import House, Rules
from lib.core.metering import Heard, Silent, after
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.stamp import BRUSSELS
from lib.core.tariff import Tariffs
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from tests.conftest import SIMPLE

MINUTE = timedelta(minutes=1)
STEPS = {0: 5 * MINUTE, 5: 5 * MINUTE, 10: 4 * MINUTE}  # close enough that no day and no quarter has a hole
PEAK_RATES = {  # Imewo, with a supplier's fee
    "Gas": {"+": 1.576, "cnv": ["kWh", 11.51]},
    "Water": {"+": 6.1},
    "Electricity": {
        "+": {"Day": 0.4, "Night": 0.3},
        "-": {"Day": 0.1, "Night": 0.1},
        "capacity": {"eur_per_kw_year": 57.453},
        "fixed": [{"name": "supplier", "eur_per_year": 40.12}],
    },
}
PEAKS_KW = (4.118, 3.427, 2.904, 2.211, 3.655, 5.012, 3.871, 2.498, 3.102, 3.318, 4.006, 3.790, 2.661)
OPERATOR = b"Works in your street on Monday from 9 to 12: no power".hex().upper()


def brussels(text: str) -> datetime:
    """An instant by Brussels time, such as `2026-11-20 14:02`; in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


def stamp(at: datetime) -> str:
    """The meter's stamp of an instant."""
    there = at.astimezone(BRUSSELS)
    return there.strftime("%y%m%d%H%M%S") + ("S" if there.dst() else "W")


def closed(body: str) -> bytes:
    """A telegram with its CRC, from "/" to the line end."""
    data = body.replace("\n", "\r\n").encode("latin-1")
    return data + f"{crc16.arc(data):04X}\r\n".encode()


@dataclass(kw_only=True)
class Meter:
    """A three-phase Flemish meter with gas and water, and its counters."""

    at: datetime
    day_wh: int = 12_345_678
    night_wh: int = 9_876_543
    day_out_wh: int = 4_321_000
    night_out_wh: int = 1_210_000
    rest_ws: dict[str, float] = field(default_factory=dict)
    gas_l: int = 5_432_109
    water_l: int = 812_345
    quarter_ws: float = 0.0
    peak: tuple[float, datetime] | None = None
    message: str = ""

    @property
    def day(self) -> bool:
        """Whether the day register counts."""
        there = self.at.astimezone(BRUSSELS)
        return there.weekday() < 5 and 7 <= there.hour < 22

    def step(self, power_w: float, length: timedelta) -> None:
        """Time passes at a power, + taken."""
        seconds = length.total_seconds()
        name = ("day" if self.day else "night") + ("_wh" if power_w >= 0 else "_out_wh")
        ws = self.rest_ws.get(name, 0.0) + abs(power_w) * seconds
        setattr(self, name, getattr(self, name) + int(ws // 3600))
        self.rest_ws[name] = ws % 3600
        self.quarter_ws += max(0.0, power_w) * seconds
        before, self.at = self.at, self.at + length
        if before.astimezone(BRUSSELS).month != self.at.astimezone(BRUSSELS).month:
            self.peak = None
        if self.at.minute % 15 < before.minute % 15:
            average_w = self.quarter_ws / 900
            if self.peak is None or average_w > self.peak[0]:
                self.peak = (average_w, self.at.replace(second=0))
            self.quarter_ws = 0.0

    def telegram(self, power_w: float) -> bytes:
        """What it prints now."""
        lines = [
            "/TST5\\253769999_A",
            "",
            "0-0:96.1.4(50221)",
            "0-0:96.1.1(3153545354303030303030303031)",
            "0-0:96.1.2(353431343438383230303030303030303031)",
            f"0-0:1.0.0({stamp(self.at)})",
            f"1-0:1.8.1({self.day_wh / 1000:010.3f}*kWh)",
            f"1-0:1.8.2({self.night_wh / 1000:010.3f}*kWh)",
            f"1-0:2.8.1({self.day_out_wh / 1000:010.3f}*kWh)",
            f"1-0:2.8.2({self.night_out_wh / 1000:010.3f}*kWh)",
            f"0-0:96.14.0({'0001' if self.day else '0002'})",
            f"1-0:1.4.0({self.quarter_ws / 900_000:06.3f}*kW)",
            *([f"1-0:1.6.0({stamp(self.peak[1])})({self.peak[0] / 1000:06.3f}*kW)"] if self.peak else []),
            self.history(),
            f"1-0:1.7.0({max(0.0, power_w) / 1000:06.3f}*kW)",
            f"1-0:2.7.0({max(0.0, -power_w) / 1000:06.3f}*kW)",
            "1-0:21.7.0(00.412*kW)",
            "1-0:41.7.0(00.803*kW)",
            "1-0:61.7.0(00.028*kW)",
            "1-0:22.7.0(00.000*kW)",
            "1-0:42.7.0(00.000*kW)",
            "1-0:62.7.0(00.000*kW)",
            "1-0:32.7.0(236.4*V)",
            "1-0:52.7.0(234.9*V)",
            "1-0:72.7.0(237.1*V)",
            "1-0:31.7.0(002.01*A)",
            "1-0:51.7.0(003.64*A)",
            "1-0:71.7.0(000.31*A)",
            "0-0:96.3.10(1)",
            "0-0:17.0.0(99.999*kW)",
            "1-0:31.4.0(999.99*A)",
            "1-0:94.32.1(400)",
            "0-1:96.3.10(0)",
            "0-2:96.3.10(0)",
            f"0-0:96.13.0({self.message})",
            "0-1:24.1.0(003)",
            "0-1:96.1.1(37464C4F303030303030303030)",
            "0-1:24.4.0(1)",
            f"0-1:24.2.3({stamp(self.at)})({self.gas_l / 1000:09.3f}*m3)",
            "0-2:24.1.0(007)",
            "0-2:96.1.1(3853545354303030303030303030)",
            f"0-2:24.2.1({stamp(self.at)})({self.water_l / 1000:09.3f}*m3)",
            "9-9:9.9.9(something new)",
            "!",
        ]
        return closed("\n".join(lines))

    def history(self) -> str:
        """The months before, oldest first, each under 00:00 of the next month's first."""
        ends = list(month_starts(self.at, len(PEAKS_KW)))[::-1]
        rows = [
            f"({stamp(end)})({stamp(end - timedelta(days=9, hours=5, minutes=15))})({kw:06.3f}*kW)"
            for end, kw in zip(ends, PEAKS_KW, strict=True)
        ]
        return f"0-0:98.1.0({len(rows)})(1-0:1.6.0)(1-0:1.6.0)" + "".join(rows)


def month_starts(at: datetime, count: int) -> Iterator[datetime]:
    """The first instants of the running month and those before, newest first."""
    day = at.astimezone(BRUSSELS).date().replace(day=1)
    for _ in range(count):
        yield brussels(f"{day} 00:00")
        day = (day - timedelta(days=1)).replace(day=1)


def usual_w(at: datetime) -> float:
    """A household's net power: a base load, breakfast, sun at noon, an evening."""
    there = at.astimezone(BRUSSELS)
    hour = there.hour + there.minute / 60
    base_w = 240.0 + 90.0 * ((there.hour * 7 + there.minute) % 3)
    if 6.5 <= hour < 8:
        return base_w + 1450
    if 10.5 <= hour < 14:
        return base_w - 1100 - 60 * (there.day % 5)
    if 17.75 <= hour < 20.5:
        return base_w + 1700 + 110 * (there.day % 4)
    return base_w


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the core knows after some days, and the telegram it heard last."""

    house: House
    rules: Rules
    telegram: bytes
    received: datetime
    events: tuple[Event, ...]
    rejected: int = 0

    def told(self, *, demo: bool = False) -> list[messages.Message]:
        """The messages that dm would say now."""
        assert self.house.books is not None
        return [
            say_house(self.house, self.rules, boot="b1", seq=7, now=self.received, demo=demo),
            say_rates(self.house, self.rules, now=self.received),
            say_usage(self.house, self.rules),
            say_telegram(self.telegram, self.received),
            say_bill(self.house, self.rules),
            say_events(self.events),
        ]

    def silent(self, for_s: float, why: str, *, ended: bool = False) -> "Story":
        """The same, so many seconds later, when nothing came any more."""
        now = self.received + timedelta(seconds=for_s)
        silent = Silent(for_s=for_s, why=why, now=now, rejected=self.rejected, ended=ended)
        return replace(self, house=after(self.house, silent, self.rules), received=now)


def lived(
    start: datetime,
    end: datetime,
    power_w: Callable[[datetime], float] = usual_w,
    *,
    capacity_tariff: bool = True,
    message: str = "",
    rejected: int = 0,
    tariffs: Tariffs = SIMPLE,
) -> Story:
    """A house watched from `start` to `end`: some telegrams a quarter, and one each second in the last ten minutes."""
    rules = Rules(tariffs=tariffs, connection_w=17_250.0, capacity_tariff=capacity_tariff)
    meter = Meter(at=start)
    framer, parser, house = Framer(), Parser(), House()
    telegram, happened = b"", list[Event]()
    while True:
        power = power_w(meter.at)
        (telegram,) = framer.feed(meter.telegram(power))
        house = after(house, Heard(reading=parser.parse(telegram), received=meter.at, rejected=rejected), rules)
        happened[:0] = house.events
        left = end - meter.at
        if left <= timedelta(0):
            break
        meter.message = message  # it comes while somebody watches
        meter.step(power, STEPS.get(meter.at.minute % 15, MINUTE) if left > 10 * MINUTE else timedelta(seconds=1))
        if meter.at.minute % 15 == 0 and meter.at.second == 0:
            meter.gas_l += 37
            meter.water_l += 4
    return Story(
        house=house,
        rules=rules,
        telegram=telegram,
        received=meter.at,
        events=tuple(happened),
        rejected=rejected,
    )


@cache
def four_days() -> Story:
    """An ordinary Friday noon, after five days: sun, no peak in sight."""
    return lived(brussels("2026-11-15 22:10:00"), brussels("2026-11-20 14:07:31"))


@cache
def new_peak() -> Story:
    """An evening with an oven, a hob and a boiler at once."""

    def power_w(at: datetime) -> float:
        return 6_870.0 if at >= brussels("2026-11-20 18:33") else usual_w(at)

    return lived(
        brussels("2026-11-15 22:10:00"),
        brussels("2026-11-20 18:37:12"),
        power_w,
        message=OPERATOR,
        tariffs=parse_rates(PEAK_RATES),
    )


@cache
def just_started() -> Story:
    """Five minutes after the first telegram."""
    return lived(brussels("2026-11-20 14:02:00"), brussels("2026-11-20 14:07:31"))


@cache
def no_capacity_tariff() -> Story:
    """The same house in Wallonia."""
    return lived(brussels("2026-11-15 22:10:00"), brussels("2026-11-20 14:07:31"), capacity_tariff=False)
