"""The portal of the EU Data Act by a client of the connector's shape; the log-in itself is not tested."""

import asyncio
import io
import json
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from lib.cars import CarError, CarSetupError, CarSource, eu_data_act
from lib.cars.eu_data_act import MODULE
from lib.core.car import CarReading
from tests.fakes.served import served
from tests.waiting import LIMIT_S

from .builders import NOW, opened
from .packages import install, uninstall

VIN = "WAUZZZINVENTED101"


def file(soc: str | None, *, at: str = "2026-11-20T06:00:00Z") -> dict[str, Any]:
    """A file of the portal with one value, or none."""
    value = {"key": "k", "dataFieldName": "state_of_charge", "value": soc, "timestampUtc": at}
    return {"vin": VIN, "user_id": "u", "Data": [value] if soc else []}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The connector's module, with an account that has one file."""
    module = install(monkeypatch, MODULE)
    account = module.Account()
    account.files["a.zip"] = "2026-11-20T06:00:41Z", file("57")
    monkeypatch.setattr(module.EudaApiClient, "account", account, raising=False)
    return module


def car(**options: Any) -> CarSource:
    """The source of the owner."""
    secrets = {"eu_data_act": "hush"}
    return opened(secrets, source="eu_data_act", vin=VIN.lower(), user="me@example.org", **options)


