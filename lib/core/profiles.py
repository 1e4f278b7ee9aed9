"""Who is served in what order, and how a circuit shares: profile, arrivals, priorities, time to spare and turns.

In: circuits, what asks, and what is known of each. Out: the asks with their turns and weights, and the circuits that
share in a way of their own. Times are seconds of our monotonic clock. Knows no ampere that is left.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Final

from lib.core.circuits import Circuit, Profile, direct
from lib.core.sharing import Ask, Party, Share

LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a profile goes by, of one that asks.

    Attributes:
        since: when its car came; None: nobody knows, so it came last.
        slack_s, relative: the time it could wait, in seconds and as a part of the time it has; infinite without a trip.

    """

    since: datetime | None = None
    priority: int = 0
    slack_s: float = inf
    relative: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Whose turn it is where minimums do not fit for all.

    Attributes:
        turns: so often the line has turned by one; turned_s: when last, None while nobody waits.
        served: who had its minimum in the last round; None: there was none yet.

    """

    turns: int = 0
    turned_s: float | None = None
    served: frozenset[str] | None = None

    def stays(self, charger: str, *, runs: bool) -> bool:
        """Whether it is ahead of those that wait: it was served in the last round; in the first, whoever runs is."""
        return runs if self.served is None else charger in self.served


def after(rota: Rota, shares: Mapping[str, Share], *, now_s: float, rotation_s: float) -> Rota:
    """The rota after a round: while somebody waits, the line turns every `rotation_s`, and then nobody stays ahead."""
    if not any(share.place for share in shares.values()):
        turned_s, turns, is_due = None, rota.turns, False
    else:
        turned_s = now_s if rota.turned_s is None else rota.turned_s
        is_due = now_s - turned_s >= rotation_s
        turned_s, turns = (now_s, rota.turns + 1) if is_due else (turned_s, rota.turns)
    served = frozenset() if is_due else frozenset(name for name, share in shares.items() if share.current_a)
    if served == rota.served and turned_s == rota.turned_s and turns == rota.turns:
        return rota
    return Rota(turns=turns, turned_s=turned_s, served=served)


def profiled(
    circuits: Sequence[Circuit], asks: Sequence[Ask], standings: Mapping[str, Standing], *, turns: int = 0
) -> tuple[list[Ask], tuple[Party, ...]]:
    """The asks as the first circuit shares, with their ranks turned; and those circuits that share otherwise.

    circuits: each before those that hang on it; asks: in the owner's order.
    """
    shape = shapes(tuple(circuits))
    first = shape[circuits[0].name] if circuits else Profile.EQUAL
    turn, weights = _turns(first, asks, standings), _weights(first, asks)
    count = len(asks)
    ranked = [
        replace(
            ask,
            rank=(position - turns) % count,
            turn=turn[ask.charger],
            weight=weights.get(ask.charger, 1.0),
        )
        for position, ask in enumerate(asks)
    ]
    parties = []
    for circuit in circuits[1:]:
        profile = shape[circuit.name]
        if _kind(profile) is not _kind(shape.get(circuit.above, first)):
            members = [ask for ask in ranked if circuit.carries(ask.charger)]
            if len(members) > 1:
                parties.append(Party(turns=_turns(profile, members, standings), weights=_weights(profile, members)))
    return ranked, tuple(parties)


@lru_cache(maxsize=8)
def shapes(circuits: tuple[Circuit, ...]) -> Mapping[str, Profile]:
    """How each circuit shares: as it says, else as the one above it. Each stands before those that hang on it."""
    found: dict[str, Profile] = {}
    first = circuits[0].profile or Profile.EQUAL if circuits else Profile.EQUAL
    for circuit in circuits:
        found[circuit.name] = circuit.profile or found.get(circuit.above, first)
    return MappingProxyType(found)


@lru_cache(maxsize=8)
def ramps(circuits: tuple[Circuit, ...], chargers: tuple[str, ...]) -> frozenset[str]:
    """The chargers on a circuit that has the meter-following ramp."""
    shape = shapes(circuits)
    hangs = direct(circuits, chargers).items()
    return frozenset(name for circuit, names in hangs if shape.get(circuit) is Profile.RAMP for name in names)


def _kind(profile: Profile) -> Profile:
    """A ramp shares as equals do; it only has another pace."""
    return Profile.EQUAL if profile is Profile.RAMP else profile


def _turns(profile: Profile, asks: Sequence[Ask], standings: Mapping[str, Standing]) -> dict[str, int]:
    """By charger, the lower the sooner; those with the same turn share alike."""
    known = [(ask.charger, standings.get(ask.charger, Standing())) for ask in asks]
    match profile:
        case Profile.PRIORITY:
            return {name: -standing.priority for name, standing in known}
        case Profile.FIFO:
            known.sort(key=lambda one: one[1].since or LAST)
        case Profile.LAXITY:
            known.sort(key=lambda one: one[1].slack_s)
        case Profile.RELATIVE:
            known.sort(key=lambda one: one[1].relative)
        case Profile.STATION:
            pass
        case _:
            return {name: 0 for name, _ in known}
    return {name: turn for turn, (name, _) in enumerate(known)}


def _weights(profile: Profile, asks: Collection[Ask]) -> dict[str, float]:
    """The same percentage of what each could take; else all alike."""
    return {ask.charger: max(ask.most_a, ask.least_a) for ask in asks} if profile is Profile.PROPORTIONAL else {}
