"""pv-control's cycle against what it was seen to do, and what is better here."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lib.core.modes import Mode, Phases
from lib.core.surplus import PV_CONTROL, Priority
from lib.sim.rivals.pv_control import (
    Charger,
    Commands,
    Cycle,
    Energy,
    Meter,
    Options,
    State,
    Vehicle,
    after,
    after_energy,
    consumed_wh,
)
from tests.conftest import folders

Case = dict[str, Any]
FILES = [json.loads((folder / "vectors" / "pvcontrol.json").read_text("utf-8")) for folder in folders()]
PHASES = {"AUTO": Phases.AUTO, "CHARGE_1P": Phases.ONE, "CHARGE_3P": Phases.THREE}
SHOWN = {phases: name for name, phases in PHASES.items()}
OF_PROFILE = {
    "volt": ("phase_v",),
    "round_a": ("round_a",),
    "hyst_w": ("hyst_w",),
    "all_min_w": ("all_min_w",),
    "delay_s": ("start_s", "stop_s"),
    "soc_thr": ("car_pct", "battery_pct"),
    "imin": ("least_a",),
    "imax": ("most_a",),
}
PLUGGED = Charger(vehicle=Vehicle.CHARGING)


def cases(family: str, *, improve: bool = False) -> list[Any]:
    """The cases of a family that are to be followed, or those that are not."""
    found = [case for file in FILES for case in file[family] if case.get("improve", False) is improve]
    return [pytest.param(case, id=case["name"]) for case in found]


def options(config: Case) -> Options:
    """The options that a case changes."""
    profile = {name: value for key, value in config.items() for name in OF_PROFILE.get(key, ())}
    usual = Options()
    return Options(
        cycle_s=config.get("cycle_s", usual.cycle_s),
        automatic=config.get("auto_phase", usual.automatic),
        on_connect=Mode[config.get("on_connect", "OFF")],
        relay=config.get("relay", usual.relay),
        profile=replace(PV_CONTROL, **profile),
    )


def cycle(case: Case) -> Cycle:
    """A recorded cycle; its battery counts + out of it, ours + into it."""
    said, wished = case["input"], case["set"]
    charger = Charger(
        power_w=said["charger_w"],
        go=said["allow"],
        current_a=said["amps"],
        phases_in=said["phases_in"],
        phases_out=said["phases_out"],
        vehicle=Vehicle(said["car"]),
        fault=said["wb_error"],
    )
    return Cycle(
        meter=Meter(grid_w=said["grid_w"], battery_w=-said["batt_w"], soc_pct=said["soc"]),
        charger=None if said["comm_error"] else charger,
        mode=Mode[wished["mode"]] if "mode" in wished else None,
        phases=PHASES[wished["phase_mode"]] if "phase_mode" in wished else None,
        priority=Priority[wished["priority"]] if "priority" in wished else None,
    )


def sent(commands: Commands) -> list[list[Any]]:
    """Commands in the words of a recording."""
    named = [("phases", commands.phases), ("amps", commands.current_a), ("allow", commands.go)]
    return [["reset"]] * commands.reset + [[name, value] for name, value in named if value is not None]


def shown(state: State, options: Options) -> Case:
    """A state in the words of a recording."""
    return {
        "mode": state.mode.name,
        "desired_mode": state.wish.name,
        "phase_mode": SHOWN[state.phases] if options.relay else "DISABLED",
        "priority": state.first.name,
    }


@pytest.mark.parametrize("case", cases("sequences"))
def test_each_cycle_sends_what_it_must(case: Case) -> None:
    """Commands and shown state, cycle by cycle."""
    chosen, state = options(case["config"]), State()
    for number, row in enumerate(case["cycles"]):
        state = after(state, cycle(row), chosen)
        assert (number, row["expect_commands"]) == (number, sent(state.commands))
        assert row["expect_state"] == shown(state, chosen)


@pytest.mark.parametrize("case", cases("sequences", improve=True))
def test_a_start_by_itself_never_undoes_an_off(case: Case) -> None:
    """The car's arrival starts it; what its owner says later holds, under the same inputs."""
    chosen, state = options(case["config"]), State()
    modes, started = [], []
    for row in case["cycles"]:
        state = after(state, cycle(row), chosen)
        modes.append(state.mode)
        started.append(bool(state.commands.go))
    off = next(number for number, row in enumerate(case["cycles"]) if row["set"].get("mode") == "OFF")
    assert [False, True] == started[:off]
    assert not any(started[off:])
    assert {Mode.OFF} == set(modes[off:])


@dataclass(slots=True, kw_only=True)
class Toy:
    """A house with sun, battery and a charger that does what it is told within the cycle."""

    battery_max_w: float
    battery_wh: float
    pv_w: float = 0.0
    home_w: float = 0.0
    soc_pct: float = 0.0
    current_a: float = 16.0
    go: bool = False
    phases: int = 1
    vehicle: Vehicle = Vehicle.NONE

    @property
    def phases_out(self) -> int:
        """What reaches the car."""
        return self.phases if self.go and self.vehicle in {Vehicle.CHARGING, Vehicle.WAITING} else 0

    @property
    def charger_w(self) -> float:
        """What the car draws."""
        return self.phases_out * self.current_a * 230

    @property
    def battery_w(self) -> float:
        """What goes into the battery, which covers the house as far as it can."""
        left_w = self.pv_w - self.home_w - self.charger_w
        most_w = self.battery_max_w if self.battery_wh else 0.0
        into_w = max(-most_w, min(most_w, left_w))
        return 0.0 if (self.soc_pct >= 100 and into_w > 0) or (self.soc_pct <= 0 and into_w < 0) else into_w

    @property
    def grid_w(self) -> float:
        """What the house takes."""
        return self.home_w + self.charger_w + self.battery_w - self.pv_w

    def read(self, *, mode: Mode | None, phases: Phases | None, priority: Priority | None) -> Cycle:
        """Half a minute later: what meter and charger say."""
        meter_w, grid_w = self.battery_w, self.grid_w
        if self.battery_wh:
            self.soc_pct = min(100.0, max(0.0, self.soc_pct + meter_w * 30 / 3600 / self.battery_wh * 100))
        return Cycle(
            meter=Meter(grid_w=grid_w, battery_w=meter_w, soc_pct=self.soc_pct),
            charger=Charger(
                power_w=self.charger_w,
                go=self.go,
                current_a=self.current_a,
                phases_in=self.phases,
                phases_out=self.phases_out,
                vehicle=self.vehicle,
            ),
            mode=mode,
            phases=phases,
            priority=priority,
        )

    def take(self, commands: Commands) -> None:
        """Do as told."""
        self.phases = commands.phases or self.phases
        self.current_a = commands.current_a or self.current_a
        self.go = self.go if commands.go is None else commands.go


