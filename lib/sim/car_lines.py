"""Typed lines that move the cars and chargers of the toy house: `plug 1`, `car 1 12 %`, `charger 1 hang`.

In: the words of a line. Out: one line that says what happened; None when it was no word of ours.
Knows no socket; never raises because of what was typed.
"""

from collections.abc import Sequence

from lib.sim.brussels import local, micros
from lib.sim.charge_point import ChargePoint
from lib.sim.charger_box import ChargerBox
from lib.sim.http_box import Trouble
from lib.sim.wording import kw, per_cent
from lib.sim.world import World

REBOOT_S = 20.0
ORDERS = (
    *("plug 1", "unplug 1", "car 1 12 %", "car 1 asleep", "car 1 awake"),
    *(f"charger 1 {word}" for word in ("hang", "refuse", "reboot", "well")),
)
_DOES = {
    Trouble.WELL: "answers as it should",
    Trouble.HANG: "takes nothing and never answers",
    Trouble.MUTE: "takes orders and never answers",
    Trouble.BROKEN: "answers with an error page",
    Trouble.CUT: "answers with half of what it should",
    Trouble.GONE: "hangs up on everybody",
    Trouble.REFUSE: "refuses every order",
}


def obey_cars(words: Sequence[str], world: World, boxes: Sequence[ChargerBox]) -> str | None:
    """Do what the words ask and say in one line what happened; None: these are no such words."""
    match words:
        case ["plug" | "unplug" | "car" | "charger", *_] if not world.points:
            return None
        case ["plug" | "unplug" as way, number]:
            place = _place(world, number)
            return _number(world, number) if place is None else _plug(world.points[place], plugs=way == "plug")
        case ["car", number, *rest] if rest:
            place = _place(world, number)
            return _number(world, number) if place is None else _change(world.points[place], rest)
        case ["charger", number, word]:
            place = _place(world, number)
            return _number(world, number) if place is None else _trouble(world.points[place], word, boxes)
        case _:
            return None


def say_point(point: ChargePoint, boxes: Sequence[ChargerBox]) -> str:
    """A charge point in some words."""
    parts = [_cable(point)]
    if point.fault:
        parts.append(f"FAULT: {point.fault}")
    if point.is_down:
        parts.append("REBOOTING")
    trouble = next((box.trouble for box in boxes if box.point is point), Trouble.WELL)
    if trouble is not Trouble.WELL:
        parts.append(trouble.upper())
    return f"{point.name}: {', '.join(parts)}"


def _cable(point: ChargePoint) -> str:
    if point.car:
        mood = " asleep" if point.car.asleep else ""
        car = f"{point.car.name}{mood} {point.car.soc_pct:.0f} %"
        if point.is_charging:
            return f"{car}, {kw(point.power_w)} on {point.relays} phase{'' if point.relays == 1 else 's'}"
        if point.is_waking:
            return f"{car}, changes phases"
        return f"{car}, {'may charge' if point.permitted else 'paused'}"
    if point.home and point.journey:
        return f"{point.home.name} is out until {local(micros(point.journey.returns)):%a %H:%M}"
    return "no car"


def _place(world: World, number: str) -> int | None:
    if number.isascii() and number.isdecimal() and 1 <= int(number) <= len(world.points):
        return int(number) - 1
    return None


def _number(world: World, number: str) -> str:
    typed = "".join(letter for letter in number[:20] if letter.isprintable())
    return f"There is no charger {typed} here; they go from 1 to {len(world.points)}."


def _plug(point: ChargePoint, *, plugs: bool) -> str:
    if not plugs:
        car = point.unplug()
        return f"{point.name}: {f'{car.name} is unplugged, at {car.soc_pct:.0f} %' if car else 'no car is plugged in'}."
    if point.car:
        return f"{point.name}: {point.car.name} is plugged in already."
    if not point.home or point.journey:
        return f"{say_point(point, ())}."
    point.plug_in()
    return f"{say_point(point, ())}."


def _change(point: ChargePoint, words: Sequence[str]) -> str:
    car = point.home
    match words:
        case _ if not car:
            return f"{point.name}: no car."
        case ["asleep"]:
            car.asleep = True
            point.look()
            return f"{car.name}: asleep; it takes nothing until it is woken."
        case ["awake"]:
            point.wake_car()
            return f"{car.name}: awake."
        case _:
            soc_pct = per_cent("".join(words))
            if soc_pct is None:
                return f"{car.name}: type asleep, awake, or how full it is from 0 to 100 %, such as `car 1 12 %`."
            car.set_soc(soc_pct)
            point.look()
            return f"{car.name}: {car.soc_pct:g} % full."


def _trouble(point: ChargePoint, word: str, boxes: Sequence[ChargerBox]) -> str:
    if word == "reboot":
        point.reboot(REBOOT_S)
        return f"{point.name}: reboots, back in {REBOOT_S:g} s."
    box = next((box for box in boxes if box.point is point), None)
    if box is None or word not in set(Trouble):
        return f"{point.name}: type {', '.join(Trouble)} or reboot."
    box.trouble = Trouble(word)
    return f"{point.name}: {_DOES[box.trouble]}."
