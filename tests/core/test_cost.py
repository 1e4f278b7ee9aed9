"""What an interval costs, and the next kWh: laws of every contract, and the cases that are easy to get wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.core.charges import Charge, Charges, Item, Part, Used, plus, total_eur
from lib.core.cost import Marginal, PriceSlot, ahead, costs, fees, marginal, priced
from lib.core.counters import Amounts
from lib.core.netting import opening
from lib.core.slots import Series
from lib.core.tariff import Tariffs
from tests.conftest import NOON, SIMPLE, local
from tests.core.prices import HOUR, NO_INDEX, OWN, QUARTER, drawn, electricity, index, rates

MINUTE = timedelta(minutes=1)
THREE = {
    "A": [{"from": "07:05", "to": "11:00"}, {"from": "17:00", "to": "22:00"}],
    "B": [{"from": "22:00", "to": "01:30"}],
}
BLOCKS = {"name": "excise", "blocks": [[2000, 0.05], [None, 0.04]]}
CONTRACTS = {path.stem: rates(path.stem) for path in sorted(OWN.glob("*.json"))} | {
    "netting_by_clock": electricity(
        {"A": 0.3, "B": 0.25, "C": 0.2},
        bands={**THREE, "C": "rest"},
        adders={"+": [BLOCKS], "-": [{"name": "fee", "eur_per_kwh": -0.01}]},
        **{"-": "netting"},
    ),
    "netting_in_money": electricity(
        {"Day": 0.3, "Night": 0.2},
        adders={"+": [BLOCKS, {"name": "network", "eur_per_kwh": 0.06}]},
        **{"-": "netting", "netting": {"per_register": False}},
    ),
    "blocks_both_ways": electricity(0.3, **{"-": 0.02}, adders={"+": [BLOCKS], "-": [BLOCKS]}),
}
STARTS = [
    *("2026-03-28 20:00", "2026-10-24 22:00", "2026-06-30 18:00", "2026-02-27 12:00", "2026-11-20 06:45"),
    *("2026-05-13 21:00", "2026-12-30 12:00", "2026-09-30 23:59"),
]
JANUARY = datetime(2025, 12, 31, 23, tzinfo=UTC)
PRICES = index(JANUARY, *((n * 37) % 211 - 40 for n in range(365 * 24)), every=HOUR)  # some of them negative


def charged(
    amounts: Amounts,
    since: datetime,
    until: datetime,
    tariffs: Tariffs,
    prices: Series = PRICES,
    used: Used | None = None,
) -> Charges:
    """What an interval costs, which is known."""
    found = priced(amounts, since, until, used or Used(), tariffs, prices)
    assert found is not None
    return found.charges


def same(one: Charges, other: Charges) -> bool:
    """Whether every item is the same; one that is not there is zero."""
    for item in {**one, **other}:
        if one.get(item, Charge(0, 0)) != pytest.approx(other.get(item, Charge(0, 0)), rel=1e-9, abs=1e-6):
            return False
    return True


class Flow(NamedTuple):
    """An even flow over some minutes, cut after `cut` of them."""

    minutes: int
    cut: int
    whole: Amounts
    first: Amounts
    second: Amounts


def off_edge(registers: Mapping[str, int], odd_wh: int) -> dict[str, int]:
    """Whole kWh and some Wh, so that no edge of a block and no zero of the year lies within the next watt-hour."""
    return {register: wh - wh % 1000 + odd_wh for register, wh in registers.items()}


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Any registers both ways, with and without gas and water."""
    minutes = draw(st.integers(2, 2000))
    cut = draw(st.integers(1, minutes - 1))
    import_w, export_w = (draw(st.dictionaries(st.sampled_from("123"), st.integers(0, 300))) for _ in range(2))
    gas_l, water_l = (draw(st.sampled_from([None, 0, 7])) for _ in range(2))

    def part(length: int) -> Amounts:
        return Amounts(
            import_wh={register: wh * length for register, wh in import_w.items()},
            export_wh={register: wh * length for register, wh in export_w.items()},
            gas_l=None if gas_l is None else gas_l * length,
            water_l=None if water_l is None else water_l * length,
        )

    return Flow(minutes, cut, part(minutes), part(cut), part(minutes - cut))


