"""Words as dm says them of prices, bills and events, made by hand: a Sunday in June with a price below zero at noon."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from lib.core.charges import Part
from lib.core.cost import PriceSlot
from lib.core.events import Event, Kind
from lib.core.link import Link, LinkState
from lib.core.peaks import MonthPeak
from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS
from lib.messages import Band, Bill, BillRow, Events, House, Message, MonthPeaks, QuarterNow, Rates

QUARTER = timedelta(minutes=15)
# euro per MWh, an hour each: a sunny Sunday, and the Monday after it
SUNDAY = (62, 55, 48, 44, 41, 43, 38, 21, 4, -18, -47, -75, -90, -96, -82, -55, -12, 31, 74, 118, 164, 151, 112, 88)
MONDAY = (79, 71, 66, 63, 65, 82, 117, 143, 128, 92, 57, 31, 18, 12, 22, 47, 81, 126, 187, 231, 198, 149, 117, 96)


def brussels(text: str) -> datetime:
    """An instant by Brussels time, such as `2026-06-21 14:02`; in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


NOON = brussels("2026-06-21 09:37:10")


def a_quarter() -> QuarterNow:
    """The quarter from half past nine, far below its target."""
    return QuarterNow(
        start=brussels("2026-06-21 09:30"),
        at=NOON,
        left_s=470.0,
        target_w=3910.0,
        used_wh=50.0,
        average_w=200.0,
        forecast_w=420.0,
        gap_w=3490.0,
        allowed_w=17_250.0,
        curve=((0, 0.0), (200, 60.0), (430, 200.0)),
    )


def a_house(**changes: Any) -> House:
    """A house that takes 0.42 kW on that Sunday morning."""
    told: dict[str, Any] = {
        "boot": "b1",
        "seq": 1,
        "said": NOON,
        "link": Link(state=LinkState.GOOD, since=NOON - timedelta(hours=9), telegrams=33_000),
        "at": NOON,
        "reading": Reading(ident="FLU5", tariff=2, import_w=420.0, export_w=0.0),
        "grid_w": 420.0,
        "register": "2",
        "quarter": a_quarter(),
        "months": MonthPeaks(
            month=date(2026, 6, 1),
            running=MonthPeak(date(2026, 6, 1), 3910.0, brussels("2026-06-12 18:30")),
            past=(MonthPeak(date(2026, 5, 1), 4100.0, brussels("2026-05-03 12:15")),),
            mean_w=4010.0,
            months_known=2,
            kw_eur=4.79,
        ),
    }
    return House(**told | changes)


def slots(day: date, eur_mwh: Sequence[float], minutes: int = 15) -> tuple[PriceSlot, ...]:
    """A local day of hourly auction prices as a dynamic contract makes them, in slots of `minutes`."""
    start = brussels(f"{day} 00:00")
    return tuple(
        PriceSlot(
            start=start + timedelta(hours=hour, minutes=past),
            end=start + timedelta(hours=hour, minutes=past + minutes),
            import_eur_kwh=(0.1340165 + (price + past / 10) * 0.001039) * 1.06,
            export_eur_kwh=(price + past / 10) * 0.001 - 0.013135,
        )
        for hour, price in enumerate(eur_mwh)
        for past in range(0, 60, minutes)
    )


def dynamic(*, tomorrow: bool = True, trouble: str = "", **changes: Any) -> Rates:
    """Rates that follow the market, with tomorrow's prices or without."""
    known = slots(date(2026, 6, 21), SUNDAY) + (slots(date(2026, 6, 22), MONDAY) if tomorrow else ())
    now = next(slot for slot in known if slot.start <= NOON < slot.end)
    told: dict[str, Any] = {
        "bands": (Band(name="", import_eur_kwh=now.import_eur_kwh, export_eur_kwh=now.export_eur_kwh),),
        "gas_eur_m3": 1.132,
        "gas_kwh_m3": 11.51,
        "water_eur_m3": 5.1,
        "dynamic": True,
        "slots": known,
        "known_until": known[-1].end,
        "trouble": trouble,
    }
    return Rates(**told | changes)


def unpublished() -> Rates:
    """The same before the auction is published."""
    return dynamic(tomorrow=False, trouble="energy-charts.info has no prices of Mon 22 Jun; asked again at 09:45")


def impact(**changes: Any) -> Rates:
    """The Walloon bands, by the clock."""
    prices = {"PIC": 0.4583005, "MEDIUM": 0.3685005, "ECO": 0.2626005}
    hours = (("MEDIUM", 0), ("ECO", 1), ("MEDIUM", 7), ("ECO", 11), ("PIC", 17), ("MEDIUM", 22), ("", 24))
    known = [
        PriceSlot(
            start=brussels(f"{day} 00:00") + timedelta(hours=first),
            end=brussels(f"{day} 00:00") + timedelta(hours=last),
            import_eur_kwh=prices[band],
            export_eur_kwh=0.0292,
        )
        for day in (date(2026, 6, 21), date(2026, 6, 22))
        for (band, first), (_, last) in pairwise(hours)
    ]
    told: dict[str, Any] = {
        "bands": tuple(Band(name=name, import_eur_kwh=price, export_eur_kwh=0.0292) for name, price in prices.items()),
        "gas_eur_m3": 1.576,
        "water_eur_m3": 6.1,
        "slots": tuple(known),
    }
    return Rates(**told | changes)


def in_impact(house: House) -> House:
    """A house whose band changes by the Walloon clock."""
    return replace(
        house, band="MEDIUM", next_band="ECO", next_change=brussels("2026-06-21 11:00"), capacity_tariff=False
    )


