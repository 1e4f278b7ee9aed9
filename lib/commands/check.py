"""`ev_app.py --check`: the circuits, what may flow while nobody steers, and who gets what if all are plugged in; slips.

Reads the settings alone; no program need run, and no device is asked. At most 80 columns wide.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from lib.cars import CarSetupError, open_source
from lib.chargers import Charger, ChargerSetupError
from lib.clock import WallClock
from lib.commands import SLIP
from lib.commands.devices import central_of, charger_at
from lib.commands.ev_rules import circuits, slips, tree
from lib.commands.printing import printed
from lib.core.charger import LEAST_A, ChargerRules
from lib.core.checking import Worst, kept_a, worst, worst_other_a
from lib.core.circuits import NOTHING, Amps, Circuit, Profile, conductors, rows
from lib.core.profiles import Standing, profiled
from lib.core.sharing import Ask, Share, share
from lib.feeds import FeedSetupError, open_limit, open_meter
from lib.secrets import Secrets, load_secrets
from lib.settings import CircuitPlace, Settings

WIDE = 80
NAME = 33  # longer names are cut, so that the columns stay under one another
INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugged:
    """What a charger would get if a car that takes all hung on each of them; phases: on how many."""

    share: Share
    phases: int


def run(config: Settings, out: TextIO | None = None) -> int:
    """Print it; the exit code: `SLIP` where something does not fit, each slip a line on standard error.

    out: standard output, unless said. Raises SecretsError.
    """
    text = "".join(f"{line}\n" for line in lines(config)) if config.chargers else "no charger stands in config.py\n"
    code = printed(text, out or sys.stdout, who="ev", what="the circuits")
    found = (*slips(config), *asyncio.run(_opened_slips(config)))
    for slip in found:
        print(f"ev: config.py: {slip}", file=sys.stderr)
    return SLIP if found else code


async def _opened_slips(config: Settings) -> list[str]:
    """What only shows when a charger, a feed or a car's source is opened; none is asked. Raises SecretsError."""
    secrets = load_secrets(config.secrets)
    return [
        *await _charger_slips(config, secrets),
        *await _feed_slips(config, secrets.others),
        *await _source_slips(config, secrets.others),
    ]


async def _charger_slips(config: Settings, secrets: Secrets) -> list[str]:
    """What is wrong with where chargers are; a relay stays closed, since ev may be using it."""
    clock, chargers, found = WallClock(), list[Charger](), list[str]()
    central = central_of(config, clock)
    for place in config.chargers:
        name = place.rules.name
        try:
            charger = charger_at(replace(place, relay=None), secrets, central, clock)
        except ChargerSetupError as error:
            found.append(f"chargers[{name!r}]: {str(error).removeprefix(f'{name}: ')}")
        else:
            chargers.append(charger)
    for charger in chargers:  # only now: two at one address are known by the first that has it
        await charger.close(restore=False)
    return found


async def _feed_slips(config: Settings, secrets: Mapping[str, str]) -> list[str]:
    """What is wrong with how meters and limits are set up."""
    clock, found = WallClock(), []
    for place in config.circuits:
        for options, opens in ((place.meter, open_meter), (place.limit, open_limit)):
            if not options:
                continue
            try:
                feed = opens(place.name, options, secrets, clock=clock)
            except FeedSetupError as error:
                found.append(f"circuits[{place.name!r}]: {error}")
            else:
                await feed.close()
    return found


async def _source_slips(config: Settings, secrets: Mapping[str, str]) -> list[str]:
    """What is wrong with how states of charge are set up; a car charges without, so that these stop no start."""
    found = []
    for place in config.cars:
        if not place.soc:
            continue
        try:
            source = open_source(place.soc, secrets, keep_secret=_keeps_none)
        except CarSetupError as error:
            found.append(f"cars[{place.rules.name!r}]: soc: {error}")
        else:
            await source.close()
    return found


def _keeps_none(_: str, __: str) -> None:
    """Nothing is asked, so that no log-in is renewed."""


def lines(config: Settings) -> Iterator[str]:
    """All of it."""
    found, chargers = circuits(config), [place.rules for place in config.chargers]
    yield f"{'circuits':<{NAME}}{'wired':<7}{'from':>5}{'to':>6}   while nobody steers"
    yield from _tree(config, found)
    yield ""
    yield f"{'while nobody steers':<{NAME}}{'chargers':>10}{'other':>9}{'in all':>9}{'carries':>9}"
    for row in worst(found, chargers, config.unwatched):
        yield _row(row)
    yield ""
    yield "if a car that takes all hung on each, beside that other load"
    shares = plugged(found, chargers)
    for charger in chargers:
        yield _share(charger, shares[charger.name])


