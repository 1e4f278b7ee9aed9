"""What the EV app makes of dm's word: the house's own load beside its cars."""

from dataclasses import replace
from math import inf

from lib.core import charging
from lib.core.aims import aims_of
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import ChargerReading, ChargerRules, Plug, Told
from lib.core.circuits import Circuit
from lib.core.claims import BATTERY, Drawn
from lib.core.modes import Mode
from lib.core.site import Word
from lib.core.steering import steered
from tests.conftest import local

NOON = local("2026-11-20 12:00")
RULES = ChargingRules(
    chargers={"garage": ChargerRules(name="garage", phases=1, wired="1", mode=Mode.MAX)},
    cars={},
    circuits=(Circuit(name="connection", limits_a=(20.0, 20.0, 20.0)),),
)
WORD = Word(at=NOON, good=True, grid_w=2_400.0, phases_a=(10.4, 0.4, 0.4))
CHARGES = ChargerReading(
    plug=Plug.CHARGING,
    read_s=0.05,
    permitted=True,
    paused=False,
    set_a=10.0,
    offered_a=10.0,
    power_w=2_300.0,
    phases_a=(10.0, 0.0, 0.0),
    phases=1,
)


def started(*events: charging.Event) -> Charging:
    """A start of ev that hears these within its first second."""
    state = charging.opened(RULES, at=NOON, now_s=0.0)
    for number, event in enumerate(events):
        state = charging.after(state, event, RULES, now_s=number / 10, now=NOON)
    return steered(state, RULES)


def test_a_start_takes_no_car_for_the_house_whoever_speaks_first() -> None:
    """Dm's word may come before the charger is read: its car is not another load beside it then, and keeps its 10 A."""
    told, heard = Told(charger="garage", reading=CHARGES), charging.Heard(word=WORD)
    for events in ((told, heard), (heard, told)):
        state = started(*events)
        assert (100.0, 100.0) == (state.site.base_w, state.site.calm_w)
        assert (0.4, 0.4, 0.4) == tuple(round(own_a, 1) for own_a in state.site.base_a or ())
        order = state.bays["garage"].post.order
        assert order
        assert (True, 10.0) == (order.go, order.current_a)


def test_the_calm_load_goes_by_time() -> None:
    """A kettle in one second of thirty counts little, in a minute of a slow meter all of it."""
    told = Told(charger="garage", reading=replace(CHARGES, plug=Plug.EMPTY, power_w=0.0, phases_a=(0.0, 0.0, 0.0)))
    for gap_s, calm_w in ((1, 2_500.0), (10, 3_400.0), (60, 5_400.0)):
        state = started(told, charging.Heard(word=WORD))
        then = charging.Heard(word=replace(WORD, grid_w=5_400.0))
        state = charging.after(state, then, RULES, now_s=0.1 + gap_s, now=NOON)
        assert calm_w == state.site.calm_w


def test_a_battery_that_nobody_tells_of_is_no_sun() -> None:
    """In its own mode it covers the car, so that the meter shows nothing: only an inverter tells what the sun gives."""
    lost = Drawn(who=BATTERY, low_w=5_000.0, high_w=5_000.0, controlled=False)
    gives = Drawn(who=BATTERY, low_w=-1_000.0, high_w=-1_000.0)
    assert (0.0, 0.0) == (Word(drawn=(lost,)).battery_w, Word(drawn=(lost,)).left_w)
    assert (-1_000.0, inf) == (Word(drawn=(gives,)).battery_w, Word(drawn=(gives,)).left_w)
    assert 700.0 == Word(drawn=(lost,), sun_w=700.0).left_w
    hidden = replace(WORD, grid_w=0.0, drawn=(lost,))  # the car's 2.3 kW come out of the battery
    state = started(Told(charger="garage", reading=CHARGES), charging.Heard(word=hidden))
    assert -2_300.0 == state.site.base_w
    modest = ChargingRules(chargers={"garage": replace(RULES.chargers["garage"], mode=Mode.PV_ONLY)}, cars={})
    sunny = charging.after(state, charging.Wanted(charger="garage", mode=Mode.PV_ONLY), modest, now_s=1, now=NOON)
    [aim] = aims_of(sunny, modest)
    assert 0.0 == aim.facts.left_w
