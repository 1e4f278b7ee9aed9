"""What other programs propose: what becomes of it in the cores of ev and bs, and what is said of it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.commands import bs_orders, ev_orders
from lib.commands.proposing import CARS, EVERY_S, OURS, Reporter, battery_known, cars_known
from lib.core.outside import FREE, MOST
from lib.core.proposals import LIFE_S, SYSTEM
from lib.hub.orders import Answer, Orders
from lib.messages import Message, Refused
from lib.messages.bs import say_storage
from lib.messages.orders import Done, Order, OrderError, Propose, Withdraw, order_of
from lib.messages.proposals import Proposals, TargetNow
from tests.commands.plant import CIRCUITS, Plant
from tests.commands.vault import RULES as STORED
from tests.commands.vault import Vault


def a_proposal(target: str = "garage", priority: int = 40, **wants: Any) -> Propose:
    """What a power plant wants of the garage."""
    return Propose(target=target, source="vpp", priority=priority, **wants)


def a_vault() -> Vault:
    """A battery that is steered."""
    vault = Vault()
    vault.read()
    vault.pass_by(10)
    vault.read()
    vault.pass_by(1)
    return vault


async def told(place: Plant | Vault, order: Order, *, by_token: bool = False) -> Answer:
    """What ev or bs says to an order."""
    if isinstance(place, Plant):
        handlers = ev_orders.handlers(lambda: place, lambda: None, CIRCUITS)
        return await Orders("ev", handlers).carry_out(order, by_token=by_token)
    return await Orders("bs", bs_orders.handlers(lambda: place, lambda: None, STORED)).carry_out(
        order, by_token=by_token
    )


async def done(place: Plant | Vault, order: Order, *, by_token: bool = False) -> str:
    """What is said to an order that is carried out."""
    answer = await told(place, order, by_token=by_token)
    assert isinstance(answer, Done), answer
    return answer.what


async def refused(place: Plant | Vault, order: Order) -> str:
    """Why an order is not."""
    answer = await told(place, order)
    assert isinstance(answer, Refused), answer
    return answer.why


def said_of(place: Plant | Vault) -> Proposals:
    """The whole state as it is said."""
    heard: list[Message] = []
    known = cars_known(place.charging) if isinstance(place, Plant) else battery_known(place.storage)
    Reporter(heard.append, boot="b").tell(known)
    [message] = heard
    assert isinstance(message, Proposals)
    return message


def target(place: Plant | Vault, name: str = "garage") -> TargetNow:
    """One of its targets."""
    return next(one for one in said_of(place).targets if one.name == name)


async def test_a_wish_is_answered_with_what_comes_of_it() -> None:
    """The target now, what the priority may have, and whose these bounds are."""
    yard = Plant()
    said = await done(yard, a_proposal(priority=20, wish_w=8_000.0, high_w=9_000.0))
    assert said == (
        "garage: 0.00 kW: vpp wishes 8.00 kW, no more because of budget; "
        "priority 20 may have 0.00 to 0.00 kW, no more because of budget; "
        "the meter app is asked for more, and answers in a second"
    )
    yard.pass_by(1)
    said = await done(yard, Propose(target="garage", source="me", priority=10, wish_w=10_000.0))
    assert said == (
        "garage: 9.00 kW: me wishes 10.00 kW, no more because of vpp; "
        "priority 10 may have 0.00 to 9.00 kW, no more because of vpp"
    )


async def test_a_wish_for_the_battery_is_taken_by_bs() -> None:
    """And answered in the same way."""
    vault = a_vault()
    said = await done(vault, a_proposal("battery", priority=40, wish_w=1_500.0))
    assert said.startswith("battery: 1.50 kW, as vpp wishes; priority 40 may have ")
    vault.pass_by(7)
    assert 1_500.0 == vault.storage.target_w  # after a rest, for it gave before


async def test_what_is_kept_back_is_not_offered_to_the_cars() -> None:
    """So that no help is asked for that would be refused."""
    vault = a_vault()

    def can_help_w() -> float:
        return say_storage(vault.storage, STORED, boot="b", seq=1, now=vault.clock.now(), makes={}).can_help_w

    assert can_help_w() > 1_000.0
    await done(vault, a_proposal("battery", 500, low_w=-1_000.0), by_token=True)
    assert 1_000.0 == can_help_w()
    await done(vault, a_proposal("battery", 500, low_w=500.0), by_token=True)
    assert 0.0 == can_help_w()


async def test_each_target_tells_how_long_its_own_proposals_last() -> None:
    """The same source at the same priority, for ten seconds of one and a minute of the others."""
    yard = Plant()
    for name, for_s in (("garage", 10.0), ("drive", 60.0), ("connection", 30.0)):
        await done(yard, a_proposal(name, wish_w=6_000.0, for_s=for_s))
    lasts = [
        {one.source: one.for_s for one in target(yard, name).proposals if one.for_s is not None}
        for name in ("garage", "drive", "connection")
    ]
    assert [10.0, 60.0, 30.0] == [round(some["vpp"]) for some in lasts]
    assert {"vpp", "vpp (connection)"} == lasts[0].keys()
    assert 30 == round(lasts[0]["vpp (connection)"])


async def test_a_circuit_is_a_target_too() -> None:
    """Its part goes to the chargers below it that have a car."""
    yard = Plant()
    await done(yard, a_proposal("connection", wish_w=6_000.0, high_w=6_000.0))
    known = target(yard, "connection")
    assert ("circuit", "vpp") == (known.kind, known.decided)
    assert known.shares
    assert 0 < sum(known.shares.values()) <= 6_000.0
    assert "connection: no other program wants anything of it" == await done(
        yard, Withdraw(target="connection", source="vpp", priority=40)
    )


async def test_what_is_not_there_is_refused_with_what_is() -> None:
    """And what is another program's is sent there."""
    yard, vault = Plant(), a_vault()
    assert "there is no charger or circuit 'boat'; there is connection, carport, garage, drive" == await refused(
        yard, a_proposal("boat", wish_w=1.0)
    )
    assert "bs does for the battery, so send it there" in await refused(yard, a_proposal("battery", wish_w=1.0))
    assert "and ev for chargers and circuits: send it there" in await refused(vault, a_proposal(wish_w=1.0))
    assert {} == yard.charging.outside == vault.storage.outside


