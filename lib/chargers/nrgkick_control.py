"""What an NRGkick is set to: its answer of /control → values, and values → the keys of a write. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lib.chargers.nrgkick_answers import clean, flag, number

SPOKEN = {"current_set": "{} A", "charge_pause": "pause {}", "phase_count": "{} phases", "energy_limit": "{} Wh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What it is set to; None: not known. phases 0: it switches just now. limit_wh 0: none."""

    current_a: float | None = None
    paused: bool | None = None
    limit_wh: float | None = None
    phases: int | None = None


def parse_control(answer: Mapping[str, Any]) -> Control:
    """The answer of /control, and of a write to it, which holds the keys that were written."""
    said = clean(answer)
    phases = number(said.get("phase_count"))
    return Control(
        current_a=number(said.get("current_set")),
        paused=flag(said.get("charge_pause")),
        limit_wh=number(said.get("energy_limit")),
        phases=None if phases is None else int(phases),
    )


def written(control: Control) -> dict[str, str]:
    """What is known of it as it is written: one decimal, at most four letters."""
    said = {
        "current_set": None if control.current_a is None else f"{control.current_a:.1f}",
        "charge_pause": None if control.paused is None else str(int(control.paused)),
        "energy_limit": None if control.limit_wh is None else f"{control.limit_wh:.0f}",
        "phase_count": None if control.phases is None else str(control.phases),
    }
    return {key: value for key, value in said.items() if value is not None}


def without(control: Control, keys: Mapping[str, str]) -> Control:
    """`control` while nobody knows what becomes of these keys."""
    return Control(
        current_a=None if "current_set" in keys else control.current_a,
        paused=None if "charge_pause" in keys else control.paused,
        limit_wh=None if "energy_limit" in keys else control.limit_wh,
        phases=None if "phase_count" in keys else control.phases,
    )


def merged(control: Control, echo: Control) -> Control:
    """`control` with what an answer tells."""
    return replace(
        control,
        current_a=control.current_a if echo.current_a is None else echo.current_a,
        paused=control.paused if echo.paused is None else echo.paused,
        limit_wh=control.limit_wh if echo.limit_wh is None else echo.limit_wh,
        phases=control.phases if echo.phases is None else echo.phases,
    )


def spoken(keys: Mapping[str, str]) -> str:
    """What was asked for, in words: "10.5 A and pause 0"."""
    return " and ".join(SPOKEN[key].format(value) for key, value in keys.items())
