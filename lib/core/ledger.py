"""The budget of the running quarter: what cars and battery ask, what they draw, and what they may. dm runs it.

It is the only guard of the month's peak. Knows no charger, no wire and no price: what a new peak costs is asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import exp

from lib.core.claims import BATTERY, LEASE_S, Cause, Claim, Drawn, Grant
from lib.core.quarter import QUARTER_S, WATCHED_GAP, Quarter
from lib.core.shares import STOP_S, Shares
from lib.core.states import replace

MARGIN = 0.04  # of the target's energy is kept back: 25 Wh at 2.5 kW, what a kettle takes in the last half minute
FALL_S = 60.0  # a base load that falls is believed so slowly; one that rises, at once
LAST_S = 240.0  # nothing is raised in the last minutes: what is left, divided by the time left, explodes
CALM_S, CALM_PART = 20.0, 0.1  # what the rest of the quarter will be like: smoothed, and less so towards its end
LASTS_S, RISES_W = 30.0, 50.0  # a rise that lasts longer is no kettle, and is believed
NEWS_W = 250.0  # a peak that grows by so much more is announced again


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a program said last: what it asks and what its devices draw; heard_s: by our monotonic clock.

    target_w: of the quarter as it knew it; what it asks above that is not more because the target is another since.
    help_w: what the battery gives for the cars on top of what may come from the grid. lease_s: how long all that holds.
    """

    claims: tuple[Claim, ...]
    drawn: tuple[Drawn, ...]
    heard_s: float
    help_w: float = 0.0
    target_w: float | None = None
    lease_s: float = LEASE_S

    def holds(self, now_s: float) -> bool:
        """Whether its program still says so."""
        return now_s - self.heard_s <= self.lease_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A quarter that shall end above its target: for whom and why, and what it then counts and costs."""

    who: str
    cause: Cause
    peak_w: float
    eur: float | None


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Ledger:
    """The books of the quarter from `start`.

    Attributes:
        words: what each program said last; target_w: of the quarter.
        ceiling_w: what may be drawn from the grid from now on.
        base_w: the house without cars and battery, net of its sun: a rise counts at once, a fall slowly; calm_w: the
            same without its kettles; risen: since when the one has been above the other.
        grants: renewed with each telegram. overs: announced, and granted from the next telegram on.
        short_s: since when a running claim does not fit, by name. causes: Wh granted above the target, by cause.

    """

    start: datetime | None = None
    at: datetime | None = None
    words: Mapping[str, Word] = field(default_factory=dict)
    target_w: float | None = None
    ceiling_w: float | None = None
    base_w: float | None = None
    calm_w: float | None = None
    risen: datetime | None = None
    grants: tuple[Grant, ...] = ()
    overs: tuple[Over, ...] = ()
    short_s: Mapping[str, float] = field(default_factory=dict)
    causes: Mapping[Cause, float] = field(default_factory=dict)

    def drawn(self, now_s: float) -> tuple[Drawn, ...]:
        """What the devices draw now; those whose program fell silent nobody controls."""
        return tuple(
            one if word.holds(now_s) else replace(one, controlled=False)
            for word in self.words.values()
            for one in word.drawn
        )

    def unasked_w(self, now_s: float) -> float:
        """What cars draw that ask for nothing, as in `manual`; a battery that asks for nothing stores what is over."""
        asking = {claim.who for word in self.words.values() if word.holds(now_s) for claim in word.claims} | {BATTERY}
        return sum(max(0.0, one.low_w) for one in self.drawn(now_s) if one.controlled and one.who not in asking)

    def help_w(self, now_s: float) -> float:
        """What the battery gives the cars now."""
        return sum(word.help_w for word in self.words.values() if word.holds(now_s))

    def claims(self, now_s: float, target_w: float) -> tuple[Claim, ...]:
        """What is asked now, of a quarter that may count `target_w`."""
        return tuple(
            claim.ending(claim.beyond_w + word.target_w - target_w)
            if claim.cause and word.target_w is not None and word.target_w != target_w
            else claim
            for word in self.words.values()
            if word.holds(now_s)
            for claim in word.claims
        )


def heard(
    ledger: Ledger,
    program: str,
    claims: Iterable[Claim],
    drawn: Iterable[Drawn],
    now_s: float,
    *,
    help_w: float = 0.0,
    lease_s: float = LEASE_S,
) -> Ledger:
    """The ledger after a program's word, which holds until its next; help_w: what the battery gives for the cars.

    What a device draws counts as the house's own as long as nobody tells of it, or nobody can tell it anything.
    """
    drawn, last = tuple(drawn), ledger.words.get(program)
    lasts = last.drawn if last is not None and last.holds(now_s) else ()
    known = {one.who for one in lasts if one.controlled}
    new_w = sum(one.low_w for one in drawn if one.controlled and one.who not in known)
    word = Word(
        claims=tuple(claims), drawn=drawn, heard_s=now_s, help_w=help_w, target_w=ledger.target_w, lease_s=lease_s
    )
    return replace(
        ledger,
        words={**ledger.words, program: word},
        base_w=None if ledger.base_w is None else ledger.base_w - new_w,
        calm_w=None if ledger.calm_w is None else ledger.calm_w - new_w,
    )


def devices_w(ledger: Ledger, before: Quarter | None, grid_w: float, at: datetime, now_s: float) -> float:
    """What cars and battery draw of `grid_w`, as far as somebody controls them.

    After an order nobody knows how far the car has followed it. Within what it may draw by then, a step of the meter
    belongs to the car, so that its start is not taken for the oven's.
    """
    drawn = [one for one in ledger.drawn(now_s) if one.controlled]
    low_w, high_w = sum(one.low_w for one in drawn), sum(one.high_w for one in drawn)
    if before is None or before.grid_w is None or at - before.at > WATCHED_GAP:
        return low_w  # the rest counts as the house's own, which is careful
    return min(max(grid_w - (before.grid_w - before.commanded_w), low_w), high_w)


def after(
    ledger: Ledger,
    quarter: Quarter,
    *,
    target_w: float,
    now_s: float,
    margin: float = MARGIN,
    lease_s: float = LEASE_S,
    stop_s: float = STOP_S,
    price: Callable[[float], float | None] = lambda _: None,
) -> Ledger:
    """The ledger as a telegram leaves it, with new grants.

    target_w: what this quarter may count; margin: the part of its energy that is kept back; lease_s: of the grants;
    stop_s: as in `Shares`; price: a month peak in W → what it costs, in €.
    """
    base_w, calm_w, risen = _base_w(ledger, quarter)
    help_w = ledger.help_w(now_s)
    unasked_w = ledger.unasked_w(now_s)
    asked = ledger.claims(now_s, target_w)
    claims = tuple(_together(asked, target_w * (1 - margin) - (base_w or 0.0), unasked_w, help_w))
    new = ledger.start != quarter.start
    ceiling_w = _ceiling_w(None if new else ledger.ceiling_w, quarter, target_w, margin)
    holds = ledger.target_w is None or target_w >= ledger.target_w
    said = ledger.overs if holds else ()  # the same peak costs more above a lower target: it is announced anew
    overs = tuple(_overs(said, claims, target_w, price))
    told = {one.who: one.peak_w - target_w for one in said}
    known = tuple(
        replace(claim, over_w=min(claim.over_w, told.get(claim.who, 0.0) + NEWS_W) if claim.who in told else 0.0)
        for claim in claims
    )
    own_w = (base_w or 0.0) + unasked_w  # what nobody is granted counts as the house does
    shares = Shares(
        quarter,
        target_w,
        kept_w=target_w * margin,
        room_w=0.0 if base_w is None else ceiling_w - own_w,
        base_w=own_w,
        calm_w=None if calm_w is None else calm_w + unasked_w,
        short_s=ledger.short_s,
        now_s=now_s,
        help_w=help_w,
        stop_s=stop_s,
    )
    given = shares.given(known)
    causes = {} if new else dict(ledger.causes)
    passed_s = 0.0 if ledger.at is None else max(0.0, (quarter.at - ledger.at).total_seconds())
    for claim in known:
        over_w = shares.over_w.get(claim.who, 0.0)
        if claim.cause and over_w > 0:
            causes[claim.cause] = causes.get(claim.cause, 0.0) + over_w * passed_s / 3600
    prices = {one.who: one.eur for one in overs}
    return replace(
        ledger,
        start=quarter.start,
        at=quarter.at,
        target_w=target_w,
        ceiling_w=ceiling_w,
        base_w=base_w,
        calm_w=calm_w,
        risen=risen,
        grants=tuple(
            Grant(
                who=claim.who,
                power_w=given[claim.who],
                for_s=lease_s,
                over_w=claim.over_w if shares.over_w.get(claim.who) else 0.0,
                eur=prices.get(claim.who) if shares.over_w.get(claim.who) else None,
                short=given[claim.who] < claim.wish_w - 1,
                fits=claim.who not in shares.short_s,
            )
            for claim in known
        ),
        overs=overs,
        short_s=shares.short_s,
        causes=causes,
    )


def cause(ledger: Ledger, average_w: float, *, accepted_w: float, planned_w: float) -> Cause:
    """Why the quarter that this ledger kept ended at `average_w`, above what was paid.

    accepted_w: what the owner accepted, planned_w: how high the plan let it go; 0 where they did not.
    """
    if average_w <= planned_w + 1:
        return Cause.PLAN  # whoever asked for it besides
    if ledger.causes:
        return max(ledger.causes, key=lambda one: ledger.causes[one])
    return Cause.ACCEPTED if average_w <= accepted_w + 1 else Cause.BASE


def _ceiling_w(before_w: float | None, quarter: Quarter, target_w: float, margin: float) -> float:
    """What may be drawn until the end; it may fall at any moment, and is not raised in the last minutes.

    before_w: the one before, of the same quarter; None: the first.
    """
    kept_w = target_w * (1 - margin)
    if quarter.average_w is None or quarter.left_s <= 0:
        allowed_w = kept_w  # nobody watched its start
    else:
        allowed_w = max(0.0, (kept_w - quarter.average_w) * QUARTER_S / quarter.left_s)
    if quarter.left_s > LAST_S:
        return allowed_w
    return min(allowed_w, target_w if before_w is None else before_w)


def _base_w(ledger: Ledger, quarter: Quarter) -> tuple[float | None, float | None, datetime | None]:
    """The house itself, guarded and calm, and since when it has been more than calm."""
    if quarter.grid_w is None:
        return ledger.base_w, ledger.calm_w, ledger.risen
    now_w = quarter.grid_w - quarter.commanded_w
    if ledger.base_w is None or ledger.calm_w is None or ledger.at is None:
        return now_w, now_w, None
    risen = (ledger.risen or quarter.at) if now_w > ledger.calm_w + RISES_W else None
    passed_s = max(0.0, (quarter.at - ledger.at).total_seconds())
    calm_s = min(CALM_S, max(1.0, quarter.left_s * CALM_PART))
    fallen_w = now_w + (ledger.base_w - now_w) * exp(-passed_s / FALL_S)
    calm_w = now_w + (ledger.calm_w - now_w) * exp(-passed_s / calm_s)
    if risen is not None and (quarter.at - risen).total_seconds() >= LASTS_S:
        calm_w, risen = now_w, None
    return max(now_w, fallen_w), calm_w, risen


def _together(claims: Iterable[Claim], room_w: float, unasked_w: float, help_w: float) -> Iterable[Claim]:
    """The claims by rank, with what goes above the target counted for all: others, who does not ask, and the battery.

    Each asked as if it were alone, so that two which fit one by one may go above it together. room_w: under the target,
    beside the house; unasked_w: drawn by who does not ask; help_w: what the battery gives for those that it helps.
    """
    ranked = sorted(claims, key=lambda claim: -claim.priority)
    needs_w, helped_w = {}, {}
    for claim in ranked:
        may_w = room_w + claim.beyond_w if claim.cause else room_w - unasked_w
        need_w = min(claim.wish_w, max(claim.least_w, may_w))
        helped_w[claim.who] = min(help_w, max(need_w, claim.over_w)) if claim.helped else 0.0
        help_w -= helped_w[claim.who]
        needs_w[claim.who] = max(0.0, need_w - helped_w[claim.who])
    for claim in ranked:
        if claim.cause is None:
            yield claim
            continue
        others = (one for one in ranked if one.who != claim.who and (one.cause or one.priority >= claim.priority))
        beside_w = unasked_w + sum(needs_w[one.who] for one in others)
        beyond_w = claim.beyond_w - helped_w[claim.who] + beside_w
        # what the battery all but gives makes no peak
        yield claim.ending(0.0 if helped_w[claim.who] and 0 < beyond_w <= NEWS_W / 10 else beyond_w)


def _overs(
    before: Iterable[Over], claims: Iterable[Claim], target_w: float, price: Callable[[float], float | None]
) -> Iterable[Over]:
    """What is asked above the target; a figure that was announced stays while it is about right."""
    told = {one.who: one for one in before}
    for claim in claims:
        if claim.over_w <= 0 or claim.cause is None:
            continue
        known, peak_w = told.get(claim.who), target_w + claim.over_w
        if known and known.cause is claim.cause and known.peak_w - 4 * NEWS_W <= peak_w <= known.peak_w + NEWS_W:
            yield known
        else:
            yield Over(who=claim.who, cause=claim.cause, peak_w=peak_w, eur=price(peak_w))
