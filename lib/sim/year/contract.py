"""The two supplier contracts that years are run with, as rates.json would hold them, and prices by quarter.

Source: Fluvius Imewo and the levies of 2026, VAT included; Engie's dynamic card of April 2026 and a day/night card. The
maximum tariff is left out: in these homes it never bites.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lib.core.charges import Used
from lib.core.cost import ahead
from lib.core.quarter import QUARTER
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs
from lib.sim.year.home import Home

EUR_KW_YEAR, FLOOR_W, DATA_EUR_YEAR = 57.453, 2_500.0, 18.92
YEAR_QUARTERS = 35_040  # yearly amounts are for so many; a leap year counts 35 136
NETWORK, EXCISE, CONTRIBUTION, CERTIFICATES = 0.0554236, 0.0503288, 0.0020417, 0.01582
NAMES = ("dynamic", "daynight")


class Prices(NamedTuple):
    """What a kWh costs and earns, by quarter of the home's period."""

    import_eur_kwh: tuple[float, ...]
    export_eur_kwh: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract; market: its prices follow the day-ahead auction, and are known from 13:00 on for the next day."""

    name: str
    tariffs: Tariffs
    fees_eur_year: float
    market: bool
    eur_kw_year: float = EUR_KW_YEAR
    floor_w: float = FLOOR_W

    def prices(self, home: Home) -> Prices:
        """Of each quarter of a home's period, whatever of it is known when."""
        slots = ahead(self.tariffs, home.start, home.end, index=index_of(home), used=Used())
        imports: list[float] = []
        exports: list[float] = []
        for slot in slots:
            assert slot.import_eur_kwh is not None
            assert slot.export_eur_kwh is not None
            count = (slot.end - slot.start) // QUARTER
            imports += [slot.import_eur_kwh] * count
            exports += [slot.export_eur_kwh] * count
        return Prices(tuple(imports), tuple(exports))

    def year_part(self, quarters: int) -> float:
        """What part of yearly amounts so many quarters are charged."""
        return quarters / YEAR_QUARTERS


def index_of(home: Home, first: int = 0, until: int | None = None) -> Series:
    """The market's price of some quarters, in €/MWh."""
    until = home.quarters if until is None else until
    return Series(tuple(Slot(home.at(n), home.at(n + 1), home.index[n]) for n in range(first, until)))


def contract(name: str) -> Contract:
    """By name. Raises ValueError with what there is."""
    match name:
        case "dynamic":
            imports: Any = {"formula": _formula(0.001039, 0.008702, vat=0.06)}
            exports: Any = {"formula": _formula(0.001, -0.013135, vat=0.0)}
            fee = 100.70
        case "daynight":
            imports = {"Day": 0.1417, "Night": 0.1197}
            exports, fee = {"Day": 0.0167, "Night": 0.0167}, 21.20
        case _:
            raise ValueError(f"{name!r} is no tariff: take {' or '.join(NAMES)}")
    lines = {"network": NETWORK, "excise": EXCISE, "contribution": CONTRIBUTION, "certificates": CERTIFICATES}
    rates = {
        "version": 2,
        "Electricity": {
            "+": imports,
            "-": exports,
            "bands": {
                "Day": [{"days": "Mon-Fri", "from": "07:00", "to": "22:00"}],
                "Night": "rest",
            },
            "tariff_switch": {"source": "clock"},
            "adders": {"+": [{"name": line, "eur_per_kwh": eur} for line, eur in lines.items()]},
            "fixed": [
                {"name": "supplier", "eur_per_year": fee},
                {"name": "data management", "eur_per_year": DATA_EUR_YEAR},
            ],
            "capacity": {"eur_per_kw_year": EUR_KW_YEAR, "floor_kw": FLOOR_W / 1000, "missing_months": "floor"},
        },
    }
    return Contract(name=name, tariffs=parse_rates(rates), fees_eur_year=fee + DATA_EUR_YEAR, market=name == "dynamic")


def _formula(factor: float, base: float, *, vat: float) -> dict[str, object]:
    return {"index": "day_ahead", "resolution": "PT15M", "factor": factor, "base": base, "vat": vat}
