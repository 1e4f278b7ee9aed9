"""A battery that keeps to SunSpec's model 124, storage: a Fronius GEN24 first.

It is told two rates in per cent of its largest power, and which of them hold. Its reversion timer is its watchdog: when
we fall silent it goes back to its own mode. Reported: any Modbus message starts that timer anew, so a second program
that only reads keeps it going. Source: SunSpec's information models, and Fronius' notes on them.
"""

from collections.abc import Mapping
from functools import partial

from lib.batteries import BatterySetupError
from lib.batteries.profile import Amount, Guard, Profile, Write
from lib.batteries.register_battery import RegisterBattery
from lib.clock import Clock
from lib.core.battery import BatteryRules
from lib.modbus import AddressError
from lib.modbus.link import Link
from lib.modbus.register import Kind, Register
from lib.modbus.sunspec import Place, Words, read_model, scan

KIND = "a battery with SunSpec"
HINT = "on a Fronius: Communication, Modbus, in its web page"
LOCKED = "switch on inverter control via Modbus, on a Fronius under Communication, Modbus, in its web page"
MAKER, STRINGS, STORAGE, BANK = 1, 160, 124, 802  # models
CHARGE_RULE, DISCHARGE_RULE = 1, 2  # bits of StorCtl_Mod: which of the two rates holds
OFF = 1.0  # of ChaSt


def open_sunspec(
    address: str, *, rules: BatteryRules, clock: Clock, unit: int = 1, watchdog_s: int = 60
) -> RegisterBattery:
    """The battery at `address`, host or host:port; not asked yet. watchdog_s: its reversion timer.

    Raises BatterySetupError.
    """
    try:
        link = Link(address, kind=KIND, unit=unit, hint=HINT)
    except AddressError as error:
        raise BatterySetupError(f"{rules.name}: {error}") from error
    meet = partial(_meet, places={}, watchdog_s=watchdog_s)
    return RegisterBattery(link, meet, rules=rules, clock=clock, watchdog_s=float(watchdog_s))


async def _meet(link: Link, *, places: dict[int, Place], watchdog_s: int) -> Profile:
    """Its profile. places: its models where a look that did not come to its end in time has found them."""
    if not places:
        places.update(await scan(link))
    if STORAGE not in places:
        raise BatterySetupError(f"{link.where} has no storage that can be told anything (SunSpec's model {STORAGE})")
    wanted = [number for number in (MAKER, STRINGS, STORAGE, BANK) if number in places]
    words = {number: await read_model(link, places[number]) for number in wanted}
    places.clear()
    try:
        return profile_of(words, watchdog_s=watchdog_s)
    except ValueError as error:
        raise BatterySetupError(f"{link.where} {error}") from error


def profile_of(words: Mapping[int, Words], *, watchdog_s: int) -> Profile:
    """The models that a battery has, 124 among them → its profile. Raises ValueError for one that says too little."""
    storage, maker = words[STORAGE], words.get(MAKER)
    at = storage.at
    most_w = storage.value(2, scale=18)
    if not most_w:
        raise ValueError("does not say its largest power (WChaMax of SunSpec's model 124)")
    step_w = most_w / 100 * storage.scale(25)
    mode, timer, grid = Register(at=at + 5), Register(at=at + 15), Register(at=at + 17)
    out = Register(at=at + 12, kind=Kind.INT16, scale=-step_w)  # + is discharge
    into = Register(at=at + 13, kind=Kind.INT16, scale=step_w)
    has_timer = storage.has(15)
    begin = (Write(register=timer, value=float(watchdog_s), checked=False),) if has_timer else ()
    # some firmwares ignore it, so it is not looked at; it gets back what it was found at
    may = (Write(register=grid, value=1.0, checked=False),) if storage.has(17) else ()
    may_again = (Write(register=grid, value=storage.value(17) or 0.0, checked=False),) if storage.has(17) else ()
    power, no_limit = Amount.POWER, most_w
    charged_wh, discharged_wh, flows = _strings(words.get(STRINGS), maker)
    return Profile(
        anchor=(Register(at=at, kind=Kind.UINT32), tuple(storage.words[:2])),
        soc_pct=_soc(storage, words.get(BANK)),
        power_w=flows or _bank(words.get(BANK)),
        charge_w=(Register(at=at + 2, scale=storage.scale(18), absent=0xFFFF),),
        discharge_w=(Register(at=at + 2, scale=storage.scale(18), absent=0xFFFF),),
        charged_wh=charged_wh,
        discharged_wh=discharged_wh,
        charge=(*begin, *may, *_rates(out, power, into, no_limit), Write(register=mode, value=DISCHARGE_RULE)),
        discharge=(*begin, *_rates(out, -no_limit, into, power), Write(register=mode, value=CHARGE_RULE)),
        rest=(*begin, *_rates(out, 0.0, into, 0.0), Write(register=mode, value=CHARGE_RULE + DISCHARGE_RULE)),
        release=(*_rates(out, -no_limit, into, no_limit), *may_again, Write(register=mode, value=0.0)),
        guards=(
            Guard(
                register=Register(at=at + 11, absent=0xFFFF),
                values=frozenset({OFF}),
                says="its storage is switched off",
                refuses=False,
            ),
        ),
        watchdog_s=float(watchdog_s) if has_timer else None,
        timer=timer if has_timer else None,
        gap=30,
        locked=LOCKED,
        serial="" if maker is None else maker.text(50, 16),
    )


def _rates(out: Register, out_w: float | Amount, into: Register, into_w: float | Amount) -> tuple[Write, Write]:
    """Both rates, side by side; a negative rate is a least power the other way."""
    return Write(register=out, value=out_w), Write(register=into, value=into_w)


def _soc(storage: Words, bank: Words | None) -> Register:
    if storage.has(8):
        return Register(at=storage.at + 8, scale=storage.scale(22), absent=0xFFFF)
    if bank is not None and bank.has(11):
        return Register(at=bank.at + 11, scale=bank.scale(56), absent=0xFFFF)
    raise ValueError("does not say how full it is (ChaState of SunSpec's model 124)")


def _bank(bank: Words | None) -> tuple[Register, ...]:
    """What flows by model 802, which counts discharge as +."""
    if bank is None or not bank.has(47, Kind.INT16):
        return ()
    return (Register(at=bank.at + 47, kind=Kind.INT16, scale=-bank.scale(63), absent=-0x8000),)


def _strings(
    strings: Words | None, maker: Words | None
) -> tuple[Register | None, Register | None, tuple[Register, ...]]:
    """Counters and flow by model 160, where strings 3 and 4 are what the battery takes and gives."""
    if strings is None or (strings.value(8) or 0) < 4:
        return None, None, ()
    third, fourth = 10 + 2 * 20, 10 + 3 * 20
    is_fronius = maker is not None and "fronius" in maker.text(2, 16).lower()
    if not is_fronius and "cha" not in strings.text(third + 1, 8).lower():
        return None, None, ()
    flows = (
        Register(at=strings.at + third + 11, scale=strings.scale(4), absent=0xFFFF),
        Register(at=strings.at + fourth + 11, scale=-strings.scale(4), absent=0xFFFF),
    )
    if not (strings.value(third + 12, Kind.UINT32) and strings.value(fourth + 12, Kind.UINT32)):
        return None, None, flows
    counters = [
        Register(at=strings.at + one + 12, kind=Kind.UINT32, scale=strings.scale(5), absent=0)
        for one in (third, fourth)
    ]
    return counters[0], counters[1], flows
