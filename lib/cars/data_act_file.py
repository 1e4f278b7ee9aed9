"""One file of the VW group's EU Data Act portal → what it says of the car. Pure: it knows no portal and no clock.

A file is a list of named values, a merge of reports of different ages. Flat files may stamp each value; dotted ones
(ID., Q4, Enyaq, Born) hold only times of capture that belong to no value. Shapes and field names: recordings of owners.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.cars import CarError, values
from lib.core.car import CarReading

LIVE_SOC = "506cb83e-f99f-3af3-bbeb-0429b69a78d9"  # the same name under another key is how full it was at the start
SOC_FIELDS = (  # the best first; state_of_charge and hv_soc may differ by several points
    ("battery_level_HV.value", None),
    ("state_of_charge", None),
    ("hv_soc", None),
    ("battery_state_report.soc", LIVE_SOC),
)
CAPTURED = "car_captured_time"
PERIOD = timedelta(minutes=15)  # a file tells of the time before it was made
CARE_IS_ON = "BCAM_ACTIVATION_ACTIVATED"
CHARGE_STATES = {"CHARGE_STATE_CHARGING", "2"}  # at times the number stands for the word
CHARGE_STATE_HAS = "CHARGING_HV"
SCENARIO_ENDS = "_ACTIVE"


@dataclass(frozen=True, slots=True)
class Point:
    """One value, and when the car reported it where that is said."""

    name: str
    key: str
    value: object
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file. delivered: when the portal made it, None: not known; now: the latest that a time in it can be."""

    points: tuple[Point, ...]
    delivered: datetime | None
    now: datetime

    def newest(self, name: str, key: str | None = None) -> Point | None:
        """The value of that name, and key where one counts; of several the newest, else the first; none is empty."""
        found = [
            point
            for point in self.points
            if point.name == name and key in {None, point.key} and not values.is_nothing(point.value)
        ]
        stamped = [point for point in found if point.at]
        return max(stamped, key=lambda point: point.at or self.now) if stamped else next(iter(found), None)

    def value(self, name: str) -> object:
        """The value of that name; None where there is none."""
        point = self.newest(name)
        return point.value if point else None

    def captured(self) -> datetime | None:
        """The newest time of capture; such a time belongs to no value in particular."""
        times = [values.instant(point.value, self.now) for point in self.points if point.name == CAPTURED]
        return max((at for at in times if at), default=None)


def parse_file(who: str, found: object, *, delivered: datetime | None, now: datetime) -> File:
    """The values of a file. Raises CarError, which starts with `who`, when it is no such file."""
    match found:
        case {"vin": str(), "Data": list(entries)}:
            return File(points=tuple(_points(entries, now)), delivered=delivered, now=now)
    raise CarError(f"{who} delivers a file in a form that is not known here")


def _points(entries: list[object], now: datetime) -> Iterator[Point]:
    for entry in entries:
        match entry:
            case {"dataFieldName": str(name), "key": str(key), "value": value, **more}:
                yield Point(name, key, value, values.instant(more.get("timestampUtc"), now))


def reading(who: str, file: File) -> CarReading:
    """What a file says of battery, plug and limit."""
    soc_pct, as_of = _soc(file)
    return CarReading(
        source=who,
        as_of=as_of,
        soc_pct=soc_pct,
        limit_pct=_limit_pct(file),
        plugged=values.plug(_word(file.value("plug_state")).removeprefix("PLUG_STATE_")),
        charging=_charging(file),
    )


def _soc(file: File) -> tuple[float | None, datetime | None]:
    """The state of charge, and when it was measured: by its own stamp, a time of capture, or before the delivery."""
    for name, key in SOC_FIELDS:
        point = file.newest(name, key)
        soc_pct = values.percent(point.value) if point else None
        if point and soc_pct is not None:
            before = file.delivered - PERIOD if file.delivered else None
            return soc_pct, point.at or file.captured() or before
    return None, None


def _limit_pct(file: File) -> float | None:
    """Where the car stops: at its target, or earlier where its battery care is on."""
    limits = [values.percent(file.value("settings.target_soc"))]
    if file.value("setting.bcam_activation") == CARE_IS_ON:
        limits.append(values.percent(file.value("battery_care_mode.charge_bcam_threshold")))
    return min((limit for limit in limits if limit), default=None)


def _charging(file: File) -> bool | None:
    state = _word(file.value("charging_state_report.current_charge_state"))
    scenario = _word(file.value("charging_state_report.charging_scenario"))
    if CHARGE_STATE_HAS in state or state in CHARGE_STATES or scenario.endswith(SCENARIO_ENDS):
        return True
    return False if state or scenario else values.charging(file.value("charging_state"))


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
