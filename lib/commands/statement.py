"""`ev_app.py --sessions 2026-11`: what each car charged in a month, for its owner, a spreadsheet or an employer.

Energy at the wall, in kWh or whole Wh; euro to the cent, each session by itself, so that its lines add up to its sums.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Final, TextIO

from lib.commands import SLIP
from lib.commands.printing import printed
from lib.core.bands import midnight
from lib.core.sessions import CarMonth, Session, Statement, refund_eur, statement
from lib.core.stamp import BRUSSELS
from lib.messages import cents
from lib.store.database import StoreError
from lib.store.ev_store import sessions_between

NOBODY = "unknown car"
LEAST_NAME = 10  # cells of the column of chargers
LEAST_WH = 5.0  # what rounds to less than 0.01 kWh is not worth a word


def run(
    database: Path, month: date, car: str | None, form: str, eur_kwh: float | None, out: TextIO | None = None
) -> int:
    """Print the sessions that ended in the month that begins at `month`, and their sums by car; the exit code.

    database: ev's, which may be written to meanwhile; car: only this one; form: text, csv or json.
    eur_kwh: what an employer pays back for a kWh. out: standard output, unless said.
    """
    if form not in FORMS:
        return _slip(f"--as {form}: allowed is {', '.join(FORMS)}")
    if eur_kwh is not None and not (isfinite(eur_kwh) and eur_kwh >= 0):
        return _slip(f"--eur-kwh {eur_kwh}: it is what a kWh is paid back with, in euro, 0 or more")
    end = (month + timedelta(days=31)).replace(day=1)
    try:
        found = sessions_between(database, midnight(month), midnight(end))
    except StoreError as error:
        return _slip(str(error))
    whole = statement([one for one in found if car in {None, one.car}], month, eur_kwh=eur_kwh)
    if not whole.sessions:
        charged = sorted({one.car or NOBODY for one in found})
        others = f"; {', '.join(charged)} did" if charged else ""
        return _slip(f"{car or 'no car'} charged {'nothing' if car else 'anything'} in {month:%B %Y}{others}")
    return printed(FORMS[form](whole), out or sys.stdout, who="ev", what="the sessions")


def as_text(whole: Statement) -> str:
    """For people: the sessions of each car, and what they come to."""
    lines = [f"{whole.month:%B %Y}"]
    name = max([LEAST_NAME, *(len(one.charger) + 2 for one in whole.sessions)])
    head = f"  {'from':<13}{'to':<13}{'charger':<{name}}{'kWh':>8}{'sun':>8}{'battery':>9}{'grid':>8}{'€':>9}"
    for car in whole.cars:
        lines += ["", car.car or NOBODY, head]
        sessions = [one for one in whole.sessions if one.car == car.car]
        lines += [_line(one, name) for one in sessions]
        lines += [f"  {one}" for one in _sums(car, sessions, whole.eur_kwh)]
    return "\n".join((*lines, ""))


def _line(one: Session, name: int) -> str:
    """name: the cells for that of its charger."""
    assert one.until is not None
    times = "".join(f"{at.astimezone(BRUSSELS):%d-%m %H:%M}  " for at in (one.since, one.until))
    parts = f"{_kwh(one.energy_wh):>8}{_kwh(one.sun_wh):>8}{_kwh(one.battery_wh):>9}{_kwh(one.grid_wh):>8}"
    return f"  {times}{one.charger:<{name}}{parts}{'?' if one.eur is None else cents(one.eur):>9}"


def _sums(car: CarMonth, sessions: list[Session], eur_kwh: float | None) -> Iterator[str]:
    """What the sessions of a car come to, a sentence each."""
    count = "1 session" if car.count == 1 else f"{car.count} sessions"
    parts = f"sun {_kwh(car.sun_wh)}, battery {_kwh(car.battery_wh)}, grid {_kwh(car.grid_wh)}"
    yield f"{count}: {_kwh(car.energy_wh)} kWh ({parts})"
    if car.unseen_wh >= LEAST_WH:
        yield f"of the grid's, {_kwh(car.unseen_wh)} kWh were charged while nobody saw from where"
    priced = [one for one in sessions if one.eur is not None]
    if priced:
        mean = sum(one.eur or 0.0 for one in priced) / sum(one.energy_wh for one in priced) * 1000
        yield f"cost: € {_total(one.eur for one in priced)}, {mean:.4f} €/kWh on the mean"
    if len(priced) < len(sessions):
        unpriced_wh = sum(one.energy_wh for one in sessions if one.eur is None)
        yield f"without {_kwh(unpriced_wh)} kWh in sessions marked ?, of which a price is not known"
    if car.peak_w:
        price = "" if car.peak_eur is None else f": € {cents(car.peak_eur)} over 12 bills"
        yield f"they raised the month's peak by {car.peak_w / 1000:.2f} kW{price}"
    if eur_kwh is not None:
        yield f"paid back: € {_total(refund_eur(one.energy_wh, eur_kwh) for one in sessions)} at {eur_kwh:.4f} €/kWh"


def as_csv(whole: Statement) -> str:
    """For a spreadsheet: a line for each session."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in whole.sessions:
        assert one.until is not None
        table.writerow(
            [
                *(one.car, one.charger, _local(one.since), _local(one.until), f"{one.since:%Y-%m-%d %H:%M:%S}"),
                *(round(wh) for wh in (one.energy_wh, one.sun_wh, one.battery_wh, one.grid_wh, one.unseen_wh)),
                *(_money(one.eur), "" if one.eur_kwh is None else f"{one.eur_kwh:.4f}", round(one.unpriced_wh)),
                *(round(one.peak_w), _money(one.peak_eur), _pct(one.soc_from_pct), _pct(one.soc_to_pct), one.stops),
                _money(refund_eur(one.energy_wh, whole.eur_kwh)),
            ]
        )
    return out.getvalue()


