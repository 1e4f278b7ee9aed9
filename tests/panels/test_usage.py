"""The books as a table."""

from dataclasses import replace
from datetime import date, timedelta

from lib.core.cost import Costs
from lib.core.counters import Amounts
from lib.messages import Column, House, Rates, Usage
from lib.panels.look import Room
from lib.panels.usage import LABEL, render_usage
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, styles
from tests.panels.story import Story, brussels

ROOM = Room(76, 40)
TODAY = date(2026, 11, 20)
TAKEN, INJECTED = {"2": 0.3}, 0.1  # €/kWh; what is not night costs 0.4


def of(told: Story) -> tuple[Usage, Rates, House]:
    """What the table is drawn from."""
    house, rates, usage, *_ = told.told()
    assert isinstance(house, House)
    assert isinstance(rates, Rates)
    assert isinstance(usage, Usage)
    return usage, rates, house


def costs(amounts: Amounts) -> Costs:
    """What they cost at the prices of the simple file."""
    return Costs(
        import_eur={name: wh / 1000 * TAKEN.get(name, 0.4) for name, wh in amounts.import_wh.items()},
        export_eur={name: wh / 1000 * INJECTED for name, wh in amounts.export_wh.items()},
        gas_eur=None if amounts.gas_l is None else amounts.gas_l / 1000 * 1.576,
        water_eur=None if amounts.water_l is None else amounts.water_l / 1000 * 6.1,
    )


def a_usage(amounts: Amounts) -> Usage:
    """The same amounts in all seven columns, each complete."""
    starts = [TODAY - timedelta(days=back) for back in (3, 2, 1, 0)]
    starts += [date(2026, 11, 16), date(2026, 11, 1), date(2026, 1, 1)]
    names = ("day-3", "day-2", "day-1", "today", "week", "month", "year")
    return Usage(
        columns=tuple(
            Column(
                name=name,
                start=start,
                since=brussels(f"{start} 00:00"),
                complete=True,
                amounts=amounts,
                costs=costs(amounts),
            )
            for name, start in zip(names, starts, strict=True)
        )
    )


def row(plain: str, label: str) -> list[str]:
    """The figures of the row with a label."""
    (line,) = [line for line in plain.split("\n") if line[:LABEL].strip() == label]
    return line[LABEL:].split()


def test_the_days_have_their_names() -> None:
    """Weekday and day of the month under each column."""
    usage, rates, house = of(story.four_days())
    lines = render_usage(usage, rates, house, LOOK, ROOM).plain.split("\n")
    assert ["Day-3", "Day-2", "Day-1", "Today", "Week", "~Month", "~Year"] == lines[0].split()
    assert "Tue 17   Wed 18   Thu 19   Fri 20  week 47      Nov     2026" == lines[1].strip()


def test_all_rows_are_there_in_their_order() -> None:
    """Energy and money by register, gas, water, the sum, the day's highest quarter."""
    usage, rates, house = of(story.four_days())
    labels = [line[:13].strip() for line in render_usage(usage, rates, house, LOOK, ROOM).plain.split("\n")[2:]]
    assert [
        *("+ Day kWh", "− Day kWh", "+ Night kWh", "− Night kWh", "Σ kWh", ""),
        *("+ € Day", "− € Day", "+ € Night", "− € Night", "Σ €", ""),
        *("Gas m³", "Gas kWh", "Gas €", "Water m³", "Water €", "Σ € all", ""),
        *("Peak kW", "Peak at", "", "~ counting si"),
    ] == labels


def test_the_sums_are_those_of_the_rows() -> None:
    """What is injected is taken off, and gas and water are added."""
    amounts = Amounts(import_wh={"1": 10_000, "2": 5_000}, export_wh={"1": 4_000, "2": 0}, gas_l=2_000, water_l=100)
    plain = render_usage(a_usage(amounts), of(story.four_days())[1], None, LOOK, ROOM).plain
    assert {"11.00"} == set(row(plain, "Σ kWh"))
    assert {"5.10"} == set(row(plain, "Σ €"))  # 10 × 0.40 + 5 × 0.30 - 4 × 0.10
    assert {"23.02"} == set(row(plain, "Gas kWh"))
    assert {"3.15"} == set(row(plain, "Gas €"))
    assert {"8.86"} == set(row(plain, "Σ € all"))


def test_money_is_rounded_as_on_a_bill() -> None:
    """Half a cent goes up, whatever a float makes of it."""
    amounts = Amounts(import_wh={"1": 8_287, "2": 50})  # 3.3148 and 0.015 euro
    plain = render_usage(a_usage(amounts), None, None, LOOK, ROOM).plain
    assert {"3.31"} == set(row(plain, "+ € Day"))
    assert {"0.02"} == set(row(plain, "+ € Night"))


