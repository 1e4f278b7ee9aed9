"""What a person reads about chargers, cars and sessions."""

from datetime import timedelta

from lib.core.charger import Plug
from lib.core.modes import Phases
from lib.core.soc import Confidence
from lib.hub import charging
from lib.messages.charging import Budget, Sessions

from .builders import NOON
from .garage import HELP, SESSIONS, a_car, a_charger, a_charging, an_empty_charger

STATUS = """\
time           Wed 17 Jun 2026 12:05:00
budget         3.50 kW granted, 2.30 kW used; target 3.91 kW until 12:15
garage         pv_only: car_1 charges, 10 A on 1 phase, 2.30 kW
               charges at 2.3 kW from the sun
               since 09:05 6.20 kWh: 5.00 sun, 1.20 grid; € 0.84, 1 stop
carport        auto: no car
               no car on the cable
car_1          63 %, estimated, typed 2 h 05 min ago; to 80 %
car_2          not known yet
next trip      20:05 to the sea (car_1): it will be ready"""


def test_the_status_shows_all_at_a_glance() -> None:
    """Amperes, kW, session and the sentence why of each charger; each car with its age; the next trip."""
    assert STATUS == charging.status(a_charging())


def test_what_is_out_of_order_stands_in_the_status() -> None:
    """A silent charger, a fault, a lost meter, help that is asked for, and notes."""
    said = charging.status(
        a_charging(
            chargers=(
                a_charger(silent_s=75.0),
                an_empty_charger("boat", fault="", warning="it may want a card"),
                a_charger("a charger with a long name", plug=Plug.FAULT, fault="no earth", plug_in=None),
            ),
            budget=Budget(used_w=2300.0, trouble="dm is silent since 12:03"),
            help=HELP,
            notices={"calendar": "the calendar of work is not read"},
            demo=True,
        )
    ).splitlines()
    assert "demo           simulated house" in said
    assert "budget         no grant is alive, 2.30 kW used" in said
    assert "               dm is silent since 12:03" in said
    assert "battery        asked for 2.00 kW until 12:10: a cloud passes" in said
    assert "garage         pv_only: SILENT for 1 min 15 s, before that car_1" in said
    assert "a charger with a long name  pv_only: FAULT: no earth" in said
    assert "               it may want a card" in said
    assert "note           the calendar of work is not read" in said
    assert max(map(len, said)) <= 72


def test_what_is_used_is_not_known_while_a_charger_is_silent() -> None:
    """Its last figure is none of now."""
    silent = Budget(used_w=None, granted_w=3500.0, target_w=3910.0)
    said = charging.status(a_charging(budget=silent)).splitlines()
    assert "budget         3.50 kW granted; what is used is not known; target" in said


def test_where_peaks_cost_nothing_none_is_spoken_of() -> None:
    """The connection is the limit; who asks for the peak is told so."""
    free = a_charging(capacity_tariff=False)
    assert "budget         3.50 kW granted, 2.30 kW used; limit 3.91 kW until 12:15" in charging.status(free)
    assert "peaks cost nothing here\nlimit          3.91 kW" == charging.peak(free)


def test_a_program_without_chargers_says_what_to_do() -> None:
    """An empty list is no answer."""
    empty = a_charging(chargers=(), cars=(), trips=(), budget=None)
    assert "chargers       none is set up in config.py" in charging.status(empty)
    assert "no charger is set up in config.py" == charging.why(empty)
    assert "no car is set up in config.py" == charging.socs(empty)


def test_the_sentence_why_stands_beside_each_charger() -> None:
    """The same as on the screen."""
    assert "garage         charges at 2.3 kW from the sun\ncarport        no car on the cable" == charging.why(
        a_charging()
    )


