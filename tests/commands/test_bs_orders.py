"""What becomes of the owner's orders to bs: of each a sentence, and what it changes."""

import asyncio
from dataclasses import replace

import pytest

from lib.commands.bs_orders import handlers
from lib.core.battery import BatteryRules
from lib.core.cellar import StorageRules
from lib.core.modes import StorageMode
from lib.hub.client import Peer
from lib.hub.orders import Orders
from lib.messages import Message, Refused
from lib.messages.bs import say_storage
from lib.messages.orders import AcceptPeak, Done, Order, SetReserve, SetStorage
from lib.messages.storage import Storage
from lib.panels.asks import Field
from lib.panels.bs_keys import ask_reserve
from lib.panels.seen import Seen
from tests.commands.vault import RULES, Vault
from tests.hub.builders import open_hub, url
from tests.waiting import eventually

TWO = StorageRules(
    batteries={
        "home": BatteryRules(name="home", capacity_wh=10_000, least_pct=10),
        "shed": BatteryRules(name="shed", capacity_wh=2_000, least_pct=20, most_pct=90),
    }
)


async def told(
    vault: Vault | None, order: Order, *, rules: StorageRules = RULES, meter: Peer | None = None
) -> tuple[bool, str]:
    """Whether it was carried out, and the sentence."""
    answer = await Orders("bs", handlers(lambda: vault, lambda: meter, rules)).carry_out(order)
    return isinstance(answer, Done), answer.what if isinstance(answer, Done) else answer.why


async def test_each_mode_is_set() -> None:
    """And the answer says what that means."""
    vault = Vault()
    for mode in StorageMode:
        done, what = await told(vault, SetStorage(mode=mode))
        assert done
        assert what.startswith(f"battery {mode}: ")
        assert mode is vault.storage.mode


async def test_a_reserve_is_set_and_given_back_to_the_time_of_day() -> None:
    """It is said either way."""
    vault = Vault()
    assert (True, "35 % are kept for the month's peak") == await told(vault, SetReserve(reserve_pct=35))
    assert 35 == vault.storage.reserve_pct
    done, what = await told(vault, SetReserve())
    assert (True, "the reserve is as the last weeks needed, and by the time of day while that is not known") == (
        done,
        what,
    )
    assert vault.storage.reserve_pct is None


@pytest.mark.parametrize("reserve_pct", [91, 100])
async def test_a_reserve_that_cannot_be_held_is_refused(reserve_pct: float) -> None:
    """Above what one of the batteries is filled to."""
    vault = Vault(rules=TWO)
    done, why = await told(vault, SetReserve(reserve_pct=reserve_pct), rules=TWO)
    assert (False, f"the battery is filled to 90 % at most: {reserve_pct} % cannot be kept") == (done, why)
    assert vault.storage.reserve_pct is None


@pytest.mark.parametrize(
    ("reserve_pct", "kept"),
    [
        (0, "nothing is kept for the month's peak: its floor is 12 % anyway"),
        (11, "nothing is kept for the month's peak: its floor is 12 % anyway"),
        (16, "16 % are kept for the month's peak"),
    ],
)
async def test_a_reserve_below_the_floor_keeps_nothing(reserve_pct: float, kept: str) -> None:
    """As the field says while it is typed; what counts is the floor of all batteries together."""
    vault = Vault(rules=TWO)
    assert (True, kept) == await told(vault, SetReserve(reserve_pct=reserve_pct), rules=TWO)
    said = say_storage(vault.storage, TWO, boot="b", seq=1, now=vault.clock.now(), makes={})
    remark = ask_reserve(Seen(title="", words={Storage: replace(said, soc_pct=50.0)}))
    assert isinstance(remark, Field)
    assert ("nothing is kept" in kept) == ("nothing is kept" in remark.remark(f"{reserve_pct}"))
    assert said.reserve_pct == pytest.approx(max(reserve_pct, said.floor_pct))


async def test_where_peaks_cost_nothing_there_is_no_reserve() -> None:
    """As with the peak that could be accepted."""
    done, why = await told(Vault(), SetReserve(reserve_pct=40), rules=replace(RULES, peaks_cost=False))
    assert (False, "peaks cost nothing here, so nothing is kept for them") == (done, why)


async def test_without_a_battery_nothing_is_set() -> None:
    """The sentence says where one is written down."""
    none = StorageRules(batteries={})
    done, why = await told(Vault(rules=none), SetStorage(mode=StorageMode.OFF), rules=none)
    assert (False, "there is no battery: batteries in config.py names none") == (done, why)


async def test_while_it_is_starting_it_says_so() -> None:
    """And which way the peak would go."""
    assert (False, "bs is just starting: try again in a second") == await told(None, SetReserve())
    assert (False, "dm cannot be reached from here") == await told(None, AcceptPeak(peak_w=4000))


async def test_the_peak_is_dms_to_accept() -> None:
    """Its answer is passed on, word by word."""
    heard: list[Message] = []

    def accept(order: AcceptPeak) -> Done | Refused:
        return Done(what=f"{order.peak_w:g} W") if order.peak_w > 2500 else Refused(why="paid already")

    async with open_hub(orders={AcceptPeak: accept}) as hub:
        meter = Peer(url(hub), heard.append)
        listening = asyncio.create_task(meter.listen())
        await eventually(lambda: meter.connected)
        assert (True, "4000 W") == await told(Vault(), AcceptPeak(peak_w=4000), meter=meter)
        assert (False, "paid already") == await told(Vault(), AcceptPeak(peak_w=2000), meter=meter)
        listening.cancel()
        await asyncio.wait({listening})
