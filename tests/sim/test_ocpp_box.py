"""The box that dials in, heard by a bare websocket server: what it says, and what it makes of what it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, Fault
from lib.sim.ocpp_box import OcppBox, open_ocpp_box
from lib.sim.ocpp_memory import Quirks
from tests.waiting import LIMIT_S

from .builders import NOON

OCPP = Subprotocol("ocpp1.6")


class Desk:
    """A server that answers as the standard wants, and keeps what it heard."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}
        self.line: ServerConnection | None = None
        self.paths: list[str] = []

    async def talk(self, line: ServerConnection) -> None:
        """Hear one charger."""
        self.line = line
        self.paths.append(line.request.path if line.request else "")
        async for text in line:
            kind, number, *rest = json.loads(text)
            if kind != 2:
                self.answers[number] = [kind, *rest]
                continue
            self.calls.append((rest[0], rest[1]))
            time = {"currentTime": NOON.strftime("%Y-%m-%dT%H:%M:%SZ")}
            answers: dict[str, dict[str, Any]] = {
                "BootNotification": {**time, "interval": 300, "status": "Accepted"},
                "Heartbeat": time,
                "Authorize": {"idTagInfo": {"status": "Accepted"}},
                "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
            }
            await line.send(json.dumps([3, number, answers.get(rest[0], {})]))

    async def ask(self, action: str, said: dict[str, Any]) -> list[Any]:
        """Ask the charger something; its answer."""
        assert self.line
        number = f"q{len(self.answers)}"
        await self.line.send(json.dumps([2, number, action, said]))
        await until(lambda: number in self.answers)
        return self.answers[number]

    @property
    def states(self) -> list[str]:
        """The words in which its connector told how it is."""
        return [said["status"] for action, said in self.calls if action == "StatusNotification" and said["connectorId"]]


async def until(is_so: Callable[[], object]) -> None:
    """Wait for something to be so, but not for ever."""
    async with asyncio.timeout(LIMIT_S):
        while not is_so():  # noqa: ASYNC110 - neither end tells anybody what it heard
            await asyncio.sleep(0.01)


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, str]]:
    """A server, and its address."""
    desk = Desk()
    async with serve(desk.talk, "127.0.0.1", 0, subprotocols=[OCPP]) as server:
        port = server.sockets[0].getsockname()[1]
        yield desk, f"ws://127.0.0.1:{port}"


@pytest.fixture
async def box(desk: tuple[Desk, str]) -> AsyncIterator[OcppBox]:
    """One with a car on its cable, that has told how it is."""
    point = ChargePoint(start=NOON, car=Car(soc_pct=40), lag_s=0.0, ramp_s=1.0)
    box = await open_ocpp_box(point, desk[1], quirks=Quirks())
    await until(lambda: desk[0].states == ["Preparing"])
    yield box
    await box.close()
    assert [] == box.slips


def a_profile(limit: float, **known: Any) -> dict[str, Any]:
    """SetChargingProfile with a default profile."""
    schedule = {
        "chargingRateUnit": "A",
        "startSchedule": NOON.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        **known,
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    return {"connectorId": 1, "csChargingProfiles": profile}


async def test_it_says_who_it_is_and_how(desk: tuple[Desk, str], box: OcppBox) -> None:
    """Boot, the charger itself, its connector."""
    actions = [action for action, _ in desk[0].calls]
    assert ["BootNotification", "StatusNotification", "StatusNotification"] == actions
    assert ["/CP_1"] == desk[0].paths
    assert (NOON, 0.0) == (box.now, box.offer_a)


async def test_a_card_starts_it_and_a_profile_bounds_it(desk: tuple[Desk, str], box: OcppBox) -> None:
    """Without one it gives all it has; with one what that says, until it has lapsed."""
    box.present_card()
    await until(lambda: box.transaction == 7)
    box.step(5)
    assert 16 * 3 * 230 == box.point.power_w
    assert [3, {"status": "Accepted"}] == await desk[0].ask("SetChargingProfile", a_profile(10.0, duration=60))
    box.step(5)
    assert 10 * 3 * 230 == box.point.power_w
    box.step(60)
    assert 16 * 3 * 230 == box.point.power_w
    await until(lambda: desk[0].states[-1] == "Charging")


async def test_remote_orders_start_and_stop_it(desk: tuple[Desk, str], box: OcppBox) -> None:
    """And it tells each of them."""
    assert [3, {"status": "Accepted"}] == await desk[0].ask("RemoteStartTransaction", {"idTag": "x", "connectorId": 1})
    await until(lambda: box.transaction == 7)
    assert [3, {"status": "Rejected"}] == await desk[0].ask("RemoteStopTransaction", {"transactionId": 8})
    assert [3, {"status": "Accepted"}] == await desk[0].ask("RemoteStopTransaction", {"transactionId": 7})
    await until(lambda: desk[0].states[-1] == "Finishing")
    assert "Remote" == dict(desk[0].calls)["StopTransaction"]["reason"]
    box.step(5)
    assert 0 == box.point.power_w


async def test_pulling_the_cable_ends_it(desk: tuple[Desk, str], box: OcppBox) -> None:
    """The transaction too; the next car begins another."""
    box.present_card()
    await until(lambda: box.transaction == 7)
    box.point.unplug()
    await until(lambda: desk[0].states[-1] == "Available")
    assert None is box.transaction
    box.point.plug_in()
    await until(lambda: desk[0].states[-1] == "Preparing")


async def test_it_tells_its_meter_as_often_as_it_is_set_to(desk: tuple[Desk, str], box: OcppBox) -> None:
    """By its own clock."""
    box.present_card()
    await until(lambda: box.transaction == 7)
    assert [3, {"status": "Accepted"}] == await desk[0].ask(
        "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "10"}
    )
    meters = [action for action, _ in desk[0].calls].count("MeterValues")
    box.step(10)
    await until(lambda: [action for action, _ in desk[0].calls].count("MeterValues") == meters + 1)


async def test_a_fault_and_a_lost_line(desk: tuple[Desk, str], box: OcppBox) -> None:
    """It says what is wrong, and dials in again with all that it knew."""
    box.point.fail(Fault.TOO_HOT)
    await until(lambda: desk[0].states[-1] == "Faulted")
    assert "HighTemperature" == desk[0].calls[-1][1]["errorCode"]
    await box.hang_up()
    await until(lambda: box.dialled == 2)


async def test_what_is_against_the_standard_is_noted(desk: tuple[Desk, str], box: OcppBox) -> None:
    """A limit of hundredths of amperes, for one."""
    await desk[0].ask("SetChargingProfile", a_profile(10.25))
    assert 1 == len(box.slips)
    box.slips.clear()


async def test_what_it_cannot_is_an_error(desk: tuple[Desk, str], box: OcppBox) -> None:
    """As a quirk, and for what it never heard of."""
    box.quirks.cannot = ("TriggerMessage",)
    kind, code, *_ = await desk[0].ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
    assert (4, "NotImplemented") == (kind, code)
    kind, *_ = await desk[0].ask("UnlockConnector", {"connectorId": 1})
    assert 4 == kind
