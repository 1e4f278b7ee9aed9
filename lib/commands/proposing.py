"""What other programs propose → into the state of ev or bs, or why not, in a sentence; and that state said on change.

Knows no charger and no battery: who calls it knows what can be proposed for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from lib.core.battery_why import Bar, Ground
from lib.core.carport import Charging
from lib.core.cellar import Storage
from lib.core.outside import MOST, Outside, Proposed
from lib.core.proposals import SYSTEM, Device, Proposal, live, refused, resolve
from lib.hub.orders import Answer
from lib.hub.proposals import stands
from lib.messages import Refused, Say
from lib.messages.orders import Done, Propose, Withdraw
from lib.messages.proposed import (
    Put,
    battery_put,
    car_put,
    lives_s,
    of_cars,
    rung_of,
    say_proposals,
    target_of,
)

EVERY_S = 5.0
LEAST_S = 0.5
LOOK_S = 1.0  # so often it is looked whether a target comes to something else
STEP_W = 50.0  # what a target comes to has changed when it differs by about so much
MOST_NAMED = 12
CAN_ONLY_TAKE: Final = Device()  # a circuit that nobody wants anything of yet
CARS: Final = frozenset(
    {
        "budget",
        "car asleep",
        "car ended",
        "charger bars",
        "circuit",
        "fault",
        "found",
        "late trip",
        "limit",
        "night",
        "no car",
        "owner",
        "plan",
        "reserve",
        "reserve minimum",
        "surplus",
        "trip",
    }
)
OURS: Final = frozenset(
    {SYSTEM, "cars", *Ground, *Bar, *CARS}
)  # the house's own sources: a report must tell them apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is needed here of a program's state: put finds a target by its name, puts lists all of them."""

    put: Callable[[str], Put | None]
    puts: Callable[[], Iterable[Put]]
    outside: Outside
    now_s: float


def cars_known(charging: Charging) -> Known:
    """Of ev's."""
    put, puts = partial(car_put, charging), partial(of_cars, charging)
    return Known(put=put, puts=puts, outside=charging.outside, now_s=charging.now_s)


def battery_known(storage: Storage) -> Known:
    """Of bs's."""

    def puts() -> Iterable[Put]:
        found = battery_put(storage)
        return (found,) if found else ()

    return Known(put=partial(battery_put, storage), puts=puts, outside=storage.outside, now_s=storage.now_s)


def proposed(order: Propose | Withdraw, known: Callable[[], Known], take: Callable[[Proposed], None]) -> Answer:
    """What becomes of a proposal for a target that is there; take: has it happen, and what follows from it."""
    before = known()
    found = before.put(order.target)
    device = found.device if found else CAN_ONLY_TAKE
    if isinstance(order, Withdraw):
        proposal = Proposal(source=order.source, priority=order.priority, at_s=before.now_s)
        take(Proposed(target=order.target, proposal=proposal))
        return Done(what=_stands(known(), order))
    proposal = Proposal(
        source=order.source,
        priority=order.priority,
        at_s=before.now_s,
        wish_w=order.wish_w,
        low_w=order.low_w,
        high_w=order.high_w,
    )
    why = refused(proposal, device) or _unfit(order, proposal, live(before.outside.get(order.target, ()), before.now_s))
    if why:
        return Refused(why=why)
    take(Proposed(target=order.target, proposal=proposal, for_s=order.for_s))
    return Done(what=_stands(known(), order))


def unknown(kinds: str, name: str, names: Iterable[str]) -> Refused:
    """There is nothing of that name to propose for; kinds: of what there could be."""
    there = list(names)
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return Refused(why=f"there is no {kinds} {name!r}; there is {', '.join(there[:MOST_NAMED]) or 'none'}{more}")


def _unfit(order: Propose, proposal: Proposal, theirs: tuple[Proposal, ...]) -> str:
    """What is wrong with a proposal, whatever the target can do; "" when nothing is. theirs: those that are alive."""
    if proposal.withdraws:
        return f"{order.source} says neither what it wishes nor bounds: withdraw takes a proposal back"
    if order.source in OURS:
        return f"{order.source!r} is a source of the house itself: take another name"
    others = [one for one in theirs if (one.source, one.priority) != (order.source, order.priority)]
    if len(others) >= MOST:
        return f"{order.target}: {MOST} proposals of other programs are alive already; withdraw one, or wait a minute"
    return ""


def _stands(known: Known, order: Propose | Withdraw) -> str:
    """What the target comes to now, and what the priority may have of it."""
    put = known.put(order.target)
    if put is None:  # a circuit that nobody wants anything of any more
        return f"{order.target}: no other program wants anything of it"
    return stands(target_of(put, lives_s(known.outside, known.now_s)), rung_of(put, order.priority))


class Reporter:
    """Says what is proposed: as soon as another program wants something else or gets something else, and every 5 s.

    That the house's own wishes change is no news, nor is a renewal. Many changes within half a second are one.
    """

    def __init__(self, say: Say, *, boot: str) -> None:
        """`say` takes each message and never waits."""
        self._say, self._boot = say, boot
        self._seq = 0
        self._said_s: float | None = None
        self._outside: Outside | None = None
        self._changed_s: float | None = None
        self._looked_s = 0.0
        self._marks: list[object] = []

    def tell(self, known: Known) -> None:
        """What is proposed now, unless it is what was said a moment ago."""
        now_s, outside = known.now_s, known.outside
        is_due = self._said_s is None or now_s - self._said_s >= EVERY_S
        if not is_due and outside is self._outside and (not outside or now_s - self._looked_s < LOOK_S):
            return
        if not is_due and self._changed_s is not None and now_s - self._changed_s < LEAST_S:
            return  # the next event is soon
        marks = [_mark(known, name) for name in outside]
        self._looked_s, self._outside = now_s, outside
        if marks != self._marks:
            self._changed_s = now_s
        elif not is_due:
            return
        self._seq += 1
        self._said_s, self._marks = now_s, marks
        self._say(say_proposals(list(known.puts()), outside, boot=self._boot, seq=self._seq, now_s=now_s))


def _mark(known: Known, name: str) -> object:
    """What is news of a target when it changes: who wants what, and what that comes to."""
    wants = {(one.source, one.priority, one.wish_w, one.low_w, one.high_w) for one in known.outside[name]}
    return name, wants, round(_comes_to_w(known, name) / STEP_W)


def _comes_to_w(known: Known, name: str) -> float:
    found = known.put(name)
    if found is None:
        return 0.0
    return (found.resolved or resolve(found.device, found.put)).target_w
