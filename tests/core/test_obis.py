"""The table of codes: every row has its place, and a code is known whole or not at all."""

from dataclasses import fields

import pytest

from lib.core.obis import CHANNEL_TABLE, TABLE, Form, find, name
from lib.core.reading import MbusMeter, Reading


def test_every_row_fills_a_field_of_the_reading() -> None:
    """Or is known by name only; no two rows fill the same field but those of one meaning in two countries."""
    filled = [row.field for row in TABLE.values() if row.form is not Form.NAMED]
    assert set(filled) <= {field.name for field in fields(Reading)}
    assert {"version"} == {field for field in filled if filled.count(field) > 1}
    channel = {row.field for row in CHANNEL_TABLE.values() if row.form is Form.CHANNEL}
    assert channel == {field.name for field in fields(MbusMeter)} - {"channel"}


def test_every_row_has_a_name_of_its_own() -> None:
    """The screen shows it; two codes of one meaning may share it."""
    assert all(row.name for row in (*TABLE.values(), *CHANNEL_TABLE.values()))
    assert name("1-0:1.7.0") == "Power taken"
    assert name("0-2:24.2.1") == "M-Bus 2: reading"
    assert name("0-3:96.3.10") == "Virtual relay 3"
    assert name("9-9:9.9.9") == ""


@pytest.mark.parametrize(
    "code",
    ["", "1-0:1.7.00", "1-0:1.7", "01-0:1.7.0", "0-0:24.2.3", "0-9:24.2.3", "0-1:24.2.3x", "1-1:24.2.3", "(", "/x"],
)
def test_a_code_is_known_whole_or_not_at_all(code: str) -> None:
    """Channels are 1 to 8."""
    assert find(code) is None


def test_the_breaker_is_no_relay() -> None:
    """0-0:96.3.10 is the breaker; 0-1 to 0-4 are virtual relays."""
    breaker, relay = find("0-0:96.3.10"), find("0-4:96.3.10")
    assert breaker
    assert relay
    assert (("breaker", 0), (Form.RELAY, 4)) == ((breaker[0].field, breaker[1]), (relay[0].form, relay[1]))
