"""What others tell dm: claims of ev and bs, the owner's word on the month's peak, how far the sun is held back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from lib import messages
from lib.clock import Clock
from lib.commands.peers import heard
from lib.core.house import House, Rules, accepted_w, new_peak_eur, paid_w
from lib.core.metering import Accepted, Claimed
from lib.core.sun import LIMIT_S, Roof
from lib.hub.orders import Answer, Handlers
from lib.messages.charging import Charging
from lib.messages.orders import AcceptPeak, Done, LimitSun
from lib.messages.storage import Storage
from lib.settings import Settings

Limit = Callable[[Roof, float | None], None]  # to so much the sun is held back from now on
PAID_ALONE = "only the peak already paid counts again"
_STARTING = messages.Refused(why="dm is just starting: try again in a second")


class Taker(Protocol):
    """Who has the house."""

    house: House

    def take(self, event: Claimed | Accepted) -> None:
        """Somebody said something."""


@asynccontextmanager
async def claimants(config: Settings, taker: Taker, clock: Clock, also: messages.Say) -> AsyncIterator[None]:
    """Listen to ev and bs meanwhile; either may be away. also: hears each of their words after the ledger."""
    claims = claims_to(taker, clock)

    def hear(message: messages.Message) -> None:
        claims(message)
        also(message)

    async with heard(config, "ev", hear, clock), heard(config, "bs", hear, clock):
        yield


def claims_to(taker: Taker, clock: Clock) -> messages.Say:
    """Hears a program's states; they are answered with grants at the next telegram."""

    def hear(message: messages.Message) -> None:
        now_s = clock.monotonic()
        match message:
            case Charging(claims=claims, drawn=drawn):
                taker.take(Claimed(program="ev", claims=claims, drawn=drawn, now_s=now_s))
            case Storage(claims=claims, drawn=drawn, help_w=help_w):
                taker.take(Claimed(program="bs", claims=claims, drawn=drawn, now_s=now_s, help_w=help_w))

    return hear


def handlers(taker: Callable[[], Taker | None], rules: Rules, limit: Limit) -> Handlers:
    """What carries out the orders that dm takes; taker: None while dm is just starting. limit: holds the sun back."""

    def accept(order: AcceptPeak) -> Answer:
        known = taker()
        if known is None:
            return _STARTING
        if not rules.capacity_tariff:
            return messages.Refused(why="peaks cost nothing here, so there is none to accept")
        if known.house.peaks is None:
            return messages.Refused(why="no telegram has come yet, so nobody knows which month it is: try again then")
        eur, before_w = new_peak_eur(known.house, rules, order.peak_w), accepted_w(known.house) or 0.0
        known.take(Accepted(peak_w=order.peak_w))
        if not order.peak_w:
            return Done(what=PAID_ALONE)
        kw, paid_kw = order.peak_w / 1000, paid_w(known.house, rules) / 1000
        if kw <= paid_kw < before_w / 1000:
            return Done(what=f"{PAID_ALONE}, {paid_kw:.2f} kW: the {before_w / 1000:g} kW accepted before do not")
        if kw <= paid_kw:
            return Done(what=f"{paid_kw:.2f} kW may be drawn anyway: {kw:g} kW change nothing")
        cost = f"; as the month's peak it costs € {messages.cents(eur)} over the next 12 bills" if eur else ""
        return Done(what=f"{kw:g} kW are accepted until the month ends{cost}")

    def hold(order: LimitSun) -> Answer:
        known = taker()
        if known is None:
            return _STARTING
        roof = known.house.roof
        if order.power_w is None:
            limit(roof, None)
            return Done(what="the sun is not held back")
        if roof.why_unable:
            return messages.Refused(why=roof.why_unable)
        limit(roof, order.power_w)
        if all(name in roof.balks for name in roof.able):  # they are tried again, but did not do it
            return messages.Refused(why="; ".join(roof.balks[name] for name in roof.able))
        names = ", ".join(roof.able)
        return Done(what=f"{names}: the sun is held back to {order.power_w:.0f} W in all for {LIMIT_S:.0f} s")

    return {AcceptPeak: accept, LimitSun: hold}
