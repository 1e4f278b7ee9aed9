"""What ev may say on an autumn noon: chargers, cars and trips, made up but plausible, for pictures and tests.

The sentences are those that the core makes of the same figures.
"""

from datetime import UTC, datetime

from lib.core.charger import Plug
from lib.core.claims import SURPLUS, Claim, Drawn
from lib.core.modes import Mode
from lib.core.plan import Block
from lib.core.plugged import Ground
from lib.core.soc import Confidence
from lib.core.stamp import BRUSSELS
from lib.core.why import Reason, Why, sentence
from lib.messages import Message
from lib.messages.charging import (
    Budget,
    CalendarNow,
    CarNow,
    ChargerNow,
    Charging,
    CircuitNow,
    PhaseLoad,
    PlugIn,
    SessionRow,
    Sessions,
    TripNow,
)

KWH = 1000.0
PAID_W = 3910.0


def noon() -> list[Message]:
    """Blue car charges from the sun, Red car waits for the night; both will be in time."""
    return [charging(), sessions()]


def local(text: str) -> datetime:
    """An instant by Brussels time, such as `2026-11-20 13:24`; in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


NOW = local("2026-11-20 13:24:10")


def charging() -> Charging:
    """The state of ev."""
    return Charging(
        boot="picture",
        seq=1,
        said=NOW,
        at=NOW,
        chargers=(garage(), carport()),
        cars=(blue_car(), red_car()),
        trips=trips(),
        circuits=(connection(),),
        calendars=(CalendarNow(name="family", trips=3, age_s=260.0),),
        plan=plan(),
        budget=Budget(used_w=2310.0, granted_w=3120.0, target_w=PAID_W, until=local("2026-11-20 13:30")),
        claims=(Claim(who="garage", priority=SURPLUS, wish_w=3120.0, least_w=1380.0, runs=True),),
        drawn=(Drawn(who="garage", low_w=2310.0, high_w=2310.0),),
        demo=True,
    )


def connection(**changes: object) -> CircuitNow:
    """3x25 A; the house itself draws little."""
    told: dict[str, object] = {
        "name": "connection",
        "chargers": ("garage", "carport"),
        "phases": tuple(PhaseLoad(phase=at, limit_a=25.0, load_a=a) for at, a in ((1, 12.4), (2, 3.1), (3, 1.2))),
        "other_a": (2.4, 3.1, 1.2),
    }
    return CircuitNow(**told | changes)  # type: ignore[arg-type]


def garage(because: Why | None = None, **changes: object) -> ChargerNow:
    """One phase of three, from the sun; told: what else it does and why."""
    because = because or Why(reason=Reason.SURPLUS, power_w=2310.0, current_a=10.0)
    told: dict[str, object] = {
        "name": "garage",
        "make": "nrgkick",
        "plug": Plug.CHARGING,
        "mode": Mode.AUTO,
        "switches": True,
        "car": "car_1",
        "by": Ground.SAME_MINUTE,
        "offered_a": 10.0,
        "phases": 1,
        "phases_a": (10.0, 0.0, 0.0),
        "power_w": 2310.0,
        "set_a": 10.0,
        "go": True,
        "granted_w": 3120.0,
        "circuit": "connection",
        "share_a": 16.0,
        "lease_s": 29.0,
        "plug_in": PlugIn(
            since=local("2026-11-20 09:12"), energy_wh=6.24 * KWH, sun_wh=5.31 * KWH, grid_wh=0.93 * KWH, eur=0.84
        ),
    }
    return ChargerNow(**{**told, "because": because, "why": sentence(because)} | changes)  # type: ignore[arg-type]


def carport(because: Why | None = None, **changes: object) -> ChargerNow:
    """A car that waits for the cheap hours of the night."""
    because = because or Why(
        reason=Reason.WAITS, until=local("2026-11-21 01:00"), eur_kwh=0.2143, name="Ardennes", current_a=0.0
    )
    told: dict[str, object] = {
        "name": "carport",
        "make": "goe",
        "plug": Plug.CONNECTED,
        "mode": Mode.AUTO,
        "switches": False,
        "car": "car_2",
        "by": Ground.DEFAULT,
        "offered_a": 0.0,
        "phases": 3,
        "phases_a": (0.0, 0.0, 0.0),
        "power_w": 0.0,
        "set_a": 6.0,
        "circuit": "connection",
        "plug_in": PlugIn(since=local("2026-11-19 18:40"), energy_wh=0.0),
    }
    return ChargerNow(**{**told, "because": because, "why": sentence(because)} | changes)  # type: ignore[arg-type]


def blue_car(**changes: object) -> CarNow:
    """Read this morning, estimated since."""
    told: dict[str, object] = {
        "name": "car_1",
        "title": "Blue car",
        "capacity_wh": 57.5 * KWH,
        "everyday_pct": 80.0,
        "soc_pct": 63.4,
        "confidence": Confidence.ESTIMATED,
        "age_s": 4 * 3600.0 + 720,
        "source": "typed",
        "target_pct": 78.0,
        "charger": "garage",
        "efficiency": 0.89,
    }
    return CarNow(**told | changes)  # type: ignore[arg-type]


def red_car(**changes: object) -> CarNow:
    """Read by its maker's cloud a moment ago."""
    told: dict[str, object] = {
        "name": "car_2",
        "title": "Red car",
        "capacity_wh": 77 * KWH,
        "everyday_pct": 80.0,
        "soc_pct": 41.0,
        "confidence": Confidence.MEASURED,
        "age_s": 540.0,
        "source": "Smartcar",
        "target_pct": 88.0,
        "charger": "carport",
    }
    return CarNow(**told | changes)  # type: ignore[arg-type]