def test_the_rows_of_the_active_register_are_green() -> None:
    """By day those of the day."""
    usage, rates, house = of(story.four_days())
    text = render_usage(usage, rates, house, LOOK, ROOM)
    assert {LOOK.colours.now} == styles(text, "+ Day kWh")
    assert {LOOK.colours.now} == styles(text, "− € Day")
    assert LOOK.colours.now not in styles(text, "+ Night kWh")
    by_night = render_usage(usage, rates, replace(house, register="2"), LOOK, ROOM)
    assert {LOOK.colours.now} == styles(by_night, "+ Night kWh")
    assert LOOK.colours.now not in styles(by_night, "+ Day kWh")


def test_the_unknown_says_so() -> None:
    """Days that nobody counted have dashes, and a line says since when the others are counted."""
    usage, rates, house = of(story.just_started())
    plain = render_usage(usage, rates, house, LOOK, ROOM).plain
    assert ["–", "–", "–"] == row(plain, "+ Day kWh")[:3]
    assert "~ counting since Fri 20 Nov 14:02; fills up as days pass" in plain
    assert ["~Today", "~Week", "~Month", "~Year"] == plain.split("\n")[0].split()[3:]


def test_a_whole_year_needs_no_such_line() -> None:
    """Nothing is marked when nothing is missing."""
    plain = render_usage(a_usage(Amounts(import_wh={"1": 1, "2": 1})), None, None, LOOK, ROOM).plain
    assert "~" not in plain


def test_a_day_with_a_hole_is_marked_as_such() -> None:
    """Counted from its first minute, but not to its last."""
    usage = a_usage(Amounts(import_wh={"1": 1, "2": 1}))
    holed = replace(usage, columns=(replace(usage.columns[0], complete=False), *usage.columns[1:]))
    plain = render_usage(holed, None, None, LOOK, ROOM).plain
    assert "~Day-3" in plain
    assert "~ nobody counted for a while there" in plain


def test_a_pause_of_the_program_is_marked() -> None:
    """The meter counted on; the columns that hold it say so, a day that nobody watched stays unknown."""
    whole = a_usage(Amounts(import_wh={"1": 1, "2": 1}))
    day = Column(name="day-2", start=TODAY - timedelta(days=2))
    paused = [replace(column, estimated=True) for column in whole.columns[4:]]
    usage = replace(whole, columns=(whole.columns[0], day, *whole.columns[2:4], *paused))
    plain = render_usage(usage, None, None, LOOK, ROOM).plain
    assert ["Day-3", "Day-2", "Day-1", "Today", "~Week", "~Month", "~Year"] == plain.split("\n")[0].split()
    assert "~ week, month, year: a pause of the program, by the meter's counters" in plain
    assert "–" == row(plain, "+ Day kWh")[1]


def test_energy_without_a_price_is_marked() -> None:
    """The sums lack it, and how much it is."""
    whole = a_usage(Amounts(import_wh={"1": 5_000, "2": 1}))
    usage = replace(whole, columns=(*whole.columns[:6], replace(whole.columns[6], estimated=True, unpriced_wh=3_210)))
    text = render_usage(usage, None, None, LOOK, ROOM)
    assert {LOOK.colours.warn} == styles(text, "~?Year")
    assert "? 3.2 kWh wait for their price" in text.plain


def test_several_notes_share_a_line_where_room_is_short() -> None:
    """The rows matter more."""
    whole = a_usage(Amounts(import_wh={"1": 5_000, "2": 1}))
    usage = replace(whole, columns=tuple(replace(one, estimated=True, unpriced_wh=70) for one in whole.columns))
    lines = render_usage(usage, None, None, LOOK, Room(110, 9)).plain.split("\n")
    assert 9 >= len(lines)
    assert lines[-1].startswith("? 0.1 kWh wait for their price; ~ day-3, day-2,")


def test_nothing_counted_costs_nothing() -> None:
    """A register that stands still is no unknown price; energy without a price is."""
    whole = a_usage(Amounts(import_wh={"1": 5_000, "2": 0}))
    unpriced = [replace(one, costs=Costs(import_eur={}, export_eur={})) for one in whole.columns]
    plain = render_usage(Usage(columns=tuple(unpriced)), None, None, LOOK, ROOM).plain
    assert {"0.00"} == set(row(plain, "+ € Night"))
    assert {"–"} == set(row(plain, "+ € Day"))


def test_a_house_without_gas_and_water_has_no_such_rows() -> None:
    """Nor a sum that would be that of electricity again."""
    plain = render_usage(a_usage(Amounts(import_wh={"1": 10, "2": 5})), None, None, LOOK, ROOM).plain
    assert "Gas" not in plain
    assert "Water" not in plain
    assert "all" not in plain
    assert "− Day" not in plain