@pytest.mark.parametrize(
    ("wants", "says"),
    [
        ({"low_w": 5_000.0, "high_w": 1_000.0}, "the lower bound 5000 W is above the upper one 1000 W"),
        ({"wish_w": -500.0}, "asks to discharge what can only charge; 0 pauses it"),
        ({"high_w": -500.0}, "asks to discharge what can only charge; 0 pauses it"),
        ({}, "withdraw takes a proposal back"),
    ],
)
@pytest.mark.parametrize("name", ["garage", "connection"])
async def test_what_makes_no_sense_is_refused(name: str, wants: dict[str, Any], says: str) -> None:
    """Crossed bounds, a charger or circuit that shall give, nothing at all; nothing changes."""
    yard = Plant()
    assert says in await refused(yard, a_proposal(name, **wants))
    assert {} == yard.charging.outside


async def test_a_battery_may_be_asked_to_give() -> None:
    """Below 0 is out of it."""
    assert "as vpp wishes" in await done(a_vault(), a_proposal("battery", priority=40, wish_w=-200.0))


@pytest.mark.parametrize("source", [SYSTEM, "budget", "peak", "covers the house", "owner"])
async def test_nobody_proposes_in_the_houses_name(source: str) -> None:
    """A report could not tell them apart."""
    order = Propose(target="garage", source=source, priority=50, wish_w=0.0)
    assert f"{source!r} is a source of the house itself: take another name" == await refused(Plant(), order)


async def test_all_that_the_house_proposes_is_in_its_name() -> None:
    """So that no other program can take one of these names."""
    yard, vault = Plant(), a_vault()
    sources = {one.source for bay in yard.charging.bays.values() for one in bay.put}
    assert sources
    assert sources <= CARS
    stored = {one.source for one in vault.storage.put}
    assert stored
    assert stored <= OURS


async def test_there_is_room_for_so_many() -> None:
    """One more is refused until another is withdrawn; a renewal is none more."""
    yard = Plant()
    for number in range(MOST):
        await done(yard, Propose(target="garage", source=f"script {number}", priority=50, wish_w=0.0))
    assert f"{MOST} proposals of other programs are alive already" in await refused(yard, a_proposal(wish_w=0.0))
    await done(yard, Propose(target="garage", source="script 0", priority=50, wish_w=6_000.0))
    await done(yard, Withdraw(target="garage", source="script 1", priority=50))
    await done(yard, a_proposal(wish_w=0.0))
    assert MOST == len(yard.charging.outside["garage"])


@pytest.mark.parametrize("place", [Plant, a_vault])
async def test_what_is_withdrawn_leaves_no_trace(place: Any) -> None:
    """The state says what it said before."""
    where = place()
    name = "garage" if isinstance(where, Plant) else "battery"
    before = target(where, name)
    await done(where, a_proposal(name, priority=90, wish_w=0.0, low_w=0.0, high_w=0.0))
    assert ["vpp"] == [one.source for one in target(where, name).proposals if one.for_s is not None]
    assert 0.0 == target(where, name).target_w
    await done(where, Withdraw(target=name, source="vpp", priority=90))
    where.pass_by(1)
    assert before == target(where, name)


@pytest.mark.parametrize("place", [Plant, a_vault])
@pytest.mark.parametrize("for_s", [5.0, 60.0])
async def test_what_is_not_renewed_ends(place: Any, for_s: float) -> None:
    """At its time, by itself."""
    where = place()
    name = "garage" if isinstance(where, Plant) else "battery"
    await done(where, a_proposal(name, priority=90, high_w=0.0, low_w=0.0, for_s=for_s))
    where.pass_by(int(for_s) - 1)
    assert where.charging.outside if isinstance(where, Plant) else where.storage.outside
    where.pass_by(2)
    assert {} == (where.charging.outside if isinstance(where, Plant) else where.storage.outside)
    assert [] == [one for one in target(where, name).proposals if one.for_s is not None]


