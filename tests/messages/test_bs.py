"""What bs says of its state: numbers that add up, nothing made up; and what ev says, as bs takes it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from lib.core import storage as core
from lib.core.arbitrage import Step, StorePlan
from lib.core.battery import BatteryMissed, BatteryReading, BatteryRules, BatteryTold, BatteryTook, Setpoint
from lib.core.battery_why import BatteryWhy, Ground
from lib.core.cell import after
from lib.core.cellar import CarsWord, Help, Storage, StorageRules, Wanted
from lib.core.claims import BATTERY, PLAN, Claim, Drawn, Grant
from lib.core.cost import PriceSlot
from lib.core.gains import Booked, Gains
from lib.core.modes import StorageMode
from lib.core.plan import Block
from lib.core.site import Lease, Site, Word
from lib.messages import parse_message, to_json
from lib.messages.bs import LEFT, say_storage
from lib.messages.charging import Charging
from lib.messages.charging import Help as Asked
from lib.messages.heard import cars_word
from lib.messages.storage import Flow, GainsNow, HelpGiven
from lib.messages.storage import Storage as Said
from tests.conftest import NOON

QUARTER = timedelta(minutes=15)
HOME = BatteryRules(name="home", capacity_wh=10_000, least_pct=10)
SHED = BatteryRules(name="shed", capacity_wh=5_000, least_pct=40, wear_eur_kwh=0.2)
RULES = StorageRules(batteries={"home": HOME})
TWO = StorageRules(batteries={"home": HOME, "shed": SHED})


def told(storage: Storage, name: str = "home", **said: Any) -> Storage:
    """A battery was read."""
    reading = BatteryReading(read_s=storage.now_s, **{"soc_pct": 60.0, "power_w": -1_200.0, "ours": True} | said)
    cell = after(storage.cells[name], BatteryTold(battery=name, reading=reading))
    return replace(storage, cells={**storage.cells, name: cell})


def at_noon(rules: StorageRules = RULES, word: Word | None = None, **changes: Any) -> Storage:
    """A state in which dm said that."""
    storage = core.opened(rules, at=NOON, now_s=100.0)
    return replace(
        storage, site=Site(word=word or Word(at=NOON, good=True), heard_s=100.0, telegram_s=100.0), **changes
    )


def said(storage: Storage, rules: StorageRules = RULES, **more: Any) -> Said:
    """What is said of it; it goes over the wire."""
    message = say_storage(storage, rules, boot="b", seq=7, now=NOON, makes={"home": "victron"}, **more)
    assert message == parse_message(to_json(message))
    return message


def test_before_anything_was_heard_nothing_is_made_up() -> None:
    """What is not known is none; what the owner set is."""
    found = said(core.opened(RULES, at=NOON, now_s=0.0))
    assert (None, None, None, 10_000) == (found.soc_pct, found.energy_wh, found.power_w, found.capacity_wh)
    assert (10, 0.0, None, None) == (found.floor_pct, found.can_help_w, found.help, found.granted_w)
    assert (Flow(), (LEFT,)) == (found.flow, found.drawn)  # what cars draw is not known before dm says it
    assert () == said(core.opened(StorageRules(batteries={}), at=NOON, now_s=0.0), StorageRules(batteries={})).drawn
    [battery] = found.batteries
    assert ("home", "victron", None, None, False) == (
        battery.name,
        battery.make,
        battery.soc_pct,
        battery.set_w,
        battery.ours,
    )
    assert "the battery has not been read yet" == found.why


def test_a_battery_that_does_as_it_is_told() -> None:
    """What it can, what it was told, and what flows."""
    storage = told(at_noon(), charge_w=3_000.0)
    setpoint = Setpoint(power_w=-1_250.0, grid_w=50.0)
    took = BatteryTook(battery="home", setpoint=setpoint, power_w=-1_250.0, sent_s=90.0)
    cell = replace(after(storage.cells["home"], took), setpoint=setpoint)
    found = said(replace(storage, cells={"home": cell}, target_w=-1_250.0))
    [battery] = found.batteries
    assert (60.0, -1_200.0, 3_000.0, 5_000.0, -1_250.0, True) == (
        battery.soc_pct,
        battery.power_w,
        battery.charge_w,
        battery.discharge_w,
        battery.set_w,
        battery.ours,
    )
    assert (60.0, 6_000.0, -1_250.0, -1_250.0) == (found.soc_pct, found.energy_wh, found.power_w, found.target_w)
    assert (Drawn(who=BATTERY, low_w=-1_250.0, high_w=-1_250.0),) == found.drawn


def test_a_silent_battery_can_nothing() -> None:
    """It is said since when; what flows is not known, and what it does counts as the house's own."""
    storage = told(at_noon(word=Word(at=NOON, good=True, grid_w=500.0)))
    missed = BatteryMissed(battery="home", why="no answer", since_s=88.0)
    storage = replace(storage, cells={"home": after(storage.cells["home"], missed)})
    found = said(storage)
    assert (12.0, 0.0, 0.0) == (found.batteries[0].silent_s, found.batteries[0].discharge_w, found.can_help_w)
    assert (None, None, None) == (found.soc_pct, found.power_w, found.flow.house_w)
    assert (LEFT,) == found.drawn


