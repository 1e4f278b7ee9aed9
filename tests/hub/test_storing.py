"""What a person reads about the battery."""

from dataclasses import replace

from lib.core.modes import StorageMode
from lib.hub import storing
from lib.messages.storage import Flow

from .cellar import GIVEN, a_battery, a_storage

STATUS = """\
time           Wed 17 Jun 2026 12:05:00
battery        63 %, 6.3 of 10.0 kWh; stores 1.85 kW
               stores 1.9 kW from the sun
mode           auto
reserve        20 % for the peak, by the time of day; never below 10 %
flow           grid 0.14 kW injected, sun 4.71 kW, house 0.41 kW, cars
               2.31 kW
quarter        target 3.91 kW; 2.00 kW granted to store"""


def test_the_status_shows_all_at_a_glance() -> None:
    """How full, what it does and why, what is kept, flows, the quarter."""
    assert STATUS == storing.status(a_storage())


def test_what_is_out_of_order_stands_in_the_status() -> None:
    """A silent battery, a fault, one that is by itself, help that is given or refused, notes."""
    told = a_storage(
        batteries=(
            a_battery(silent_s=184.0, soc_pct=None, power_w=None),
            a_battery("a battery with a long name", fault="over temperature"),
            a_battery("attic", set_w=None, power_w=-400.0, warning="an odd one"),
            a_battery("shed", ours=False, power_w=0.0),
        ),
        soc_pct=None,
        energy_wh=None,
        power_w=None,
        granted_w=None,
        quarter_w=None,
        help=GIVEN,
        mode=StorageMode.HOLD,
        notices={"dm": "dm is away"},
        demo=True,
    )
    said = storing.status(told).splitlines()
    for line in (
        "demo           simulated house",
        "battery        how full is not known yet; what flows is not known yet",
        "cellar         SILENT for 3 min 04 s",
        "a battery with a long name  63 %, stores 1.85 kW",
        "               FAULT: over temperature",
        "attic          63 %, gives 0.40 kW, by itself",
        "               an odd one",
        "shed           63 %, rests, not as it was told",
        "mode           hold",
        "help           2.00 kW to the cars until 12:20, 1.9 kWh at most: a cloud",
        "quarter        nothing is asked of the grid",
        "note           dm is away",
    ):
        assert line in said
    assert max(map(len, said)) <= 72
    refused = storing.status(a_storage(refused="it is kept for the peak"))
    assert "help           refused: it is kept for the peak" in refused


def test_each_battery_says_its_limits_and_what_it_was_told() -> None:
    """And its own floor, where there are several."""
    alone = storing.battery(a_storage())
    assert "cellar         10.0 kWh, stores 5.00 kW and gives 5.00 kW at most; told:" in alone
    several = " ".join(storing.battery(a_storage(batteries=(a_battery(), a_battery("attic", set_w=None)))).split())
    assert "gives 5.00 kW at most, not below 10 %; told: stores 1.85 kW" in several
    assert "attic 63 %, stores 1.85 kW, by itself" in several


def test_flows_stand_in_lines() -> None:
    """Each with its direction in a word; where no inverter is read that is said."""
    expected = """\
sun            4.71 kW
grid           0.14 kW injected
battery        stores 1.85 kW
house          0.41 kW
cars           2.31 kW"""
    assert expected == storing.flow(a_storage())
    left = storing.flow(a_storage(flow=Flow(grid_w=300.0, sun_w=200.0, battery_w=0.0), hold_sun_w=1800.0))
    assert "sun            0.20 kW left over; no inverter is read" in left
    assert "battery        rests" in left
    assert "house          not known yet" in left
    assert "sun held       to 1.80 kW" in left


def test_gains_say_what_was_stored_lost_and_earned() -> None:
    """Of today and of the month."""
    expected = """\
today          4.1 kWh stored, 2.0 kWh given, 0.3 kWh lost
               0.20 cycles; € 0.62 by price, € 0.10 of wear
               peak 2.10 kW, 3.30 kW without the battery
Jun 2026       81.0 kWh stored, 72.0 kWh given, 8.1 kWh lost
               7.20 cycles; € 12.40 by price, € 3.60 of wear
               peak 3.91 kW, 6.24 kW without the battery: € 11.16 over
               the next 12 bills"""
    assert expected == storing.gains(a_storage())
    assert "nothing is counted yet" == storing.gains(a_storage(today=None, month=None))


def test_a_loss_that_is_almost_nothing_has_no_sign() -> None:
    """A battery tells in whole per cent how full it is, so that a little may come out that never went in."""
    today = a_storage().today
    assert today
    assert ", 0.0 kWh lost" in storing.gains(a_storage(today=replace(today, losses_wh=-20.0)))


def test_the_plan_says_when_at_which_price_and_how_full_then() -> None:
    """A line for each block."""
    expected = """\
12:05 to 14:05  stores 1.80 kW at 0.1000 €/kWh, then 95 %
18:05 to 21:05  gives 1.65 kW at 0.4000 €/kWh, then 36 %"""
    assert expected == storing.plan(a_storage())
    assert "nothing is planned" == storing.plan(a_storage(plan=()))
    many = a_storage(plan=a_storage().plan * 30)
    assert "and 20 more" == storing.plan(many).splitlines()[-1]


def test_mode_reserve_and_peak_can_be_asked_for() -> None:
    """As they are now."""
    assert "auto" == storing.mode(a_storage())
    assert "stores 1.9 kW from the sun" == storing.why(a_storage())
    assert "30 % for the peak, as you set it; never below 10 %" == storing.kept(
        a_storage(reserve_pct=30.0, reserve_set=True)
    )
    assert "30 % for the peak, as the last weeks needed; never below 10 %" == storing.kept(
        a_storage(reserve_pct=30.0, reserve_learned=True)
    )
    assert storing.peak(a_storage()) == (
        "target         3.91 kW in this quarter\nmonth peak     3.91 kW, 6.24 kW without the battery"
    )


def test_a_program_without_a_battery_says_what_to_do() -> None:
    """An empty list is no answer."""
    for said in (storing.status(a_storage(batteries=())), storing.battery(a_storage(batteries=()))):
        assert "no battery is set up in config.py" == said


def test_where_peaks_cost_nothing_none_is_spoken_of() -> None:
    """In no answer; who asks for it is told so."""
    free = a_storage(capacity_tariff=False, quarter_w=17_250.0)
    for said in (storing.status(free), storing.battery(free), storing.gains(free), storing.kept(free)):
        assert "peak" not in said
    assert "quarter        limit 17.25 kW; 2.00 kW granted to store" in storing.status(free)
    assert "peaks cost nothing here\nlimit          17.25 kW" == storing.peak(free)


def test_a_reserve_that_is_no_more_than_the_floor_keeps_nothing() -> None:
    """As by day in summer."""
    told = a_storage(reserve_pct=10.0)
    assert "nothing for the peak, by the time of day; never below 10 %" == storing.kept(told)
