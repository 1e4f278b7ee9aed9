"""A limit that follows an address."""

from datetime import timedelta
from typing import Any

import pytest

from lib.core.circuits import NOTHING
from lib.core.gauges import Limited, Unlimited, after
from lib.feeds import FeedError, FeedSetupError
from tests.inverters.roofs import a_clock

from .anybody import anybody
from .builders import a_limit, followed, limited, opened

IDLE = (NOTHING, NOTHING)  # no charger draws


@pytest.mark.parametrize(
    ("said", "options", "limits_a", "limit_w"),
    [
        ("16", {"unit": "A"}, (16.0, 16.0, 16.0), None),
        ("16.5\n", {"unit": "a"}, (16.5, 16.5, 16.5), None),
        ({"max": {"w": 5000}}, {"unit": "W", "value": "max.w"}, (None, None, None), 5_000.0),
        ([0, 7.4], {"unit": "kW", "value": "1"}, (None, None, None), 7_400.0),
        ({"a": [16, 10, "0"]}, {"unit": "A", "phases": ("a.0", "a.1", "a.2")}, (16.0, 10.0, 0.0), None),
    ],
)
async def test_a_number_alone_or_within_json(said: Any, options: dict[str, Any], limits_a: Any, limit_w: Any) -> None:
    """Of amperes, watts or kilowatts; it holds as long as the owner says from its arrival."""
    async with anybody(said) as box, a_limit(source="http", url=f"{box.url}/limit?key=hush", **options) as limit:
        told = await limited(limit)
    assert (limits_a, limit_w, 220.0) == (told.limits_a, told.limit_w, told.until_s)
    assert f"{box.url}/limit" == told.by  # a key in the address is not shown


async def test_a_secret_in_the_address_is_not_shown() -> None:
    """Who says the limit is shown to everybody, and begins each trouble: as the owner wrote it."""
    async with anybody("16") as box:
        url, secrets = f"{box.url}/{{secret:cpms}}/limit?key={{secret:cpms}}#x", {"cpms": "TOPSECRET"}
        async with a_limit(secrets, source="http", url=url, unit="A") as limit:
            assert f"{box.url}/{{secret:cpms}}/limit" == (await limited(limit)).by
            box.said = {"a": 1}
            with pytest.raises(FeedError, match=r"/{secret:cpms}/limit") as raised:
                await limit.read()
    assert "TOPSECRET" not in str(raised.value)


async def test_it_may_say_until_when() -> None:
    """Then that counts, and where it is null the owner's own seconds."""
    clock = a_clock(100.0)
    until = (clock.now() + timedelta(minutes=15)).isoformat()
    async with anybody({"a": 10, "until": until}) as box:
        told: dict[str, Any] = {"unit": "A", "value": "a", "until": "until", "valid_s": 60, "title": "the grid"}
        async with a_limit(source="http", url=box.url, clock=clock, **told) as limit:
            assert (1_000.0, "the grid") == ((await limited(limit)).until_s, (await limited(limit)).by)
            for said in ({"a": 10, "until": None}, {"a": 10}):
                box.said = said
                assert 160.0 == (await limited(limit)).until_s


async def test_what_it_said_holds_as_long_as_it_was_to() -> None:
    """When the server falls silent that is said; the limit ends by itself, and comes back with the server."""
    clock = a_clock(100.0)
    async with anybody("10") as box:
        limit = opened(
            "limit", None, clock, {"source": "http", "url": box.url, "unit": "A", "valid_s": 3, "every_s": 1}
        )
        async with followed(limit, Unlimited) as ear:
            gauges = after({}, await ear.until(lambda event: isinstance(event, Limited)), IDLE)
            port = box.port
            await box.close()
            gauges = after(gauges, await ear.until(lambda event: isinstance(event, Unlimited)), IDLE)
            assert "refuses the connection" in gauges["drive"].astray or "hangs up" in gauges["drive"].astray
            clock.turn(2.9)
            assert gauges["drive"].limit(clock.monotonic()) is not None
            clock.turn(0.1)
            assert gauges["drive"].limit(clock.monotonic()) is None
            await box.listen(port)
            gauges = after(gauges, await ear.until(lambda event: isinstance(event, Limited)), IDLE)
            assert gauges["drive"].limit(clock.monotonic()) is not None
            assert gauges["drive"].astray == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("-1", "a limit of -1 A; it is 0 or more"),
        ("NaN", "which is no number"),
        ("null", "which is no number"),
        ('"unavailable"', "which is no number"),
        ('{"a": 1}', "which is no number: is it well, and the right part"),
        ("<html>", "no JSON"),
    ],
)
async def test_what_is_no_limit_is_a_sentence(said: str, words: str) -> None:
    """Nothing changes by it."""
    async with anybody(said) as box, a_limit(source="http", url=box.url, unit="A") as limit:
        with pytest.raises(FeedError, match=words):
            await limit.read()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, '"unit" is missing'),
        ({"unit": "MW"}, "\"unit\" is 'mw'; allowed is one of a, w, kw"),
        ({"unit": "A", "valid_s": 0}, '"valid_s" is 0; allowed is 1 to 86400'),
        ({"unit": "W", "phases": ("a", "b", "c")}, '"phases" are the three of L1, L2 and L3, in "unit": "A"'),
        ({"unit": "A", "phases": ("a", "b")}, '"phases" are the three'),
        ({"unit": "A", "phases": ("a", "b", "c"), "value": "d"}, "name one or the other"),
        ({"unit": "A", "vaild_s": 5}, 'did you mean "valid_s"?'),
    ],
)
def test_a_slip_names_the_key(options: dict[str, Any], said: str) -> None:
    """Before anything is asked."""
    with pytest.raises(FeedSetupError) as raised:
        opened("limit", None, None, {"source": "http", "url": "http://h/limit"} | options)
    assert said in str(raised.value)
    assert str(raised.value).startswith("limit http: ")