used_before = st.builds(
    Used,
    import_wh=st.dictionaries(st.sampled_from("123"), st.integers(0, 3_500_000)),
    export_wh=st.dictionaries(st.sampled_from("123"), st.integers(0, 3_500_000)),
    water_l=st.integers(0, 120_000),
)


@pytest.mark.parametrize("name", CONTRACTS)
@given(flow=flows(), start=st.sampled_from(STARTS), shift=st.integers(0, 1440), used=used_before)
@settings(max_examples=60, deadline=None)
def test_two_halves_cost_what_the_whole_costs(name: str, flow: Flow, start: str, shift: int, used: Used) -> None:
    """Wherever it is cut: within a quarter, at a change of band, price, version, month or clock; item by item."""
    since = local(start) + shift * MINUTE
    middle, until = since + flow.cut * MINUTE, since + flow.minutes * MINUTE
    assume(until < local("2027-01-01 00:00"))  # then another year begins
    tariffs = CONTRACTS[name]
    parts = plus(
        charged(flow.first, since, middle, tariffs, used=used),
        charged(flow.second, middle, until, tariffs, used=used.plus(flow.first)),
    )
    assert same(charged(flow.whole, since, until, tariffs, used=used), parts)


@pytest.mark.parametrize("name", CONTRACTS)
@given(flow=flows(), used=used_before)
@settings(max_examples=60, deadline=None)
def test_a_year_that_begins_within_costs_as_if_it_were_cut_there(name: str, flow: Flow, used: Used) -> None:
    """Blocks and netting begin anew, or with the surplus where it is carried."""
    turn = local("2027-01-01 00:00")
    since, until = turn - flow.cut * MINUTE, turn + (flow.minutes - flow.cut) * MINUTE
    prices = index(local("2026-12-01 00:00"), *range(24 * 90), every=HOUR)
    tariffs = CONTRACTS[name]
    anew = opening(used.plus(flow.first), tariffs.on(date(2027, 1, 1)).netting)
    parts = plus(
        charged(flow.first, since, turn, tariffs, prices, used),
        charged(flow.second, turn, until, tariffs, prices, anew),
    )
    assert same(charged(flow.whole, since, until, tariffs, prices, used), parts)


@pytest.mark.parametrize("name", CONTRACTS)
@given(at=st.integers(0, 360 * 96), used=used_before, register=st.sampled_from("12"))
@settings(max_examples=60, deadline=None)
def test_the_next_kwh_costs_what_it_will_be_charged(name: str, at: int, used: Used, register: str) -> None:
    """The marginal price is that of the next watt-hour, drawn or injected, with blocks and netting."""
    tariffs, since = CONTRACTS[name], JANUARY + at * QUARTER
    used = Used(import_wh=off_edge(used.import_wh, 300), export_wh=off_edge(used.export_wh, 70))
    price = marginal(tariffs, since, register=register, used=used, index=PRICES)
    bought = charged(drawn(1, register), since, since + MINUTE, tariffs, used=used)
    sold = charged(Amounts(export_wh={register: 1}), since, since + MINUTE, tariffs, used=used)
    assert price.import_eur_kwh == pytest.approx(1000 * total_eur(bought), abs=1e-9)
    assert price.export_eur_kwh == pytest.approx(-1000 * total_eur(sold), abs=1e-9)