async def test_the_newest_file_is_read(client: Any) -> None:
    """Whoever logs in is who the owner wrote; not oftener than each 15 min, and the car does not wake by it."""
    it = car(brand="Skoda")
    assert (900.0, False) == (it.floor_s, it.sparing)
    expected = CarReading(source="EU Data Act", soc_pct=57.0, as_of=datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert expected == await it.read()
    account = client.EudaApiClient.account
    options = {"country": "be", "language": "nl", "brand": "SKODA", "timeout": 10}
    assert [("me@example.org", "hush", options)] == account.logins
    assert [f"metadata {VIN} partial", f"list {VIN} partial", "download a.zip"] == account.asked
    await it.close()
    assert account.is_closed


async def test_a_file_is_downloaded_once(client: Any) -> None:
    """Also when files without content come after it."""
    account = client.EudaApiClient.account
    it = car()
    first = await it.read()
    account.files["b_no_content_found.zip"] = "2026-11-20T06:15:40Z", None
    account.asked.clear()
    assert first == await it.read()
    assert [f"list {VIN} partial"] == account.asked
    account.files["c.zip"] = "2026-11-20T06:14:00Z", file("58")
    assert 58.0 == (await it.read()).soc_pct
    await it.close()


async def test_the_newest_file_with_a_state_of_charge_counts(client: Any) -> None:
    """A file holds what changed; those since the last look are gone through, but not for ever."""
    account = client.EudaApiClient.account
    for number in range(9):
        account.files[f"b{number}.zip"] = f"2026-11-20T06:0{number}:50Z", file("60" if number == 6 else None)
    it = car()
    assert 60.0 == (await it.read()).soc_pct
    assert ["download b8.zip", "download b7.zip", "download b6.zip"] == account.asked[2:]
    account.files["c.zip"] = "2026-11-20T06:12:00Z", file(None)
    assert (await it.read()).soc_pct is None
    await it.close()


async def test_a_connector_that_is_not_installed_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; the source can be opened all the same."""
    uninstall(monkeypatch, MODULE)
    it = car()
    said = (
        r"not installed: \.venv/bin/pip install carconnectivity==0\.11\.11 carconnectivity-connector-vw-eu-data-act=="
    )
    with pytest.raises(CarSetupError, match=said):
        await it.read()
    await it.close()


async def test_a_refused_log_in_sends_the_owner_to_a_browser(client: Any) -> None:
    """Terms that are not accepted are the usual reason; the password is in no sentence."""

    def fault() -> None:
        raise client.AuthError("Login interrupted: terms and conditions")

    client.EudaApiClient.account.fault = fault
    it = car()
    with pytest.raises(CarSetupError) as raised:
        await it.read()
    assert "refuses the log-in (Login interrupted: terms and conditions). Open https://eu-data-act" in str(raised.value)
    assert "in a browser once" in str(raised.value)
    assert "hush" not in str(raised.value)
    await it.close()


async def test_an_order_that_was_not_made_is_told(client: Any) -> None:
    """And one that was made anew is found by itself."""
    account = client.EudaApiClient.account
    account.identifier = None
    it = car()
    with pytest.raises(CarError, match=f"has no order for {VIN}: in the portal .* order continuous data each 15 min"):
        await it.read()
    account.identifier = "one"
    assert 57.0 == (await it.read()).soc_pct
    account.identifier = "two"
    with pytest.raises(CarError, match="does not answer as it should"):
        await it.read()
    assert 57.0 == (await it.read()).soc_pct
    account.files.clear()
    with pytest.raises(CarError, match="has no file yet: the first one comes some hours after the order"):
        await it.read()
    await it.close()


async def test_too_many_questions_and_odd_answers_are_told(client: Any) -> None:
    """Of another family of errors than the rest."""
    account = client.EudaApiClient.account
    it = car()

    def often() -> None:
        raise client.TooManyRequestsError("GET -> HTTP 429", retry_after=600)

    account.fault = often
    with pytest.raises(CarError, match="EU Data Act was asked too often") as raised:
        await it.read()
    assert 600 == raised.value.again_s
    account.fault = None
    account.files = {"a.zip": ("never", ["odd"])}
    with pytest.raises(CarError, match="EU Data Act delivers a file in a form that is not known here"):
        await it.read()
    account.files = {"a.zip": ()}
    with pytest.raises(CarError, match=r"answers in a form that is not known here \(ValueError\)"):
        await it.read()
    await it.close()


async def test_a_portal_that_hangs_holds_nobody_up(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits in a thread of its own; meanwhile nothing is asked a second time."""
    monkeypatch.setattr(eu_data_act, "READ_S", 0.1)
    go_on = threading.Event()
    client.EudaApiClient.account.fault = lambda: go_on.wait(10)
    it = car()
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(CarError, match="does not answer within 0 s"):
            await it.read()
        with pytest.raises(CarError, match="has not answered the last question yet"):
            await it.read()
        await it.close()
        assert 1 == len(client.EudaApiClient.account.asked)
        go_on.set()
        [thread] = [one for one in threading.enumerate() if one.name == "EU Data Act"]
        assert thread.daemon
        await asyncio.to_thread(thread.join)
        monkeypatch.setattr(eu_data_act, "READ_S", 5.0)
        assert 57.0 == (await it.read()).soc_pct
    await it.close()


async def test_a_delivery_without_stamps_is_as_old_as_what_it_tells_of(client: Any) -> None:
    """A file is made a quarter of an hour after."""
    content = {"vin": VIN, "user_id": "u", "Data": [{"key": "k", "dataFieldName": "hv_soc", "value": "31"}]}
    client.EudaApiClient.account.files = {"a.zip": ("2026-11-20T06:00:00Z", content)}
    it = car()
    reading = await it.read()
    assert (31.0, NOW - timedelta(minutes=30)) == (reading.soc_pct, reading.as_of)
    await it.close()


async def test_the_real_connector_reads_a_portal_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is installed: all but its log-in, from the order to the zip; elsewhere its shape stands for it."""
    real = pytest.importorskip(MODULE)
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(f"{request.path} {request.headers.get('type')} {request.headers.get('filename')}")
        match request.path.rsplit("/", 1)[-1]:
            case "partial":
                return web.json_response({"Identifier": "order"})
            case "list":
                names = {"a.zip": "06:00:41", "b_no_content_found.zip": "06:15:40"}
                listed = [{"name": name, "createdOn": f"2026-11-20T{at}Z"} for name, at in names.items()]
                return web.json_response(listed if len(asked) < 5 else {"error": "gone"}, status=200)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("data.json", json.dumps(file("57")))
        return web.Response(body=packed.getvalue())

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with served(application) as url:
        monkeypatch.setattr(real, "BASE_URL", url)
        monkeypatch.setattr(real.EudaApiClient, "login", lambda _: None)
        it = car()
        assert 57.0 == (await it.read()).soc_pct
        assert 57.0 == (await it.read()).soc_pct
        with pytest.raises(CarError, match="has no file yet"):
            await it.read()
        await it.close()
    base = f"/proxy_api/euda-apim/datadelivery/vehicles/{VIN}/order"
    assert [f"{base}/list partial None", f"{base}/download partial a.zip"] == asked[1:3]
    assert 600 == real.TooManyRequestsError("x", retry_after=600).retry_after
    assert issubclass(real.AuthError, real.ApiError)