def test_several_are_one() -> None:
    """Energy and floor by what each holds."""
    storage = told(told(at_noon(TWO)), "shed", soc_pct=45.0, power_w=200.0)
    found = said(storage, TWO)
    assert (15_000, 8_250, 55.0, -1_000.0) == (found.capacity_wh, found.energy_wh, found.soc_pct, found.power_w)
    assert 20.0 == found.floor_pct


def test_what_flows_adds_up() -> None:
    """With an inverter the house is told from the sun; cars are what dm heard of them."""
    drawn = (Drawn(who="garage", low_w=3_600.0, high_w=3_800.0), Drawn(who=BATTERY, low_w=-1_000.0, high_w=-1_000.0))
    word = Word(at=NOON, good=True, grid_w=900.0, drawn=drawn)
    storage = told(at_noon(word=word))
    sunny = replace(storage, site=replace(storage.site, word=replace(storage.site.word, sun_w=2_000.0)))
    flow = said(sunny).flow
    expected = Flow(grid_w=900.0, house_w=400.0, cars_w=3_700.0, battery_w=-1_200.0, sun_w=2_000.0, measured=True)
    assert expected == flow


def test_without_an_inverter_the_sun_is_what_is_left_over() -> None:
    """And the house what is drawn: never both."""
    flow = said(told(at_noon(word=Word(at=NOON, good=True, grid_w=-2_000.0)), power_w=500.0)).flow
    assert Flow(grid_w=-2_000.0, house_w=0.0, cars_w=0.0, battery_w=500.0, sun_w=2_500.0) == flow
    flow = said(told(at_noon(word=Word(at=NOON, good=True, grid_w=300.0)), power_w=-500.0)).flow
    assert Flow(grid_w=300.0, house_w=800.0, cars_w=0.0, battery_w=-500.0, sun_w=0.0) == flow


def test_while_the_meter_is_silent_nobody_knows_the_house() -> None:
    """The last telegram does not add up with what the battery does now: no house is made up from both."""
    storage = told(at_noon(word=Word(at=NOON, good=True, grid_w=300.0)), power_w=-500.0)
    assert 800.0 == said(replace(storage, now_s=103.0)).flow.house_w
    assert Flow(battery_w=-500.0) == said(replace(storage, now_s=104.0)).flow


def test_of_a_charger_that_nobody_controls_nobody_knows_what_it_draws() -> None:
    """Half of what its car may take is no figure, and the other half is not the house's."""
    drawn = (Drawn(who="garage", low_w=0.0, high_w=5_170.0, controlled=False),)
    flow = said(told(at_noon(word=Word(at=NOON, good=True, grid_w=5_500.0, drawn=drawn)))).flow
    assert Flow(grid_w=5_500.0, battery_w=-1_200.0) == flow


def test_the_help_that_is_given() -> None:
    """With what dm's ledger needs of it; and what it would give while nobody asks."""
    help_ = Help(power_w=2_000.0, energy_wh=3_100.0, until=NOON + QUARTER, why="late for the sea")
    found = said(told(at_noon(help=help_, target_w=-2_000.0)))
    assert HelpGiven(power_w=2_000.0, energy_wh=3_100.0, until=NOON + QUARTER, why="late for the sea") == found.help
    assert (2_000.0, 5_000.0) == (found.help_w, found.can_help_w)
    assert (0.0, None) == ((none := said(told(at_noon(target_w=0.0), soc_pct=12.0))).can_help_w, none.help)
    assert 0.0 == said(told(at_noon())).can_help_w  # it is left to its own mode
    for mode in (StorageMode.HOLD, StorageMode.OFF, StorageMode.OWN, StorageMode.FILL):
        assert 0.0 == said(told(at_noon(mode=mode, target_w=0.0))).can_help_w
    assert "at its reserve" == said(at_noon(refused="at its reserve")).refused


def test_claim_and_lease() -> None:
    """A grant counts while its lease holds."""
    claim = Claim(who=BATTERY, priority=PLAN, wish_w=3_000.0)
    storage = at_noon(claim=claim)
    site = replace(storage.site, leases={BATTERY: Lease(grant=Grant(who=BATTERY, power_w=1_500.0), until_s=130.0)})
    assert ((claim,), 1_500.0) == ((one := said(replace(storage, site=site))).claims, one.granted_w)
    assert said(replace(storage, site=site, now_s=131.0)).granted_w is None


