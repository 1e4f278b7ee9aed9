"""What dm says and when: all that is kept at the start, and each thing again when it changed."""

from datetime import timedelta
from itertools import count

import pytest

from lib import messages
from lib.clock import TurnedClock
from lib.commands.memory import Memory
from lib.commands.teller import Teller
from lib.core.house import House, Rules
from lib.core.metering import Published, Silent, after
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.messages import Bill, Message, Rates, Usage
from lib.messages.heard import house_word
from tests.conftest import NOON, SECOND, a_reading, hear, local
from tests.yardstick import cost

FORMULA = {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": 0.1}}
DYNAMIC = Rules(
    tariffs=parse_rates({"Electricity": {"+": FORMULA, "capacity": {"eur_per_kw_year": 48.0}}}), connection_w=17_250
)
MINUTE = timedelta(minutes=1)


class Heard:
    """A teller and whom it tells."""

    def __init__(self, rules: Rules) -> None:
        self.said: list[Message] = []
        self.rules = rules
        self.teller = Teller(self.said.append, rules, Memory(), boot="b", clock=TurnedClock(NOON))
        self.house = House()
        self.wh = 0

    def telegram(self, seconds: float, *, gained_wh: int = 1) -> list[str]:
        """A telegram so long after noon: the kinds of what is said."""
        self.wh += gained_wh
        at = NOON + seconds * SECOND
        reading = a_reading(at, grid_w=1000.0, tariff=1, import_1_wh=1_000_000 + self.wh)
        return self.tell(hear(self.house, reading, at, rules=self.rules))

    def tell(self, house: House) -> list[str]:
        """A state: the kinds of what is said."""
        self.house = house
        self.said.clear()
        self.teller.tell(house)
        return [message.type for message in self.said]

    def last(self, kind: type[Message]) -> Message:
        """The last word of a kind in what was said."""
        return [message for message in self.said if isinstance(message, kind)][-1]


def test_what_was_kept_is_said_before_a_telegram_came(rules: Rules) -> None:
    """Usage and bill stand on the screen at once, also while the meter is silent."""
    before = Heard(rules)
    before.telegram(0)
    before.telegram(10, gained_wh=2000)
    kept = House(books=before.house.books, peaks=before.house.peaks)
    again = Heard(rules)
    assert again.tell(kept) == ["house", "rates", "usage", "bill"]
    said = again.last(Bill)
    assert isinstance(said, Bill)
    assert said.month_eur == pytest.approx(0.8)


def test_each_thing_is_said_when_it_changed(rules: Rules) -> None:
    """The house each time, the counters when they counted, the prices with each quarter."""
    heard = Heard(rules)
    assert heard.telegram(0) == ["house", "rates", "usage", "bill"]
    assert heard.telegram(1) == ["house", "usage", "bill"]
    assert heard.telegram(2, gained_wh=0) == ["house"]
    silent = Silent(for_s=60, why="the cable is out", now=NOON + MINUTE)
    assert heard.tell(after(heard.house, silent, rules)) == ["house"]
    assert heard.telegram(900) == ["house", "rates", "usage", "bill"]


def test_prices_that_come_are_said_though_the_meter_is_silent() -> None:
    """What waited for its price has it now: rates, usage and bill are said without a telegram."""
    heard = Heard(DYNAMIC)
    heard.telegram(0)
    heard.telegram(800, gained_wh=1000)
    heard.telegram(901, gained_wh=0)
    usage = heard.last(Usage)
    assert isinstance(usage, Usage)
    assert usage.columns[3].unpriced_wh == 1000
    index = Series((Slot(NOON, NOON + timedelta(hours=1), 50.0),))
    assert heard.tell(after(heard.house, Published(index=index), DYNAMIC)) == ["house", "rates", "usage", "bill"]
    usage, bill = heard.last(Usage), heard.last(Bill)
    assert isinstance(usage, Usage)
    assert isinstance(bill, Bill)
    assert usage.columns[3].unpriced_wh == 0
    assert bill.month_eur == pytest.approx(0.15)


def test_a_version_that_begins_at_midnight_is_said_then() -> None:
    """The price of the new year, with its first telegram."""
    versions = [
        {"valid_from": f"{year}-01-01", "Electricity": {"+": price}} for year, price in ((2026, 0.3), (2027, 0.4))
    ]
    heard = Heard(Rules(tariffs=parse_rates({"versions": versions}), connection_w=17_250))
    seconds = (local("2027-01-01 00:00") - NOON).total_seconds()
    for at, price in ((seconds - 1, 0.3), (seconds, 0.4)):
        assert "rates" in heard.telegram(at)
        rates = heard.last(Rates)
        assert isinstance(rates, Rates)
        assert [band.import_eur_kwh for band in rates.bands] == [price]


def test_a_telegram_is_said_line_by_line(rules: Rules) -> None:
    """As the meter printed it."""
    heard = Heard(rules)
    heard.teller.tell(House(), b"/TST5\\1\r\n\r\n0-0:96.14.0(0001)\r\n!")
    assert [message.type for message in heard.said] == ["events", "house", "rates", "telegram"]


def test_all_of_it_takes_less_than_a_few_milliseconds() -> None:
    """A Pi has a second for each telegram; nothing that is said grows with the days that are kept."""
    heard = Heard(DYNAMIC)
    for day in range(60):
        heard.telegram(day * 86_400.0, gained_wh=10_000)
    seconds = count(60 * 86_400)
    assert cost(lambda: heard.telegram(float(next(seconds)))) < 1


def test_a_word_without_a_telegram_renews_no_lease(rules: Rules) -> None:
    """Also while the meter counts as good: a slow one is silent for ten seconds, in which dm goes on talking."""
    heard = Heard(rules)
    house = hear(House(), a_reading())
    heard.teller.tell(house, b"/TST5\\1\r\n\r\n!")
    heard.teller.tell(house)
    words = [house_word(message) for message in heard.said if isinstance(message, messages.House)]
    assert [True, False] == [word.good for word in words]
