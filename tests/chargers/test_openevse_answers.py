"""What an OpenEVSE answers, by every firmware that was met, becomes values with units."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chargers.openevse_answers import Config, Status, parse_config, parse_rapi, parse_status
from lib.core.charger import Plug

from .recorded import recorded
from .test_nrgkick_answers import ANYTHING

RECORDED = recorded("openevse")
STATUS_KEYS = ("state", "vehicle", "status", "amp", "pilot", "power", "voltage", "wattsec", "total_energy", "shaper")
OTHER_KEYS = ("uptime", "claims_version", "min_current_hard", "max_current_soft", "wifi_serial", "ret", "comm_sent")
KEYS = st.sampled_from(STATUS_KEYS + OTHER_KEYS)


@pytest.mark.parametrize(
    ("name", "plug", "awake", "pilot_a", "drawn_a", "plugin_wh", "total_wh"),
    [
        ("v2_status", Plug.EMPTY, True, 25, 0, 25212279 / 3600, 1_585_443),
        ("v4_status_2021", Plug.CONNECTED, False, 48, 0, 992549 / 3600, 64_582),
        ("v4_websocket_2023", Plug.EMPTY, False, 48, 0, 7950.783333, 7_875_444),
        ("v4_status_2024", Plug.EMPTY, False, 48, 0, 0, 20_127_228.17),
        ("v4_status_charging_invented", Plug.CHARGING, True, 10, 9.8, 4390.2, 20_131_600),
        ("v2_status_charging_invented", Plug.CHARGING, True, 16, 15.6, 6_460_000 / 3600, 801_250),
        ("v4_status_fault_invented", Plug.FAULT, True, 12, 0, 812.5, 402_250),
        ("v5_status_starved_invented", Plug.CONNECTED, False, 10, 0, 120, 7_500),
        ("v5_status_by_hand_invented", Plug.CHARGING, True, 32, 31.8, 120, 7_500),
    ],
)
def test_every_status_that_was_met(
    name: str, plug: Plug, awake: bool, pilot_a: float, drawn_a: float, plugin_wh: float, total_wh: float
) -> None:
    """Keys come and go between versions; what a sleeping one draws is old, and counts as nothing."""
    if name not in RECORDED:
        pytest.skip("recorded elsewhere")
    status = parse_status(RECORDED[name])
    assert (plug, awake, pilot_a, drawn_a) == (status.plug, status.awake, status.pilot_a, status.drawn_a)
    assert (plugin_wh, total_wh) == pytest.approx((status.plugin_wh, status.total_wh))
    assert status.reached


def test_all_recordings_are_tried() -> None:
    """Whatever is added to the folders is read without an error."""
    for name, body in RECORDED.items():
        if "status" in name or "websocket" in name:
            assert parse_status(body).pilot_a is not None, name


def test_what_its_shaper_and_its_owner_do() -> None:
    """Both go before us, and are told apart."""
    starved, by_hand = (parse_status(RECORDED[f"v5_status_{name}_invented"]) for name in ("starved", "by_hand"))
    assert (True, False, False) == (starved.shaper, starved.shaped, starved.overridden)
    assert (False, False, True) == (by_hand.shaper, by_hand.shaped, by_hand.overridden)


def test_a_controller_that_is_not_reached_is_no_empty_plug() -> None:
    """Its values are old."""
    status = parse_status(RECORDED["v4_status_cut_off_invented"])
    assert (False, None) == (status.reached, status.plug)


@pytest.mark.parametrize(
    ("body", "drawn_a"),
    [
        ({"amp": 32.2, "pilot": 48}, 32.2),
        ({"amp": 32200, "pilot": 48}, 32.2),
        ({"amp": 6, "pilot": 6}, 6.0),
        ({"amp": 40, "pilot": 16, "power": 9.2}, 0.04),
        ({"amp": "9800", "pilot": 10}, 9.8),
        ({"amp": None}, None),
    ],
)
def test_amperes_or_their_thousandths(body: dict[str, Any], drawn_a: float | None) -> None:
    """More than it offers is in mA, and all where it tells the power too."""
    assert drawn_a == parse_status({"state": 3} | body).drawn_a


def test_faults_have_words() -> None:
    """A car that wants ventilation is one as well."""
    assert "residual current" == parse_status(RECORDED["v4_status_fault_invented"]).fault
    assert ["the car wants ventilation", "overcurrent", ""] == [parse_status({"state": n}).fault for n in (4, 11, 3)]


def test_asleep_without_a_word_of_the_car_is_unknown() -> None:
    """Old firmware does not tell; and a start is neither."""
    assert [None, None] == [parse_status({"state": code}).plug for code in (254, 0)]


def test_its_own_solar_mode_is_warned_of_where_it_goes_before_us() -> None:
    """A claim of ours goes before that."""
    assert "solar mode" in parse_status(RECORDED["v2_status_charging_invented"]).warning
    assert "" == parse_status({"state": 1, "divertmode": 2, "claims_version": 1}).warning


def test_how_it_is_set_up() -> None:
    """Its limits, its number, and how patient its shaper is; old ones tell nothing of that."""
    assert Config() == parse_config(RECORDED["v2_config_invented"])
    assert "it sees no car" in parse_config({"pause_uses_disabled": True}).warning
    if "v4_config" not in RECORDED:
        pytest.skip("recorded elsewhere")
    expected = Config(least_a=6.0, most_a=48.0, serial="02005E005302", shaper=False, shaper_s=120)
    assert expected == parse_config(RECORDED["v4_config"])


@pytest.mark.parametrize("case", RECORDED["rapi_invented"], ids=lambda case: str(case["body"].get("ret", "none")))
def test_what_the_controller_says(case: dict[str, Any]) -> None:
    """Yes or no, its numbers without the checksum; what never reached it is neither."""
    expected = None if case["yes"] is None else (case["yes"], tuple(case["numbers"]))
    assert expected == parse_rapi(case["body"])


def test_a_restart_shows_in_what_only_grows() -> None:
    """Its time since the start, or else the words it sent."""
    before = parse_status({"state": 1, "uptime": 500, "comm_sent": 70})
    assert parse_status({"state": 1, "uptime": 20}).is_before(before)
    assert parse_status({"state": 1, "comm_sent": 3}).is_before(before)
    assert not parse_status({"state": 1, "uptime": 510, "comm_sent": 71}).is_before(before)
    assert not parse_status({"state": 1}).is_before(before)


@given(st.dictionaries(KEYS, ANYTHING))
def test_no_answer_is_an_error(answer: dict[str, Any]) -> None:
    """Whatever JSON comes, it is read as far as it goes."""
    assert isinstance(parse_status(answer), Status)
    assert isinstance(parse_config(answer), Config)
    parse_rapi(answer)
