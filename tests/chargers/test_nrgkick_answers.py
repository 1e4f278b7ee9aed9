"""What an NRGkick answers, in every form that was seen, becomes the same values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chargers.nrgkick_answers import Info, Values, number, parse_info, parse_values, reason
from lib.chargers.nrgkick_control import Control, parse_control, written
from lib.core.charger import Plug

from .recorded import recorded

RECORDED = recorded("nrgkick")

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
SECTIONS = ("general", "connector", "grid", "network", "energy", "powerflow")
FIELDS = (
    *("status", "error_code", "warning_code", "rcd_trigger", "charge_permitted", "charge_count"),
    *("rated_current", "max_current", "phase_count", "phases", "total_active_power", "l1", "l2", "l3"),
)


def charging(**general: Any) -> dict[str, Any]:
    """An answer of /values with a car that draws 10 A on three phases."""
    line = {"voltage": 230, "current": 10.0, "active_power": 2300}
    return {
        "energy": {"total_charged_energy": 1000, "charged_energy": 20},
        "powerflow": {"charging_current": 10, "total_active_power": 6900, "l1": line, "l2": line, "l3": line},
        "general": {"status": 3, "charge_permitted": 1, "charge_count": 7} | general,
    }


def with_colons(value: Any) -> Any:
    """The same answer from the firmware that ends its keys with colons."""
    return {f"{key}:": with_colons(one) for key, one in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", sorted(set(RECORDED) & {"info", "info_raw"}))
def test_words_and_codes_tell_the_same_unit(name: str) -> None:
    """Whether it answers in words or in codes, it is a 32 A unit on three phases."""
    expected = Info(serial="T2400000000000000X1Y2", device="Carport", most_a=32, phases=3)
    assert expected == parse_info(RECORDED[name])


@pytest.mark.parametrize(
    ("name", "plug", "power_w", "amperes"),
    [
        ("values_standby", Plug.EMPTY, 0.0, 0.0),
        ("values_standby_raw", Plug.EMPTY, 0.0, 0.0),
        ("values_raw_connected_paused", Plug.CONNECTED, 0.0, 0.0),
        ("values_raw_connected_car_full", Plug.CONNECTED, 0.0, 0.0),
    ],
)
def test_recordings_without_a_charge_draw_nothing(name: str, plug: Plug, power_w: float, amperes: float) -> None:
    """The 0.79 W that the box itself takes are no charging."""
    if name not in RECORDED:
        pytest.skip("recorded elsewhere")
    values = parse_values(RECORDED[name])
    assert (plug, power_w, (amperes,) * 3) == (values.plug, values.power_w, values.phases_a)


@pytest.mark.parametrize(
    ("name", "offered_a"), [("values_raw_charging_3p_10A", 10.0), ("values_charging_3p_16A", 16.0)]
)
def test_recordings_of_a_charge_draw_a_little_less_than_offered(name: str, offered_a: float) -> None:
    """Current signalled and currents drawn are two things."""
    if name not in RECORDED:
        pytest.skip("recorded elsewhere")
    values = parse_values(RECORDED[name])
    assert (Plug.CHARGING, offered_a, True) == (values.plug, values.signalled_a, values.permitted)
    assert values.phases_a is not None
    assert all(offered_a - 1 < current_a <= offered_a for current_a in values.phases_a)
    assert values.power_w == pytest.approx(sum(values.phases_a) * 230, rel=0.03)


def test_every_recorded_code_has_a_word_or_a_number() -> None:
    """All codes of the maker's tables are understood, in numbers and in words."""
    for kind in ("error_code", "warning_code", "rcd_trigger"):
        for code, word in RECORDED.get("enums", {}).get(f"general.{kind}", {}).items():
            told = [parse_values(charging(**{kind: one})) for one in (int(code), code, word)]
            said = [one.warning if kind == "warning_code" else one.fault for one in told]
            assert [bool(int(code))] * 3 == [bool(one) for one in said], (kind, code, said)


@pytest.mark.parametrize("status", [3, 3.0, "3", "CHARGING", "charging"])
def test_a_status_is_understood_in_any_form(status: Any) -> None:
    """Numbers of either kind and words mean the same."""
    assert Plug.CHARGING is parse_values(charging(status=status)).plug


