"""A car by Smartcar: real HTTP against a Smartcar on loopback, whose tokens count once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from lib.cars import CarError, CarSetupError, control_of
from lib.cars.smartcar import Smartcar, open_smartcar
from lib.cars.smartcar_account import Origins, Tokens, parse_origins, parse_tokens, tokens_text
from lib.clock import TurnedClock
from lib.core.car import CarReading
from tests.fakes.smartcar import CLIENT, CLIENT_SECRET, OWN_ID, VIN, FakeSmartcar, fake_smartcar
from tests.fakes.smartcar import MEASURED as SAID

from .builders import NOW
from .recordings import recorded

HOUR = 3600.0
MEASURED = NOW - timedelta(minutes=33, seconds=50)


@pytest.fixture
async def cloud() -> AsyncIterator[FakeSmartcar]:
    """A Smartcar with one car."""
    async with fake_smartcar() as fake:
        yield fake


class Owner:
    """The owner's secrets, as the program shows them to its sources while it keeps new ones."""

    def __init__(self, **more: Any) -> None:
        tokens = Tokens(client_id=CLIENT, client_secret=CLIENT_SECRET, refresh_token="refresh-0")
        self.secrets = {"smartcar_token": tokens_text(tokens), **more}
        self.clock = TurnedClock(NOW)

    @property
    def tokens(self) -> Tokens:
        """What was kept last."""
        return parse_tokens(self.secrets["smartcar_token"])

    def keep(self, name: str, secret: str) -> None:
        """Keep one."""
        self.secrets[name] = secret

    @asynccontextmanager
    async def car(self, cloud: FakeSmartcar, **options: object) -> AsyncIterator[Smartcar]:
        """A source, until the block ends."""
        it = open_smartcar(
            {"from": "smartcar", **options},
            self.secrets,
            keep_secret=self.keep,
            clock=self.clock,
            origins=cloud.origins,
        )
        try:
            yield it
        finally:
            await it.close()


async def test_a_reading_is_as_old_as_the_car_says(cloud: FakeSmartcar) -> None:
    """Fractions become per cent; the header tells when the car measured."""
    async with Owner().car(cloud, vehicle=VIN.lower()) as car:
        expected = CarReading(
            source="Smartcar",
            as_of=MEASURED,
            soc_pct=63.0,
            limit_pct=80.0,
            plugged=True,
            charging=True,
            range_km=244.0,
        )
        assert expected == await car.read()


async def test_calls_are_saved(cloud: FakeSmartcar) -> None:
    """A reading is two calls; the car's id is asked for once in its life, its limit once a week."""
    owner = Owner()
    async with owner.car(cloud) as car:
        assert (90 * 60.0, True) == (car.floor_s, car.sparing)
        await car.read()
        assert ["GET vehicles", "GET vin", "GET battery", "GET charge", "GET charge/limit"] == cloud.calls
        cloud.calls.clear()
        owner.clock.turn(90 * 60)
        assert 80.0 == (await car.read()).limit_pct
        assert ["GET battery", "GET charge"] == cloud.calls
    cloud.calls.clear()
    async with owner.car(cloud) as car:  # after a restart
        await car.read()
    assert ["GET battery", "GET charge", "GET charge/limit"] == cloud.calls


async def test_each_new_token_is_kept_before_it_is_used(cloud: FakeSmartcar) -> None:
    """They live two hours; the one that renews them changes each time, and a restart goes on with what was kept."""
    owner = Owner()
    async with owner.car(cloud) as car:
        await car.read()
        assert ("refresh-1", "access-1", {VIN: OWN_ID}) == (
            owner.tokens.refresh_token,
            owner.tokens.access_token,
            owner.tokens.vehicles,
        )
        assert NOW + timedelta(hours=2) == owner.tokens.expires
        owner.clock.turn(1.5 * HOUR)
        await car.read()
        assert 1 == cloud.renewed
        owner.clock.turn(0.5 * HOUR)
        await car.read()
        assert (2, "refresh-2") == (cloud.renewed, owner.tokens.refresh_token)
    async with owner.car(cloud) as car:
        await car.read()
        assert 2 == cloud.renewed


async def test_a_token_that_died_early_is_renewed_once(cloud: FakeSmartcar) -> None:
    """Our clock may be wrong, or Smartcar withdrew it."""
    owner = Owner()
    async with owner.car(cloud) as car:
        await car.read()
        cloud.access_token = "another"
        assert 63.0 == (await car.read()).soc_pct
        assert 2 == cloud.renewed


