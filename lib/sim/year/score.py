"""How a year fares: bill, peaks, trips, wear. In: its course. Out: a score that JSON and tables are made of.

What battery and car hold less at the end than at the start is charged at the mean price of a kWh, what they hold more
is given back; what a trip lacked is charged as public charging, so that to skip one never pays.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from lib.sim.year.bill import bill
from lib.sim.year.contract import Contract, Prices
from lib.sim.year.course import Course
from lib.sim.year.home import Home

PUBLIC_EUR_KWH = 0.60
MISSED_WH = 300.0  # a trip that lacks less is met: half a per cent of a car of 60 kWh
ABOVE_W = 8.0  # a register tells whole Wh, 4 W of a quarter, of either of the two that are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One strategy at one home under one contract, € over the period.

    Attributes:
        bill_eur: energy - injection + capacity + fees + end + short.
        end_eur: what battery and car hold less than at the start; short_eur: public charging of what trips lacked.
        month_peaks_kw: as they were, in order; mean_peak_kw: as it is charged.
        missed_trips: that began with less than they take and what must be left; short_kwh: in all.
        cycles: of the battery, by what it gave.
        above: quarters that set a new month peak above the floor; avoidable: of these where the house alone would not
            have; unexplained: without a cause that the strategy told; causes: how many by cause.
        headroom_share: (naive - this) / (naive - the limit); None where one of them is not known.

    """

    home: str
    tariff: str
    battery: bool
    strategy: str
    conditions: str = "clean"
    quarters: int
    bill_eur: float
    energy_eur: float
    capacity_eur: float
    injection_eur: float
    fees_eur: float
    end_eur: float
    short_eur: float
    month_peaks_kw: tuple[float, ...]
    mean_peak_kw: float
    import_kwh: float
    export_kwh: float
    car_kwh: float
    missed_trips: int
    short_kwh: float
    cycles: float
    starts: int
    phase_switches: int
    most_kw: float = 0.0
    above: int = 0
    avoidable: int = 0
    unexplained: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    headroom_share: float | None = None
    took_s: float | None = None

    @property
    def own(self) -> int:
        """Of `above`, those that the house alone made."""
        return self.above - self.avoidable

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def score(
    course: Course,
    *,
    home: Home,
    contract: Contract,
    prices: Prices,
    battery: bool,
    strategy: str,
    conditions: str = "clean",
    took_s: float | None = None,
) -> Score:
    """Of a whole course."""
    paid = bill(course["import_wh"], course["export_wh"], home, contract, prices)
    imported = sum(course["import_wh"])
    lacks = [max(0.0, _needs_wh(home, energy_wh) - level_wh) for _, level_wh, energy_wh in course.departures]
    short_kwh = sum(one for one in lacks if one > MISSED_WH) / 1000
    end_eur = _held_less_wh(course, home, battery=battery) * paid.energy_eur / imported if imported else 0.0
    short_eur = short_kwh * PUBLIC_EUR_KWH
    above = list(_above(course, home, contract.floor_w))
    causes: dict[str, int] = {}
    for quarter, _ in above:
        if quarter in course.causes:
            causes[course.causes[quarter]] = causes.get(course.causes[quarter], 0) + 1
    return Score(
        home=home.name,
        tariff=contract.name,
        battery=battery,
        strategy=strategy,
        conditions=conditions,
        quarters=course.quarters,
        bill_eur=paid.total_eur + end_eur + short_eur,
        energy_eur=paid.energy_eur,
        capacity_eur=paid.capacity_eur,
        injection_eur=paid.injection_eur,
        fees_eur=paid.fees_eur,
        end_eur=end_eur,
        short_eur=short_eur,
        month_peaks_kw=tuple(peak_w / 1000 for peak_w in paid.month_peaks_w.values()),
        mean_peak_kw=paid.mean_peak_w / 1000,
        import_kwh=imported / 1000,
        export_kwh=sum(course["export_wh"]) / 1000,
        car_kwh=sum(course["car_wh"]) / 1000,
        missed_trips=sum(one > MISSED_WH for one in lacks),
        short_kwh=short_kwh,
        cycles=sum(course["discharged_wh"]) / home.battery.capacity_wh if battery else 0.0,
        starts=course.starts,
        phase_switches=course.phase_switches,
        most_kw=course.most_w / 1000,
        above=len(above),
        avoidable=sum(is_avoidable for _, is_avoidable in above),
        unexplained=sum(quarter not in course.causes for quarter, _ in above if quarter + 1 < course.quarters),
        causes=causes,
        took_s=took_s,
    )


def _needs_wh(home: Home, energy_wh: float) -> float:
    """What the car must hold for a trip."""
    assert home.car is not None
    return min(home.car.capacity_wh, energy_wh + home.car.left_wh)


def _held_less_wh(course: Course, home: Home, *, battery: bool) -> float:
    """What refilling car and battery to where they began would draw, at the wall; below 0: they hold more."""
    less_wh = 0.0
    if home.car is not None and course.quarters:
        less_wh += home.car.capacity_wh - course["level_wh"][-1]
        away_wh = sum(one.energy_wh for one in course.departures) - _booked_wh(course, home)
        less_wh += max(0.0, away_wh)
    if battery and course.quarters:
        stored_wh = home.battery.start_wh - course["stored_wh"][-1]
        less_wh += stored_wh / home.battery.way if stored_wh > 0 else stored_wh * home.battery.way
    return less_wh


def _booked_wh(course: Course, home: Home) -> float:
    """What trips took from the car so far: it is booked when it is back."""
    backs = [home.quarter(trip.returns) for trip in home.journeys]
    return sum(
        one.energy_wh
        for one in course.departures
        if next((back for back in backs if back > one.quarter), one.quarter + 1) < course.quarters
    )


def _above(course: Course, home: Home, floor_w: float) -> list[tuple[int, bool]]:
    """The quarters that set a new month peak above the floor, and whether the house alone would not have."""
    found: list[tuple[int, bool]] = []
    month, peak_w = None, 0.0
    for quarter, imported_wh in enumerate(course["import_wh"]):
        if home.months[quarter] != month:
            month, peak_w = home.months[quarter], floor_w
        if imported_wh * 4 > peak_w + ABOVE_W:
            own_w = (course["load_wh"][quarter] - course["sun_wh"][quarter]) * 4
            found.append((quarter, own_w <= peak_w))
            peak_w = imported_wh * 4
    return found