async def test_above_the_free_priorities_the_token_is_needed() -> None:
    """For a proposal and to withdraw one; up to there for neither."""
    yard = Plant()
    high = a_proposal(priority=FREE + 1, wish_w=0.0)
    assert "above priority 100 the control token is needed, also on this machine" in await refused(yard, high)
    await done(yard, high, by_token=True)
    assert "the control token is needed" in await refused(
        yard, Withdraw(target="garage", source="vpp", priority=FREE + 1)
    )
    await done(yard, a_proposal(priority=FREE, wish_w=0.0))
    await done(yard, Withdraw(target="garage", source="vpp", priority=FREE))
    assert [FREE + 1] == [one.priority for one in yard.charging.outside["garage"]]


def test_what_is_proposed_is_said_on_change_and_every_five_seconds() -> None:
    """The house's own wishes, which are made anew each second, are no change."""
    yard, heard = Plant(), list[Message]()
    reporter = Reporter(heard.append, boot="b")
    for _ in range(int(3 * EVERY_S)):
        reporter.tell(cars_known(yard.charging))
        yard.pass_by(1)
    assert [1, 2, 3] == [one.seq for one in heard if isinstance(one, Proposals)]


async def test_another_programs_wish_is_said_at_once() -> None:
    """And what it comes to once dm has granted it, and its end; in between its time runs, which is no news."""
    yard, heard = Plant(), list[Message]()
    reporter = Reporter(heard.append, boot="b")
    reporter.tell(cars_known(yard.charging))
    yard.pass_by(1)
    await done(yard, a_proposal(wish_w=5_000.0, for_s=3.0))
    numbers = []
    for _ in range(5):
        reporter.tell(cars_known(yard.charging))
        numbers.append(len(heard))
        yard.pass_by(1)
    assert [2, 3, 3, 3, 4] == numbers


async def test_many_wishes_at_once_are_said_together() -> None:
    """The first at once, the others half a second later; a renewal is no news."""
    yard, heard = Plant(), list[Message]()
    reporter = Reporter(heard.append, boot="b")

    async def numbers(*sources: str) -> int:
        for source in sources:
            await done(yard, Propose(target="drive", source=source, priority=40, wish_w=5_000.0))
            reporter.tell(cars_known(yard.charging))
        return len(heard)

    reporter.tell(cars_known(yard.charging))
    assert 2 == await numbers(*(f"script {number}" for number in range(20)))
    yard.pass_by(1)
    reporter.tell(cars_known(yard.charging))
    assert 3 == len(heard)
    yard.pass_by(1)
    assert 3 == await numbers("script 0", "script 1")


def _pass(where: Plant | Vault, seconds: float) -> None:
    """Time passes at once, and dm speaks."""
    where.clock.turn(seconds)
    where.pass_by(1)


NUMBERS = st.one_of(
    st.none(), st.sampled_from([0.0, -1.0, 4_140.0, float("nan"), float("inf"), 1e9]), st.floats(-2e4, 2e4)
)
PROPOSING = st.fixed_dictionaries(
    {
        "target": st.sampled_from(["garage", "drive", "connection", "battery", "boat", "", "x" * 65]),
        "source": st.sampled_from(["vpp", "me", "owner", "vpp (connection)", "\x1b[2J", ""]) | st.text(max_size=8),
        "priority": st.sampled_from([-1, 0, 50, 100, 101, 500, 3_999, 4_000, 50.0, "50", True]),
        "wish_w": NUMBERS,
        "low_w": NUMBERS,
        "high_w": NUMBERS,
        "for_s": st.sampled_from([0.0, 0.1, 20.0, 60.0, 61.0]),
    }
)
STEPS = st.lists(st.tuples(PROPOSING, st.booleans(), st.booleans(), st.integers(0, 30)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
async def test_whatever_others_say_the_state_stays_sound(
    steps: list[tuple[dict[str, Any], bool, bool, int]],
) -> None:
    """Each order is answered, a target is 0 or what the device can do, and after a minute all is as before."""
    for where in (Plant(), a_vault()):
        before = {one.name: one.target_w for one in said_of(where).targets}
        for said, withdraws, by_token, seconds in steps:
            fields = {name: said[name] for name in ("target", "source", "priority")} if withdraws else said
            try:
                order = order_of(Withdraw if withdraws else Propose, fields)
            except OrderError:
                continue
            answer = await told(where, order, by_token=by_token)
            assert (answer.what if isinstance(answer, Done) else answer.why).isprintable()
            for one in said_of(where).targets:
                high_w, low_w = one.high_w or 0.0, one.low_w or 0.0
                assert one.target_w == 0 or low_w - 1e-6 <= one.target_w <= high_w + 1e-6
                assert one.target_w == 0 or not one.band_low_w < one.target_w < one.band_high_w
            _pass(where, seconds)
        _pass(where, LIFE_S + 2)
        assert {} == (where.charging.outside if isinstance(where, Plant) else where.storage.outside)
        if isinstance(where, Plant):
            assert before == {one.name: one.target_w for one in said_of(where).targets}