@pytest.mark.parametrize("status", [0, 4, 99, -1, "UNKNOWN", "SOMETHING_NEW", None, "", [], True])
def test_an_unknown_status_is_none(status: Any) -> None:
    """A code that is new is not taken for one that we know."""
    expected = None if status is not True else Plug.EMPTY
    assert expected == parse_values(charging(status=status)).plug


def test_a_new_code_is_told_by_its_number() -> None:
    """What is new to us has no words, but is not hidden."""
    values = parse_values(charging(status=6, error_code=99, warning_code=77, rcd_trigger=4))
    assert ("error 99, dc positive 6ma fault", "warning 77") == (values.fault, values.warning)


def test_a_fault_without_a_code_is_still_a_fault() -> None:
    """Status 6 alone is said, too."""
    assert "a fault without a name" == parse_values(charging(status=6)).fault


def test_colons_at_the_keys_change_nothing() -> None:
    """One firmware writes "max_current:" and "voltage:"."""
    assert parse_values(charging()) == parse_values(with_colons(charging()))
    info = {"general": {"rated_current": 16, "serial_number": "N1"}, "connector": {"max_current": 32.0}}
    assert Info(serial="N1", most_a=16) == parse_info(info) == parse_info(with_colons(info))
    assert Control(current_a=6.0, paused=True) == parse_control({"current_set:": 6, "charge_pause:": "1"})


def test_a_unit_without_a_serial_number_goes_by_its_hardware_address() -> None:
    """Also where the key lacks a letter."""
    assert "02:00:5E:00:53:01" == parse_info({"network": {"mac_adress": "02:00:5E:00:53:01"}}).serial


@pytest.mark.parametrize(("phases", "count"), [(7, 3), (1, 1), (6, 2), ("L1, L2, L3", 3), ("L2", 1), (0, None)])
def test_phases_of_the_grid_are_counted(phases: Any, count: int | None) -> None:
    """A bit mask or words."""
    assert count == parse_info({"grid": {"phases": phases}}).phases


def test_settings_are_read_and_written() -> None:
    """One decimal and four letters at most, 0 for no limit."""
    said = {"current_set": 16, "charge_pause": 1, "energy_limit": 25000, "phase_count": 1}
    control = parse_control(said)
    assert Control(current_a=16.0, paused=True, limit_wh=25000, phases=1) == control
    expected = {"current_set": "16.0", "charge_pause": "1", "energy_limit": "25000", "phase_count": "1"}
    assert expected == written(control)


@pytest.mark.parametrize("name", ["control", "control_paused_limit"])
def test_recorded_settings_are_whole(name: str) -> None:
    """Nothing of them is lost."""
    if name not in RECORDED:
        pytest.skip("recorded elsewhere")
    said = {key: f"{float(value):g}" for key, value in RECORDED[name].items()}
    assert said == {key: f"{float(value):g}" for key, value in written(parse_control(RECORDED[name])).items()}


def test_recorded_refusals_have_their_reason() -> None:
    """Each of them in the box's own words; an echo has none."""
    for name, answer in RECORDED.get("responses", {}).items():
        body = answer["body"]
        assert body.get("Response", "") == reason(body), name


def test_a_refusal_without_words_is_one_all_the_same() -> None:
    """An empty reason is still a no."""
    assert "no reason given" == reason({"Response": ""})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((6, 6.0), (6.0, 6.0), ("6.5", 6.5), ("6,5", 6.5), (" 6 ", 6.0), (True, 1.0), (False, 0.0)),
        *(("nan", None), ([], None), ("1e400", None), (1e300, None)),
        pytest.param(10**400, None, id="beyond a float"),
        pytest.param(-(10**400), None, id="below a float"),
    ],
)
def test_numbers_come_in_many_forms(value: Any, expected: float | None) -> None:
    """What is no number is None, never 0."""
    assert expected == number(value)


@given(st.dictionaries(st.sampled_from(SECTIONS), ANYTHING | st.dictionaries(st.sampled_from(FIELDS), ANYTHING)))
def test_no_answer_is_an_error(answer: dict[str, Any]) -> None:
    """Whatever JSON comes, it is read as far as it goes."""
    assert isinstance(parse_values(answer), Values)
    assert isinstance(parse_info(answer), Info)
    assert isinstance(written(parse_control(answer)), dict)