@pytest.mark.parametrize("name", CONTRACTS)
def test_prices_ahead_are_those_by_the_clock(name: str) -> None:
    """Two days in quarters: end to end, equal neighbours joined, each the price of the next kWh then."""
    start, end = local("2026-10-24 00:00"), local("2026-10-26 00:00")
    slots = ahead(CONTRACTS[name], start, end, index=PRICES, used=Used())
    assert (start, end) == (slots[0].start, slots[-1].end)
    for one, other in pairwise(slots):
        assert one.end == other.start
        assert one[2:] != other[2:]
    for slot in slots:
        for at in (slot.start, slot.end - QUARTER):
            assert slot[2:] == marginal(CONTRACTS[name], at, register=None, used=Used(), index=PRICES)


@pytest.mark.parametrize(
    ("more", "year_eur", "next_eur"),
    [
        ({"-": "netting"}, 0.0, 0.3),
        ({"-": "netting", "netting": {"carry": True}}, 0.0, 0.0),
        ({"adders": {"+": [BLOCKS]}}, 0.34, 0.35),
    ],
)
@pytest.mark.parametrize("days_back", [0, 1])
def test_prices_ahead_begin_anew_with_the_year(
    more: dict[str, object], year_eur: float, next_eur: float, days_back: int
) -> None:
    """A year that ends below zero, or in its last block, says nothing of January, unless its surplus is carried."""
    at, new_year = local("2026-12-31 12:00"), local("2027-01-01 00:00")
    used = Used(import_wh={"1": 3_000_000}, export_wh={"1": 4_000_000})
    start = at - days_back * 24 * HOUR
    slots = ahead(electricity(0.3, **more), start, new_year + 24 * HOUR, at=at, index=NO_INDEX, used=used)
    eur = {slot.start: slot.import_eur_kwh for slot in slots}
    assert pytest.approx({start: year_eur} | ({new_year: next_eur} if next_eur != year_eur else {})) == eur
    later = ahead(electricity(0.3, **more), new_year - HOUR, new_year + HOUR, at=new_year, index=NO_INDEX, used=used)
    assert [pytest.approx(year_eur)] == [slot.import_eur_kwh for slot in later]


def test_what_is_not_published_has_no_price() -> None:
    """Tomorrow is unknown, not free; yesterday stays as it was."""
    dynamic = CONTRACTS["dynamic_quarter"]
    known = index(NOON, 80, 90)
    assert priced(drawn(100), NOON, NOON + 2 * QUARTER, Used(), dynamic, known) is not None
    assert priced(drawn(100), NOON, NOON + 3 * QUARTER, Used(), dynamic, known) is None
    slots = ahead(dynamic, NOON, NOON + 4 * QUARTER, index=known, used=Used())
    assert PriceSlot(NOON + 2 * QUARTER, NOON + 4 * QUARTER, None, None) == slots[-1]
    assert 3 == len(slots)


def test_an_hour_is_known_when_all_of_it_is() -> None:
    """Three quarters of it price none of its quarters by the hour."""
    hourly = electricity({"formula": {"resolution": "PT60M", "factor": 0.001}})
    first = (NOON, NOON + QUARTER)
    assert priced(drawn(100), *first, Used(), hourly, index(NOON, 80, 100, 120)) is None
    assert total_eur(charged(drawn(1000), *first, hourly, index(NOON, 80, 100, 120, 140))) == pytest.approx(0.11)


def test_nothing_used_needs_no_price() -> None:
    """A register that stands still is charged nothing, whatever the index; gas and water that stand still cost 0."""
    still = Amounts(import_wh={"1": 0, "2": 0}, export_wh={"1": 0})
    found = priced(still, NOON, NOON + QUARTER, Used(), CONTRACTS["dynamic_quarter"], NO_INDEX)
    assert found is not None
    assert ({}, False) == (found.charges, found.provisional)
    euro = costs(charged(Amounts(gas_l=0, water_l=0), NOON, NOON + QUARTER, SIMPLE))
    assert (0.0, 0.0) == (euro.gas_eur, euro.water_eur)
    for year_l, band in ((89_999, "basis"), (90_000, "comfort")):
        none_yet = charged(
            Amounts(water_l=0), NOON, NOON + QUARTER, CONTRACTS["day_night_all_in"], used=Used(water_l=year_l)
        )
        assert {Item(Part.WATER, "water", band): Charge(0, 0.0)} == none_yet