def test_a_reserve_of_the_owner() -> None:
    """By itself it is by the time of day, and never below what is never emptied; none where peaks cost nothing."""
    own = said(at_noon(reserve_pct=35.0))
    assert (35.0, True, True) == (own.reserve_pct, own.reserve_set, own.capacity_tariff)
    assert not said(at_noon()).reserve_set
    assert 10.0 < said(at_noon()).reserve_pct
    free = said(at_noon(reserve_pct=35.0), replace(RULES, peaks_cost=False))
    assert (10.0, False, False) == (free.reserve_pct, free.reserve_set, free.capacity_tariff)


def steps(*powers_w: float) -> tuple[Step, ...]:
    """Quarters from a quarter before noon on; with each the battery is a little fuller or emptier."""
    found, energy_wh = [], 5_000.0
    for number, power_w in enumerate(powers_w):
        energy_wh += power_w / 4
        start = NOON + (number - 1) * QUARTER
        found.append(
            Step(start=start, end=start + QUARTER, power_w=power_w, energy_wh=energy_wh, values_eur_kwh=(0.2, 0.1))
        )
    return tuple(found)


def test_the_plan_is_said_in_stretches() -> None:
    """What is over is left out; what is alike is one, with its mean price where all of it is known."""
    plan = StorePlan(least_wh=1_000, most_wh=10_000, steps=steps(900.0, 1_000.0, 2_000.0, 0.0, -800.0, -800.0))
    prices = tuple(
        PriceSlot(NOON + number * QUARTER, NOON + (number + 1) * QUARTER, 0.1 + number / 100, 0.02)
        for number in range(4)
    )
    blocks = said(at_noon(plan=plan, prices=prices)).plan
    assert [(0, 2), (2, 3), (3, 5)] == [((one.start - NOON) // QUARTER, (one.end - NOON) // QUARTER) for one in blocks]
    assert [1_500.0, 0.0, -800.0] == [one.power_w for one in blocks]
    assert [59.75, 59.75, 55.75] == [one.soc_pct for one in blocks]
    assert [0.105, 0.12, None] == [one.eur_kwh and round(one.eur_kwh, 6) for one in blocks]


def test_what_the_battery_brought() -> None:
    """Wear beside what it earned; a peak counts above what the month counts anyway."""
    gains = Gains(
        since=date(2026, 11, 1),
        charged_wh=33_000.0,
        discharged_wh=30_000.0,
        start_wh=5_000.0,
        end_wh=6_000.0,
        with_eur=20.0,
        without_eur=26.0,
        unpriced_wh=12.0,
        peak_w=2_500.0,
        without_w=4_700.0,
    )
    word = Word(at=NOON, good=True, peak_w=2_700.0, kw_eur=50.0)
    storage = at_noon(TWO, word, booked=Booked(today=Gains(since=NOON.date()), month=gains))
    found = said(storage, TWO)
    expected = GainsNow(
        since=date(2026, 11, 1),
        charged_wh=33_000.0,
        discharged_wh=30_000.0,
        cycles=2.0,
        losses_wh=2_000.0,
        arbitrage_eur=6.0,
        wear_eur=3.0,
        peak_w=2_500.0,
        without_w=4_700.0,
        peak_eur=100.0,
        unpriced_wh=12.0,
    )
    assert found.month is not None
    assert expected == replace(found.month, wear_eur=round(found.month.wear_eur, 9))
    assert GainsNow(since=NOON.date()) == found.today
    free = said(storage, replace(TWO, peaks_cost=False)).month
    assert free
    assert free.peak_eur is None


def test_who_it_is_and_why() -> None:
    """Number, time, mode, notices, and the sentence of its reason."""
    storage = at_noon(why=BatteryWhy(ground=Ground.STORES, power_w=1_500.0), mode=StorageMode.HOLD)
    found = said(replace(storage, hold_sun_w=800.0), notices={"dm": "away"}, demo=True)
    assert ("b", 7, NOON, NOON, StorageMode.HOLD, True) == (
        found.boot,
        found.seq,
        found.said,
        found.at,
        found.mode,
        found.demo,
    )
    assert ("stores 1.5 kW from the sun", 800.0, {"dm": "away"}) == (found.why, found.hold_sun_w, found.notices)


def test_what_ev_says() -> None:
    """The help that it wants, and what its plan has the cars draw."""
    block = Block(car="car_1", start=NOON, end=NOON + QUARTER, power_w=3_600.0)
    ask = Asked(power_w=1_800.0, until=NOON + QUARTER, why="late for the sea", bridge=True)
    charging = Charging(boot="e", seq=1, said=NOON, at=NOON, plan=(block,), help=ask)
    wanted = Wanted(power_w=1_800.0, until=NOON + QUARTER, why="late for the sea", bridge=True)
    expected = CarsWord(wanted=wanted, planned=((NOON, NOON + QUARTER, 3_600.0),), heard_s=12.0)
    assert expected == cars_word(charging, heard_s=12.0)
    assert CarsWord() == cars_word(replace(charging, plan=(), help=None))
