"""stephanme/pv-control: one charger, from the sun or at full power, decided anew every 30 s.

In: what meter and charger say in a cycle, and what the user sets. Out: the commands of that cycle. It knows no peak, no
circuit, no trip and no price. + goes into the battery here too, where that program counts the other way round.

Source: its rules as of August 2026. One thing is better here: it starts by itself only when a car arrives, where that
program starts again one cycle after its user said OFF.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise

from lib.core.modes import Mode, Phases
from lib.core.surplus import PV_CONTROL, Priority, Profile, delayed, priority, surplus_w, wanted_phases, wish

CYCLE_S = 30.0
UNPLUGGED_S = 300.0  # without a car for so long its modes of the sun end
PHASE_FAULT, RELAY_FAULT = 3, 100  # a reset mends these
MOST_MISSED = 3  # cycles for which a silent meter counts as it was; then as zero
NOISE_WH = 1.0
CAR_WH_PCT = 580.0
SUN = frozenset({Mode.PV_ONLY, Mode.PV_ALL})


class Vehicle(IntEnum):
    """What hangs on the charger, in go-e's numbers."""

    NONE = 1
    CHARGING = 2
    WAITING = 3
    FINISHED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How it is set up. relay: it can switch phases; automatic: and does so by the sun; on_connect: OFF for nothing."""

    cycle_s: float = CYCLE_S
    automatic: bool = True
    on_connect: Mode = Mode.OFF
    relay: bool = True
    profile: Profile = PV_CONTROL


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """The house. house_wh, house_grid_wh: counters of all that it used, with the car, and of what the grid gave."""

    grid_w: float = 0.0
    battery_w: float = 0.0
    soc_pct: float = 0.0
    house_wh: float = 0.0
    house_grid_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """The charger. phases_in: switched towards it; phases_out: carried to the car; session_wh: since the plug-in."""

    power_w: float = 0.0
    go: bool = False
    current_a: float = 6.0
    phases_in: int = 1
    phases_out: int = 0
    vehicle: Vehicle = Vehicle.NONE
    fault: int = 0
    session_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What a cycle brings: both readings, None where reading failed, and what the user sets, None for no change."""

    meter: Meter | None
    charger: Charger | None
    mode: Mode | None = None
    phases: Phases | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What the charger is told, in this order; None, or False for `reset`, for what is not sent."""

    reset: bool = False
    phases: int | None = None
    current_a: float | None = None
    go: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """What was charged, and from where as far as the house's counters have moved since; `last` is None at first."""

    charged_wh: float = 0.0
    grid_wh: float = 0.0
    sun_wh: float = 0.0
    last: tuple[float, float, float] | None = None  # session_wh; house_wh and house_grid_wh when they last moved
    moved_wh: float = 0.0  # what was charged when they did


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What it remembers, and the commands of the last cycle.

    Attributes:
        wish: the mode that is wanted; mode: the one in effect. OFF and MAX are done once and then left alone.
        first: who is served first.
        wait_s: until a change of charging or not is made; unplugged_s: until the modes of the sun end.

    """

    wish: Mode = Mode.OFF
    mode: Mode = Mode.OFF
    phases: Phases = Phases.AUTO
    priority: Priority = Priority.AUTO
    first: Priority = Priority.HOME_BATTERY
    wait_s: float = 0.0
    unplugged_s: float = UNPLUGGED_S
    meter: Meter = field(default_factory=Meter)
    missed: int = 0
    charger: Charger | None = None
    energy: Energy = field(default_factory=Energy)
    commands: Commands = field(default_factory=Commands)


def after(state: State, cycle: Cycle, options: Options) -> State:
    """The state after a cycle, with its commands."""
    before, fresh = state.charger, cycle.charger
    state = replace(_read(state, cycle), commands=Commands())
    charger = state.charger
    if charger is None:
        return state  # not read yet
    if fresh is not None:
        state = _connected(_unplugged(state, fresh, options), before, fresh, options)
    else:
        state = replace(state, unplugged_s=UNPLUGGED_S)
    soc_pct = state.meter.soc_pct
    first = priority(state.priority, soc_pct, before=state.first, profile=options.profile)
    state = replace(state, first=first)
    if fresh is not None and fresh.fault in {PHASE_FAULT, RELAY_FAULT}:
        return replace(state, commands=Commands(reset=True))
    if fresh is not None and options.relay:
        wanted = wanted_phases(
            state.wish,
            state.phases,
            phases=fresh.phases_in,
            available_w=fresh.power_w - state.meter.grid_w,
            profile=options.profile,
            automatic=options.automatic,
        )
        if wanted != fresh.phases_in:  # a step a cycle: stop, switch, and then what the mode says
            step = Commands(go=False) if fresh.phases_out else Commands(phases=wanted)
            return replace(state, wait_s=0.0, commands=step)
    return _act(state, charger, options)


def _read(state: State, cycle: Cycle) -> State:
    """With the readings and the user's will; a charger that is silent counts as it was for ever."""
    missed = 0 if cycle.meter else state.missed + 1
    meter = cycle.meter or (state.meter if missed <= MOST_MISSED else Meter())
    charger = cycle.charger or state.charger
    return replace(
        state,
        meter=meter,
        missed=missed,
        charger=charger,
        wish=cycle.mode or state.wish,
        phases=cycle.phases or state.phases,
        priority=cycle.priority or state.priority,
        energy=after_energy(state.energy, meter, charger) if charger else state.energy,
    )


