"""What ev or bs knows of the house, by dm's last word, and how long each of its permissions still holds.

Seconds are of our own monotonic clock; times are the meter's. Knows no message and no charger.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Final

from lib.core.claims import BATTERY, LEASE_S, Drawn, Grant
from lib.core.power import PHASE_V
from lib.core.reading import Reading
from lib.core.states import replace

FRESH_S = 3.0  # on older telegrams nothing is raised
HOLD_S = 12.0  # by then each charger was read, or is known not to answer
WATCHED_S = 4.0  # between two telegrams no more than that was watched
CALM_S = 30.0  # over so long a kettle is smoothed away
ADOPTS_S = 30.0  # a program that has just begun leaves a charger as it is until dm speaks
LONG_S = 900.0  # after so long a silence only what cannot wait goes on
WHOLE_AMPERES: Final = "50213"  # this version of the telegram shows no power per phase, and whole amperes

Phases = tuple[float, float, float]
Seen = tuple[tuple[float, float], ...]  # seconds of what was watched, and amperes


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Word:
    """What dm said at one instant.

    Attributes:
        at: the meter's time; good: it came with a telegram.
        phases_a: what flows through the meter, + is drawn; None where the telegram does not say.
        target_w: what the quarter may count; left_s: until it ends.
        average_w: what it would count if nothing more were drawn; None: nobody watched its start.
        peak_w: the month's so far, counted as at least the floor; kw_eur: what 1 kW above that costs over 12 bills.
        sun_w: what the inverters give; None where nobody measures it.
        period_s: between two telegrams; limit_a: the meter's own, less than the connection's.

    """

    at: datetime | None = None
    good: bool = False
    grid_w: float | None = None
    phases_a: Phases | None = None
    target_w: float | None = None
    left_s: float | None = None
    average_w: float | None = None
    peak_w: float | None = None
    kw_eur: float | None = None
    register: str | None = None
    grants: tuple[Grant, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    sun_w: float | None = None
    period_s: float = 1.0
    limit_a: float | None = None
    why: str = ""

    @property
    def battery_w(self) -> float:
        """What the battery draws, as dm heard it; one that nobody tells of counts as the house."""
        return sum((one.low_w + one.high_w) / 2 for one in self.drawn if one.who == BATTERY and one.controlled)

    @property
    def left_w(self) -> float:
        """The most that the sun can leave over.

        A battery that is left to itself covers what a car draws, so that the meter shows a sun that is none: only an
        inverter tells then.
        """
        if self.sun_w is not None:
            return self.sun_w
        return 0.0 if any(one.who == BATTERY and not one.controlled for one in self.drawn) else inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A grant, and until when it holds by our clock."""

    grant: Grant
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Amperes by phase that fall only when they have stayed lower for a while: a car may stop before its charger says.

    seen: of each phase what was seen lately and not reached again since, with its time; the oldest is the most.
    at_s, time_s: of the last one, by the clock, and by what was watched.
    """

    at_s: float
    time_s: float
    seen: tuple[Seen, Seen, Seen]

    @property
    def now_a(self) -> Phases:
        """The most of each phase lately."""
        one, two, three = self.seen
        return one[0][1], two[0][1], three[0][1]


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Site:
    """The house as it is known now, to the program of the cars or of the battery.

    Attributes:
        word: dm's last; heard_s: when it came; telegram_s: when the last one with a telegram came; since_s: since when
            these come without a break that ends leases.
        base_w: the house without cars and battery; base_a: the same by phase; calm_w: without its kettles; held_a: by
            phase, as circuits reckon with it.
        leases: by who holds them.

    """

    word: Word = field(default_factory=Word)
    heard_s: float | None = None
    telegram_s: float | None = None
    since_s: float | None = None
    base_w: float | None = None
    calm_w: float | None = None
    base_a: Phases | None = None
    held_a: Held | None = None
    leases: Mapping[str, Lease] = field(default_factory=dict)

    def at(self, now_s: float) -> datetime | None:
        """The meter's time now: its last, and the seconds since."""
        if self.word.at is None or self.heard_s is None:
            return None
        since_s = self.heard_s if self.telegram_s is None else self.telegram_s
        return self.word.at + timedelta(seconds=now_s - since_s)

    def silent_s(self, now_s: float) -> float | None:
        """For how long no telegram came; None: none ever did."""
        return None if self.telegram_s is None else now_s - self.telegram_s

    def is_fresh(self, now_s: float) -> bool:
        """Whether something may be raised on what the meter said last."""
        silent_s = self.silent_s(now_s)
        return silent_s is not None and silent_s <= max(FRESH_S, 2 * self.word.period_s)

    def grant(self, who: str, now_s: float) -> Grant | None:
        """What one may draw; None without a lease that holds."""
        lease = self.leases.get(who)
        return lease.grant if lease and now_s < lease.until_s else None


