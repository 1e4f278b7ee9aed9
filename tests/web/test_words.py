"""The words of the phone page: pure functions, asked in the browser that has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lib.messages import cents
from tests.hub.builders import open_hub

from .browser import Tab, needs_chromium

pytestmark = needs_chromium


@asynccontextmanager
async def page(tab: Tab) -> AsyncIterator[Tab]:
    """A page that has its words."""
    async with open_hub() as hub:
        await tab.go(f"http://127.0.0.1:{hub.port}/phone")
        await tab.shows("nothing was said yet")
        yield tab


async def test_money_is_rounded_as_on_the_bill(tab: Tab) -> None:
    """Half a cent up, and a zero without a sign: one amount is one on every face."""
    amounts = (0.0, -0.001, -0.004, -0.005, 3.315, -3.315, 1.005, 2.675, 0.125, 10.235, 0.004999, 1234.565, -12.3)
    async with page(tab):
        found = {eur: await tab.value(f"euro({eur})") for eur in amounts}
    assert {eur: f"€\u00a0{cents(eur)}" for eur in amounts} == found


async def test_numbers_and_times_are_worded_as_everywhere_in_the_house(tab: Tab) -> None:
    """What is unknown is never 0; times are those of Brussels, also on a phone that is abroad."""
    asked: dict[str, Any] = {
        "kw(1530)": "1.53 kW",
        "kw(0)": "0.00 kW",
        "kw(null)": "not known yet",
        "kw(undefined)": "not known yet",
        "watts(-420)": "-420 W",
        "watts(999.6)": "1.00 kW",
        "kwh(6240)": "6.2 kWh",
        "kwh(-20)": "0.0 kWh",
        "euro(3)": "€ 3.00",
        "tied('15 A for 2 h 05 min at € 0.230 a kWh').split(' ').join('|')": "15 A|for|2 h|05 min|at|€ 0.230|a|kWh",
        "percent(63.4)": "63 %",
        "percent(null)": "not known yet",
        "amperes(10)": "10 A",
        "amperes(9.84)": "9.8 A",
        "span(12)": "12 s",
        "span(-3)": "0 s",
        "span(59.6)": "1 min 00 s",
        "span(7500)": "2 h 05 min",
        "span(172799)": "47 h 59 min",
        "span(400000)": "4 days",
        "clock('2026-06-17T10:05:00Z')": "12:05",
        "clock('2026-12-17T10:05:00Z')": "11:05",
        "day('2026-09-01T22:30:00Z')": "Wed 2 Sep",
        "month('2026-09-01')": "Sep 2026",
        "near('2026-06-17T20:05:00Z', '2026-06-17T10:05:00Z')": "22:05",
        "near('2026-06-17T22:05:00Z', '2026-06-17T10:05:00Z')": "Thu 18 Jun 00:05",
        "later('2026-06-17T10:05:00Z', -900)": "2026-06-17T09:50:00.000Z",
        "count(1, 'stop')": "1 stop",
        "count(2, 'stop')": "2 stops",
        "joined(['a', '', null, false, 'b'])": "a, b",
        "peakCost(3.934, 12)": "costs € 3.93 over the next 12 bills",
        "peakCost(0, 12)": "costs nothing: the floor or the cap holds",
    }
    async with page(tab):
        await tab.command("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
        found = {words: await tab.value(words) for words in asked}
    assert asked == {words: said.replace("\u00a0", " ") for words, said in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("64", 64), ("63,5", 63.5), ("63.5", 63.5), (" 7 ", 7), ("0", 0), ("140", 140), ("5.", 5)],
)
async def test_a_number_is_typed_with_a_point_or_a_comma(tab: Tab, text: str, expected: float) -> None:
    """As the keys of the phone have it."""
    async with page(tab):
        assert expected == await tab.value(f"typed({text!r})")


async def test_what_is_no_number_is_none(tab: Tab) -> None:
    """Rather than a part of it."""
    async with page(tab):
        for text in ("", " ", "half", "6 4", "1e2", "-5", "0x10", "Infinity", "6,4,1", "64%"):
            assert await tab.value(f"Number.isNaN(typed({text!r}))"), text


async def test_a_list_keeps_its_pieces(tab: Tab) -> None:
    """By their names, in the new order, without those that are gone."""
    shown = """((names) => {
        const root = document.getElementById("notes");
        list(root, names, {template: "said", key: (name) => name, born: (one) => (one.born = Math.random()),
                           show: (one, name) => write(one, {text: name})});
        return [...root.children].map((one) => [one.textContent, one.born]);
    })"""
    async with page(tab):
        first = dict(await tab.value(f"{shown}(['a', 'b', 'c'])"))
        then = await tab.value(f"{shown}(['c', 'a', 'd'])")
    assert ["c", "a", "d"] == [name for name, _ in then]
    assert [first["c"], first["a"]] == [born for _, born in then[:2]]
