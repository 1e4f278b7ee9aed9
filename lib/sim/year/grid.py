"""The runs of a table: homes × contracts × battery × strategies × conditions × settings, and what shares need.

In: homes and what was asked. Out: runs with their keys. A setting is a field of the frame or of its conditions.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from typing import Any

from lib.core.quarter import QUARTER_S
from lib.sim.year import contract
from lib.sim.year.asked import BATTERY, EVERY_S, SlipError, step
from lib.sim.year.conditions import FAULTS, Conditions, Perfect
from lib.sim.year.fingerprint import home_print, key_of, source_prints
from lib.sim.year.home import Home
from lib.sim.year.live import Frame
from lib.sim.year.runs import Run
from lib.sim.year.strategies import LIMIT, NAIVE, OURS

OF_FRAME = ("step_s", "seed", "plan_every_s")
OF_CONDITIONS = tuple(field.name for field in fields(Conditions))
CLEAN = "clean"
MOST_STEP_S = 60  # of ours
RIGHT = {
    "step_s": "a part of a quarter in seconds, such as 60, 10 or 1",
    "seed": "a whole number",
    "plan_every_s": "900 or more, in quarters of an hour",
    "sun_factor": "a number from 0 to 10",
    "early_h": "hours from 0 to 24, in quarters",
    "prices_missing_days": "days from 0 to 366",
    "soc_known": "yes or no",
    "last_weeks_load": "yes or no",
    "perfect": f"none or some of {', '.join(Perfect)}, joined with +",
}


def runs_of(made: "Maker", asked: argparse.Namespace, settings: Sequence[Mapping[str, Any]] = ({},)) -> list[Run]:
    """All that is asked for, home by home. Raises SlipError."""
    tariffs = (asked.tariff,) if asked.tariff else contract.NAMES
    found: list[Run] = []
    known: set[tuple[object, ...]] = set()
    for name, tariff, battery, strategy in product(made.homes, tariffs, BATTERY[asked.battery], asked.strategies):
        if strategy == LIMIT:
            found.append(made.limit(name, tariff, battery=battery))
            continue
        for condition, perfect, chosen in product(asked.conditions, asked.perfect, settings):
            frame = Frame(
                battery,
                step_s=asked.step,
                seed=asked.seed,
                conditions=replace(FAULTS[condition], perfect=perfect),
                plan_every_s=EVERY_S[asked.plan_every if strategy == OURS else "quarter"],
            )
            title = "+".join((condition, *sorted(perfect)))
            own = {key: value for key, value in chosen.items() if strategy == OURS or key != "plan_every_s"}
            run = made.run(name, tariff, strategy, _set(frame, own), title, own)  # a rival plans by its own rule
            if (what := (run.key, title, *own.items())) not in known:
                known.add(what)
                found.append(run)
    return found


def measures(made: "Maker", runs: Iterable[Run]) -> list[Run]:
    """By which shares are worked out: of each home and contract naive without a battery, and the limit."""
    found: dict[str, Run] = {}
    for run in runs:
        for other in (naive_of(run, made), made.limit(run.home.name, run.tariff, battery=run.frame.battery)):
            found.setdefault(other.key, other)
    return list(found.values())


def naive_of(run: Run, made: "Maker") -> Run:
    """The clean naive run without a battery at the same home."""
    frame = Frame(battery=False, step_s=run.frame.step_s, seed=run.frame.seed)
    return made.run(run.home.name, run.tariff, NAIVE, frame, CLEAN, {})


class Maker:
    """Runs with their keys; homes and source are looked at once, so that keys fit though somebody edits meanwhile."""

    def __init__(self, homes: Mapping[str, Home]) -> None:
        self.homes = {home.name: home for home in homes.values()}
        self._prints = {name: home_print(home) for name, home in self.homes.items()}
        self._sources = source_prints()

    def limit(self, name: str, tariff: str, *, battery: bool) -> Run:
        """It knows all, and nothing disturbs it."""
        return self.run(name, tariff, LIMIT, Frame(battery), CLEAN, {})

    def run(
        self, name: str, tariff: str, strategy: str, frame: Frame, conditions: str, settings: Mapping[str, Any]
    ) -> Run:
        """With its key. Raises SlipError."""
        if strategy == OURS and frame.step_s > MOST_STEP_S:
            raise SlipError(
                f"--step {frame.step_s}: our programs speak each second; take {MOST_STEP_S} s at the longest"
            )
        key = key_of(self._prints[name], tariff=tariff, strategy=strategy, frame=frame, source=self._sources[strategy])
        return Run(
            home=self.homes[name],
            tariff=tariff,
            strategy=strategy,
            frame=frame,
            conditions=conditions,
            key=key,
            settings=settings,
        )


def settings_of(texts: Iterable[str]) -> list[dict[str, Any]]:
    """`key=v1,v2` each → every combination of values. Raises SlipError."""
    choices: dict[str, list[Any]] = {}
    for text in texts:
        name, is_set, values = text.partition("=")
        if not is_set or not values:
            raise SlipError(f"--set {text}: write a name and its values, such as sun_factor=0.5,1")
        if name not in (*OF_FRAME, *OF_CONDITIONS):
            raise SlipError(f"--set {text}: {name} is no setting; take {', '.join((*OF_FRAME, *OF_CONDITIONS))}")
        choices.setdefault(name, []).extend(_value(text, name, value) for value in values.split(","))
    return [dict(zip(choices, values, strict=True)) for values in product(*map(dict.fromkeys, choices.values()))]


def _value(text: str, name: str, value: str) -> Any:
    """As the field has it: a number, yes or no, or what is perfect, joined with +."""
    try:
        match name:
            case "perfect":
                return "+".join(sorted(Perfect(one) for one in value.split("+") if one != "none"))
            case "soc_known" | "last_weeks_load":
                return {"yes": True, "no": False}[value]
            case "sun_factor":
                return _within(float(value), 0.0, 10.0)
            case "early_h":
                return _within(float(value) * 4, 0, 96, whole=True) / 4
            case "step_s":
                return step(value)
            case "plan_every_s":
                return int(_within(int(value) / QUARTER_S, 1, 96, whole=True) * QUARTER_S)
            case "prices_missing_days":
                return int(_within(int(value), 0, 366))
            case _:
                return int(value)
    except (ValueError, KeyError, argparse.ArgumentTypeError):
        right = f"; take {RIGHT[name]}" if name in RIGHT else ""
        raise SlipError(f"--set {text}: {value} is no value of {name}{right}") from None


def _within(value: float, least: float, most: float, *, whole: bool = False) -> float:
    """The value. Raises ValueError outside, and for a part where it must be whole."""
    if not least <= value <= most or (whole and value % 1):
        raise ValueError(value)
    return value


def _set(frame: Frame, chosen: Mapping[str, Any]) -> Frame:
    own = {name: value for name, value in chosen.items() if name in OF_FRAME}
    other = {name: value for name, value in chosen.items() if name not in OF_FRAME}
    if "perfect" in other:
        other["perfect"] = frozenset(map(Perfect, filter(None, other["perfect"].split("+"))))
    return frame._replace(**own, conditions=replace(frame.conditions, **other))
