"""The key that accepts a month peak, on the screens of dm, ev and bs: what it is now, and what another would cost."""

from lib.messages import House
from lib.messages.charging import Charging
from lib.messages.orders import AcceptPeak, Order
from lib.messages.storage import Storage
from lib.panels.asks import Asked, Field, OrderKey, figure
from lib.panels.seen import Seen

MOST_KW = 100.0
BILLS = "over the next 12 bills"
PAID_ALONE = "Only the peak already paid counts again."
NO_COST = "peaks cost nothing here, so there is none to accept"


def ask_peak(seen: Seen) -> Asked:
    """A field for kW; the sentence of a home whose peaks cost nothing."""
    house = seen.newest(House)
    if not peaks_may_cost(seen):
        return NO_COST
    return Field(
        title="Accept a peak",
        question=f"Which peak, in kW, do you accept for the rest of this month? 0 takes it back. {_now(seen)}".strip(),
        unit="kW",
        parse=_parse,
        remark=lambda typed: _remark(typed, house),
    )


def peaks_may_cost(seen: Seen) -> bool:
    """Whether a peak may be spoken of, as far as this screen was told."""
    told = seen.newest(House), seen.newest(Charging), seen.newest(Storage)
    return all(word.capacity_tariff for word in told if word)


ACCEPT = OrderKey(
    key="a", meaning="accept a month peak, in kW, until the month ends", ask=ask_peak, shown=peaks_may_cost
)


def _now(seen: Seen) -> str:
    """What counts now, as far as this screen knows."""
    house, charging = seen.newest(House), seen.newest(Charging)
    if house is not None and (paid_w := _paid_w(house)) is not None:
        accepted = "" if house.accepted_w is None else f" You accepted {house.accepted_w / 1000:.2f} kW."
        return f"{paid_w / 1000:.2f} kW are paid already.{accepted}"
    target_w = charging.budget.target_w if charging and charging.budget else None
    if storage := seen.newest(Storage):
        target_w = storage.quarter_w
    return "" if target_w is None else f"The target is {target_w / 1000:.2f} kW now."


def _paid_w(house: House) -> float | None:
    """The month peak that is paid already; None while it is not known."""
    months = house.months
    if months is None:
        return None
    return max(months.floor_w, months.running.peak_w if months.running else 0.0)


def _parse(typed: str) -> Order | str:
    kw = figure(typed, "kW")
    if kw is None or kw > MOST_KW:
        return f"Type a number of kW from 0 to {MOST_KW:g}, such as 4.5"
    return AcceptPeak(peak_w=round(kw * 1000, 3))


def _remark(typed: str, house: House | None) -> str:
    """What a peak like that would cost, as far as it is known before it is asked."""
    kw, paid_w = figure(typed, "kW"), _paid_w(house) if house else None
    if kw is None or kw > MOST_KW:
        return ""
    if kw == 0:
        return PAID_ALONE
    if paid_w is None or house is None or house.months is None:
        return "The answer says what it costs."
    more_kw = kw - paid_w / 1000
    if more_kw <= 0 and (house.accepted_w or 0.0) > paid_w:
        return PAID_ALONE
    if more_kw <= 0:
        return "It costs nothing: that much is paid already."
    if house.months.kw_eur is None:
        return f"{more_kw:.2f} kW more than is paid; the rates have no price for it."
    running_w = house.months.running.peak_w if house.months.running else 0.0
    counted_kw = (running_w - paid_w) / 1000 + 1  # what 1 kW more of this month's peak adds to the bill
    if counted_kw <= 0:
        return "The answer says what it costs."
    eur = more_kw * house.months.kw_eur / counted_kw
    return f"{more_kw:.2f} kW more than is paid: about € {eur:.2f} {BILLS}, if it comes to that."