COLUMNS = (
    *("car", "charger", "from (Brussels)", "to (Brussels)", "from (UTC)"),
    *("energy (Wh)", "sun (Wh)", "battery (Wh)", "grid (Wh)", "of it unseen (Wh)"),
    *("cost (EUR)", "mean (EUR/kWh)", "without a price (Wh)"),
    *("peak raised by (W)", "peak cost (EUR)", "from (%)", "to (%)", "interruptions", "paid back (EUR)"),
)


def as_json(whole: Statement) -> str:
    """For a program: the sums of each car, and its sessions; what is not known is null."""
    cars = []
    for car in whole.cars:
        sessions = [one for one in whole.sessions if one.car == car.car]
        refunds = [refund_eur(one.energy_wh, whole.eur_kwh) for one in sessions]
        cars.append(
            _energy(car)
            | {
                "car": car.car,
                "sessions": car.count,
                "eur": None if None in [one.eur for one in sessions] else float(_total(one.eur for one in sessions)),
                "eur_kwh": None if car.eur_kwh is None else round(car.eur_kwh, 6),
                "refund_eur": None if whole.eur_kwh is None else float(_total(refunds)),
            }
        )
    told = {
        "month": f"{whole.month:%Y-%m}",
        "refund_eur_kwh": whole.eur_kwh,
        "cars": cars,
        "sessions": [_session(one, whole.eur_kwh) for one in whole.sessions],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _session(one: Session, eur_kwh: float | None) -> dict[str, object]:
    assert one.until is not None
    return _energy(one) | {
        "car": one.car,
        "charger": one.charger,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "eur": _number(one.eur),
        "eur_kwh": None if one.eur_kwh is None else round(one.eur_kwh, 6),
        "stops": one.stops,
        "soc_from_pct": one.soc_from_pct,
        "soc_to_pct": one.soc_to_pct,
        "refund_eur": _number(refund_eur(one.energy_wh, eur_kwh)),
    }


def _energy(one: Session | CarMonth) -> dict[str, object]:
    return {
        "energy_wh": round(one.energy_wh),
        "sun_wh": round(one.sun_wh),
        "battery_wh": round(one.battery_wh),
        "grid_wh": round(one.grid_wh),
        "unseen_wh": round(one.unseen_wh),
        "unpriced_wh": round(one.unpriced_wh),
        "peak_w": round(one.peak_w),
        "peak_eur": _number(one.peak_eur),
    }


FORMS: Final[Mapping[str, Callable[[Statement], str]]] = MappingProxyType(
    {"text": as_text, "csv": as_csv, "json": as_json}
)


def _total(eur: Iterable[float | None]) -> Decimal:
    """The sum of amounts as they stand on their lines."""
    return sum((cents(one) for one in eur if one is not None), Decimal("0.00"))


def _money(eur: float | None) -> str:
    return "" if eur is None else str(cents(eur))


def _number(eur: float | None) -> float | None:
    return None if eur is None else float(cents(eur))


def _pct(pct: float | None) -> str:
    return "" if pct is None else f"{pct:.0f}"


def _kwh(energy_wh: float) -> str:
    return f"{energy_wh / 1000:.2f}"


def _local(at: datetime) -> str:
    return at.astimezone(BRUSSELS).isoformat(" ", "seconds")


def _slip(why: str) -> int:
    print(f"ev: {why}", file=sys.stderr)
    return SLIP