def heard(
    site: Site,
    word: Word,
    ours_w: tuple[float, float],
    ours_a: tuple[Phases, Phases],
    now_s: float,
    *,
    theirs_w: float = 0.0,
    lease_s: float = LEASE_S,
) -> Site:
    """The house after a word of dm.

    ours_w, ours_a: the least and the most that what we steer may draw just now, by power and by phase; theirs_w: what
    another program steers draws; lease_s: how long a word holds.
    """
    if not word.good:
        kept = replace(word, grants=(), at=site.word.at if site.telegram_s is not None else word.at)
        return replace(site, word=replace(kept, grid_w=site.word.grid_w, phases_a=site.word.phases_a), heard_s=now_s)
    base_w, base_a = _own(site, word, ours_w, ours_a, theirs_w)
    calm_w, passed_s = site.calm_w, 1.0 if site.telegram_s is None else now_s - site.telegram_s
    calms = min(1.0, max(1.0, passed_s) / CALM_S)
    return replace(
        site,
        word=word,
        heard_s=now_s,
        telegram_s=now_s,
        since_s=now_s if site.telegram_s is None or now_s - site.telegram_s >= lease_s else site.since_s,
        base_w=base_w,
        base_a=base_a,
        held_a=site.held_a if base_a is None else holding(site.held_a, base_a, now_s),
        calm_w=base_w if calm_w is None or base_w is None else calm_w + (base_w - calm_w) * calms,
        leases={
            **site.leases,  # of who is not in the word: dm has just begun, and does not know what is asked
            **{one.who: Lease(grant=one, until_s=now_s + one.for_s) for one in word.grants},
        },
    )


def beside(site: Site, ours_w: tuple[float, float], ours_a: tuple[Phases, Phases], *, theirs_w: float = 0.0) -> Site:
    """The house found anew in dm's last word, once it is known what draws that was not; the rest as in `heard`."""
    base_w, base_a = _own(site, site.word, ours_w, ours_a, theirs_w)
    site = replace(site, held_a=None if base_a is None else holding(None, base_a, site.heard_s or 0.0))
    if site.calm_w is None or site.base_w is None or base_w is None:
        return replace(site, base_w=base_w, base_a=base_a)
    return replace(site, base_w=base_w, base_a=base_a, calm_w=site.calm_w + base_w - site.base_w)


def _own(
    site: Site, word: Word, ours_w: tuple[float, float], ours_a: tuple[Phases, Phases], theirs_w: float
) -> tuple[float | None, Phases | None]:
    base_w, base_a = site.base_w, site.base_a
    if word.grid_w is not None:
        base_w = without(word.grid_w - theirs_w, base_w, *ours_w)
    if word.phases_a is not None:
        now, before, least, most = word.phases_a, base_a or (None, None, None), *ours_a
        one, two, three = (without(now[n], before[n], least[n], most[n]) for n in range(3))
        base_a = (one, two, three)
    return base_w, base_a


def kept(site: Site, who: Collection[str]) -> Site:
    """The house with the leases of those alone who still ask; what is not asked for any more is not used later."""
    if all(one in who for one in site.leases):
        return site
    return replace(site, leases={name: lease for name, lease in site.leases.items() if name in who})


def holding(held: Held | None, seen_a: Phases, at_s: float) -> Held:
    """With what was seen at `at_s`; a rise counts at once, a fall when it was watched for long enough."""
    time_s = held.time_s + min(at_s - held.at_s, WATCHED_S) if held else 0.0
    one, two, three = (
        (*(old for old in before if old[1] > current_a and time_s - old[0] < HOLD_S), (time_s, current_a))
        for before, current_a in zip(held.seen if held else ((), (), ()), seen_a, strict=True)
    )
    return Held(at_s=at_s, time_s=time_s, seen=(one, two, three))


def given_back(seen_a: Phases, less_a: Phases, held: Held) -> Phases:
    """What was seen, with what chargers draw less than was thought when it was: up to what counts by `held`."""
    one, two, three = (
        max(now_a, min(most_a, now_a + more_a))
        for now_a, more_a, most_a in zip(seen_a, less_a, held.now_a, strict=True)
    )
    return one, two, three


def without(all_: float, before: float | None, least: float, most: float) -> float:
    """What of `all_` is the house's own, when cars take something from `least` to `most` of it.

    Within that, a step belongs to the cars; before: what the house's own was.
    """
    return all_ - (least if before is None else min(max(all_ - before, least), most))


def phases_a(reading: Reading) -> Phases | None:
    """Amperes through the meter by phase, + is drawn; None where the telegram has none.

    Their sign is that of the phase's power. Where it shows no power per phase they count as drawn, and whole amperes
    as one more: 3.96 A may be shown as 3.
    """
    shown = (reading.current_l1_a, reading.current_l2_a, reading.current_l3_a)
    if shown[0] is None:
        return None
    taken = (reading.import_l1_w, reading.import_l2_w, reading.import_l3_w)
    given = (reading.export_l1_w, reading.export_l2_w, reading.export_l3_w)
    if shown[1] is None and shown[2] is None and taken[0] is None:
        taken, given = (reading.import_w, None, None), (reading.export_w, None, None)
    whole = (reading.version or "") == WHOLE_AMPERES
    one, two, three = (
        _signed(current_a, drawn_w, injected_w, whole=whole)
        for current_a, drawn_w, injected_w in zip(shown, taken, given, strict=True)
    )
    return one, two, three


def _signed(current_a: float | None, drawn_w: float | None, injected_w: float | None, *, whole: bool) -> float:
    if current_a is None:
        return 0.0  # a phase that is not there
    if whole:
        current_a = ceil(current_a) + 1.0 if current_a == ceil(current_a) else ceil(current_a)
    net_w = (drawn_w or 0.0) - (injected_w or 0.0)
    return -current_a if net_w < -PHASE_V / 10 and injected_w is not None else current_a