async def test_two_cars_of_one_account_do_not_lock_each_other_out(cloud: FakeSmartcar) -> None:
    """Each sees what the other has kept, even where both renew."""
    cloud.vins = {OWN_ID: VIN, "second": "VIN2"}
    owner = Owner()
    async with owner.car(cloud, vehicle=VIN) as one, owner.car(cloud, vehicle="VIN2") as two:
        for _ in range(3):
            assert [63.0, 63.0] == [(await car.read()).soc_pct for car in (one, two)]
            owner.clock.turn(3 * HOUR)
        assert 3 == cloud.renewed


async def test_secrets_that_do_not_show_what_is_kept_do_no_harm(cloud: FakeSmartcar) -> None:
    """The source goes on with what it knows itself."""
    owner = Owner()
    kept: list[str] = []
    car = open_smartcar(
        {"from": "smartcar"},
        dict(owner.secrets),
        keep_secret=lambda _, text: kept.append(text),
        clock=owner.clock,
        origins=cloud.origins,
    )
    try:
        for _ in range(3):
            assert 63.0 == (await car.read()).soc_pct
            owner.clock.turn(3 * HOUR)
        assert "refresh-3" == parse_tokens(kept[-1]).refresh_token
    finally:
        await car.close()


async def test_a_token_that_is_spent_wants_a_new_log_in(cloud: FakeSmartcar) -> None:
    """Said without any token, with what to do."""
    cloud.refresh_token = "another"
    async with Owner().car(cloud) as car:
        with pytest.raises(CarSetupError) as raised:
            await car.read()
    assert "Smartcar refuses the log-in (Invalid or expired token): connect the car again" in str(raised.value)
    assert "refresh" not in str(raised.value)


@pytest.mark.parametrize(
    ("fault", "kind", "said", "again_s"),
    [
        (
            (409, {"type": "VEHICLE_STATE", "code": "ASLEEP", "description": "It is asleep."}, {}),
            CarError,
            "the car cannot be asked now (It is asleep); Smartcar is asked again later",
            None,
        ),
        ((429, {"type": "RATE_LIMIT"}, {"Retry-After": "7200"}), CarError, "the plan's calls are used up", 7200.0),
        ((429, {"type": "RATE_LIMIT"}, {}), CarError, "Smartcar was asked too often", None),
        ((403, {"description": "No permission"}, {}), CarSetupError, "may not do this with the car (No perm", None),
        ((404, {}, {}), CarSetupError, "does not know the car any more: connect the car again", None),
        ((501, {"description": "no EV"}, {}), CarSetupError, "this car cannot do that by Smartcar (no EV)", None),
        ((502, {}, {}), CarError, "Smartcar has trouble of its own (HTTP 502)", None),
        ((401, {}, {}), CarSetupError, "Smartcar refuses the token: connect the car again", None),
    ],
)
async def test_refusals_are_told_in_a_sentence(
    cloud: FakeSmartcar, fault: tuple[int, Any, dict[str, str]], kind: type[CarError], said: str, again_s: float | None
) -> None:
    """A car asleep and too many calls are usual; others want the owner."""
    cloud.faults["battery"] = fault
    async with Owner().car(cloud) as car:
        with pytest.raises(CarError) as raised:
            await car.read()
    assert (kind, again_s) == (type(raised.value), raised.value.again_s)
    assert said in str(raised.value)


async def test_a_state_of_charge_is_worth_having_alone(cloud: FakeSmartcar) -> None:
    """Not every car tells plug and limit, and not each time."""
    asleep: tuple[int, Any, dict[str, str]] = (409, {"type": "VEHICLE_STATE"}, {})
    cloud.faults = {"charge": asleep, "charge/limit": (501, {}, {})}
    async with Owner().car(cloud) as car:
        reading = await car.read()
        assert (63.0, None, None, None) == (reading.soc_pct, reading.plugged, reading.charging, reading.limit_pct)


async def test_a_battery_without_a_value_or_a_time_is_unknown(cloud: FakeSmartcar) -> None:
    """Never 0; a value above 1 is refused."""
    cloud.headers = {}
    cloud.battery = {"percentRemaining": None}
    async with Owner().car(cloud) as car:
        reading = await car.read()
        assert (None, None, None) == (reading.soc_pct, reading.as_of, reading.range_km)
        cloud.battery = {"percentRemaining": 63}
        with pytest.raises(CarError, match="Smartcar says 6300 %, which no battery has"):
            await car.read()


async def test_miles_become_kilometres(cloud: FakeSmartcar) -> None:
    """Where Smartcar answers in them all the same."""
    cloud.headers["sc-unit-system"] = "imperial"
    async with Owner().car(cloud) as car:
        assert 392.68 == round((await car.read()).range_km or 0, 2)


