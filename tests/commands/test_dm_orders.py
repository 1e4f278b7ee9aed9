"""What others tell dm: claims, the owner's word on the peak, how far the sun is held back; how long a grant lasts."""

from dataclasses import replace

import pytest

from lib.clock import TurnedClock
from lib.commands.dm_orders import claims_to, handlers
from lib.core import charging as core
from lib.core.battery_why import BatteryWhy, Ground
from lib.core.claims import BATTERY, LEASE_S, PLAN, SURPLUS, Claim, Drawn
from lib.core.house import House, Rules
from lib.core.metering import Accepted, Claimed, Silent, after
from lib.core.modes import Mode, StorageMode
from lib.core.rates import parse_rates
from lib.core.sun import InverterEvent, InverterHeld, InverterReading, InverterTold, Roof
from lib.hub.orders import Orders
from lib.messages import House as Said
from lib.messages.charging import Charging
from lib.messages.dm import say_house
from lib.messages.heard import house_word
from lib.messages.orders import AcceptPeak, Done, LimitSun, Order
from lib.messages.storage import Storage
from tests.commands.yard import Yard
from tests.conftest import NOON, SIMPLE, a_reading, hear
from tests.hub.builders import a_house

CAPACITY = {"Electricity": {"+": 0.3, "capacity": {"eur_per_kw_year": 48.0}}}
RULES = Rules(tariffs=parse_rates(CAPACITY), connection_w=17_250)
CLAIM = Claim(who="garage", priority=PLAN, wish_w=2_000.0, least_w=1_380.0)


class Meter:
    """The house, as dm has it, a second after the other."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.house, self.rules, self.clock = House(), rules, TurnedClock(NOON)
        self.limits: list[float | None] = []  # to what the sun was to be held back

    def take(self, event: Claimed | Accepted | InverterEvent) -> None:
        """Somebody said something."""
        self.house = after(self.house, event, self.rules)

    def telegram(self) -> Said:
        """A telegram, and what is said then."""
        self.clock.turn(1)
        self.house = hear(self.house, a_reading(self.clock.now(), grid_w=300.0), rules=self.rules)
        return self.say()

    def silence(self, for_s: float) -> Said:
        """No telegram, and what is said then."""
        self.clock.turn(1)
        silent = Silent(for_s=for_s, why="nobody speaks", now=self.clock.now())
        self.house = after(self.house, silent, self.rules)
        return self.say()

    def say(self) -> Said:
        """The house."""
        now, now_s = self.clock.now(), self.clock.monotonic()
        return say_house(self.house, self.rules, boot="b", seq=1, now=now, now_s=now_s)


def charging(*claims: Claim) -> Charging:
    """What ev says."""
    drawn = (Drawn(who="garage", low_w=0.0, high_w=0.0),)
    return Charging(boot="e", seq=1, said=NOON, at=NOON, claims=claims, drawn=drawn)


def storage(*claims: Claim, help_w: float = 0.0) -> Storage:
    """What bs says."""
    drawn = (Drawn(who=BATTERY, low_w=0.0, high_w=0.0),)
    return Storage(
        boot="s",
        seq=1,
        said=NOON,
        at=NOON,
        mode=StorageMode.AUTO,
        because=BatteryWhy(ground=Ground.NOTHING),
        why="",
        claims=claims,
        drawn=drawn,
        help_w=help_w,
    )


async def carried_out(meter: Meter | None, order: Order, rules: Rules = RULES) -> tuple[bool, str]:
    """What becomes of an order."""
    limits: list[float | None] = [] if meter is None else meter.limits
    carry_out = Orders("dm", handlers(lambda: meter, rules, lambda _, limit_w: limits.append(limit_w))).carry_out
    answer = await carry_out(order)
    return isinstance(answer, Done), answer.what if isinstance(answer, Done) else answer.why


async def told(meter: Meter | None, peak_w: float, rules: Rules = RULES) -> tuple[bool, str]:
    """What becomes of the owner's word."""
    return await carried_out(meter, AcceptPeak(peak_w=peak_w), rules)


