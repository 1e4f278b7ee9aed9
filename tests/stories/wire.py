"""The wire to a charge point on a virtual clock: when it is read, and when it is told what does not hold yet.

As lib/chargers/point.py does it, with that one's numbers and its book of what holds, but without a network.
"""

from dataclasses import replace
from math import inf

from lib.chargers.holding import Holding, read, refused, sent, taken
from lib.chargers.point import Pace
from lib.core.charger import Accepted, Balked, ChargerReading, Missed, Order, Plug, Told, Took
from lib.sim.charge_point import ChargePoint

USUAL = Pace()
NO_ANSWER = "no answer within 4 s"
NO = "Charging pause is blocked by solar-charging"


class Wire:
    """The wire to one charge point; sent: what it was told, and when; vague: it cannot say what hangs on it."""

    def __init__(self, name: str, point: ChargePoint) -> None:
        self.name, self.point = name, point
        self.sent: list[tuple[int, Order]] = []
        self.vague = False
        self._holding = Holding()
        self._next_s = -inf
        self._silent_s: float | None = None
        self._misses = self._balks = 0
        self._try_s = -inf

    def read(self, now_s: int, *, deaf: bool) -> Told | Missed | None:
        """What the charge point says, when it is time to ask."""
        if now_s < self._next_s:
            return None
        if deaf or self.point.is_down:
            self._misses += 1
            self._silent_s = now_s if self._silent_s is None else self._silent_s
            self._next_s = now_s + USUAL.pause_s(self._misses)
            return Missed(charger=self.name, why=NO_ANSWER, since_s=self._silent_s)
        self._silent_s, self._misses = None, 0
        reading = said(self.point, now_s)
        reading = replace(reading, plug=Plug.UNKNOWN) if self.vague else reading
        self._holding = read(self._holding, reading)
        is_new = now_s - self._holding.told_s < USUAL.looks_s
        usual_s = USUAL.empty_s if reading.plug is Plug.EMPTY else USUAL.plugged_s
        self._next_s = now_s + (USUAL.look_s if is_new else usual_s)
        return Told(charger=self.name, reading=reading)

    def write(self, order: Order | None, now_s: int, *, deaf: bool, refusing: bool) -> Took | Balked | None:
        """Tell it what it does not hold yet; None: there is nothing to tell now."""
        if order is None or self._holding.fits(order) or now_s < self._try_s:
            return None
        is_cut = self._holding.is_cut(order)
        if not is_cut and (self._silent_s is not None or now_s < self._holding.told_s + USUAL.raise_s):
            return None
        self._holding = sent(self._holding, order, now_s)
        silent = deaf or self.point.is_down
        if silent or refusing:
            self._holding = refused(self._holding, order) if refusing else self._holding
            self._balks += 1
            self._try_s = now_s + (USUAL.cut_pause_s(self._balks) if is_cut else USUAL.pause_s(self._balks))
            why = NO_ANSWER if silent else NO
            return Balked(charger=self.name, order=order, why=why, sent_s=now_s, answered=not silent)
        self._balks, self._try_s = 0, -inf
        self._next_s = min(self._next_s, now_s + USUAL.look_s)
        self.sent.append((now_s, order))
        self.point.tell(current_a=order.current_a, paused=not order.go, phases=order.phases)
        current_a = min(order.current_a, self.point.most_a)
        accepted = Accepted(current_a=current_a, go=order.go, phases=order.phases)
        self._holding = taken(self._holding, order, accepted)
        return Took(charger=self.name, order=order, accepted=accepted, sent_s=now_s)


def said(point: ChargePoint, now_s: float) -> ChargerReading:
    """What a charge point says, as a driver puts it: phases are those it is set to, whatever its car takes."""
    plug = Plug.EMPTY if point.car is None else Plug.CHARGING if point.is_charging else Plug.CONNECTED
    return ChargerReading(
        plug=Plug.FAULT if point.fault else plug,
        fault=str(point.fault or ""),
        read_s=now_s,
        offered_a=point.offered_a,
        set_a=point.settings.current_a,
        phases_a=point.phases_a,
        power_w=point.power_w,
        plugin_wh=point.plugin_wh,
        total_wh=point.total_wh,
        permitted=point.permitted,
        paused=point.settings.paused,
        phases=None if point.is_switching else min(point.settings.phases, point.phases, point.supply_phases),
        most_a=point.most_a,
        limit_wh=point.settings.limit_wh or None,
        plugins=point.plugins,
    )