def test_each_setting_can_be_asked_for() -> None:
    """Mode, phases, car and boost as they are now."""
    told = a_charging(
        chargers=(
            a_charger(wish=Phases.ONE, boost_until=NOON + timedelta(hours=1)),
            a_charger("carport", plug=Plug.CONNECTED, switches=False, car=None, by="", phases=None),
            a_charger("boat", plug=Plug.UNKNOWN, switches=False, by="", phases=3),
        )
    )
    assert ["pv_only"] * 3 == [line[15:] for line in charging.modes(told).splitlines()]
    phases = ["1, now 1", "not known yet; it cannot switch", "3; it cannot switch"]
    assert phases == [line[15:] for line in charging.phases(told).splitlines()]
    cars = ["car_1 charges (usual)", "a guest is plugged in", "whether a car is there is not known yet"]
    assert cars == [line[15:] for line in charging.plugged(told).splitlines()]
    boosts = ["boost until 13:05", "no boost", "no boost"]
    assert boosts == [line[15:] for line in charging.boosts(told).splitlines()]


def test_a_state_of_charge_says_how_old_it_is_and_how_sure() -> None:
    """An unknown one is no 0 %, and the owner is asked."""
    told = a_charging(
        cars=(
            a_car(confidence=Confidence.MEASURED, age_s=40.0, source="Smartcar"),
            a_car("car_2", soc_pct=None, confidence=Confidence.UNKNOWN, source="Audi", ask="how full is car_2?"),
            a_car("car_3", trouble="Home Assistant answers with HTTP 401", target_pct=None),
        )
    )
    expected = """\
car_1          63 %, measured, Smartcar 40 s ago; to 80 %
car_2          not known yet (last word: Audi 2 h 05 min ago); to 80 %
               how full is car_2?
car_3          63 %, estimated, typed 2 h 05 min ago
               Home Assistant answers with HTTP 401"""
    assert expected == charging.socs(told)


def test_sessions_say_where_the_energy_came_from() -> None:
    """Newest first, with what they cost and did to the peak; what is not known is left out."""
    expected = """\
Tue 16 Jun 16:05, 5 h 30 min: car_1 at garage, € 5.61
               23.45 kWh: 9.00 sun, 2.00 battery, 12.45 grid; 40 → 63 %
               raised the month's peak by 0.40 kW, which costs € 1.92
Mon 15 Jun 00:05, 1 h 00 min: a guest at carport
               1.00 kWh: 1.00 grid"""
    assert expected == charging.sessions(SESSIONS, a_charging())
    assert "no session is over yet" == charging.sessions(Sessions(), a_charging())
    assert "the sessions are not known yet" == charging.sessions(None, None)


def test_a_long_list_of_sessions_is_cut() -> None:
    """A dozen are on the screen; the statement has all."""
    many = Sessions(last=SESSIONS.last * 50)
    assert 12 == sum(" at " in line for line in charging.sessions(many, None).splitlines())


def test_the_status_of_many_is_short() -> None:
    """What they do in all, and only those with which something is wrong; the same of their cars."""
    chargers = tuple(a_charger(f"place {at}", silent_s=75.0 if at == 4 else None) for at in range(30))
    cars = tuple(a_car(f"car_{at}", ask="how full is it?" if at == 7 else "") for at in range(30))
    said = charging.status(a_charging(chargers=chargers, cars=cars)).splitlines()
    assert "chargers       29 charge, 1 silent of 30" in said
    assert 'cars           30, of 30 it is known how full they are; each: "soc"' in said
    assert ["place 4        pv_only: SILENT for 1 min 15 s, before that car_1"] == [
        line for line in said if line.startswith("place")
    ]
    assert 1 == sum(line.startswith("car_") for line in said)
    assert 15 > len(said)
    all_speak = tuple(a_charger(f"place {at}") for at in range(30))
    assert "chargers       30 charge of 30; 69.00 kW" in charging.status(a_charging(chargers=all_speak)).splitlines()


def test_of_many_those_that_are_odd_are_told_last() -> None:
    """Behind those that are silent or in fault."""
    odd, silent = a_charger("place 1", warning="it may want a card"), a_charger("place 7", silent_s=75.0)
    chargers = (odd, silent, *(a_charger(f"place {at}") for at in range(10, 38)))
    said = charging.status(a_charging(chargers=chargers)).splitlines()
    assert ["place 7", "place 1"] == [line[:7] for line in said if line.startswith("place")]


def test_no_more_troubles_than_fit_are_told() -> None:
    """The rest is a number."""
    silent = tuple(a_charger(f"place {at}", silent_s=75.0) for at in range(30))
    assert "               and 24 more" in charging.status(a_charging(chargers=silent)).splitlines()