def test_water_alone_is_shown_alone() -> None:
    """Each meter has its rows."""
    plain = render_usage(a_usage(Amounts(import_wh={"1": 10}, water_l=5)), None, None, LOOK, ROOM).plain
    assert "Water m³" in plain
    assert "Gas" not in plain


def test_a_meter_with_only_a_total_has_one_register() -> None:
    """Industrial and foreign meters print 1.8.0 alone."""
    amounts = Amounts(import_wh={"total": 12_000}, export_wh={"total": 2_000})
    plain = render_usage(a_usage(amounts), None, None, LOOK, ROOM).plain
    assert {"12.00"} == set(row(plain, "+ Total kWh"))
    assert {"2.00"} == set(row(plain, "− Total kWh"))
    assert {"10.00"} == set(row(plain, "Σ kWh"))
    assert "Night" not in plain


def test_five_tariffs_have_five_rows_each() -> None:
    """New Walloon meters print five; those that were never used stay away."""
    used = Amounts(import_wh={str(number): number * 1000 for number in range(1, 6)})
    plain = render_usage(a_usage(used), None, None, LOOK, ROOM).plain
    assert ["+ Day kWh", "+ Night kWh", "+ T3 kWh", "+ T4 kWh", "+ T5 kWh"] == [
        line[:13].strip() for line in plain.split("\n")[2:7]
    ]
    unused = Amounts(import_wh={"1": 1, "2": 1, "3": 0, "4": 0, "5": 0})
    assert "T3" not in render_usage(a_usage(unused), None, None, LOOK, ROOM).plain


def test_a_small_room_keeps_the_rows_that_matter() -> None:
    """The sums and the meters first, and how many rows are left out."""
    usage, rates, house = of(story.four_days())
    lines = render_usage(usage, rates, house, LOOK, Room(76, 9)).plain.split("\n")
    assert 9 == len(lines)
    assert lines[0].startswith("11 more rows")
    assert {"Σ kWh", "Σ €", "Gas m³", "Water m³", "Σ € all", "Peak kW"} <= {line[:13].strip() for line in lines}


def test_one_row_that_is_left_out_is_one_row() -> None:
    """And one that is not is not spoken of."""
    usage, rates, house = of(story.four_days())
    heads = [render_usage(usage, rates, house, LOOK, Room(76, height)).plain.split("\n")[0] for height in range(16, 24)]
    assert 1 == sum(head.startswith("1 more row ") for head in heads)


def test_a_small_room_keeps_the_register_that_counts_now() -> None:
    """The one row that there is room for is green by night too."""
    usage, rates, house = of(story.four_days())
    for register, kept, left_out in (("1", "+ Day kWh", "+ Night kWh"), ("2", "+ Night kWh", "+ Day kWh")):
        plain = render_usage(usage, rates, replace(house, register=register), LOOK, Room(76, 9)).plain
        assert kept in plain
        assert left_out not in plain


def test_a_room_that_scrolls_gets_every_row() -> None:
    """Nothing is left out where the owner can scroll."""
    usage, rates, house = of(story.four_days())
    lines = render_usage(usage, rates, house, LOOK, Room(76, 5, whole=True)).plain.split("\n")
    assert 2 + 18 + 1 == len(lines)


def test_without_capacity_tariff_there_is_no_row_of_peaks() -> None:
    """Nor before it is known whether they cost anything."""
    usage, rates, house = of(story.no_capacity_tariff())
    assert "eak" not in render_usage(usage, rates, house, LOOK, ROOM).plain
    assert "eak" not in render_usage(usage, rates, None, LOOK, ROOM).plain


def test_large_numbers_stay_apart() -> None:
    """Ten years of an industrial meter."""
    amounts = Amounts(import_wh={"1": 98_765_432_100, "2": 1}, gas_l=123_456_789_012)
    plain = render_usage(a_usage(amounts), None, None, LOOK, Room(76, 40)).plain
    assert 7 == len(row(plain, "+ Day kWh")) == len(row(plain, "Gas m³"))


def test_ascii_gets_ascii() -> None:
    """Euro, sum, minus and cubic metres are written out."""
    usage, rates, house = of(story.new_peak())
    plain = render_usage(usage, rates, house, LOOKS["ascii"], ROOM).plain
    assert plain.isascii()
    assert "Sum EUR all" in plain


def test_a_register_from_elsewhere_cannot_write_to_the_terminal() -> None:
    """Whatever a peer calls its registers."""
    plain = render_usage(a_usage(Amounts(import_wh={"\x1b[31m": 5})), None, None, LOOK, ROOM).plain
    assert all(line.isprintable() for line in plain.split("\n"))
