"""What the programs say to one another in a year is what they say on the wire: both are held side by side."""

from collections.abc import Iterator

import pytest

from lib.core.saved import Saving
from lib.messages import parse_message, to_json
from lib.messages.bs import say_storage
from lib.messages.dm import say_house
from lib.messages.dm_plan import say_plan
from lib.messages.ev import say_charging
from lib.messages.following import followed_of
from lib.messages.heard import battery_word, cars_word, house_word
from lib.messages.plan import Plan
from lib.sim.year import words
from lib.sim.year.contract import contract
from lib.sim.year.live import Frame, Year
from lib.sim.year.ours import Ours
from lib.sim.year.synthetic import made

DAY, EACH = 96, 7  # quarters: one is looked at of so many, so that night, sun and evening are among them
PART = 1e-9


def moments() -> Iterator[tuple[Ours, float]]:
    """Our strategy now and then on a day with sun, car and battery, and its second."""
    home, tariff = made("S1", days=2), contract("dynamic")
    year = Year(home, Ours, contract=tariff, prices=tariff.prices(home), frame=Frame(battery=True))
    assert isinstance(year._strategy, Ours)
    for _ in range(DAY // EACH):
        year.go(EACH)
        yield year._strategy, year._strategy._ev.now_s


def test_each_program_hears_what_it_would_hear_on_the_wire() -> None:
    """The house, the battery and the cars, over a day."""
    told = 0
    for ours, now_s in moments():
        house, charging, storage, at = ours._house, ours._ev, ours._bs, ours._ev.at
        said = say_house(house, ours._dm_rules, boot="dm", seq=1, now=at, now_s=now_s)
        assert said.months is not None
        kw_eur = said.months.over_kw_eur
        assert house_word(said) == words.house_word(house, ours._dm_rules, kw_eur=kw_eur, now_s=now_s)
        cars = say_charging(charging, ours._ev_rules, boot="ev", seq=1, now=at, makes={})
        drawn = words.cars_drawn(charging)
        assert (cars.claims, cars.drawn) == (words.cars_claims(charging), drawn)
        assert cars_word(cars, heard_s=now_s) == words.cars_word(charging, ours._ev_rules, drawn, heard_s=now_s)
        stored = say_storage(storage, ours._bs_rules, boot="bs", seq=1, now=at, makes={})
        known = words.pool_of(storage)
        assert stored.drawn == words.store_drawn(known)
        mine = words.store_word(storage, ours._bs_rules, known, heard_s=now_s)
        wire = battery_word(stored, heard_s=now_s)
        assert (wire.help_w, wire.can_w, wire.refused) == (mine.help_w, mine.can_w, mine.refused)
        assert wire.spare_wh == pytest.approx(mine.spare_wh, rel=PART)
        told += 1
    assert told == DAY // EACH


def test_a_plan_is_followed_as_it_would_be_over_the_wire() -> None:
    """Blocks, wants and stretches."""
    ours, now_s = next(moments())
    plan = ours._desk._planning.in_force
    assert plan is not None
    said = parse_message(to_json(say_plan(plan, Saving(), boot="dm", seq=1, for_s=100.0)))
    assert isinstance(said, Plan)
    wire, mine = followed_of(said, now_s=now_s), words.followed(plan, until_s=now_s + 100.0)
    assert (wire.made, wire.until_s, wire.served) == (mine.made, mine.until_s, mine.served)
    assert [(one.start, one.end, one.keep_wh) for one in wire.stretches] == [
        (one.start, one.end, one.keep_wh) for one in mine.stretches
    ]
    for one, other in zip(wire.stretches, mine.stretches, strict=True):
        assert (one.load_w, one.sun_w, one.target_w) == (other.load_w, other.sun_w, other.target_w)
        assert one.cars_w == pytest.approx(other.cars_w, rel=PART)
        assert one.battery_w == pytest.approx(other.battery_w, rel=PART)
    energy = [
        sum(each.power_w * (each.end - each.start).total_seconds() for each in blocks)
        for blocks in (wire.blocks, mine.blocks)
    ]
    assert energy[0] == pytest.approx(energy[1], rel=PART)