def plugged(found: Sequence[Circuit], chargers: Sequence[ChargerRules]) -> dict[str, Plugged]:
    """What each charger would get, all with a car and at their most; one that can switch takes one phase before none.

    Nothing is known of trips and arrivals, so whoever stands first in the settings came first.
    """
    others_a = {circuit.name: worst_other_a(circuit, found) for circuit in found}
    phases = {charger.name: charger.phases for charger in chargers}
    shares = _shares(found, others_a, chargers, phases)
    waiting = {one.name for one in chargers if one.switches and not shares[one.name].current_a}
    if waiting:
        phases |= dict.fromkeys(waiting, 1)
        shares = _shares(found, others_a, chargers, phases)
    return {one.name: Plugged(share=shares[one.name], phases=phases[one.name]) for one in chargers}


def _shares(
    found: Sequence[Circuit],
    others_a: dict[str, Amps],
    chargers: Sequence[ChargerRules],
    phases: dict[str, int],
) -> dict[str, Share]:
    asks = [
        Ask(
            charger=one.name,
            conductors=conductors(one.wired, phases[one.name]),
            phases=phases[one.name],
            least_a=LEAST_A,
            most_a=one.current_a,
            step_a=one.step_a,
            rank=rank,
        )
        for rank, one in enumerate(chargers)
    ]
    asks, parties = profiled(found, asks, {one.name: Standing(priority=one.priority) for one in chargers})
    return share(rows(found, others_a, {}), asks, parties)


def _tree(config: Settings, found: Sequence[Circuit]) -> Iterator[str]:
    chargers = {place.rules.name: place.rules for place in config.chargers}
    places = {place.name: place for place in config.circuits}
    below = tree(config)
    depths: dict[str, int] = {}
    for circuit in found:
        depth = depths[circuit.name] = _depth(circuit, depths)
        yield _cut(f"{INDENT * depth}{circuit.name}: {', '.join(_words(circuit, places.get(circuit.name)))}")
        for name in below[circuit.name]:
            yield _member(chargers[name], depth + 1, config.unwatched)


def _depth(circuit: Circuit, depths: dict[str, int]) -> int:
    """How far it is indented; the connection not at all."""
    if circuit.chargers is None:
        return 0
    return depths[circuit.above] + 1 if circuit.above else 1


def _words(circuit: Circuit, place: CircuitPlace | None) -> Iterator[str]:
    """What it carries, how it shares, and what else is known of it."""
    limits_a = set(circuit.limits_a) - {None}
    if len(limits_a) == 1 and None not in circuit.limits_a:
        yield f"3×{limits_a.pop():g} A"
    elif limits_a:
        yield "/".join("-" if limit_a is None else f"{limit_a:g}" for limit_a in circuit.limits_a) + " A"
    if circuit.limit_w is not None:
        yield f"{circuit.limit_w / 1000:g} kW"
    if not limits_a and circuit.limit_w is None and circuit.limits_a == (None, None, None):
        yield "no fuse of its own"
    if circuit.margin < 1:
        yield f"{circuit.margin * 100:g} % of it used"
    if circuit.profile is not None or circuit.chargers is None:
        yield f"sharing {circuit.profile or Profile.EQUAL}"
    if circuit.other_a != NOTHING:
        yield f"other load {'/'.join(f'{one:g}' for one in circuit.other_a)} A"
    if place is not None and place.meter:
        yield f"measured by {place.meter['from']}"
    if place is not None and place.limit:
        yield f"limit follows {place.limit['from']}"


def _member(charger: ChargerRules, depth: int, accepted: frozenset[str]) -> str:
    kept = kept_a(charger, accepted)
    if charger.watched:
        leaves = f"falls to {kept:g} A"
    else:  # what its owner accepts is not what it does
        leaves = f"counts as {kept:g} A, accepted" if charger.name in accepted else f"may keep {kept:g} A"
    name = _clipped(INDENT * depth + charger.name, NAME - 1)
    return f"{name:<{NAME}}{charger.wired:<7}{LEAST_A:>3g} A{charger.current_a:>4g} A   {leaves}"


def _row(row: Worst) -> str:
    unit = "A" if row.phase else "W"
    flows = (row.flows - row.other, row.other, row.flows, row.carries)
    numbers = "".join(f"{_number(flow):>{width}} {unit}" for flow, width in zip(flows, (8, 7, 7, 7), strict=True))
    return f"{INDENT}{_row_name(row.name, NAME - 3):<{NAME - 2}}{numbers}{'' if row.fits else '  TOO MUCH'}"


def _share(charger: ChargerRules, found: Plugged) -> str:
    got, row = found.share.current_a, found.share.held_by
    amps = f"{got:g} A" if got else "waits"
    if got and found.phases != charger.phases:
        amps += " on one phase"
    why = "all that it takes" if row is None else f"limited by {_row_name(row.name, 17)}"
    return f"{INDENT}{_clipped(charger.name, NAME - 4):<{NAME - 3}}{amps:<20}{why}"


def _row_name(name: str, width: int) -> str:
    """A row's name, whose end tells which one of the circuit it is."""
    circuit, _, which = name.partition(" ")
    return f"{_clipped(circuit, width - len(which) - 1)} {which}"


def _number(flow: float) -> str:
    return f"{round(flow, 1):.8g}"


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _cut(text: str) -> str:
    return _clipped(text, WIDE)