def test_what_is_not_there_costs_nothing_and_says_so() -> None:
    """No gas meter, or no price of gas: no gas cost, and not one of zero."""
    euro = costs(charged(drawn(1000), NOON, NOON + QUARTER, SIMPLE))
    assert (None, None) == (euro.gas_eur, euro.water_eur)
    assert euro.total_eur == pytest.approx(0.4)
    assert costs(charged(Amounts(gas_l=5), NOON, NOON + QUARTER, electricity(0.3))).gas_eur is None


def test_items_carry_name_band_and_register() -> None:
    """So that a bill has its lines, and the cost of each register can be summed."""
    found = charged(drawn(1000, "2"), NOON, NOON + QUARTER, CONTRACTS["dynamic_quarter"])
    assert [Item(Part.IMPORT, name, "", "2") for name in ("energy", "network", "excise", "certificates")] == list(found)
    (item,) = charged(drawn(1000, "2"), NOON, NOON + QUARTER, SIMPLE)
    assert Item(Part.IMPORT, "energy", "Night", "2") == item


def test_an_interval_over_two_bands_is_split_by_time() -> None:
    """06:45 to 07:15 on a weekday: half at 0.24 and half at 0.36."""
    start = local("2026-11-20 06:45")
    found = charged(drawn(1000), start, start + 2 * QUARTER, CONTRACTS["three_bands"])
    assert {
        Item(Part.IMPORT, "energy", "LOW", "1"): pytest.approx((500, 0.12)),
        Item(Part.IMPORT, "energy", "PEAK", "1"): pytest.approx((500, 0.18)),
    } == found


def test_the_meter_splits_what_the_clock_would_not() -> None:
    """A gap over day and night: each register has its own price, whatever the hours."""
    found = charged(Amounts(import_wh={"1": 1000, "2": 1000}), NOON, NOON + 24 * HOUR, SIMPLE)
    assert [0.4, 0.3] == [charge.eur for charge in found.values()]


def test_a_clock_that_was_set_back_prices_an_instant() -> None:
    """Energy between two telegrams of the same second, or of a second before, is priced at that instant."""
    at = local("2026-11-20 17:00")
    for since in (at, at + MINUTE):
        found = charged(drawn(1000), since, at, CONTRACTS["three_bands"])
        assert total_eur(found) == pytest.approx(0.36)
        dynamic = charged(drawn(1000), since, at, CONTRACTS["dynamic_quarter"])
        assert dynamic == charged(drawn(1000), at, at + QUARTER, CONTRACTS["dynamic_quarter"])


def test_a_month_is_an_estimate_until_it_is_published() -> None:
    """January's mean is final; March goes by what is known of it, and is priced again when its mean is there."""
    variable = CONTRACTS["variable_month"]
    january, march = local("2026-01-15 12:00"), local("2026-03-15 12:00")
    final = priced(drawn(1000), january, january + QUARTER, Used(), variable, NO_INDEX)
    assert final is not None
    assert not final.provisional
    assert total_eur(final.charges) == pytest.approx(1.06 * (0.024 + 0.00122 * 101.5))
    so_far = index(local("2026-03-01 00:00"), 60, 100, every=HOUR)
    guess = priced(drawn(1000), march, march + QUARTER, Used(), variable, so_far)
    assert guess is not None
    assert guess.provisional
    assert total_eur(guess.charges) == pytest.approx(1.06 * (0.024 + 0.00122 * 80))
    assert priced(drawn(1000), march, march + QUARTER, Used(), variable, NO_INDEX) is None


