"""The keys of bs's screen: what each asks the owner, and the order it becomes. Pure; whoever draws asks for it."""

from lib.messages.orders import Order, SetReserve, SetStorage, order_of
from lib.messages.storage import Storage
from lib.panels.asks import Asked, Chooser, Field, Option, OrderKey, figure
from lib.panels.battery import NONE_SET_UP
from lib.panels.peak_key import ACCEPT
from lib.panels.seen import Seen

MODES = {
    "auto": "stores what is cheap or your own, shaves the peak, helps the cars",
    "fill": "charges now, under the paid peak",
    "hold": "gives nothing; sun that is left over and what is cheap are still stored",
    "off": "neither takes nor gives",
    "own": "left to its maker's own mode",
}
NOTHING_KNOWN = "nothing is known of the battery yet"
NO_PEAKS = "peaks cost nothing here, so nothing is kept for them"
AUTO = "auto"


def ask_mode(seen: Seen) -> Asked:
    """What all batteries shall do from now on."""
    storage = _storage(seen)
    if isinstance(storage, str):
        return storage
    return Chooser(
        title="Battery: mode",
        options=[
            Option(name=name, meaning=meaning, order=order_of(SetStorage, {"mode": name}), now=storage.mode == name)
            for name, meaning in MODES.items()
        ],
    )


def ask_reserve(seen: Seen) -> Asked:
    """How much is kept for the month's peak."""
    storage = _storage(seen)
    if isinstance(storage, str):
        return storage
    if not storage.capacity_tariff:
        return NO_PEAKS

    def parse(typed: str) -> Order | str:
        if typed.strip().lower() == AUTO:
            return SetReserve(reserve_pct=None)
        pct = figure(typed, "%")
        if pct is None or pct > 100:
            return f"Type a number from 0 to 100, such as 30, or {AUTO}"
        return SetReserve(reserve_pct=pct)

    return Field(
        title="Battery: reserve",
        question="How much, in %, is kept for the month's peak? Type auto to leave that to what the last weeks "
        f"needed. It is {storage.reserve_pct:.0f} % now, {storage.reserve_by}.",
        unit="%",
        parse=parse,
        remark=lambda typed: _remark(typed, storage),
    )


def store_peaks_cost(seen: Seen) -> bool:
    """Whether a peak may be spoken of, as far as bs said."""
    storage = seen.newest(Storage)
    return storage is None or storage.capacity_tariff


BS_KEYS = (
    OrderKey(key="m", meaning="what the battery shall do: its mode", ask=ask_mode),
    OrderKey(
        key="r", meaning="how much it keeps in reserve for the month's peak", ask=ask_reserve, shown=store_peaks_cost
    ),
    ACCEPT,
)


def _remark(typed: str, storage: Storage) -> str:
    """What a reserve like that would mean now."""
    pct = figure(typed, "%")
    if pct is None or pct > 100 or storage.soc_pct is None:
        return ""
    if pct <= storage.floor_pct:
        return f"That is no more than its floor of {storage.floor_pct:.0f} %: nothing is kept for the peak."
    if pct > storage.soc_pct:
        return f"It holds {storage.soc_pct:.0f} % now, and is charged to that cheaply and under the peak."
    return ""


def _storage(seen: Seen) -> Storage | str:
    """What bs said; a sentence where there is nothing to change."""
    storage = seen.newest(Storage)
    if storage is None:
        return NOTHING_KNOWN
    return storage if storage.batteries else NONE_SET_UP
