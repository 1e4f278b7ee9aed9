"""Typed lines that move the toy house: `oven on`, `cloud`, `cable out`, `plug 1`, `battery soc 30`.

In: one line as a person types it, with or without `sim` before it. Out: one line that says what happened.
Knows no socket; never raises because of what was typed.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from lib.sim.appliances import Appliance
from lib.sim.battery_lines import EMPTY, Cellar, obey_cellar, say_cellar
from lib.sim.brussels import local, micros
from lib.sim.cable import Cable
from lib.sim.car_lines import ORDERS as CAR_ORDERS
from lib.sim.car_lines import obey_cars, say_point
from lib.sim.charger_box import ChargerBox
from lib.sim.wording import kw
from lib.sim.world import World

LONGEST = 200
_ORDERS = ("cloud", "sun", "cable out", "cable in", "noise on", "noise off", "status", "help")


def obey(line: str, world: World, cable: Cable, boxes: Sequence[ChargerBox] = (), cellar: Cellar = EMPTY) -> str:
    """Do what `line` asks and say in one line what happened, or what could be typed instead."""
    words = line[:LONGEST].lower().split()
    if words[:1] == ["sim"]:
        words = words[1:]
    match words:
        case [] | ["help" | "?"]:
            names, orders = ", ".join(world.appliances), ", ".join(_orders(world, cellar))
            return f"Type an appliance with on or off ({names}), or: {orders}."
        case ["status"]:
            return status(world, cable, boxes, cellar)
        case ["cloud"]:
            before_w = world.sun_w
            world.bring_cloud()
            return f"A thick cloud for a quarter of an hour: {_sun(before_w, world.sun_w)}"
        case ["sun"]:
            before_w = world.sun_w
            world.clear_sky()
            return f"A clear sky for a quarter of an hour: {_sun(before_w, world.sun_w)}"
        case ["cable", "out" | "in" as way]:
            cable.plugged = way == "in"
            return (
                "The cable is in: telegrams flow." if cable.plugged else "The cable is out: not a byte comes through."
            )
        case ["noise", "on" | "off" as way]:
            cable.noisy = way == "on"
            return "Noise on the cable: it flips bits." if cable.noisy else "No noise: telegrams arrive whole."
        case [name] if name in world.appliances:
            return _switch(world, world.appliances[name], on=True)
        case [name, "on" | "off" as way] if name in world.appliances:
            return _switch(world, world.appliances[name], on=way == "on")
        case _:
            return obey_cars(words, world, boxes) or obey_cellar(words, cellar) or _hint(words, world, cellar)


def status(world: World, cable: Cable, boxes: Sequence[ChargerBox] = (), cellar: Cellar = EMPTY) -> str:
    """The house in one line."""
    shown = world.show()
    large = sorted(
        (one for one in world.appliances.values() if one.power_w >= 40), key=lambda one: one.power_w, reverse=True
    )
    grid = f"takes {kw(world.grid_w)}" if world.grid_w >= 0 else f"injects {kw(-world.grid_w)}"
    parts = [
        f"{local(micros(world.at)):%a %d %b %H:%M:%S}",
        grid,
        f"house {kw(world.base_w)}",
        f"sun {kw(world.sun_w)}",
        f"quarter {kw(shown.quarter_w)}",
        f"month peak {kw(shown.month_peak.power_w)}",
        ", ".join(f"{one.kind.name} {kw(one.power_w)}" for one in large) or "nothing large on",
        *say_cellar(cellar),
        *(say_point(point, boxes) for point in world.points),
    ]
    if not cable.plugged:
        parts.append("CABLE OUT")
    if cable.noisy:
        parts.append("NOISE")
    return " · ".join(parts)


def _orders(world: World, cellar: Cellar) -> tuple[str, ...]:
    """What can be typed besides appliances."""
    return (*_ORDERS, *(CAR_ORDERS if world.points else ()), *cellar.orders)


def _switch(world: World, appliance: Appliance, *, on: bool) -> str:
    name = appliance.kind.name
    if appliance.running == on:
        return f"{name}: {'on' if on else 'off'} already, at {kw(appliance.power_w)}."
    if on:
        world.switch_on(name)
        return f"{name}: on, draws {kw(appliance.power_w)}; {_grid(world)}"
    world.switch_off(name)
    return f"{name}: off; {_grid(world)}"


def _grid(world: World) -> str:
    return f"the house now {'takes' if world.grid_w >= 0 else 'injects'} {kw(abs(world.grid_w))}."


def _sun(before_w: int, after_w: int) -> str:
    if before_w == after_w == 0:
        return "no difference, the sun is down."
    return f"the panels go from {kw(before_w)} to {kw(after_w)}."


def _hint(words: list[str], world: World, cellar: Cellar) -> str:
    typed = "".join(letter for letter in " ".join(words)[:40] if letter.isprintable())
    known = [*(f"{name} {way}" for name in world.appliances for way in ("on", "off")), *_orders(world, cellar)]
    near = get_close_matches(words[0], dict.fromkeys(order.split()[0] for order in known), n=1)
    meant = [f"`{order}`" for order in known if near == order.split()[:1]]
    hint = f"Did you mean {' or '.join(meant)}?" if meant else "Try `oven on`, `cloud`, `cable out`."
    return f"No such thing as `{typed}` here. {hint} Type help for all."
