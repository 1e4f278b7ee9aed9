"""The line to one charger of a carport, as lib/chargers/point.py keeps it, and what may happen to it."""

from dataclasses import replace
from enum import StrEnum
from math import inf

from lib.chargers.holding import Holding, read, refused, sent, taken
from lib.chargers.point import Pace
from lib.core.charger import Balked, Missed, Order, Plug, Told, Took
from tests.stories.carport_members import Member

USUAL = Pace()
NO_ANSWER = "no answer within 4 s"


class Fate(StrEnum):
    """What becomes of what is sent: it arrives and is answered; it is lost; it arrives, and the answer is lost; no."""

    WELL = "well"
    LOST = "lost"
    UNANSWERED = "unanswered"
    REFUSED = "refused"


class Line:
    """When a charger is read, and when it is told what does not hold yet; sent: what it was told, and when."""

    def __init__(self, member: Member, *, first_s: float) -> None:
        self.member, self.name = member, member.rules.name
        self.fate = Fate.WELL
        self.vague = False  # it cannot say what hangs on it
        self.sent: list[tuple[int, Order]] = []
        self._holding = Holding()
        self._next_s = first_s
        self._silent_s: float | None = None
        self._misses = self._balks = 0
        self._try_s = -inf
        self._plugins: int | None = None

    def read(self, now_s: int) -> Told | Missed | None:
        """What the charger says, when it is time to ask."""
        if now_s < self._next_s:
            return None
        if self.fate is Fate.UNANSWERED and self.member.up:
            self.member.said(now_s)
        if not self.member.up or self.fate in {Fate.LOST, Fate.UNANSWERED}:
            self._misses += 1
            self._silent_s = now_s if self._silent_s is None else self._silent_s
            self._next_s = now_s + USUAL.pause_s(self._misses)
            return Missed(charger=self.name, why=NO_ANSWER, since_s=self._silent_s)
        reading = self.member.said(now_s)
        fresh = self._silent_s is not None or self._plugins not in {None, reading.plugins}
        if self.vague and reading.plug is not Plug.EMPTY:
            reading = replace(reading, plug=Plug.UNKNOWN)
        self._silent_s, self._misses, self._plugins = None, 0, reading.plugins
        self._holding = read(self._holding, reading, fresh=fresh)
        is_new = now_s - self._holding.told_s < USUAL.looks_s
        usual_s = USUAL.empty_s if reading.plug is Plug.EMPTY else USUAL.plugged_s
        self._next_s = now_s + (USUAL.look_s if is_new else usual_s)
        return Told(charger=self.name, reading=reading)

    def write(self, order: Order | None, now_s: int) -> tuple[Took | Balked | Missed, ...]:
        """Tell it what it does not hold yet; (): there is nothing to tell now."""
        if order is None or self._holding.fits(order) or now_s < self._try_s:
            return ()
        is_cut = self._holding.is_cut(order)
        if not is_cut and (self._silent_s is not None or now_s < self._holding.told_s + USUAL.raise_s):
            return ()
        self._holding = sent(self._holding, order, now_s)
        if self.fate is Fate.REFUSED and self.member.up:
            self._holding = refused(self._holding, order)
            return (self._balked(order, now_s, is_cut=is_cut, answered=True),)
        if self.fate is Fate.UNANSWERED and self.member.up:
            self.member.tell(order, now_s)
        if not self.member.up or self.fate is not Fate.WELL:
            balked = self._balked(order, now_s, is_cut=is_cut, answered=False)
            if self._silent_s is not None:
                return (balked,)
            self._silent_s, self._next_s = now_s, -inf
            return Missed(charger=self.name, why=NO_ANSWER, since_s=now_s), balked
        self._balks, self._try_s = 0, -inf
        self._next_s = min(self._next_s, now_s + USUAL.look_s)
        self.sent.append((now_s, order))
        accepted = self.member.tell(order, now_s)
        self._holding = taken(self._holding, order, accepted)
        return (Took(charger=self.name, order=order, accepted=accepted, sent_s=now_s),)

    def _balked(self, order: Order, now_s: int, *, is_cut: bool, answered: bool) -> Balked:
        self._balks += 1
        self._try_s = now_s + (USUAL.cut_pause_s(self._balks) if is_cut else USUAL.pause_s(self._balks))
        why = "it says no" if answered else NO_ANSWER
        return Balked(charger=self.name, order=order, why=why, sent_s=now_s, answered=answered)
