"""What the other programs say → the words that the cores of ev and bs take. Knows no wire."""

from lib.core.carport import BatteryWord
from lib.core.cellar import CarsWord, Wanted
from lib.core.link import LinkState
from lib.core.site import Word, phases_a
from lib.messages import House
from lib.messages.charging import Charging
from lib.messages.storage import Storage


def house_word(house: House) -> Word:
    """What dm says of the house, as the cores of ev and bs take it."""
    reading, quarter = house.reading, house.quarter
    fuse = reading.fuse if reading else None
    return Word(
        at=house.at,
        good=house.fresh and house.link.state is LinkState.GOOD,
        grid_w=house.grid_w,
        phases_a=phases_a(reading) if reading else None,
        target_w=quarter.target_w if quarter else None,
        left_s=quarter.left_s if quarter else None,
        average_w=quarter.average_w if quarter else None,
        peak_w=_peak_w(house),
        kw_eur=house.months.over_kw_eur if house.months else None,
        register=house.register,
        grants=house.grants,
        drawn=house.drawn,
        sun_w=house.sun_w,
        period_s=house.link.period_s,
        limit_a=None if fuse is None or fuse.off else fuse.value,
        why=house.link.why,
    )


def cars_word(charging: Charging, *, heard_s: float | None = None) -> CarsWord:
    """What ev says, as bs's core takes it; heard_s: when it came, by our clock."""
    wanted = charging.help
    return CarsWord(
        wanted=None
        if wanted is None
        else Wanted(power_w=wanted.power_w, until=wanted.until, why=wanted.why, bridge=wanted.bridge, late=wanted.late),
        drawn=charging.drawn,
        planned=tuple((block.start, block.end, block.power_w) for block in charging.plan),
        heard_s=heard_s,
    )


def battery_word(storage: Storage, *, heard_s: float) -> BatteryWord:
    """What bs says of the home battery, as ev's core takes it; heard_s: when it came, by our clock."""
    spare_wh = 0.0
    if storage.energy_wh is not None:
        spare_wh = max(0.0, storage.energy_wh - storage.capacity_wh * storage.reserve_pct / 100)
    return BatteryWord(
        heard_s=heard_s,
        soc_pct=storage.soc_pct,
        help_w=storage.help_w,
        can_w=storage.can_help_w,
        spare_wh=spare_wh,
        refused=storage.refused,
    )


def _peak_w(house: House) -> float | None:
    """The month's peak so far, as it is billed; None where peaks cost nothing or nobody knows it."""
    months = house.months
    if months is None or not house.capacity_tariff:
        return None
    return max(months.floor_w, months.running.peak_w) if months.running else months.floor_w
