"""audiconnectpy in its two shapes; the log-in itself is not tested, and works for nobody since 2026."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from lib.cars import CarError, CarSetupError, CarSource
from lib.cars.audi import PACKAGE, parse_vehicle
from lib.core.car import CarReading

from .builders import NOW, opened
from .packages import install, uninstall

VIN = "WAUZZZINVENTED101"
AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CHARGING: dict[str, Any] = {
    "battery_status": {"current_soc_pct": 46, "cruising_range_electric_km": 190, "car_captured_timestamp": AT},
    "charging_status": {"charging_state": True, "charge_power_kw": 6.8},
    "charging_settings": {"target_soc_pct": 80},
    "plug_status": {"plug_connection_state": True, "external_power": True},
}
FULL = CarReading(source="Audi", soc_pct=46.0, as_of=AT, limit_pct=80.0, plugged=True, charging=True, range_km=190.0)


def objects(found: Any) -> Any:
    """Dictionaries as objects with attributes."""
    if not isinstance(found, dict):
        return found
    return SimpleNamespace(**{name: objects(value) for name, value in found.items()})


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Any:
    """audiconnectpy, with an account that has our car and another one."""
    module = install(monkeypatch, PACKAGE)
    account = module.Account(charging={VIN: CHARGING, "OTHER": {}})
    monkeypatch.setattr(module.AudiConnect, "account", account, raising=False)
    return module


def car(**options: Any) -> CarSource:
    """The source of the owner."""
    return opened({"audi": "hush"}, source="audi", vin=VIN.lower(), user="me@example.org", **options)


def test_both_shapes_say_the_same() -> None:
    """A dictionary in one copy, objects in the other."""
    assert FULL == parse_vehicle("Audi", SimpleNamespace(charging=CHARGING), now=NOW)
    assert FULL == parse_vehicle("Audi", SimpleNamespace(charging=objects(CHARGING)), now=NOW)


@pytest.mark.parametrize("part", CHARGING)
def test_any_part_may_be_missing(part: str) -> None:
    """What is not there is unknown."""
    rest = {name: value for name, value in CHARGING.items() if name != part}
    for charging in (rest, objects(rest), rest | {part: None}, None):
        reading = parse_vehicle("Audi", SimpleNamespace(charging=charging), now=NOW)
        assert {None, 46.0} >= {reading.soc_pct}
    assert CarReading(source="Audi") == parse_vehicle("Audi", SimpleNamespace(), now=NOW)


@pytest.mark.parametrize(
    ("stamp", "as_of"),
    [
        ("2026-11-20T06:00:00Z", AT),
        (AT + timedelta(days=1), None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        ("0001-01-01T00:00:00Z", None),
        (datetime(2026, 11, 20, 6), None),
        (None, None),
    ],
)
def test_the_first_year_is_never(stamp: object, as_of: datetime | None) -> None:
    """So the service says that the car never told."""
    charging = CHARGING | {"battery_status": {"current_soc_pct": 46, "car_captured_timestamp": stamp}}
    assert as_of == parse_vehicle("Audi", SimpleNamespace(charging=charging), now=NOW).as_of


@pytest.mark.parametrize("as_list", [False, True])
async def test_the_car_is_loaded_by_the_log_in_and_then_asked_again(package: Any, as_list: bool) -> None:
    """One log-in; the cars may be a list or a dictionary."""
    account = package.AudiConnect.account
    account.as_list = as_list
    it = car(country="be", model="e-tron")
    assert (900.0, True) == (it.floor_s, it.sparing)
    assert FULL == await it.read()
    account.charging[VIN] = CHARGING | {"plug_status": {"plug_connection_state": False}}
    assert (await it.read()).plugged is False
    assert [("me@example.org", "hush", "BE", "e-tron")] == account.made
    assert ["login", f"update {VIN}"] == account.asked
    await it.close()


async def test_an_absent_package_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to use instead."""
    uninstall(monkeypatch, PACKAGE)
    it = car()
    with pytest.raises(CarSetupError, match=r"^audi: not installed, use eu_data_act, mqtt or http"):
        await it.read()
    await it.close()


@pytest.mark.parametrize("is_raised", [True, False])
async def test_after_one_refused_log_in_nothing_is_asked(package: Any, is_raised: bool) -> None:
    """Wrong passwords that are repeated lock the account."""
    account = package.AudiConnect.account
    account.fault = package.AuthorizationError("wrong") if is_raised else None
    account.is_let_in = False
    it = car()
    for _ in range(3):
        with pytest.raises(
            CarSetupError, match=r"Audi refuses the log-in\. It is not tried again before the next start"
        ):
            await it.read()
    account.fault = None
    with pytest.raises(CarSetupError):
        await it.read()
    assert ["login"] == account.asked
    await it.close()


async def test_other_troubles_are_told_and_tried_again(package: Any) -> None:
    """Those of the package, of the network, and of an answer that it does not understand."""
    account = package.AudiConnect.account
    it = car()
    for fault, said in (
        (package.HttpRequestError("HTTP 503"), r"Audi cannot be asked now \(HTTP 503\)"),
        (aiohttp.ServerDisconnectedError(), "Audi cannot be asked now"),
        (KeyError("data"), r"audiconnectpy does not understand the answer \(KeyError\)"),
        (TimeoutError(), "Audi does not answer within 28 s"),
    ):
        account.fault = fault
        with pytest.raises(CarError, match=said):
            await it.read()
    account.fault = None
    assert FULL == await it.read()
    await it.close()


async def test_a_car_that_the_account_does_not_have_is_told(package: Any) -> None:
    """With those that it has; and a password that is not there."""
    package.AudiConnect.account.charging = {"OTHER": {}}
    it = car()
    with pytest.raises(CarSetupError, match=f"\"vin\" is '{VIN}'; the account has OTHER"):
        await it.read()
    await it.close()
    it = opened({}, source="audi", vin=VIN, user="me")
    with pytest.raises(CarSetupError, match='"audi" is missing in the secrets'):
        await it.read()
    await it.close()
