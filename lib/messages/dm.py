"""Core state → the words of dm: house, prices, events, telegram. Knows no wire."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from lib.core import capacity, months
from lib.core import house as core
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.charges import Used
from lib.core.claims import LEASE_S
from lib.core.cost import ahead, marginal
from lib.core.events import Event
from lib.core.ledger import Ledger
from lib.core.link import LinkState
from lib.core.obis import name
from lib.core.quarter import Quarter
from lib.core.stamp import BRUSSELS
from lib.core.sun import Roof
from lib.core.tariff import Tariff
from lib.core.terms import priced_until, used_now
from lib.core.values import OFF, printable, spelled
from lib.messages import (
    Announced,
    Band,
    Events,
    House,
    Line,
    MonthPeaks,
    QuarterNow,
    Rates,
    SunNow,
    Telegram,
)


def say_house(
    house: core.House,
    rules: core.Rules,
    *,
    boot: str,
    seq: int,
    now: datetime,
    now_s: float = 0.0,
    fresh: bool = True,
    demo: bool = False,
    notices: Mapping[str, str] | None = None,
) -> House:
    """The state of the house as dm says it at `now` (the machine's time); notices: what else the owner should know.

    now_s: by the machine's monotonic clock; fresh: a telegram has just come. A silent meter's grants are not said.
    """
    reading = house.reading
    register = None if reading is None or reading.tariff is None else str(reading.tariff)
    running = house.quarter
    drawn = house.ledger.drawn(now_s)
    band, change = None, None
    if house.at:
        tariff = rules.tariffs.on(local_day(house.at))
        band, change = tariff.band(house.at, register), tariff.next_change(house.at, register)
    return House(
        boot=boot,
        seq=seq,
        said=now,
        link=house.link,
        at=house.at,
        reading=reading,
        grid_w=reading.grid_w if reading else None,
        register=register,
        band=band or None,
        next_band=change[1] if change else None,
        next_change=change[0] if change else None,
        quarter=None if running is None else _quarter(running, house, rules),
        months=None if house.peaks is None else _months(house, rules),
        capacity_tariff=rules.capacity_tariff,
        accepted_w=core.accepted_w(house),
        fresh=fresh and house.link.state is LinkState.GOOD,
        grants=house.ledger.grants if house.link.state is LinkState.GOOD else (),
        drawn=drawn,
        announced=tuple(
            Announced(who=one.who, cause=one.cause, peak_w=one.peak_w, eur=one.eur) for one in house.ledger.overs
        ),
        sun_w=house.roof.power_w(now_s),
        suns=tuple(_suns(house.roof, now_s)),
        demo=demo,
        notices={**house.notices, **dict(_uncontrolled(house.ledger, house.at or now, now_s)), **(notices or {})},
    )


def _suns(roof: Roof, now_s: float) -> Iterator[SunNow]:
    """Each inverter; what it said too long ago is not said again, but for what it gave in all."""
    for inverter in roof.names:
        last, now = roof.readings.get(inverter), roof.fresh(inverter, now_s)
        yield SunNow(
            name=inverter,
            power_w=now.power_w if now else None,
            energy_wh=last.energy_wh if last else None,
            limit_w=now.limit_w if now else None,
            able=inverter in roof.able,
            trouble=roof.troubles.get(inverter) or roof.balks.get(inverter) or (now.fault if now else ""),
        )


def _uncontrolled(books: Ledger, at: datetime, now_s: float) -> Iterator[tuple[str, str]]:
    """What runs on by itself since its program fell silent; at: the meter's time now."""
    for program, word in books.words.items():
        names = ", ".join(one.who for one in word.drawn if one.high_w > 0 or one.low_w < 0)
        if now_s - word.heard_s > LEASE_S and names:
            since = (at - timedelta(seconds=now_s - word.heard_s)).astimezone(BRUSSELS)
            most_w = sum(max(0.0, one.high_w) for one in word.drawn)
            told = f"{program} is silent since {since:%H:%M:%S}: nobody controls {names}"
            yield f"{program} silent", f"{told}, which may draw up to {most_w / 1000:.1f} kW" if most_w else told


def _quarter(running: Quarter, house: core.House, rules: core.Rules) -> QuarterNow:
    target_w, limit_w = core.target_w(house, rules), core.limit_w(house, rules)
    forecast_w, allowed_w = running.forecast_w, running.allowed_w(target_w)
    return QuarterNow(
        start=running.start,
        at=running.at,
        left_s=running.left_s,
        target_w=target_w,
        used_wh=running.used_wh,
        average_w=running.average_w,
        base_w=running.base_w,
        forecast_w=forecast_w,
        gap_w=None if forecast_w is None else target_w - forecast_w,
        allowed_w=None if allowed_w is None else min(allowed_w, limit_w),
        new_peak_eur=None if forecast_w is None else core.new_peak_eur(house, rules, forecast_w),
        curve=running.curve,
    )


def _months(house: core.House, rules: core.Rules) -> MonthPeaks:
    peaks = house.peaks
    assert peaks is not None
    said = MonthPeaks(month=peaks.month, running=peaks.running, past=peaks.past)
    tariff = rules.capacity(peaks.month)
    if tariff is None:
        return said
    known_w = months.peaks_w(house.books, peaks)
    return replace(
        said,
        mean_w=capacity.billed_w(tariff, known_w, peaks.month),
        floor_w=tariff.floor_w,
        months_billed=tariff.window_months,
        months_known=sum(peak_w is not None for peak_w in capacity.window_w(tariff, known_w, peaks.month)),
        kw_eur=core.new_peak_eur(house, rules),
        over_kw_eur=core.over_kw_eur(house, rules),
    )


def say_rates(house: core.House, rules: core.Rules, *, now: datetime, trouble: str = "") -> Rates:
    """The prices in force, and those of today and tomorrow as far as they are known; of a contract by bands more days.

    trouble: why the day-ahead price is known no further.
    """
    at = house.at or now
    today = local_day(at)
    tariff = rules.tariffs.on(today)
    used = used_now(house.books)
    until = priced_until(tariff, today)
    slots = ahead(rules.tariffs, midnight(today), until, at=at, index=house.index, used=used)
    known = [slot.end for slot in house.index.slots]
    return Rates(
        bands=tuple(_band(band, tariff, house, rules, at, used) for band in tariff.band_names or ("",)),
        gas_eur_m3=tariff.gas_eur_m3(today),
        gas_kwh_m3=tariff.gas_kwh_m3(today),
        water_eur_m3=tariff.water_eur_m3(used),
        dynamic=tariff.is_dynamic,
        slots=slots if len(slots) > 1 or tariff.is_dynamic else (),
        known_until=max(known, default=None) if tariff.is_dynamic else None,
        trouble=trouble,
        warnings=rules.tariffs.warnings,
    )


def _band(name: str, tariff: Tariff, house: core.House, rules: core.Rules, at: datetime, used: Used) -> Band:
    """The price of the next kWh in a band: now, or where the clock decides, the next time it is in force."""
    register = next((register for register, band in tariff.registers.items() if band == name), None)
    if tariff.by_clock and tariff.bands:
        register = None
        in_force = (piece for piece in tariff.bands.between(at, at + timedelta(days=7)) if piece.band == name)
        at = max(at, next((piece.start for piece in in_force), at))
    price = marginal(rules.tariffs, at, register=register, used=used, index=house.index)
    return Band(name=name, import_eur_kwh=price.import_eur_kwh, export_eur_kwh=price.export_eur_kwh)


def say_events(last: Iterable[Event]) -> Events:
    """What happened lately, newest first."""
    return Events(last=tuple(last))


def say_telegram(telegram: bytes, received: datetime) -> Telegram:
    """A telegram as the framer gave it, line by line."""
    ident, *lines = telegram.decode("latin-1").replace("\r", "").split("\n")
    return Telegram(
        ident=printable(ident), received=received, lines=tuple(_line(line) for line in lines if line not in {"", "!"})
    )


def _line(text: str) -> Line:
    code, _, rest = text.partition("(")
    value, unit = rest.removesuffix(")").replace(")(", " "), ""
    if value.count("*") == 1:
        value, _, unit = value.partition("*")
    shown = printable(spelled(code, value))
    return Line(code=printable(code), name=name(code), value=shown, unit="" if shown == OFF else printable(unit))