def test_claims_are_answered_with_the_next_telegram() -> None:
    """Not before, and not by somebody else's words."""
    meter = Meter()
    meter.telegram()
    hear_ev = claims_to(meter, meter.clock)
    hear_ev(a_house())
    assert () == meter.telegram().grants
    hear_ev(charging(CLAIM))
    assert () == meter.say().grants
    [grant] = meter.telegram().grants
    assert ("garage", 2_000.0) == (grant.who, grant.power_w)


def test_silence_renews_no_lease() -> None:
    """Each telegram renews it; what dm says without one carries no grant, and ev's own clock ends it."""
    meter, yard = Meter(), Yard()
    hear_ev = claims_to(meter, meter.clock)
    yard.read()
    yard.take(core.Wanted(charger="garage", mode=Mode.MAX))

    def said(house: Said) -> None:
        yard.clock.turn(1)
        yard.take(core.Heard(word=house_word(house)))

    meter.telegram()
    for _ in range(int(LEASE_S) + 5):
        hear_ev(charging(CLAIM))
        said(meter.telegram())
        assert yard.charging.site.grant("garage", yard.charging.now_s)
    for second in range(1, int(LEASE_S) + 3):
        hear_ev(charging(CLAIM))
        house = meter.silence(float(second + 3))
        assert () == house.grants
        said(house)
        assert (second < LEASE_S) == (yard.charging.site.grant("garage", yard.charging.now_s) is not None)
    hear_ev(charging(CLAIM))
    said(meter.telegram())
    assert yard.charging.site.grant("garage", yard.charging.now_s)


async def test_a_peak_is_accepted_with_its_price() -> None:
    """What it costs as the month's peak over the next 12 bills; 0 takes it back."""
    meter = Meter()
    meter.telegram()
    done, what = await told(meter, 4_000.0)
    assert done
    assert what.startswith("4 kW are accepted until the month ends; as the month's peak it costs € ")
    assert 4_000.0 == meter.say().accepted_w
    assert (True, "only the peak already paid counts again") == await told(meter, 0.0)
    assert meter.say().accepted_w is None


async def test_a_peak_that_is_paid_already_changes_nothing() -> None:
    """And the owner, who meant something else, is told so."""
    meter = Meter()
    meter.telegram()
    assert (True, "2.50 kW may be drawn anyway: 0.4 kW change nothing") == await told(meter, 400.0)
    quarter = meter.telegram().quarter
    assert quarter
    assert 2_500.0 == quarter.target_w


async def test_less_than_is_paid_takes_back_what_was_accepted() -> None:
    """The target falls, and the answer says so."""
    meter = Meter()
    meter.telegram()
    await told(meter, 6_000.0)
    assert (True, "only the peak already paid counts again, 2.50 kW: the 6 kW accepted before do not") == await told(
        meter, 2_000.0
    )
    quarter = meter.telegram().quarter
    assert quarter
    assert 2_500.0 == quarter.target_w


async def test_a_peak_is_not_accepted_for_a_month_that_nobody_knows() -> None:
    """Before the first telegram it was said to be, and forgotten."""
    done, why = await told(Meter(), 4_500.0)
    assert (False, "no telegram has come yet, so nobody knows which month it is: try again then") == (done, why)