def test_the_suns_month_is_estimated_by_its_hours() -> None:
    """From 10:00 to 17:00 local time; the night's prices do not count."""
    day = local("2026-07-01 00:00")
    prices = index(day, *(10 if 10 <= hour < 17 else 200 for hour in range(24)), every=HOUR)
    found = priced(Amounts(export_wh={"1": 1000}), day, day + QUARTER, Used(), CONTRACTS["variable_month"], prices)
    assert found is not None
    assert found.provisional
    assert -total_eur(found.charges) == pytest.approx(0.00085 * 10 - 0.025)


def test_water_above_the_basis_is_another_line() -> None:
    """90 m³ for two persons: of the last m³ before and the first after, one each."""
    found = charged(
        Amounts(water_l=2000), NOON, NOON + QUARTER, CONTRACTS["day_night_all_in"], used=Used(water_l=89_000)
    )
    assert {
        Item(Part.WATER, "water", "basis"): Charge(1000, 3.2),
        Item(Part.WATER, "water", "comfort"): Charge(1000, 6.4),
    } == found


def test_gas_is_priced_by_the_months_factor() -> None:
    """0.081 € a kWh at 11.3 kWh in January and 11.42 in February; a gap over both has both."""
    turn = local("2026-02-01 00:00")
    found = charged(Amounts(gas_l=2000), turn - HOUR, turn + HOUR, CONTRACTS["day_night_all_in"])
    assert total_eur(found) == pytest.approx(0.081 * (11.3 + 11.42))


def test_fees_of_a_day() -> None:
    """Electricity by month and by year, gas, and water less the discount for two persons."""
    due = fees(date(2026, 2, 1), CONTRACTS["day_night_all_in"])
    assert {
        Item(Part.FIXED, "supplier"): pytest.approx((1, 3.5 / 28)),
        Item(Part.FIXED, "data management"): pytest.approx((1, 18.4 / 365)),
        Item(Part.GAS, "grid"): pytest.approx((1, 0.2)),
        Item(Part.WATER, "bill"): pytest.approx((1, 60 / 365)),
    } == due


def test_costs_leave_fees_and_capacity_out() -> None:
    """They belong to no register and to no m³."""
    day = charged(Amounts(import_wh={"1": 1000}, gas_l=1000, water_l=1000), NOON, NOON + QUARTER, SIMPLE)
    more = {
        Item(Part.GAS, "grid"): Charge(1, 9.0),
        Item(Part.WATER, "bill"): Charge(1, 9.0),
        Item(Part.FIXED, "supplier"): Charge(1, 9.0),
        Item(Part.CAPACITY, "capacity tariff"): Charge(4000, 9.0),
    }
    assert costs(day) == costs({**day, **more})


def test_export_takes_off_import_while_the_year_is_above_zero() -> None:
    """1 kWh over zero in the day register, 3 kWh injected: one is given back at its price, the rest is lost."""
    netting = electricity({"Day": 0.3, "Night": 0.2}, **{"-": "netting"})
    used = Used(import_wh={"1": 5000, "2": 9000}, export_wh={"1": 4000})
    found = charged(Amounts(export_wh={"1": 3000}), NOON, NOON + QUARTER, netting, used=used)
    assert Charge(-1000, -0.3) == found[Item(Part.IMPORT, "energy", "Day", "1")]
    assert Charge(3000, 0.0) == found[Item(Part.EXPORT, "injection", "", "1")]
    assert Marginal(0.3, 0.3) == marginal(netting, NOON, register="1", used=used, index=NO_INDEX)
    below = used.plus(Amounts(export_wh={"1": 3000}))
    assert Marginal(0.0, 0.0) == marginal(netting, NOON, register="1", used=below, index=NO_INDEX)
    assert Marginal(0.2, 0.2) == marginal(netting, NOON, register="2", used=below, index=NO_INDEX)


