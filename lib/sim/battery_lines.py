"""Typed lines that move battery and inverter of the toy house: `battery soc 30`, `battery hang`, `inverter off`.

In: the words of a line. Out: one line that says what happened; None when it was no word of ours.
Knows no socket; never raises because of what was typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.sim import http_box, modbus_box
from lib.sim.fronius_box import FroniusBox
from lib.sim.sunspec_box import SunSpecBox
from lib.sim.victron_box import VictronBox
from lib.sim.wording import kw, per_cent

BATTERY_ORDERS = ("battery soc 30", *(f"battery {word}" for word in ("hang", "refuse", "restart", "off", "on")))
INVERTER_ORDERS = tuple(f"inverter {word}" for word in ("hang", "broken", "off", "on"))
_DOES = {
    "well": "answers as it should",
    "hang": "takes nothing and never answers",
    "mute": "takes what it is told and never answers",
    "gone": "hangs up on everybody",
    "busy": "is too busy for every question",
    "refuse": "refuses every order",
    "broken": "answers with an error page",
    "cut": "answers with half of what it should",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cellar:
    """The boxes of battery and inverter; None where there is none."""

    battery: VictronBox | SunSpecBox | None = None
    inverter: FroniusBox | None = None

    @property
    def orders(self) -> tuple[str, ...]:
        """What can be typed about them."""
        return BATTERY_ORDERS * (self.battery is not None) + INVERTER_ORDERS * (self.inverter is not None)


EMPTY = Cellar()


def obey_cellar(words: Sequence[str], cellar: Cellar) -> str | None:
    """Do what the words ask and say in one line what happened; None: these are no such words."""
    match words:
        case ["battery", *rest] if rest and cellar.battery:
            return f"battery: {_battery(cellar.battery, rest)}"
        case ["inverter", word] if cellar.inverter:
            return f"inverter: {_inverter(cellar.inverter, word)}"
        case _:
            return None


def say_cellar(cellar: Cellar) -> list[str]:
    """Battery and inverter in some words: how full, what flows, who decides, what is wrong."""
    said = []
    if box := cellar.battery:
        battery = box.battery
        flow = f"takes {kw(battery.power_w)}" if battery.power_w > 0 else f"gives {kw(-battery.power_w)}"
        parts = [f"{battery.soc_pct:.0f} %", flow if battery.power_w else "rests"]
        if battery.set_grid_w is not None:
            parts.append(f"told to keep the grid at {kw(round(battery.set_grid_w))}")
        elif battery.set_w is not None:
            parts.append(f"told {kw(round(battery.set_w))}")
        else:
            parts.append("in its own mode")
        said.append(f"battery {', '.join([*parts, *_trouble(box.trouble)])}")
    if cellar.inverter and (trouble := _trouble(cellar.inverter.trouble)):
        said.append(f"inverter {trouble[0]}")
    return said


def _trouble(trouble: str) -> list[str]:
    return [] if trouble == "well" else [trouble.upper()]


def _battery(box: VictronBox | SunSpecBox, words: Sequence[str]) -> str:
    match words:
        case ["restart"]:
            box.restart()
            return "restarts, answers as it should, and has forgotten what it was told."
        case ["soc", *rest] if (soc_pct := per_cent("".join(rest))) is not None:
            box.battery.set_soc(soc_pct)
            return f"{soc_pct:g} % full."
        case [word] if (trouble := _known(word, list(modbus_box.Trouble))) is not None:
            box.trouble = modbus_box.Trouble(trouble)
            return f"{_DOES[trouble]}."
        case _:
            return (
                f"type {', '.join(modbus_box.Trouble)}, off, on, restart, or how full it is, such as `battery soc 30`."
            )


def _inverter(box: FroniusBox, word: str) -> str:
    known = [one for one in http_box.Trouble if one is not http_box.Trouble.REFUSE]  # it takes no orders
    trouble = _known(word, known)
    if trouble is None:
        return f"type {', '.join(known)}, off or on."
    box.trouble = http_box.Trouble(trouble)
    return f"{_DOES[trouble]}."


def _known(word: str, troubles: Sequence[str]) -> str | None:
    """The trouble that a word means, if any."""
    word = {"off": "gone", "on": "well"}.get(word, word)
    return word if word in troubles else None