@pytest.mark.parametrize("case", cases("closed_loop"))
def test_a_house_follows_its_commands(case: Case) -> None:
    """Sun, battery, charger and mode after each cycle."""
    chosen = options(case["config"])
    toy = Toy(battery_max_w=case["battery_max_w"], battery_wh=case["battery_wh"])
    state = after(State(), toy.read(mode=None, phases=None, priority=None), chosen)
    toy.take(state.commands)
    mode: Mode | None = Mode[case["mode"]]
    for number, step in enumerate(case["steps"]):
        toy.pv_w, toy.home_w = step["pv_w"], step["home_w"]
        if step["car"] is not None:
            toy.vehicle = Vehicle(step["car"])
            toy.go = toy.go and toy.vehicle is not Vehicle.NONE
        if step["set_soc"] is not None:
            toy.soc_pct = step["set_soc"]
        wished = Priority[case["desired_priority"]]
        state = after(state, toy.read(mode=mode, phases=PHASES[case["phase_mode"]], priority=wished), chosen)
        mode = None
        toy.take(state.commands)
        found = {
            "amps": toy.current_a,
            "allow": toy.go,
            "phases_in": toy.phases,
            "phases_out": toy.phases_out,
            "charger_w": toy.charger_w,
            "grid_w": toy.grid_w,
            "batt_w": -toy.battery_w,
            "soc": round(toy.soc_pct, 2),
            "mode": state.mode.name,
        }
        assert (number, step["expect"]) == (number, found)


@pytest.mark.parametrize("case", cases("energy_split"))
def test_energy_is_shared_between_grid_and_sun(case: Case) -> None:
    """By what the house's counters gained since they last moved."""
    energy = Energy()
    for row in case["rows"]:
        energy = after_energy(
            energy,
            Meter(house_wh=row["house_total_wh"], house_grid_wh=row["house_from_grid_wh"]),
            replace(PLUGGED, session_wh=row["charging_session_wh"], go=row["allow"]),
        )
        expected = tuple(row[f"expect_{name}_wh"] for name in ("total", "from_grid", "from_pv"))
        assert expected == (energy.charged_wh, energy.grid_wh, energy.sun_wh)


@pytest.mark.parametrize("row", [row for file in FILES for row in file["car_consumption"]["rows"]], ids=str)
def test_a_car_uses_what_its_battery_falls(row: Case) -> None:
    """A rise is charging, and takes nothing back."""
    assert row["expect_wh"] == consumed_wh(row["soc"])


def test_a_charger_without_phases_does_not_end_the_cycles() -> None:
    """A box that says 0 phases under a mode of the sun is told to pause, and the next cycle runs."""
    chosen = Options(relay=False)
    dark = replace(PLUGGED, phases_in=0, go=True)
    sunny = Meter(grid_w=-3000.0)
    state = after(State(), Cycle(meter=sunny, charger=dark, mode=Mode.PV_ONLY), chosen)
    assert Commands(current_a=6.0, go=False) == state.commands
    state = after(state, Cycle(meter=sunny, charger=PLUGGED), chosen)
    assert 13.0 == state.commands.current_a


def test_a_silent_meter_counts_three_cycles_more() -> None:
    """Then as zero, so the car holds what it draws; a silent charger counts as it was for ever."""
    one = replace(PLUGGED, power_w=1380.0, go=True, phases_out=1)
    state = after(State(), Cycle(meter=Meter(grid_w=-460.0), charger=one, mode=Mode.PV_ONLY), Options(relay=False))
    told = []
    for _ in range(5):
        state = after(state, Cycle(meter=None, charger=None), Options(relay=False))
        told.append(state.commands.current_a)
    assert [8.0, 8.0, 8.0, 6.0, 6.0] == told


def test_before_the_first_reading_nothing_is_told() -> None:
    """A charger that never answered gets no command."""
    assert Commands() == after(State(), Cycle(meter=Meter(), charger=None), Options()).commands


def test_a_read_error_keeps_the_mode_of_an_empty_charger() -> None:
    """Only ten good readings in a row without a car end it."""
    chosen, empty = Options(relay=False), Charger()
    state = after(State(), Cycle(meter=Meter(), charger=empty, mode=Mode.PV_ONLY), chosen)
    for _ in range(9):
        state = after(state, Cycle(meter=Meter(), charger=empty), chosen)
    state = after(state, Cycle(meter=Meter(), charger=None), chosen)
    for _ in range(9):
        state = after(state, Cycle(meter=Meter(), charger=empty), chosen)
        assert Mode.PV_ONLY is state.mode
    assert Mode.OFF is after(state, Cycle(meter=Meter(), charger=empty), chosen).mode