@pytest.mark.parametrize(
    ("energy", "more", "eur_kwh", "mono_eur_kwh"),
    [
        (0.3, {}, {0.3}, {0.0}),
        ({"Day": 0.3, "Night": 0.2}, {}, {0.0, 0.2}, {0.0, 0.2}),
        ({"Peak": 0.3, "Rest": 0.2}, {"bands": {"Peak": [{"to": "07:00"}], "Rest": "rest"}}, {0.3, 0.2}, {0.0}),
    ],
)
def test_what_is_ahead_under_netting_is_free_only_where_that_is_known(
    energy: object, more: dict[str, object], eur_kwh: set[float], mono_eur_kwh: set[float]
) -> None:
    """Day below zero, night above: where the clock's band is no register's, nobody knows which one will count then.

    On a meter that counts all in one register, that tells.
    """
    netting, tuesday = electricity(energy, **{"-": "netting", **more}), local("2026-09-08 00:00")
    both = Used(import_wh={"1": 1_000_000, "2": 2_000_000}, export_wh={"1": 1_500_000, "2": 100_000})
    mono = Used(import_wh={"1": 1_000_000, "2": 0}, export_wh={"1": 1_500_000, "2": 0})
    for used, found in ((both, eur_kwh), (mono, mono_eur_kwh)):
        slots = ahead(netting, tuesday, tuesday + 24 * HOUR, index=NO_INDEX, used=used)
        assert found == {slot.import_eur_kwh for slot in slots}


def test_netting_in_money_lets_the_day_pay_for_the_night() -> None:
    """-300 kWh at 0.29 and 1 300 kWh at 0.27: 264 €; below zero together nothing is due."""
    money = electricity({"Day": 0.29, "Night": 0.27}, **{"-": "netting", "netting": {"per_register": False}})
    year = Amounts(import_wh={"1": 2_000_000, "2": 1_500_000}, export_wh={"1": 2_300_000, "2": 200_000})
    assert total_eur(charged(year, NOON, NOON + QUARTER, money)) == pytest.approx(264.0)
    surplus = Amounts(import_wh={"2": 100_000}, export_wh={"1": 200_000})
    assert total_eur(charged(surplus, NOON, NOON + QUARTER, money)) == pytest.approx(0)
    assert Marginal(0.0, 0.0) == marginal(money, NOON, register="2", used=Used().plus(surplus), index=NO_INDEX)


def test_a_carried_surplus_is_used_first() -> None:
    """100 kWh left over from the year before: the first 100 kWh of the new one cost nothing."""
    kept = electricity({"Day": 0.3, "Night": 0.2}, **{"-": "netting", "netting": {"carry": True}})
    netting = kept.versions[0].netting
    begins = opening(Used(import_wh={"1": 500_000, "2": 900}, export_wh={"1": 600_000}), netting)
    assert Used(export_wh={"1": 100_000}) == begins
    found = charged(drawn(150_000), NOON, NOON + QUARTER, kept, used=begins)
    assert total_eur(found) == pytest.approx(50 * 0.3)
    assert Used() == opening(begins, electricity(0.3).versions[0].netting)


def test_blocks_under_netting_go_by_what_is_left_of_the_year() -> None:
    """2 999 kWh net and 2 more: one at each price; injection takes it back."""
    blocks = {"name": "excise", "blocks": [[3000, 0.05], [None, 0.04]]}
    tariffs = electricity(0, adders={"+": [blocks]}, **{"-": "netting"})
    used = Used(import_wh={"1": 4_999_000}, export_wh={"1": 2_000_000})
    assert total_eur(charged(drawn(2000), NOON, NOON + QUARTER, tariffs, used=used)) == pytest.approx(0.09)
    back = charged(Amounts(export_wh={"1": 1000}), NOON, NOON + QUARTER, tariffs, used=used.plus(drawn(2000)))
    assert total_eur(back) == pytest.approx(-0.04)
    assert 0.05 == marginal(tariffs, NOON, register="1", used=used, index=NO_INDEX).import_eur_kwh
