"""The wire: what is said is heard, whatever is unknown, newer or broken."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from lib import messages
from lib.core.events import Event, Kind
from lib.core.house import House, Rules
from lib.core.p1 import Framer
from lib.core.reading import Parser
from lib.core.values import Peak
from lib.messages import Message
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from tests.conftest import NOON, SECOND, a_reading, folders, hear, local, stamp


def a_house() -> House:
    """A house with most things known."""
    peak = Peak(stamp(local("2026-11-06 17:15")), 3_000)
    reading = a_reading(
        grid_w=1470.0,
        tariff=1,
        import_1_wh=5,
        quarter_w=600,
        month_peak=peak,
        relays=((1, 0),),
        other=("9-9:1.1.1(x)",),
    )
    return hear(hear(House(), reading), replace(reading, clock=stamp(NOON + SECOND)))


def said(rules: Rules) -> list[Message]:
    """One of each state."""
    house = a_house()
    return [
        messages.Hello(program="dm", boot="b"),
        say_house(House(), rules, boot="b", seq=1, now=NOON),
        say_house(house, rules, boot="b", seq=2, now=NOON),
        say_rates(house, rules, now=NOON),
        say_usage(house, rules),
        say_bill(house, rules),
        say_events([Event(at=NOON, kind=Kind.PEAK, text="new month peak: 4.21 kW")]),
        say_telegram(b"/TST5\\1\r\n\r\n1-0:1.7.0(01.470*kW)\r\n9-9:1.1.1(\x1b[2J\xff)\r\n!", NOON),
        messages.Refused(why="there are no orders yet"),
    ]


def test_what_is_said_is_heard(rules: Rules) -> None:
    """Each message comes back as it was, and what is unknown has no key."""
    for message in said(rules):
        frame = messages.to_json(message)
        assert messages.parse_message(frame) == message
        assert "null" not in frame


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in folders() for path in folder.glob("telegrams/*/*.txt")),
    ids=lambda path: path.stem,
)
def test_every_telegram_is_heard_as_it_was_said(path: Path, rules: Rules) -> None:
    """Whatever a meter leaves open, a peer reads the same house, and the same lines."""
    framer, parser = Framer(no_crc=True), Parser()
    for telegram in framer.feed(path.read_bytes()) + framer.finish():
        house = say_house(hear(House(), parser.parse(telegram), NOON), rules, boot="b", seq=1, now=NOON)
        for message in (house, say_telegram(telegram, NOON)):
            assert messages.parse_message(messages.to_json(message)) == message


def test_half_a_letter_in_a_strangers_words_is_said_all_the_same() -> None:
    """As where somebody cut them in the middle of an emoji; the rest is as it was."""
    said = messages.to_json(messages.Refused(why="café \ud83d"))
    assert messages.Refused(why="café ?") == messages.parse_message(said)


def test_a_newer_peer_may_say_more(rules: Rules) -> None:
    """Unknown fields are ignored; an unknown type, a naive time or a broken frame is an error for the border."""
    rates = say_rates(a_house(), rules, now=NOON)
    frame = json.loads(messages.to_json(rates))
    assert messages.parse_message(json.dumps(frame | {"from_the_future": 1})) == rates
    for broken in ('{"type": "dance"}', "{", "[]", '{"type": "rates"}'):
        with pytest.raises(ValidationError):
            messages.parse_message(broken)


def test_the_house_says_quarter_target_and_gap(rules: Rules) -> None:
    """Forecast, target and what lies between, and when the night begins."""
    house = say_house(a_house(), rules, boot="b", seq=1, now=NOON)
    assert house.quarter
    assert house.quarter.target_w == 3000
    assert house.quarter.forecast_w is not None
    assert house.quarter.gap_w == pytest.approx(3000 - house.quarter.forecast_w)
    assert house.next_change == local("2026-11-20 22:00")


def test_nobody_may_draw_more_than_the_connection_carries(rules: Rules) -> None:
    """Shortly before the quarter's end the target allows any power; the fuses do not."""
    reading = a_reading(NOON + 890 * SECOND, grid_w=500.0, quarter_w=400.0)
    house = say_house(hear(House(), reading), rules, boot="b", seq=1, now=NOON)
    assert house.quarter
    assert house.quarter.allowed_w == rules.connection_w


def test_the_usage_has_seven_columns_and_says_what_nobody_counted(rules: Rules) -> None:
    """Three days before today are unknown at first; today counts since the start."""
    columns = say_usage(a_house(), rules).columns
    assert [column.name for column in columns] == ["day-3", "day-2", "day-1", "today", "week", "month", "year"]
    assert [column.amounts for column in columns[:3]] == [None] * 3
    assert columns[3].since == NOON
    assert not columns[3].complete


def test_a_telegram_is_safe_to_show() -> None:
    """Names beside the codes, units apart, and no byte of the line moves a cursor."""
    shown = say_telegram(
        b"/TST5\\1\r\n\r\n1-0:1.7.0(01.470*kW)\r\n9-9:1.1.1(\x1b[2J\xff)\r\n!", datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert [(line.code, line.name, line.value, line.unit) for line in shown.lines] == [
        ("1-0:1.7.0", "Power taken", "01.470", "kW"),
        ("9-9:1.1.1", "", r"\x1b[2Jÿ", ""),
    ]


def test_texts_in_hexadecimal_are_spelled_out() -> None:
    """Serial, EAN and the operator's text read as text, other digits as they stand; a text cannot move a cursor."""
    lines = (
        b"0-0:96.1.4(50221)",
        b"0-0:96.1.1(3154535430303030303030303037)",
        b"0-0:96.13.0(48616C6C6F1B5B324A)",
        b"0-1:96.1.2(353431343439393030303030303030303037)",
        b"0-1:96.1.1(1234)",
    )
    shown = say_telegram(b"/TST5\\1\r\n\r\n" + b"\r\n".join(lines) + b"\r\n!", NOON)
    assert ["50221", "1TST0000000007", r"Hallo\x1b[2J", "541449900000000007", "1234"] == [
        line.value for line in shown.lines
    ]
    assert shown.lines[3].name == "M-Bus 1: EAN"


def test_a_limit_that_is_off_has_no_unit() -> None:
    """Nobody is limited to off kilowatts."""
    lines = say_telegram(b"/TST5\\1\r\n\r\n0-0:17.0.0(99.999*kW)\r\n1-0:31.4.0(999.99*A)\r\n!", NOON).lines
    assert [("off", ""), ("off", "")] == [(line.value, line.unit) for line in lines]


def test_money_has_no_zero_below_zero() -> None:
    """A tenth of a cent earned is 0.00, as on a bill, and never -0.00."""
    assert ["0.00", "0.00", "-0.01"] == [str(messages.cents(eur)) for eur in (-0.001, -0.0, -0.006)]