def _unplugged(state: State, charger: Charger, options: Options) -> State:
    if state.mode not in SUN or charger.vehicle is not Vehicle.NONE:
        return replace(state, unplugged_s=UNPLUGGED_S)
    left_s = state.unplugged_s - options.cycle_s
    if left_s > 0:
        return replace(state, unplugged_s=left_s)
    return replace(state, unplugged_s=UNPLUGGED_S, wish=Mode.OFF)


def _connected(state: State, before: Charger | None, charger: Charger, options: Options) -> State:
    arrives = before is not None and before.vehicle is Vehicle.NONE and charger.vehicle is Vehicle.WAITING
    if arrives and state.mode is Mode.OFF and options.on_connect is not Mode.OFF:
        return replace(state, wish=options.on_connect)
    return state


def _act(state: State, charger: Charger, options: Options) -> State:
    """What the mode does."""
    profile = options.profile
    match state.wish:
        case Mode.OFF:
            return replace(state, mode=Mode.OFF, wish=Mode.MANUAL, wait_s=0.0, commands=Commands(go=False))
        case Mode.MAX:
            full = Commands(current_a=profile.most_a, go=True)
            return replace(state, mode=Mode.MAX, wish=Mode.MANUAL, wait_s=0.0, commands=full)
        case Mode.PV_ONLY | Mode.PV_ALL:
            spare_w = surplus_w(charger.power_w, state.meter.grid_w, state.meter.battery_w, state.first)
            wanted = wish(state.wish, spare_w, phases=charger.phases_in, runs=charger.go, profile=profile)
            wait_s, go = delayed(
                state.wait_s, wants=wanted.go, runs=charger.go, elapsed_s=options.cycle_s, profile=profile
            )
            commands = Commands(current_a=wanted.current_a, go=None if go is charger.go else go)
            return replace(state, mode=state.wish, wait_s=wait_s, commands=commands)
    shown = Mode.MAX if charger.current_a >= profile.most_a else Mode.MANUAL
    return replace(state, mode=shown if charger.go else Mode.OFF, wait_s=0.0)


def after_energy(energy: Energy, meter: Meter, charger: Charger) -> Energy:
    """What was charged, by the charger's counter, and its share of what the grid gave, whenever the house's move.

    A counter that falls belongs to a new plug-in. What moves while charging is not permitted is not shared out.
    """
    if energy.last is None:
        return replace(energy, last=(charger.session_wh, meter.house_wh, meter.house_grid_wh))
    session_wh, house_wh, house_grid_wh = energy.last
    gained_wh = charger.session_wh - session_wh
    charged_wh = energy.charged_wh + (charger.session_wh if gained_wh < -NOISE_WH else max(0.0, gained_wh))
    if meter.house_wh - house_wh <= NOISE_WH:
        return replace(energy, charged_wh=charged_wh, last=(charger.session_wh, house_wh, house_grid_wh))
    since_wh = charged_wh - energy.moved_wh
    grid_wh = min(meter.house_grid_wh - house_grid_wh, since_wh)
    return replace(
        energy,
        charged_wh=charged_wh,
        grid_wh=energy.grid_wh + (grid_wh if charger.go else 0.0),
        sun_wh=energy.sun_wh + (since_wh - grid_wh if charger.go else 0.0),
        last=(charger.session_wh, meter.house_wh, meter.house_grid_wh),
        moved_wh=charged_wh,
    )


def consumed_wh(socs_pct: Iterable[float], wh_pct: float = CAR_WH_PCT) -> float:
    """What a car used for driving, by the falls of its state of charge."""
    return sum(max(0.0, before - after) * wh_pct for before, after in pairwise(socs_pct))