def trips() -> tuple[TripNow, ...]:
    """To the sea tomorrow, to the hills on Sunday, to work on Monday."""
    return (
        TripNow(
            car="car_1",
            title="Ostend 190 km",
            departs=local("2026-11-21 09:30"),
            ready=local("2026-11-21 09:15"),
            ask="190 km",
            target_pct=78.0,
            energy_wh=9.43 * KWH,
            latest_start=local("2026-11-21 05:48"),
            slack_s=59_000.0,
            reach_pct=78.0,
            feasible=True,
            said="ready at 09:15 with 78 %: 9 kWh, must start by 05:48",
        ),
        TripNow(
            car="car_2",
            title="Ardennes",
            departs=local("2026-11-22 08:00"),
            ready=local("2026-11-22 07:45"),
            ask="290 km",
            target_pct=88.0,
            energy_wh=41.7 * KWH,
            latest_start=local("2026-11-21 17:35"),
            slack_s=101_000.0,
            reach_pct=88.0,
            feasible=True,
            said="ready at Sun 07:45 with 88 %: 42 kWh, must start by Sat 17:35",
        ),
        TripNow(
            car="car_1",
            title="work",
            departs=local("2026-11-23 07:30"),
            ready=local("2026-11-23 07:15"),
            ask="60 km",
            target_pct=39.0,
            energy_wh=0.0,
            latest_start=local("2026-11-23 07:15"),
            slack_s=237_000.0,
            reach_pct=63.0,
            feasible=True,
            said="has its 39 % for Mon 07:15: nothing to charge",
        ),
    )


def plan() -> tuple[Block, ...]:
    """The sun of this afternoon, and two nights."""
    blocks = (
        ("car_1", "2026-11-20 13:15", "2026-11-20 15:30", 2310.0, 0.0612, ""),
        ("car_2", "2026-11-21 01:00", "2026-11-21 05:00", 3320.0, 0.2143, "Ardennes"),
        ("car_1", "2026-11-21 05:00", "2026-11-21 06:30", 3220.0, 0.2207, "Ostend 190 km"),
        ("car_2", "2026-11-21 11:30", "2026-11-21 15:45", 4140.0, 0.0612, "Ardennes"),
        ("car_2", "2026-11-22 00:00", "2026-11-22 03:45", 3320.0, 0.1987, "Ardennes"),
    )
    return tuple(
        Block(car=car, start=local(start), end=local(end), power_w=power_w, eur_kwh=eur_kwh, trip=trip)
        for car, start, end, power_w, eur_kwh, trip in blocks
    )


def sessions() -> Sessions:
    """Two weeks of them."""
    told = (
        ("garage", "car_1", "2026-11-18 17:55", "2026-11-19 07:31", 14.2, 0.0, 3.12, 46, 67, 0.0),
        ("carport", "car_2", "2026-11-17 18:20", "2026-11-19 08:02", 31.8, 6.4, 6.05, 28, 63, 0.0),
        ("garage", "car_1", "2026-11-16 18:04", "2026-11-17 07:28", 9.7, 0.0, 2.09, 55, 70, 0.0),
        ("garage", "", "2026-11-15 14:10", "2026-11-15 17:42", 11.3, 7.9, 1.06, None, None, 0.0),
        ("carport", "car_2", "2026-11-14 19:32", "2026-11-15 09:40", 38.4, 2.2, 8.77, 19, 61, 590.0),
        ("garage", "car_1", "2026-11-13 17:49", "2026-11-14 10:05", 21.5, 8.8, 3.20, 41, 74, 0.0),
    )
    return Sessions(
        last=tuple(
            SessionRow(
                charger=charger,
                car=car,
                since=local(since),
                until=local(until),
                energy_wh=kwh * KWH,
                sun_wh=sun_kwh * KWH,
                battery_wh=0.0,
                grid_wh=(kwh - sun_kwh) * KWH,
                eur=eur,
                peak_w=peak_w,
                peak_eur=2.83 if peak_w else None,
                soc_from_pct=first,
                soc_to_pct=last,
            )
            for charger, car, since, until, kwh, sun_kwh, eur, first, last, peak_w in told
        )
    )
