"""What others tell dm: the claims of ev, and the owner's word on the month's peak → what happens to the house."""

from collections.abc import Callable
from typing import Protocol

from lib import messages
from lib.clock import Clock
from lib.core.house import Accepted, Claimed, House, Rules, new_peak_eur, paid_w
from lib.hub.orders import Answer, Handlers
from lib.messages.charging import Charging
from lib.messages.orders import AcceptPeak, Done


class Taker(Protocol):
    """Who has the house."""

    house: House

    def take(self, event: Claimed | Accepted) -> None:
        """Somebody said something."""


def claims_to(taker: Taker, clock: Clock) -> messages.Say:
    """Hears a program's states; they are answered with grants at the next telegram."""

    def hear(message: messages.Message) -> None:
        if isinstance(message, Charging):
            claimed = Claimed(program="ev", claims=message.claims, drawn=message.drawn, now_s=clock.monotonic())
            taker.take(claimed)

    return hear


def handlers(taker: Callable[[], Taker | None], rules: Rules) -> Handlers:
    """What carries out the orders that dm takes; taker: None while dm is just starting."""

    def accept(order: AcceptPeak) -> Answer:
        known = taker()
        if known is None:
            return messages.Refused(why="dm is just starting: try again in a second")
        if not rules.capacity_tariff:
            return messages.Refused(why="peaks cost nothing here, so there is none to accept")
        eur = new_peak_eur(known.house, rules, order.peak_w)
        known.take(Accepted(peak_w=order.peak_w))
        if not order.peak_w:
            return Done(what="only the peak already paid counts again")
        kw, paid_kw = order.peak_w / 1000, paid_w(known.house, rules) / 1000
        if kw <= paid_kw:
            return Done(what=f"{paid_kw:.2f} kW may be drawn anyway: {kw:g} kW change nothing")
        cost = f"; as the month's peak it costs € {messages.cents(eur)} over the next 12 bills" if eur else ""
        return Done(what=f"{kw:g} kW are accepted until the month ends{cost}")

    return {AcceptPeak: accept}
