"""The door where chargers dial in: who is let in, what is answered, and what it survives."""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ocpp.messages import get_validator  # type: ignore[import-untyped]  # it has no types
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from lib.chargers import ChargerSetupError
from lib.chargers.ocpp_central import Central
from lib.chargers.ocpp_lines import FULL, FULL_S, LINES_EACH, MOST_WAITING, MOST_WAITING_EACH, Seldom
from lib.clock import TurnedClock
from lib.core.charger import Plug
from tests.sim.builders import NOON
from tests.waiting import LIMIT_S

from .ocpp_bench import HOST, Bench, until

OCPP = Subprotocol("ocpp1.6")
BOOT = {"chargePointModel": "Sim", "chargePointVendor": "Local"}


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A central system that listens, and expects CP_1."""
    bench = Bench()
    bench.driver("CP_1")
    await bench.central.open()
    yield bench
    await bench.close()


def dial(bench: Bench, path: str = "/CP_1", *, speaks: str | None = OCPP, password: str | None = None) -> connect:
    """A line to it, as a charger opens one."""
    secret = base64.b64encode(f"CP_1:{password}".encode()).decode()
    return connect(
        bench.url + path,
        subprotocols=[Subprotocol(speaks)] if speaks else None,
        additional_headers={"Authorization": f"Basic {secret}"} if password else None,
        proxy=None,
    )


async def ask(line: ClientConnection, number: str, action: str, said: dict[str, Any]) -> Any:
    """A call, and the frame that answers it; calls of the other end are let pass."""
    await line.send(json.dumps([2, number, action, said]))
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame = json.loads(await line.recv())
            if frame[0] != 2 and frame[1] == number:
                return frame


async def read_all(reader: asyncio.StreamReader) -> bytes:
    """What comes until it is over, however it ends."""
    with contextlib.suppress(ConnectionResetError):
        return await reader.read()
    return b""


async def hear_all(line: ClientConnection) -> None:
    """Hear it until it is closed, which is raised."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            await line.recv()


async def knock(bench: Bench, opened: contextlib.AsyncExitStack, address: str = HOST) -> asyncio.StreamReader:
    """A line that says nothing."""
    reader, writer = await asyncio.open_connection(HOST, bench.central.port, local_addr=(address, 0))
    opened.callback(writer.transport.abort)
    return reader


async def test_who_only_knocks_keeps_no_charger_out(bench: Bench) -> None:
    """From one address there may be so many that say nothing; from another one a charger dials in all the same."""
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(MOST_WAITING_EACH):
            await knock(bench, opened, "127.0.0.2")
        too_many = await knock(bench, opened, "127.0.0.2")
        async with asyncio.timeout(LIMIT_S):
            assert b"" == await read_all(too_many)
        async with dial(bench) as line:
            assert 3 == (await ask(line, "1", "Heartbeat", {}))[0]


async def test_a_crowd_at_the_door_has_an_end_and_a_place_becomes_free_again(bench: Bench) -> None:
    """However many addresses it has: the files of this process are for the cars."""
    async with contextlib.AsyncExitStack() as opened:
        for number in range(MOST_WAITING):
            await knock(bench, opened, f"127.0.1.{number + 1}")
        too_many = await knock(bench, opened, "127.0.2.1")
        async with asyncio.timeout(LIMIT_S):
            assert b"" == await read_all(too_many)
    async with asyncio.timeout(LIMIT_S):
        while True:
            with contextlib.suppress(OSError, EOFError, InvalidMessage):
                async with dial(bench) as line:
                    assert 3 == (await ask(line, "1", "Heartbeat", {}))[0]
                break


