"""A Victron ESS through its GX: in mode 2 it is told what shall flow at the meter, and keeps that by its own meter.

The setpoint of Venus 3.50 and newer, register 2716, lives in memory: it may be written as often as it changes, and 0
gives control back to the owner's own setpoint. Nobody knows how long it lasts, so nobody but us hands it back. Before
that there was only the owner's own, 2700, which goes to flash. Source: Victron's list of Modbus-TCP registers.
"""

from functools import partial

from lib.batteries import BatterySetupError
from lib.batteries.flash import Budget
from lib.batteries.profile import Amount, Guard, Profile, Write
from lib.batteries.register_battery import RegisterBattery
from lib.clock import Clock
from lib.core.battery import BatteryRules
from lib.modbus import MISSING, AddressError, NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind, Register

KIND = "a Victron GX"
HINT = "on the GX: Settings, Integrations, Modbus TCP Server"
FLEETING, STORED = REGISTERS = (2716, 2700)
OWN_GRID_W = 50.0  # what a GX keeps at the meter as it comes out of its box
PLAUSIBLE_W = 200.0  # what an owner may have chosen instead

MEMORY = Register(at=FLEETING, kind=Kind.INT32)
FLASH = Register(at=STORED, kind=Kind.INT16)
SOC = Register(at=843, absent=0xFFFF)
BATTERY = Register(at=842, kind=Kind.INT16)
VOLTS = Register(at=840, scale=0.1)
CHARGE_A = Register(at=2705, kind=Kind.INT16, absent=-1)  # with DVCC; it protects the battery and is left alone
DISCHARGE = Register(at=2720, kind=Kind.INT32, absent=-1)
DISCHARGE_10 = Register(at=2704, kind=Kind.INT16, scale=10.0, absent=-1)
GUARDS = (
    Guard(
        register=Register(at=5400),
        values=frozenset({1.0, 2.0, 3.0, 4.0}),
        says="Dynamic ESS steers it: switch that off in the VRM portal, or leave the battery to it",
    ),
    Guard(
        register=Register(at=2902),
        values=frozenset({3.0}),
        says="its ESS is in the mode External control: on the GX choose Optimized under Settings, ESS, Mode",
    ),
    Guard(
        register=Register(at=2900),
        values=frozenset({9.0}),
        says="its ESS is set to keep batteries charged: it gives nothing",
        refuses=False,
    ),
)


def open_victron(
    address: str,
    *,
    rules: BatteryRules,
    clock: Clock,
    unit: int = 100,
    register: int | None = None,
    own_grid_w: float | None = None,
) -> RegisterBattery:
    """The battery behind the GX at `address`, host or host:port; not asked yet.

    register: 2716 or 2700, None: what it has. own_grid_w: what 2700 gets back, None: what it was found at, where that
    may be an owner's choice and no setpoint of a run that died. Raises BatterySetupError.
    """
    try:
        link = Link(address, kind=KIND, unit=unit, hint=HINT)
    except AddressError as error:
        raise BatterySetupError(f"{rules.name}: {error}") from error
    return RegisterBattery(
        link, partial(_meet, register=register, own_grid_w=own_grid_w), rules=rules, clock=clock, by_grid=True
    )


async def _meet(link: Link, *, register: int | None, own_grid_w: float | None) -> Profile:
    if register is None:
        register = FLEETING if await _has(link, FLEETING) else STORED
    if register == FLEETING:
        return _profile(Write(register=MEMORY, value=Amount.GRID, never_zero=True), 0.0, DISCHARGE)
    if own_grid_w is None:
        found_w = FLASH.parse(await link.read(FLASH.at, FLASH.size))
        own_grid_w = found_w if found_w is not None and abs(found_w) <= PLAUSIBLE_W else OWN_GRID_W
    return _profile(Write(register=FLASH, value=Amount.GRID), own_grid_w, DISCHARGE_10, Budget())


async def _has(link: Link, at: int) -> bool:
    try:
        await link.read(at, 2)
    except NoError as error:
        if error.code not in MISSING:
            raise
        return False
    return True


def _profile(setpoint: Write, own_grid_w: float, discharge: Register, budget: Budget | None = None) -> Profile:
    return Profile(
        soc_pct=SOC,
        power_w=(BATTERY,),
        charge_w=(CHARGE_A, VOLTS),
        discharge_w=(discharge,),
        charge=(setpoint,),
        discharge=(setpoint,),
        rest=(setpoint,),
        release=(Write(register=setpoint.register, value=own_grid_w),),
        guards=GUARDS,
        budget=budget,
        locked=f"is it writable? {HINT}",
    )