def simple() -> Rates:
    """The simple file: day and night, gas and water."""
    return Rates(
        bands=(
            Band(name="Day", import_eur_kwh=0.4, export_eur_kwh=0.1),
            Band(name="Night", import_eur_kwh=0.3, export_eur_kwh=0.1),
        ),
        gas_eur_m3=1.576,
        gas_kwh_m3=11.51,
        water_eur_m3=6.1,
    )


def a_row(part: Part, name: str, band: str = "", *, month: tuple[float, float], year: tuple[float, float]) -> BillRow:
    """A line of the bill: (quantity, euro) of the month and of the year."""
    return BillRow(
        part=part,
        name=name,
        band=band,
        month_quantity=month[0],
        month_eur=month[1],
        year_quantity=year[0],
        year_eur=year[1],
    )


ROWS = (
    a_row(Part.IMPORT, "energy", "Day", month=(180_000, 27.754), year=(1_930_211, 297.612)),
    a_row(Part.IMPORT, "energy", "Night", month=(220_000, 29.526), year=(2_204_980, 295.467)),
    a_row(Part.IMPORT, "network", month=(400_000, 22.17), year=(4_135_191, 229.17)),
    a_row(Part.IMPORT, "excise", month=(400_000, 20.131), year=(4_135_191, 208.119)),
    a_row(Part.EXPORT, "energy", month=(50_000, 0.835), year=(1_210_000, 20.207)),
    a_row(Part.FIXED, "supplier", month=(21, 5.466), year=(172, 44.767)),
    a_row(Part.FIXED, "data management", month=(21, 1.027), year=(172, 8.411)),
    a_row(Part.CAPACITY, "capacity tariff", month=(3516.667, 16.837), year=(3408.0, 97.844)),
    a_row(Part.GAS, "gas", month=(23_502, 37.039), year=(812_345, 1280.256)),
    a_row(Part.GAS, "supplier", month=(21, 2.015), year=(172, 16.5)),
    a_row(Part.WATER, "water", month=(7_120, 43.432), year=(52_003, 317.218)),
)


def a_bill(**changes: Any) -> Bill:
    """The twenty-first of June, with day and night, sun, gas and water."""
    told: dict[str, Any] = {
        "month": date(2026, 6, 1),
        "year": date(2026, 1, 1),
        "month_since": brussels("2026-06-01 00:00"),
        "year_since": brussels("2026-01-01 00:00"),
        "rows": ROWS,
        "month_eur": sum(_signed(row, row.month_eur) for row in ROWS),
        "year_eur": sum(_signed(row, row.year_eur) for row in ROWS),
    }
    return Bill(**told | changes)


def _signed(row: BillRow, eur: float | None) -> float:
    assert eur is not None
    return -eur if row.part is Part.EXPORT else eur


def a_simple_bill() -> Bill:
    """The simple file, counted since some days, with a pause in it and the price of a morning still unknown."""
    rows = (
        BillRow(part=Part.IMPORT, name="energy", band="Day", month_quantity=28_700, month_eur=11.48,
                year_quantity=28_700, year_eur=11.48),
        BillRow(part=Part.IMPORT, name="energy", band="Night", month_quantity=14_830, month_eur=4.449,
                year_quantity=14_830, year_eur=4.449),
    )  # fmt: skip
    since = brussels("2026-06-18 21:07")
    return a_bill(
        rows=rows,
        month_since=since,
        year_since=since,
        month_eur=15.929,
        year_eur=15.929,
        estimated=True,
        unpriced_wh=3_210,
        provisional_wh=12_340,
    )


def some_events() -> Events:
    """A Sunday and the days before it, newest first."""
    told = (
        ("2026-06-21 09:12", Kind.PRODUCTION, "production started: 0.61 kW injected"),
        ("2026-06-21 07:03", Kind.MESSAGE, "the grid operator says: works in your street on Monday from 9 to 12"),
        ("2026-06-20 21:41", Kind.PRODUCTION, "production stopped: 0.57 kW taken"),
        ("2026-06-19 22:00", Kind.TARIFF, "the meter counts the night tariff"),
        ("2026-06-12 18:45", Kind.PEAK, "a new month peak: 3.91 kW, from 18:30"),
        ("2026-06-02 11:20", Kind.GAP, "nobody counted from 10:02 to 11:20; 0.8 kWh are booked by the meter"),
        ("2026-05-31 04:17", Kind.BREAKER, "the breaker closed: the house has power again"),
        ("2026-05-30 16:00", Kind.METER, "another meter: 1SAG2 in place of 1SAG1; its counters are a new start"),
    )
    return Events(last=tuple(Event(at=brussels(at), kind=kind, text=text) for at, kind, text in told))


def a_sunny_market() -> list[Message]:
    """A dynamic contract on that Sunday, with a kettle and an oven that make a new peak, and a disk that is full."""
    house = a_house(
        quarter=replace(a_quarter(), forecast_w=5100.0, gap_w=-1190.0, allowed_w=10_900.0, new_peak_eur=5.70),
        notices={
            "store": "The disk is full: nothing is kept since 09:12; free some space",
            "prices": "No prices of tomorrow yet: energy-charts.info answers 503",
        },
    )
    return [house, dynamic(), a_bill(if_peak_eur=205.04), some_events()]


def an_unpublished_market() -> list[Message]:
    """The same house before tomorrow's prices are known, counted since some days, with a pause in it."""
    return [a_house(), unpublished(), a_simple_bill(), some_events()]


def a_walloon_sunday() -> list[Message]:
    """Three bands by the clock, and no word of peaks."""
    rows = tuple(row for row in ROWS if row.part is not Part.CAPACITY)
    return [in_impact(a_house()), impact(), a_bill(rows=rows), some_events()]