async def test_a_charger_that_dials_in_without_end_holds_two_lines_and_no_more_files(bench: Bench) -> None:
    """Each line of it hangs up on the one before; those that do not listen to that are not kept."""
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(3 * MOST_WAITING):
            reader, writer = await asyncio.open_connection(HOST, bench.central.port)
            opened.callback(writer.transport.abort)
            writer.write(
                b"GET /CP_1 HTTP/1.1\r\nHost: pi\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            async with asyncio.timeout(LIMIT_S):
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    await reader.readuntil(b"\r\n\r\n")
            assert bench.central._lines._all <= MOST_WAITING + LINES_EACH + 1


def test_that_there_are_no_files_left_is_said_seldom() -> None:
    """It comes at each try, with a stack trace; all else it says stands."""
    clock = TurnedClock(NOON)
    seldom = Seldom(clock)
    full, other = (logging.makeLogRecord({"msg": msg}) for msg in (f"{FULL}\nsocket: x", "Task exception"))
    assert [True, False, False] == [seldom.filter(full) for _ in range(3)]
    assert seldom.filter(other)
    clock.turn(FULL_S)
    assert seldom.filter(full)


@pytest.mark.parametrize("path", ["/CP_1", "/ocpp/CP_1", "/CP_1/", "/some/where/CP_1?x=1", "/CP%5F1"])
async def test_the_name_is_the_end_of_the_path(bench: Bench, path: str) -> None:
    """Whatever the maker puts before it."""
    async with dial(bench, path) as line:
        assert OCPP == line.subprotocol
        answer = await ask(line, "1", "BootNotification", BOOT)
    assert "Accepted" == answer[2]["status"]


async def test_who_is_not_expected_is_refused_and_named(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The owner copies the name from the log into config.py; it stands there once."""
    for _ in range(3):
        with pytest.raises(InvalidStatus) as refusal:
            await dial(bench, "/NEW_ONE")
        assert 404 == refusal.value.response.status_code
    told = [record.message for record in caplog.records]
    assert 1 == len(told)
    assert '"make": "ocpp", "address": "NEW_ONE"' in told[0]


async def test_names_that_are_none_do_no_harm(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Long ones are cut, strange signs made readable, and many of them do not fill the log."""
    for number in range(30):
        with pytest.raises(InvalidStatus):
            await dial(bench, f"/{number}" + "x" * 500 + "%0A%1B")
    assert 20 == len(caplog.records)
    assert all(len(record.message) < 250 and "\x1b" not in record.message for record in caplog.records)


async def test_a_password_opens_where_one_is_set(caplog: pytest.LogCaptureFixture) -> None:
    """Basic, with the charger's name; another one, or none, is refused, and the log says so without telling it."""
    bench = Bench()
    bench.driver("CP_1", password="geheim")
    await bench.central.open()
    try:
        for password in (None, "falsch"):
            with pytest.raises(InvalidStatus) as refusal:
                await dial(bench, password=password)
            assert 401 == refusal.value.response.status_code
        assert "geheim" not in caplog.text
        assert "falsch" not in caplog.text
        async with dial(bench, password="geheim") as line:
            assert 3 == (await ask(line, "1", "Heartbeat", {}))[0]
    finally:
        await bench.close()


async def test_another_version_is_refused_and_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The sentence says what to choose in the app; who names no version is taken at his word."""
    with pytest.raises(InvalidStatus):
        await dial(bench, speaks="ocpp2.0.1")
    assert "choose OCPP 1.6 (JSON)" in caplog.text
    async with dial(bench, speaks=None) as line:
        assert 3 == (await ask(line, "1", "Heartbeat", {}))[0]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("BootNotification", BOOT),
        ("Heartbeat", {}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
        ("Authorize", {"idTag": "CARD"}),
        ("StartTransaction", {"connectorId": 1, "idTag": "C", "meterStart": 1, "timestamp": "2026-11-20T03:35:24Z"}),
        ("StopTransaction", {"transactionId": 1, "meterStop": 2, "timestamp": "2026-11-20T03:35:24Z"}),
        ("MeterValues", {"connectorId": 1, "meterValue": []}),
        ("DataTransfer", {"vendorId": "somebody"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
    ],
    ids=str,
)
async def test_every_call_of_a_charger_is_answered_as_the_standard_wants(
    bench: Bench, action: str, said: dict[str, Any]
) -> None:
    """The answers hold against the schemas, which we ourselves do not look at."""
    async with dial(bench) as line:
        kind, _, answer = await ask(line, "1", action, said)
    assert 3 == kind
    get_validator(3, action, "1.6").validate(answer)


@pytest.mark.parametrize("action", ["SecurityEventNotification", "NoSuchThing"])
async def test_what_is_not_known_is_said_to_be(bench: Bench, action: str) -> None:
    """An error with a code of the standard, and the line stays open."""
    async with dial(bench) as line:
        kind, _, code, *_ = await ask(line, "1", action, {})
        assert (4, True) == (kind, code in {"NotImplemented", "NotSupported"})
        assert 3 == (await ask(line, "2", "Heartbeat", {}))[0]


GARBAGE = [
    "",
    "[",
    "{}",
    "[]",
    "[2]",
    '[2,"1"]',
    '[2,"1",["x"],{}]',
    '[2,1,"Heartbeat",{}]',
    '[2,"1","Heartbeat",[]]',
    '[3,"dm1",{}]',
    '[3,"nobody",{"status":"Accepted"}]',
    '[4,"nobody"]',
    '[9,"1","x",{}]',
    "[" * 5000,
    json.dumps([2, "1", "DataTransfer", {"vendorId": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}}])
    + " " * 100,
    '[2,"1","MeterValues",{"connectorId":"x","meterValue":[{"sampledValue":[{"value":null},7,{"value":"NaN"}]},3]}]',
    '[2,"1","StatusNotification",{"connectorId":1e99,"status":7}]',
    '[2,"1","StatusNotification",{"connectorId":77,"errorCode":"NoError","status":"Charging"}]',
    '[2,"1","StatusNotification",{"connectorId":1,"errorCode":null,"status":"NoWordWeKnow"}]',
    '[2,"1","StartTransaction",{"connectorId":null,"meterStart":"x"}]',
    '[2,"1","StopTransaction",{"transactionId":"x"}]',
    '[2,"1","BootNotification",{"self":1,"said":2}]',
]


async def test_garbage_is_passed_over(bench: Bench) -> None:
    """The line stays open, and what follows counts."""
    async with dial(bench) as line:
        for frame in GARBAGE:
            await line.send(frame)
        await line.send(b"\xff\x00")
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
        assert 3 == (await ask(line, "z", "StatusNotification", status))[0]
        assert Plug.CONNECTED is bench.charger._connector.plug
        assert len(bench.charger._station.connectors) <= 3


async def test_a_frame_without_end_ends_the_line(bench: Bench) -> None:
    """And the next line is as good as new."""
    async with dial(bench) as line:
        await line.send("[" + " " * 100_000)
        with pytest.raises(ConnectionClosed):
            await hear_all(line)
    async with dial(bench) as line:
        assert 3 == (await ask(line, "1", "Heartbeat", {}))[0]


async def test_transactions_have_numbers_that_grow(bench: Bench) -> None:
    """Also two in the same second."""
    begin = {"connectorId": 1, "idTag": "C", "meterStart": 1, "timestamp": "2026-11-20T03:35:24Z"}
    async with dial(bench) as line:
        numbers = [(await ask(line, str(n), "StartTransaction", begin))[2]["transactionId"] for n in range(3)]
    assert sorted(set(numbers)) == numbers


async def test_a_port_that_is_taken_is_said(bench: Bench) -> None:
    """The sentence names the setting."""
    with pytest.raises(ChargerSetupError, match="ocpp_door"):
        await Central(HOST, bench.central.port).open()


async def test_it_closes_with_chargers_on_the_line(bench: Bench) -> None:
    """Twice is harmless."""
    async with dial(bench) as line:
        await until(lambda: bench.charger._station.session)
        async with asyncio.timeout(LIMIT_S):
            await bench.central.close()
            await bench.central.close()
        with pytest.raises(ConnectionClosed):
            await hear_all(line)
    assert None is bench.charger._station.session


def test_its_library_is_loaded_only_where_it_is_used() -> None:
    """No import of it, nor of the driver, but inside a function."""
    import subprocess
    import sys

    code = "import lib.chargers.point, lib.commands.devices, sys; print([m for m in sys.modules if 'ocpp' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == found.stdout
