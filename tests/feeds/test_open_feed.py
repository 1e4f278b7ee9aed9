"""The owner's words → a feed, or a sentence."""

from typing import Any

import pytest

from lib.feeds import LIMITS, METERS, FeedSetupError
from lib.settings import circuits

from .builders import opened

LEAST: dict[str, dict[str, Any]] = {
    "shelly": {"url": "http://192.168.1.80"},
    "iotawatt": {"url": "192.168.1.80", "inputs": ("a", "b", "c")},
    "iammeter": {"url": "http://meter.local:8080/"},
    "http": {"url": "https://example.org/m.json", "power_w": "w"},
    "mqtt": {"url": "mqtts://pi@broker/t", "power_w": ""},
}


def test_config_and_feeds_know_the_same() -> None:
    """The settings check the names without the feeds."""
    assert METERS == circuits.METERS == tuple(LEAST)
    assert LIMITS == circuits.LIMITS


@pytest.mark.parametrize("make", METERS)
async def test_each_meter_opens_with_little(make: str) -> None:
    """A second between two readings, but for one that speaks by itself; nothing is asked yet."""
    feed = opened("meter", None, None, {"source": make, **LEAST[make]})
    assert (0.0 if make == "mqtt" else 1.0) == feed.every_s
    await feed.close()
    await feed.close()


@pytest.mark.parametrize("make", LIMITS)
async def test_each_limit_opens_with_little(make: str) -> None:
    """Several questions while a word of it holds."""
    feed = opened("limit", None, None, {"source": make, "url": LEAST[make]["url"], "unit": "A"})
    assert (0.0 if make == "mqtt" else 10.0) == feed.every_s
    await feed.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, 'meter: "from" is None; allowed is one of shelly, iotawatt'),
        ({"source": "sma"}, "meter: \"from\" is 'sma'"),
        ({"source": "shelly"}, 'meter shelly: "url" is missing'),
        ({"source": "shelly", "url": "http://a b"}, "'http://a b' is no address of a Shelly"),
        ({"source": "shelly", "url": "http://h", "chanel": 1}, 'did you mean "channel"?'),
        ({"source": "shelly", "url": "http://h", "channel": -1}, '"channel" is -1; allowed is a whole number from 0'),
        ({"source": "shelly", "url": "http://h", "channel": (0, 0)}, '"channel" is (0, 0)'),
        ({"source": "shelly", "url": "http://h", "channel": True}, '"channel" is True'),
        ({"source": "shelly", "url": "http://h", "wired": "112"}, "\"wired\" is '112'"),
        ({"source": "shelly", "url": "http://h", "every_s": 0.1}, '"every_s" is 0.1; allowed is 0.5 to 60'),
        ({"source": "iotawatt", "url": "http://h"}, '"inputs" is None; allowed are up to 3 texts'),
        ({"source": "iotawatt", "url": "http://h", "inputs": ()}, '"inputs" is ()'),
        ({"source": "iotawatt", "url": "http://h", "inputs": ("a", 2)}, "\"inputs\" is ('a', 2)"),
    ],
)
def test_a_slip_names_the_key(options: dict[str, Any], said: str) -> None:
    """Before anything is asked."""
    with pytest.raises(FeedSetupError) as raised:
        opened("meter", None, None, options)
    assert said in str(raised.value)


def test_a_limit_from_nowhere_is_a_slip() -> None:
    """It says from where it may come."""
    with pytest.raises(FeedSetupError, match="limit: \"from\" is 'shelly'; allowed is one of http, mqtt"):
        opened("limit", None, None, {"source": "shelly"})
