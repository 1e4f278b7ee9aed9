"""Charging from what the sun leaves over: what is left, who is served first, and what a charger makes of it.

In: powers at one instant, + is drawn from the grid, + goes into the car and into the battery. Out: amperes, whether it
shall charge, on how many phases. It does not know why one charges besides, nor circuits, nor the peak.

Source: the rules of stephanme/pv-control, which `PV_CONTROL` gives to the number; `own_profile` has ours.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lib.core.charger import LEAST_A, in_steps
from lib.core.modes import Mode, Phases
from lib.core.power import PHASE_V

ALL_PHASES = 3
LEAST_STOP_W = 100.0  # PV_ALL takes from the grid what is missing, but not all of it
HAIR = 1e-6  # of a step: what lies so near to one by binary fractions is on it


class Priority(StrEnum):
    """Who takes the sun first. AUTO: the home battery until it is half full, then the car."""

    AUTO = "auto"
    HOME_BATTERY = "home_battery"
    CAR = "car"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The numbers of the rules.

    Attributes:
        least_a, most_a, step_a: what the charger takes.
        round_a: by so much the surplus may miss a step, which is then taken all the same.
        hyst_w: between a start and a stop, and between the limits of a phase switch.
        all_min_w: from so much surplus on PV_ALL charges.
        start_s, stop_s: how long a start and a stop must be wanted before they happen.
        car_pct, battery_pct: AUTO serves the car from this state of charge of the home battery on, and the battery
            again below the other one.

    """

    phase_v: float = PHASE_V
    least_a: float = LEAST_A
    most_a: float = 16.0
    step_a: float
    round_a: float
    hyst_w: float = 200.0
    all_min_w: float = 500.0
    start_s: float
    stop_s: float
    car_pct: float = 50.0
    battery_pct: float


PV_CONTROL = Profile(step_a=1.0, round_a=0.1, start_s=120.0, stop_s=120.0, battery_pct=50.0)


@lru_cache(maxsize=64)
def own_profile(*, step_a: float, least_a: float = LEAST_A, most_a: float = 16.0) -> Profile:
    """Ours, for a charger that takes these amperes: starts sooner than it stops, and does not waver at half full."""
    return Profile(
        step_a=step_a,
        round_a=step_a / 10,
        least_a=least_a,
        most_a=most_a,
        start_s=60.0,
        stop_s=120.0,
        battery_pct=45.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the surplus is good for: amperes a phase, and whether to charge with them; the least ones when not."""

    current_a: float
    go: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where something changes, in W of surplus.

    Attributes:
        only_start_w, all_start_w: PV_ONLY and PV_ALL start from here on; all_stop_w: PV_ALL stops below.
        only_up_w, all_up_w: from one phase to three from here on; only_down_w, all_down_w: back to one below.

    """

    only_start_w: float
    only_up_w: float
    only_down_w: float
    all_start_w: float
    all_stop_w: float
    all_up_w: float
    all_down_w: float


def thresholds(profile: Profile) -> Thresholds:
    """The limits of a profile. PV_ONLY stops where the least current is missed, which depends on the phases."""
    least_w = profile.least_a * profile.phase_v
    most_w = profile.most_a * profile.phase_v
    return Thresholds(
        only_start_w=least_w + profile.hyst_w,
        only_up_w=ALL_PHASES * least_w + profile.hyst_w,
        only_down_w=ALL_PHASES * least_w,
        all_start_w=profile.all_min_w,
        all_stop_w=max(profile.all_min_w - profile.hyst_w, LEAST_STOP_W),
        all_up_w=most_w,
        all_down_w=most_w - profile.hyst_w,
    )


def priority(wish: Priority, soc_pct: float | None, *, before: Priority, profile: Profile) -> Priority:
    """Who is served first: HOME_BATTERY or CAR.

    soc_pct: of the home battery; between the two limits, and while nobody knows it, it stays as `before`.
    """
    if wish is not Priority.AUTO:
        return wish
    if soc_pct is not None and soc_pct >= profile.car_pct:
        return Priority.CAR
    if soc_pct is not None and soc_pct < profile.battery_pct:
        return Priority.HOME_BATTERY
    return Priority.CAR if before is Priority.CAR else Priority.HOME_BATTERY


def surplus_w(charger_w: float, grid_w: float, battery_w: float, priority: Priority) -> float:
    """What the car may draw, in W, so that nothing comes from the grid; negative when even without it something does.

    battery_w: + into the home battery, which may never empty into the car; with CAR the car takes what it stores.
    """
    return charger_w - grid_w + (battery_w if priority is Priority.CAR else min(0.0, battery_w))


def wish(mode: Mode, surplus_w: float, *, phases: int, runs: bool, profile: Profile) -> Wish:
    """What a charger on so many phases makes of the surplus: PV_ALL fills up from the grid, any other mode does not.

    runs: it charges now, so it goes on for less than it would start for. On no phase at all nothing charges.
    """
    pause = Wish(current_a=profile.least_a, go=False)
    if phases <= 0:
        return pause
    exact_a = surplus_w / (profile.phase_v * phases)
    if mode is Mode.PV_ALL:
        limits = thresholds(profile)
        if surplus_w < (limits.all_stop_w if runs else limits.all_start_w):
            return pause
        current_a = max(profile.least_a, _up_in_steps(exact_a - profile.round_a, profile.step_a))
    else:
        current_a = in_steps(exact_a + profile.round_a, profile.step_a)
        if current_a < profile.least_a or (not runs and surplus_w < thresholds(profile).only_start_w):
            return pause
    return Wish(current_a=min(profile.most_a, current_a), go=True)


def wanted_phases(
    mode: Mode, wish: Phases, *, phases: int, available_w: float, profile: Profile, automatic: bool = True
) -> int:
    """On how many phases, 1 or 3, a charger that can switch shall charge.

    phases: it would charge on now; available_w: its own power less the grid's, without the battery, whose help for a
    minute is no reason to switch. automatic: whether the sun may switch them; if not, its modes charge on one.
    """
    if wish is not Phases.AUTO:
        return int(wish)
    limits = thresholds(profile)
    match mode:
        case Mode.PV_ONLY:
            up_w, down_w = limits.only_up_w, limits.only_down_w
        case Mode.PV_ALL:
            up_w, down_w = limits.all_up_w, limits.all_down_w
        case Mode.MAX:
            return ALL_PHASES
        case _:
            return phases
    is_enough = available_w >= (down_w if phases >= ALL_PHASES else up_w)
    return ALL_PHASES if automatic and is_enough else 1


def delayed(left_s: float, *, wants: bool, runs: bool, elapsed_s: float, profile: Profile) -> tuple[float, bool]:
    """A start or a stop that waits until it was wanted for long enough, without a break.

    left_s: what was left of the wait, 0 for a change that happens at once; elapsed_s: since it was asked last.
    What is left now, and whether it charges from now on.
    """
    if wants != runs:
        left_s -= elapsed_s
        if left_s > 0:
            return left_s, runs
    return profile.stop_s if wants else profile.start_s, wants


def _up_in_steps(current_a: float, step_a: float) -> float:
    return round(math.ceil(current_a / step_a - HAIR) * step_a, 3)