async def test_another_car_than_the_owner_named_is_told(cloud: FakeSmartcar) -> None:
    """With those that are there; without a name there must be one only."""
    async with Owner().car(cloud, vehicle="WRONG") as car:
        with pytest.raises(CarSetupError, match=f"\"vehicle\" is 'WRONG'; the account has {VIN}"):
            await car.read()
    cloud.vins["second"] = "VIN2"
    cloud.refresh_token = "refresh-0"
    async with Owner().car(cloud) as car:
        with pytest.raises(CarSetupError, match=f"\"vehicle\" is ''; the account has VIN2, {VIN}"):
            await car.read()


async def test_the_car_is_told_to_charge(cloud: FakeSmartcar) -> None:
    """Or says why it is not."""
    async with Owner().car(cloud) as car:
        control = control_of(car)
        assert control is not None
        await control.start()
        assert ([{"action": "START"}], "POST charge") == (cloud.orders, cloud.calls[-1])
        cloud.faults["charge"] = (409, {"description": "The vehicle is not plugged in."}, {})
        with pytest.raises(CarError, match=r"the car cannot be asked now \(The vehicle is not plugged in\)"):
            await control.start()


def test_other_places_come_from_the_environment() -> None:
    """The variables of Smartcar's own package."""
    environ = {"SMARTCAR_API_ORIGIN": "http://a", "SMARTCAR_AUTH_ORIGIN": "http://b/oauth/token"}
    expected = Origins(api="http://a", auth="http://b/oauth/token", connect="https://connect.smartcar.com")
    assert expected == parse_origins(environ)


def test_what_is_kept_can_be_read_again() -> None:
    """With its time and its cars; what an older or other hand wrote too, as far as it goes."""
    tokens = Tokens(
        client_id="c", client_secret="s", refresh_token="r", access_token="a", expires=NOW, vehicles={VIN: "id"}
    )
    assert tokens == parse_tokens(tokens_text(tokens))
    least = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}
    assert Tokens(client_id="c", client_secret="s", refresh_token="r") == parse_tokens(json.dumps(least))
    assert "refresh_token" not in repr(tokens)
    for text in ("", "[]", "{}", '{"client_id": "c"}', json.dumps(least | {"expires": "soon"})):
        with pytest.raises(CarSetupError, match="is not what was kept there"):
            parse_tokens(text)


async def test_recorded_answers_are_understood(cloud: FakeSmartcar) -> None:
    """Those of the folder of cases."""
    found = recorded("smartcar_v2_invented")
    if found is None:
        pytest.skip("DM_CASES names no such recording")
    cloud.battery, cloud.headers = found["battery"]["body"], found["battery"]["headers"]
    cloud.charge, cloud.limit = found["charge"]["body"], found["charge_limit"]["body"]
    async with Owner().car(cloud) as car:
        reading = await car.read()
        assert (63.0, MEASURED, True, True, 80.0) == (
            reading.soc_pct,
            reading.as_of,
            reading.plugged,
            reading.charging,
            reading.limit_pct,
        )
        for name in ("rate_limited", "asleep"):
            cloud.faults["battery"] = found[name]["status"], found[name]["body"], {}
            with pytest.raises(CarError):
                await car.read()


async def test_our_smartcar_speaks_as_smartcars_own_package_expects(
    cloud: FakeSmartcar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake is held to the package of Smartcar, where that is installed; nothing else needs it."""
    package = pytest.importorskip("smartcar")
    monkeypatch.setattr(package.config, "API_ORIGIN", cloud.url)
    access = cloud.tokens()["access_token"]
    [own] = (await asyncio.to_thread(package.get_vehicles, access)).vehicles
    vehicle = package.Vehicle(own, access)
    battery = await asyncio.to_thread(vehicle.battery)
    charge = await asyncio.to_thread(vehicle.charge)
    limit = await asyncio.to_thread(vehicle.get_charge_limit)
    assert (VIN, 0.63, 0.8) == ((await asyncio.to_thread(vehicle.vin)).vin, battery.percent_remaining, limit.limit)
    assert (True, "CHARGING") == (charge.is_plugged_in, charge.state)
    assert SAID == battery.meta.data_age
    await asyncio.to_thread(vehicle.start_charge)
    await asyncio.to_thread(vehicle.set_charge_limit, 0.85)
    assert [{"action": "START"}, {"limit": 0.85}] == cloud.orders
    cloud.faults["battery"] = 409, {"type": "VEHICLE_STATE", "code": "ASLEEP", "description": "It is asleep."}, {}
    with pytest.raises(package.SmartcarException, match="VEHICLE_STATE:ASLEEP"):
        await asyncio.to_thread(vehicle.battery)
