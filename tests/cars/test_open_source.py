"""From the owner's words to a source, or to a sentence that says what is wrong with them."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from lib.cars import SOURCES, CarSetupError, control_of
from tests.waiting import LIMIT_S

from .builders import opened

ROOT = Path(__file__).parents[2]
MANY: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "home_assistant": ({"url": "http://h:8123", "soc": "sensor.x"}, {"home_assistant": "t"}),
    "http": ({"url": "http://h/soc"}, {}),
    "mqtt": ({"url": "mqtt://h/topic"}, {}),
    "evcc": ({"url": "http://h:7070"}, {}),
    "smartcar": ({}, {"smartcar_token": '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}'}),
    "eu_data_act": ({"vin": "WAUZZZ", "user": "me@example.org"}, {"eu_data_act": "p"}),
    "audi": ({"vin": "WAUZZZ", "user": "me@example.org"}, {"audi": "p"}),
}


@pytest.mark.parametrize("name", SOURCES)
async def test_every_source_opens_without_network_or_package(name: str) -> None:
    """Nothing is asked before the first reading, and each says how often and how sparingly it is asked."""
    options, secrets = MANY[name]
    source = opened(secrets, source=name, title="My car", **options)
    assert source.floor_s > 0
    assert (name in {"smartcar", "audi"}) == source.sparing
    await source.close()
    assert len(asyncio.all_tasks()) == 1


async def test_no_package_is_imported_that_only_some_owners_have() -> None:
    """All sources are opened in a fresh Python."""
    script = (
        "import sys\n"
        "from tests.cars.test_open_source import MANY, opened\n"
        "for name, (options, secrets) in MANY.items():\n"
        "    opened(secrets, source=name, **options)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(LIMIT_S):
        known = set((await child.communicate())[0].decode().split())
    assert "aiohttp" in known
    assert {"requests", "carconnectivity", "carconnectivity_connectors", "audiconnectpy", "smartcar"}.isdisjoint(known)


@pytest.mark.parametrize("name", SOURCES)
async def test_every_source_takes_the_owners_pace(name: str) -> None:
    """The key "idle" allows or forbids asking a parked car; "floor_min" is the pace, within what the source bears."""
    options, secrets = MANY[name]
    source = opened(secrets, source=name, idle=False, floor_min=240, **options)
    assert (True, 14_400.0) == (source.sparing, source.floor_s)
    assert not opened(secrets, source=name, idle=True, **options).sparing
    with pytest.raises(CarSetupError, match=r'"floor_min" is 0; allowed is [\d.]+ to 1440'):
        opened(secrets, source=name, floor_min=0, **options)


def test_only_some_can_order_the_car() -> None:
    """Smartcar can, Home Assistant where it is given an entity; nobody else."""
    able = {name for name in SOURCES if control_of(opened(MANY[name][1], source=name, **MANY[name][0]))}
    assert {"smartcar"} == able
    options, secrets = MANY["home_assistant"]
    assert control_of(opened(secrets, source="home_assistant", start="switch.x", **options))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, '"from" is missing; it is one of home_assistant, http, mqtt, evcc, smartcar, eu_data_act, audi'),
        ({"source": "tesla"}, "\"from\" is 'tesla'; allowed is one of home_assistant, http"),
        ({"source": 3}, '"from" is 3; allowed is one of'),
        ({"source": "http"}, 'http: "url" is missing; it is a text, such as http://192.168.1.20/battery'),
        ({"source": "http", "url": 5}, 'http: "url" is 5; allowed is a text'),
        ({"source": "http", "url": " "}, 'http: "url" is empty'),
        ({"source": "http", "url": "ftp://h/x"}, "http: \"url\" is 'ftp://h/…'; allowed is an address such as"),
        ({"source": "http", "url": "http://[h"}, "allowed is an address"),
        ({"source": "http", "url": "http://h", "sok": "x"}, '"sok" is no key here; did you mean "soc"? Allowed are'),
        ({"source": "http", "url": "http://h", "scale": "100"}, "\"scale\" is '100'; allowed is a number from"),
        ({"source": "http", "url": "http://h", "scale": 0}, '"scale" is 0; allowed is 1e-06 to 1e+06'),
        ({"source": "http", "url": "http://h", "scale": True}, '"scale" is True; allowed is a number'),
        ({"source": "http", "url": "http://h", "idle": "yes"}, "\"idle\" is 'yes'; allowed is True or False"),
        (
            {"source": "http", "url": "http://h", "header": "secret"},
            '"header" is no header; write it as "Authorization',
        ),
        (
            {"source": "http", "url": "http://h", "header": "Authorization: Bearer {secret:tronity}"},
            'http: "tronity" is missing in the secrets',
        ),
        ({"source": "http", "url": "http://h/?key={secret:box}"}, 'http: "box" is missing in the secrets'),
        ({"source": "home_assistant", "url": "http://h:8123"}, '"soc" is missing; it is a text, such as "sensor.q4'),
        (
            {"source": "home_assistant", "url": "http://h", "soc": "sensor.x"},
            'home_assistant: "home_assistant" is missing in the secrets: it is a long-lived access token',
        ),
        (
            {"source": "home_assistant", "url": "http://h", "soc": "Sensor X"},
            "\"soc\" is 'Sensor X'; allowed is the name of an entity",
        ),
        (
            {"source": "home_assistant", "url": "http://h", "soc": "sensor.x", "start": "sensor.y"},
            "\"start\" is 'sensor.y'; allowed is a switch, input_boolean, button",
        ),
        (
            {"source": "home_assistant", "url": "http://h", "soc": "sensor.x", "stop": "switch.y"},
            '"stop" is no key here',
        ),
        ({"source": "evcc", "url": "http://h", "loadpoint": 0}, '"loadpoint" is 0; allowed is 1 to 50'),
        ({"source": "evcc", "url": "http://h", "loadpoint": 1.5}, '"loadpoint" is 1.5; allowed is a whole number'),
        ({"source": "evcc", "url": "http://h", "time": "then"}, "\"time\" is 'then'; allowed is one of now"),
        ({"source": "mqtt"}, 'mqtt: "url" is missing; it is a text, such as mqtt://192.168.1.20/teslamate'),
        ({"source": "mqtt", "url": "http://h/t"}, 'mqtt: "url" is no broker and topic'),
        ({"source": "mqtt", "url": "mqtt:///t"}, '"url" is no broker and topic'),
        ({"source": "mqtt", "url": "mqtt://h"}, '"url" needs a topic'),
        ({"source": "mqtt", "url": "mqtt://h:99999/t"}, '"url" is no broker and topic'),
        ({"source": "mqtt", "url": "mqtt://192.168.1..20/a"}, '"url" is no broker and topic'),
        ({"source": "mqtt", "url": "mqtt://h/+/soc"}, '"url" must name one topic'),
        ({"source": "mqtt", "url": "mqtt://h/t", "plug": "cars/#"}, '"plug" must name one topic'),
        ({"source": "smartcar", "vehicle": "V"}, '"smartcar_token" is missing in the secrets; connect the car again'),
        ({"source": "eu_data_act", "user": "me"}, 'eu_data_act: "vin" is missing'),
        (
            {"source": "eu_data_act", "vin": "W", "user": "me"},
            '"eu_data_act" is missing in the secrets: it is the pass',
        ),
        ({"source": "audi", "vin": "W", "user": "me", "model": "q4"}, "\"model\" is 'q4'; allowed is one of standard"),
    ],
)
def test_a_slip_is_told_with_its_key_and_what_is_allowed(options: dict[str, Any], said: str) -> None:
    """One sentence, at the start."""
    with pytest.raises(CarSetupError) as raised:
        opened(**options)
    assert said in str(raised.value)


def test_a_brand_that_the_portal_does_not_have_is_told() -> None:
    """With those that it has."""
    options, secrets = MANY["eu_data_act"]
    with pytest.raises(CarSetupError, match="\"brand\" is 'bmw'; allowed is one of audi, volkswagen"):
        opened(secrets, source="eu_data_act", brand="BMW", **options)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mqtt://pi:hush@broker/t", '"url" holds a password: put it under "mqtt@broker" in the secrets'),
        ("http://pi:hush@h/x", '"url" holds a password, which belongs into the secrets'),
    ],
)
def test_a_password_does_not_stand_in_the_options(url: str, said: str) -> None:
    """It goes into the secrets, and is not repeated."""
    with pytest.raises(CarSetupError) as raised:
        opened(source=url.partition(":")[0], url=url)
    assert said in str(raised.value)
    assert "hush" not in str(raised.value)


def test_what_smartcar_kept_must_be_that() -> None:
    """A text of another kind is told without its content."""
    with pytest.raises(CarSetupError) as raised:
        opened({"smartcar_token": "hush"}, source="smartcar")
    assert '"smartcar_token" in the secrets is not what was kept there' in str(raised.value)
    assert "hush" not in str(raised.value)