async def test_where_peaks_cost_nothing_there_is_none_to_accept() -> None:
    """As in Wallonia."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250, capacity_tariff=False)
    answer = await told(Meter(rules), 4_000.0, rules)
    assert (False, "peaks cost nothing here, so there is none to accept") == answer


async def test_while_dm_is_starting_it_says_so() -> None:
    """A second later it can."""
    assert (False, "dm is just starting: try again in a second") == await told(None, 4_000.0)


def test_the_last_word_of_ev_is_said_with_its_age() -> None:
    """After a lease without a word nobody controls what runs on, and since when is told."""
    meter = Meter()
    meter.telegram()
    drawn = (Drawn(who="garage", low_w=1_900.0, high_w=2_300.0),)
    claims_to(meter, meter.clock)(Charging(boot="e", seq=1, said=NOON, at=NOON, claims=(CLAIM,), drawn=drawn))
    for second in range(1, 41):
        said = meter.telegram()
        assert (second > LEASE_S) == ("ev silent" in said.notices)
        assert (second > LEASE_S) != said.drawn[0].controlled
    sentence = "ev is silent since 12:00:01: nobody controls garage, which may draw up to 2.3 kW"
    assert sentence == meter.say().notices["ev silent"]


def test_the_battery_claims_as_the_cars_do() -> None:
    """Each program has its own claims, and the help that bs gives stands beside them."""
    meter = Meter()
    meter.telegram()
    hear = claims_to(meter, meter.clock)
    hear(charging(CLAIM))
    hear(storage(Claim(who=BATTERY, priority=SURPLUS, wish_w=1_000.0), help_w=700.0))
    said = meter.telegram()
    assert {"garage", BATTERY} == {grant.who for grant in said.grants} == {one.who for one in said.drawn}
    assert {"ev": 0.0, "bs": 700.0} == {name: word.help_w for name, word in meter.house.ledger.words.items()}


def a_roof(meter: Meter, *, may_hold: bool, able: bool) -> None:
    """The house has an inverter that gives 3 kW."""
    roof = Roof(names=("east",), may_hold=frozenset({"east"} if may_hold else ()))
    meter.house = replace(meter.house, roof=roof)
    reading = InverterReading(read_s=meter.clock.monotonic(), power_w=3_000.0, able=able, most_w=5_000.0)
    meter.take(InverterTold(inverter="east", reading=reading))


async def test_the_sun_is_held_back_and_let_go() -> None:
    """For a minute, and by whom."""
    meter = Meter()
    a_roof(meter, may_hold=True, able=True)
    answer = await carried_out(meter, LimitSun(power_w=1_000.0))
    assert (True, "east: the sun is held back to 1000 W in all for 60 s") == answer
    assert (True, "the sun is not held back") == await carried_out(meter, LimitSun())
    assert [1_000.0, None] == meter.limits


@pytest.mark.parametrize(
    ("may_hold", "able", "why"),
    [
        (False, True, "its owner did not allow it: set may_hold in config.py to True for an inverter (east)"),
        (True, False, "east cannot be held back: that takes SunSpec's model 123 with its timer"),
    ],
)
async def test_a_sun_that_cannot_be_held_back_is_refused_with_its_reason(may_hold: bool, able: bool, why: str) -> None:
    """And nothing is told to any inverter; to let go is no harm."""
    meter = Meter()
    a_roof(meter, may_hold=may_hold, able=able)
    done, said = await carried_out(meter, LimitSun(power_w=1_000.0))
    assert not done
    assert said.startswith(why)
    assert [] == meter.limits
    assert (True, "the sun is not held back") == await carried_out(meter, LimitSun())


async def test_an_inverter_that_says_no_is_told_to_who_orders() -> None:
    """Its owner may yet allow it, so it is tried again; until it obeys the answer is no."""
    meter = Meter()
    a_roof(meter, may_hold=True, able=True)
    meter.take(InverterHeld(inverter="east", limit_w=1_000.0, why="it refuses"))
    assert (False, "it refuses") == await carried_out(meter, LimitSun(power_w=1_000.0))
    meter.take(InverterHeld(inverter="east", limit_w=1_000.0))
    assert (await carried_out(meter, LimitSun(power_w=900.0)))[0]
    assert [1_000.0, 900.0] == meter.limits


async def test_without_inverters_the_sun_cannot_be_held_back() -> None:
    """Nor while dm is starting."""
    done, why = await carried_out(Meter(), LimitSun(power_w=1_000.0))
    assert (False, True) == (done, why.startswith("no inverter is set up"))
    assert (False, "dm is just starting: try again in a second") == await carried_out(None, LimitSun(power_w=0.0))


def test_the_sun_is_said_with_each_inverter() -> None:
    """With what it gave in all; what it said too long ago is unknown."""
    meter = Meter()
    a_roof(meter, may_hold=True, able=True)
    said = meter.telegram()
    [east] = said.suns
    assert (3_000.0, 3_000.0, True, "") == (said.sun_w, east.power_w, east.able, east.trouble)
    meter.clock.turn(60)
    said = meter.telegram()
    [east] = said.suns
    assert (None, None, True) == (said.sun_w, east.power_w, east.able)
