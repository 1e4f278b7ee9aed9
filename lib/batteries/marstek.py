"""A Marstek Venus over Modbus-TCP: by its own network plug, or through a box on its RS485.

Control is taken with one word and given back with another; it is lost some 90 s after it was taken last, and with some
firmwares sooner. It is told a power without a sign and a direction beside it; what is read counts discharge as +.
Source: the maker's list of registers, and what users found.
"""

from functools import partial

from lib.batteries import BatterySetupError, RefusedError
from lib.batteries.profile import Amount, Profile, Write
from lib.batteries.register_battery import RegisterBattery
from lib.clock import Clock
from lib.core.battery import BatteryRules
from lib.modbus import MISSING, AddressError, NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind, Register

KIND = "a Marstek Venus"
HINT = "a Venus of version 3 needs its network cable; an older one a box on its RS485, at 115200 baud"
VERSIONS = (2, 3)
TAKE, GIVE_BACK = 21_930, 21_947
STOP, CHARGE, DISCHARGE = 0, 1, 2
WATCHDOG_S = 75.0  # reported 90 to 120; so it is told again each 25 s
RETAKE_S = 60.0
POLITE_S = 1.0
CONTROL, DIRECTION = Register(at=42_000), Register(at=42_010)
CHARGE_W, DISCHARGE_W = Register(at=42_020), Register(at=42_021, scale=-1.0)
MOST_CHARGE_W, MOST_DISCHARGE_W = Register(at=44_002), Register(at=44_003)
SOC = {2: Register(at=32_104), 3: Register(at=34_002, scale=0.1)}
POWER = {2: Register(at=32_202, kind=Kind.INT32, scale=-1.0), 3: Register(at=30_006, kind=Kind.INT16, scale=-1.0)}


def open_marstek(
    address: str, *, rules: BatteryRules, clock: Clock, unit: int = 1, version: int | None = None
) -> RegisterBattery:
    """The Venus at `address`, host or host:port; not asked yet. version: 2 or 3, None: by what it answers.

    Raises BatterySetupError.
    """
    if version not in {None, *VERSIONS}:
        raise BatterySetupError(f"{rules.name}: a Venus has version 2 or 3, not {version}")
    try:
        link = Link(address, kind=KIND, unit=unit, hint=HINT)
    except AddressError as error:
        raise BatterySetupError(f"{rules.name}: {error}") from error
    meet = partial(_meet, version=version)
    return RegisterBattery(
        link, meet, rules=rules, clock=clock, watchdog_s=WATCHDOG_S, retake_s=RETAKE_S, polite_s=POLITE_S
    )


async def _meet(link: Link, *, version: int | None) -> Profile:
    told = {one: await _soc_pct(link, one) for one in ((version,) if version else VERSIONS)}
    found = {one: pct for one, pct in told.items() if pct is not None}
    if not found:
        places = " or ".join(str(SOC[one].at) for one in VERSIONS)
        raise RefusedError(f"{link.where} does not tell how full it is in register {places}: is it {KIND}?")
    # where nothing stands some answer 0, so that one which says more is believed first
    return profile_of(next((one for one, pct in found.items() if 0 < pct <= 100), max(found)))


async def _soc_pct(link: Link, version: int) -> float | None:
    """How full it is, told as that version does; None where it has no such register."""
    try:
        return SOC[version].parse(await link.read(SOC[version].at, SOC[version].size))
    except NoError as error:
        if error.code not in MISSING:
            raise
        return None


def profile_of(version: int) -> Profile:
    """The registers of version 2 or 3."""
    return Profile(
        soc_pct=SOC[version],
        power_w=(POWER[version],),
        charge_w=(MOST_CHARGE_W,),
        discharge_w=(MOST_DISCHARGE_W,),
        enable=(Write(register=CONTROL, value=TAKE),),
        charge=(Write(register=CHARGE_W, value=Amount.POWER), Write(register=DIRECTION, value=CHARGE)),
        discharge=(Write(register=DISCHARGE_W, value=Amount.POWER), Write(register=DIRECTION, value=DISCHARGE)),
        rest=(Write(register=DIRECTION, value=STOP),),
        release=(Write(register=CONTROL, value=GIVE_BACK),),
        watchdog_s=WATCHDOG_S,
        one_by_one=True,
    )
