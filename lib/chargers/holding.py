"""What a charger is held to: what it was told, what it says, and so what may hold now. Pure; time is an argument.

A write shows only some seconds later, and one that nobody answered may hold or not. So what it took counts until it
could have shown, and what it may have taken counts beside what it is known to have.
"""

import math
from dataclasses import dataclass, replace

from lib.core.charger import Accepted, ChargerReading, Order

SHOWS_S = 10.0  # a write shows by then
PHASES_SHOW_S = 60.0  # a switch of phases
SAME_A = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One charger's settings as far as they are known.

    Attributes:
        current_a, go, phases: what holds; None: nobody knows.
        told: the last order that it took; given_a: the amperes it took then, where they are all that it takes.
        told_phases: those that it took.
        open: orders that may have been taken or not.
        told_s: when the last order was sent, taken or not.
        current_s, go_s, phases_s: when the one was sent that last changed these. Amperes may be told oftener than a
            write shows, and a pause that somebody else sets meanwhile is to be seen all the same.

    """

    current_a: float | None = None
    go: bool | None = None
    phases: int | None = None
    told: Order | None = None
    given_a: float | None = None
    told_phases: int | None = None
    open: tuple[Order, ...] = ()
    told_s: float = -math.inf
    current_s: float = -math.inf
    go_s: float = -math.inf
    phases_s: float = -math.inf

    def fits(self, order: Order) -> bool:
        """Whether nothing is left to tell it."""
        if self.open or self.go is not order.go or self.current_a is None:
            return False
        is_all = self.told is not None and _same(self.told.current_a, order.current_a) and self.given_a is not None
        amperes = _same(self.current_a, order.current_a) or (is_all and _same(self.current_a, self.given_a))
        phases = self.phases or self.told_phases
        return amperes and order.phases in {None, phases}

    def is_cut(self, order: Order) -> bool:
        """Whether it draws less by `order` than it may now."""
        if self.go is None or self.current_a is None:
            return True
        now_a = [self.current_a if self.go else 0.0, *(_drawn_a(one) for one in self.open)]
        return _drawn_a(order) < max(now_a) - SAME_A


def sent(holding: Holding, order: Order, at_s: float) -> Holding:
    """An order was sent: until its answer nobody knows whether it holds."""
    return replace(holding, open=(*holding.open[-3:], order), told_s=at_s)


def taken(holding: Holding, order: Order, accepted: Accepted) -> Holding:
    """It answered: that is what holds. Of what was left open before nothing does: it was told later."""
    is_done = accepted.go is order.go
    is_less = accepted.current_a is not None and accepted.current_a < order.current_a
    is_again = holding.told == order and accepted.current_a == holding.current_a
    return replace(
        holding,
        current_a=accepted.current_a,
        go=accepted.go,
        phases=accepted.phases or holding.phases,
        told=order,
        given_a=accepted.current_a if is_done and (is_less or is_again) else None,
        told_phases=accepted.phases,
        open=(),
        current_s=holding.current_s if accepted.current_a == holding.current_a else holding.told_s,
        go_s=holding.go_s if accepted.go is holding.go else holding.told_s,
        phases_s=holding.phases_s if accepted.phases in {None, holding.phases} else holding.told_s,
    )


def refused(holding: Holding, order: Order) -> Holding:
    """It took nothing of it."""
    return replace(holding, open=tuple(one for one in holding.open if one is not order))


def read(holding: Holding, reading: ChargerReading, *, fresh: bool = False) -> Holding:
    """It told what holds; shortly after an order that changed it that may still be what held before.

    fresh: it was silent, or a car was plugged in, since it was told: what it says is what holds.
    """
    now_s = reading.read_s
    is_sure = fresh or bool(holding.open)  # nobody knows better
    takes_current = is_sure or holding.current_a is None or now_s - holding.current_s > SHOWS_S
    takes_go = is_sure or holding.go is None or now_s - holding.go_s > SHOWS_S
    takes_phases = holding.told_phases is None or now_s - holding.phases_s > PHASES_SHOW_S
    return replace(
        holding,
        current_a=reading.set_a if takes_current else holding.current_a,
        go=_go(reading) if takes_go else holding.go,
        phases=reading.phases if takes_phases else holding.phases,
        open=() if now_s - holding.told_s > SHOWS_S else holding.open,
    )


def _go(reading: ChargerReading) -> bool | None:
    return None if reading.paused is None else not reading.paused


def _drawn_a(order: Order) -> float:
    return order.current_a if order.go else 0.0


def _same(one_a: float | None, other_a: float | None) -> bool:
    return one_a is not None and other_a is not None and abs(one_a - other_a) < SAME_A
