"""What a charger with OCPP says, read: words, units, phases, and what is left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chargers.ocpp_answers import (
    Connector,
    begun,
    drawn_a,
    drawn_w,
    ended,
    measured,
    stated,
)
from lib.chargers.ocpp_samples import moment, parse_samples
from lib.core.charger import Plug

ENERGY, POWER, CURRENT = "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SAMPLE = st.dictionaries(
    st.sampled_from(["value", "measurand", "unit", "phase", "format"]),
    JSON | st.sampled_from([ENERGY, POWER, CURRENT, "kW", "Wh", "A", "L1", "L2-N", "12.5", "-3"]),
)


def sampled(*samples: dict[str, str]) -> list[dict[str, Any]]:
    """Meter values with these samples."""
    return [{"timestamp": "2026-11-20T03:36:10Z", "sampled_value": list(samples)}]


def charging(**known: Any) -> Connector:
    """A connector that charges."""
    return Connector(status="Charging", **known)


def told(*samples: dict[str, str]) -> Connector:
    """A connector that charges, and whose meter said this."""
    return measured(charging(), {"meter_value": sampled(*samples)}, 5.0)


@pytest.mark.parametrize(
    ("word", "plug"),
    [
        ("Available", Plug.EMPTY),
        ("Reserved", Plug.EMPTY),
        ("Preparing", Plug.CONNECTED),
        ("SuspendedEV", Plug.CONNECTED),
        ("SuspendedEVSE", Plug.CONNECTED),
        ("Finishing", Plug.CONNECTED),
        ("Charging", Plug.CHARGING),
        ("Faulted", Plug.FAULT),
        ("Unavailable", Plug.UNKNOWN),
        ("SomethingNew", Plug.UNKNOWN),
    ],
)
def test_each_word_of_the_standard_is_a_state(word: str, plug: Plug) -> None:
    """A word that we do not know is unknown, and no error."""
    assert plug is stated(Connector(), {"status": word, "error_code": "NoError"}, 1.0).plug


def test_what_is_left_out_has_its_usual_meaning() -> None:
    """No measurand is the energy register, no unit is Wh."""
    samples = parse_samples(sampled({"value": "1500"}), 5.0)
    assert (1500.0, None, False) == (samples.total_wh, samples.power_w, samples.says_draw)


def test_phases_come_in_two_spellings_and_power_may_be_their_sum() -> None:
    """L1 and L1-N; kW of each phase are added up."""
    connector = told(
        {"value": "9.9", "measurand": CURRENT, "phase": "L1", "unit": "A"},
        {"value": "8", "measurand": CURRENT, "phase": "L2-N"},
        {"value": "0", "measurand": CURRENT, "phase": "L3-N"},
        {"value": "2.3", "measurand": POWER, "phase": "L1", "unit": "kW"},
        {"value": "1700", "measurand": POWER, "phase": "L2", "unit": "W"},
        {"value": "0", "measurand": POWER, "phase": "L3", "unit": "W"},
        {"value": "1", "measurand": POWER, "phase": "L1-L2", "unit": "W"},
    )
    assert ((9.9, 8.0, 0.0), 4000.0) == (drawn_a(connector, 3), drawn_w(connector, 3))


@pytest.mark.parametrize(
    ("by_phase", "power_w", "drawn"),
    [
        ({"L1": "16"}, "11040", (16.0, 16.0, 16.0)),
        ({"L1": "16", "L2": "", "L3": "16"}, "11040", (16.0, 16.0, 16.0)),
        ({"L1": "16"}, "3820", (16.0, 0.0, 0.0)),
        ({"L1": "16"}, None, None),
        ({"L1": "16", "L3": "16"}, None, None),
    ],
    ids=["one of three", "one that cannot be read", "a car on one phase", "no power", "two, and no power"],
)
def test_a_phase_that_is_not_named_is_not_nothing(
    by_phase: dict[str, str], power_w: str | None, drawn: tuple[float, ...] | None
) -> None:
    """Its fuse carries it: what power has beside the named ones flows there, but for a voltage that is a little off."""
    samples = [{"value": value, "measurand": CURRENT, "phase": phase} for phase, value in by_phase.items()]
    power = [{"value": power_w, "measurand": POWER}] if power_w else []
    connector = told(*samples, *power)
    assert drawn == drawn_a(connector, 3)
    assert (None if power_w is None else float(power_w)) == drawn_w(connector, 3)


def test_power_of_one_phase_is_not_that_of_three() -> None:
    """On one it is all of it."""
    connector = told({"value": "3680", "measurand": POWER, "phase": "L1"})
    assert (None, 3680.0) == (drawn_w(connector, 3), drawn_w(connector, 1))


def test_a_charger_on_one_phase_names_but_that() -> None:
    """Whatever it calls it."""
    assert (16.0, 0.0, 0.0) == drawn_a(told({"value": "16", "measurand": CURRENT, "phase": "L1"}), 1)
    assert (0.0, 16.0, 0.0) == drawn_a(told({"value": "16", "measurand": CURRENT, "phase": "L2"}), 1)


@pytest.mark.parametrize(
    "sample",
    [
        {"value": "x"},
        {"value": "nan"},
        {"value": None},
        {"measurand": POWER},
        {"value": "5", "measurand": POWER, "unit": "Wh"},
        {"value": "5", "unit": "varh"},
        {"value": "5", "measurand": "Frequency"},
        {"value": "ABCDEF", "format": "SignedData"},
        {"value": "5", "format": "SignedData"},
    ],
)
def test_what_cannot_be_read_is_passed_over(sample: dict[str, str]) -> None:
    """It says nothing; what stands beside it counts."""
    samples = parse_samples(sampled(sample, {"value": "7", "measurand": POWER}), 5.0)
    assert (7.0, None) == (samples.power_w, samples.total_wh)


def test_a_current_without_a_phase_is_of_each_phase() -> None:
    """On three of them, or on one; power follows from it."""
    connector = told({"value": "10", "measurand": CURRENT})
    assert ((10.0, 10.0, 10.0), 6900.0) == (drawn_a(connector, 3), drawn_w(connector, 3))
    assert ((10.0, 0.0, 0.0), 2300.0) == (drawn_a(connector, 1), drawn_w(connector, 1))


def test_who_does_not_charge_draws_nothing() -> None:
    """Whatever its meter said last."""
    connector = told({"value": "900", "measurand": POWER})
    waiting = stated(connector, {"status": "SuspendedEV"}, 6.0)
    assert (0.0, (0.0, 0.0, 0.0)) == (drawn_w(waiting, 3), drawn_a(waiting, 3))
    assert (None, None) == (drawn_w(charging(), 3), drawn_a(charging(), 3))


def test_a_frame_of_energy_alone_leaves_the_draw_a_while() -> None:
    """The clock-aligned register comes between; a minute later the draw is unknown."""
    power = {"meter_value": sampled({"value": "900", "measurand": POWER})}
    energy = {"meter_value": sampled({"value": "1234"})}
    connector = measured(charging(), power, 5.0)
    assert 900.0 == drawn_w(measured(connector, energy, 20.0), 3)
    assert None is drawn_w(measured(connector, energy, 120.0), 3)


@pytest.mark.parametrize(
    ("ahead_s", "off_s"),
    [
        ((45.0,), 45.0),
        ((-10.0,), 0.0),
        ((-45.0,), -45.0),
        ((-600.0,), 0.0),
        ((-600.0, -602.0), -602.0),
        ((-600.0, -590.0, -580.0), 0.0),
        ((7200.0, 7200.0), 0.0),
    ],
    ids=["a little", "late", "behind", "once", "twice", "kept back", "a zone"],
)
def test_a_clock_is_off_where_its_meter_says_so_twice(ahead_s: tuple[float, ...], off_s: float) -> None:
    """Samples that waited to be told, one that is late, and another zone say nothing of it; a little is believed."""
    at, connector = datetime(2026, 11, 20, 3, 36, 10, tzinfo=UTC), charging()
    for count, one_s in enumerate(ahead_s):
        said = {"meter_value": sampled({"value": "900", "measurand": POWER})}
        connector = measured(connector, said, 10.0 * count, at - timedelta(seconds=one_s))
    assert off_s == connector.off_s


def test_a_plug_in_counts_from_its_register() -> None:
    """Or from the start of the transaction, when nobody saw it come; the register only waits meanwhile."""
    empty = Connector(status="Available", total_wh=1000.0)
    plugged = stated(empty, {"status": "Preparing"}, 1.0)
    later = measured(plugged, {"meter_value": sampled({"value": "1700"})}, 2.0)
    assert 700.0 == later.plugin_wh
    unseen = measured(begun(charging(), 7, 1500.0), {"meter_value": sampled({"value": "1700"})}, 2.0)
    assert (200.0, 7) == (unseen.plugin_wh, unseen.transaction)
    assert None is stated(later, {"status": "Available"}, 3.0).plugin_wh


def test_a_transaction_that_begins_or_ends_at_0_tells_no_register() -> None:
    """Boxes say 0 there that do not know: neither its whole life is of this plug-in, nor did its counter start anew."""
    life = {"meter_value": sampled({"value": "2900000"})}
    assert None is measured(begun(charging(), 7, 0.0), life, 2.0).plugin_wh
    known = measured(charging(), life, 1.0)
    assert (2_900_000.0,) * 2 == (begun(known, 7, 0.0).total_wh, ended(known, 0.0).total_wh)


def test_a_transaction_that_began_without_us_is_learned_from_its_meter() -> None:
    """As after our own restart; number 0 is none."""
    said = {"meter_value": sampled({"value": "1"}), "transaction_id": 42}
    assert 42 == measured(charging(), said, 1.0).transaction
    assert None is measured(charging(), said | {"transaction_id": 0}, 1.0).transaction
    assert 7 == measured(charging(transaction=7), said, 1.0).transaction
    assert charging().runs


def test_a_transaction_ends_with_its_end_or_with_the_car() -> None:
    """Either counts as an end, once."""
    running = replace(charging(transaction=7), total_wh=5.0)
    finished = ended(running, 9.0)
    assert (None, 1, "Finishing", 9.0) == (
        finished.transaction,
        finished.ends,
        finished.status,
        finished.total_wh,
    )
    assert 1 == stated(finished, {"status": "Available"}, 1.0).ends
    gone = stated(running, {"status": "Available"}, 1.0)
    assert (None, 1) == (gone.transaction, gone.ends)


def test_times_without_a_zone_are_utc() -> None:
    """As the standard has it; what is none is none."""
    at = datetime(2026, 11, 20, 3, 36, 10, tzinfo=UTC)
    assert [at, at, at] == [
        moment("2026-11-20T03:36:10Z"),
        moment("2026-11-20T03:36:10"),
        moment("2026-11-20T04:36:10.000+01:00"),
    ]
    assert None is moment("yesterday")
    assert None is moment("0001-01-01T00:00:00+14:00")
    assert None is moment("9999-12-31T23:59:59-12:00")
    assert None is moment(7)


@given(
    said=st.dictionaries(st.sampled_from(["status", "error_code", "info"]), JSON),
    values=JSON | st.lists(st.fixed_dictionaries({"sampled_value": st.lists(SAMPLE, max_size=4)}), max_size=3),
)
def test_nothing_that_json_can_say_breaks_it(said: dict[str, Any], values: Any) -> None:
    """Whatever comes, there is a state, and numbers are finite."""
    connector = measured(
        stated(Connector(), said, 1.0), {"meter_value": values, "transaction_id": said.get("info")}, 2.0
    )
    assert connector.plug in Plug
    power_w = drawn_w(connector, 3)
    assert power_w is None or abs(power_w) < float("inf")
