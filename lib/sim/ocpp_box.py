"""The box that speaks OCPP 1.6J: it dials in over a websocket, tells how it is, and takes charging profiles.

In: a charge point, where to dial in, quirks as attributes. Out: its frames. It checks what it is asked against the
schemas of the standard. Its clock is the charge point's, and profiles lapse by it. Knows no house.
Source: OCPP 1.6, edition 2, with errata 4, and the quirks that owners report.
"""

import asyncio
import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from lib.core.charger import LEAST_A
from lib.sim.charge_point import ChargePoint, Fault
from lib.sim.http_box import KEPT
from lib.sim.ocpp_limits import Limit, Stored
from lib.sim.ocpp_memory import OcppMemory, Quirks
from lib.sim.ocpp_wire import CannotError, OcppWire, Payload

SUBPROTOCOL = Subprotocol("ocpp1.6")
ERRORS = {Fault.RESIDUAL_CURRENT: "GroundFailure", Fault.PHASE: "PowerMeterFailure", Fault.TOO_HOT: "HighTemperature"}
TICK_S = 0.05  # it looks at itself so often
CARD = "CARD-1"


@dataclass(slots=True, kw_only=True)
class OcppBox:
    """A charger with one connector; made with `open_ocpp_box`.

    Attributes:
        point: the charge point behind it; url: where it dials in, without its name; name: by which it does.
        quirks: see there. password: which it gives; None: none.
        retry_s: it dials in again so long after it was hung up on.
        told: what it was asked to do, the newest last: actions with their payloads, also of what it refused.
        memory: its profiles and keys.
        transaction: the number of the one that runs. dialled: how often it dialled in; refused: how often in vain.
        ahead: what its clock was set on when it was told the time; slips: what the other end sent against the standard.

    """

    point: ChargePoint
    url: str
    name: str = "CP_1"
    password: str | None = None
    serial: str = "SIM-0001"
    quirks: Quirks = field(default_factory=Quirks)
    retry_s: float = 0.2
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    transaction: int | None = None
    dialled: int = 0
    refused: int = 0
    wanted_by: str | None = None  # whose transaction is to start
    ahead: timedelta = timedelta(0)
    slips: list[str] = field(default_factory=list)
    memory: OcppMemory = field(init=False)
    _stops: bool = False  # it was told to end the transaction
    _socket: ClientConnection | None = None
    _running: asyncio.Task[None] | None = None
    _status: str = ""
    _metered: datetime | None = None
    _set_at: datetime | None = None  # when its clock was set, by itself
    _was_asked: bool = False  # to tell its meter
    _ended: bool = False  # a transaction, with the car still there
    _set: Limit | None = None

    def __post_init__(self) -> None:
        self.memory = OcppMemory(self.quirks)

    @property
    def now(self) -> datetime:
        """The time by its own clock."""
        return self.point.at + self.ahead + timedelta(seconds=self.quirks.off_s)

    @property
    def status(self) -> str:
        """The word of the standard for how it is."""
        point = self.point
        if point.fault:
            return "Faulted"
        if point.car is None:
            return "Available"
        if self.transaction is None:
            return "Finishing" if self._ended else "Preparing"
        if point.is_charging:
            return "Charging"
        return "SuspendedEV" if point.permitted else "SuspendedEVSE"

    @property
    def offer_a(self) -> float:
        """What its profiles let it offer now; 0 while no transaction runs."""
        limit = self.memory.limit(self.now)
        if self.transaction is None:
            return 0.0
        return self.point.most_a if limit is None else min(limit.current_a, self.point.most_a)

    @property
    def profiles(self) -> list[Stored]:
        """Those that lie in it."""
        return self.memory.profiles

    @property
    def profile_orders(self) -> list[dict[str, Any]]:
        """The profiles that it was sent, taken or not."""
        return [said["csChargingProfiles"] for action, said in self.told if action == "SetChargingProfile"]

    def look(self) -> None:
        """Follow its profiles: what has lapsed holds no more."""
        limit = self.memory.limit(self.now)
        phases = self.point.phases if limit is None else min(limit.phases, self.point.phases)
        wanted = Limit(current_a=self.offer_a, phases=phases)
        if wanted != self._set:
            self._set = wanted
            self.point.tell(
                current_a=max(LEAST_A, wanted.current_a), paused=wanted.current_a < LEAST_A, phases=wanted.phases
            )
        self.point.look()

    def step(self, seconds: float) -> None:
        """Let time pass, second by second, for one whose charge point stands alone."""
        for _ in range(round(seconds)):
            self.point.step(1.0)
            self.look()

    async def open(self) -> None:
        """Begin to dial in."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Hang up and stay away; more than once is harmless."""
        running, self._running = self._running, None
        if running:
            running.cancel()
            await asyncio.wait({running})

    async def hang_up(self) -> None:
        """Lose the line; it dials in again."""
        if self._socket:
            await self._socket.close()

    def present_card(self) -> None:
        """The owner holds his card to it."""
        self.wanted_by = CARD

    def stop_by_hand(self) -> None:
        """The owner ends the transaction at it."""
        self._stops = self.transaction is not None

    async def _run(self) -> None:
        headers = None
        if self.password is not None:
            secret = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
            headers = {"Authorization": f"Basic {secret}"}
        while True:
            try:
                async with connect(
                    f"{self.url}/{self.name}",
                    subprotocols=[SUBPROTOCOL],
                    additional_headers=headers,
                    compression=None,
                    proxy=None,
                    close_timeout=0.5,
                ) as socket:
                    self.dialled += 1
                    await self._live(socket)
            except InvalidHandshake:
                self.refused += 1
            except (OSError, ConnectionClosed, TimeoutError, CannotError):
                pass  # it dials in again
            await asyncio.sleep(self.retry_s)

    async def _live(self, socket: ClientConnection) -> None:
        """One connection, until it breaks. Raises what broke it."""
        self._socket = socket
        wire = OcppWire(socket, self._answer)
        wire.slips, wire.delay_s = self.slips, self.quirks.delay_s
        hearing = asyncio.create_task(wire.run())
        telling = asyncio.create_task(self._tell(wire))
        try:
            await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._socket = None
            for task in (hearing, telling):
                task.cancel()
            await asyncio.wait({hearing, telling})
        for task in (hearing, telling):
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def _tell(self, wire: OcppWire) -> None:
        """Say what there is to say."""
        boot = {"chargePointModel": "Sim", "chargePointVendor": "Local", "chargePointSerialNumber": self.serial}
        booted = await wire.ask("BootNotification", boot)
        self._set_clock(booted)
        await wire.ask("StatusNotification", {"connectorId": 0, "errorCode": "NoError", "status": "Available"})
        self._status = ""
        while True:
            self.look()
            if self.point.is_down:
                await self.hang_up()
            await self._transact(wire)
            if self._set_at and self.now - self._set_at >= timedelta(seconds=booted["interval"]):
                self._set_clock(await wire.ask("Heartbeat", {}))
            if self.status != self._status:
                await self._tell_status(wire)
            if self._is_metering():
                await self._tell_meter(wire)
            await asyncio.sleep(TICK_S)

    def _set_clock(self, said: Payload) -> None:
        """Take the time from the other end."""
        self.ahead = datetime.fromisoformat(said["currentTime"]) - self.point.at
        self._set_at = self.now

    async def _tell_status(self, wire: OcppWire) -> None:
        self._status = self.status
        error = ERRORS[self.point.fault] if self.point.fault else "NoError"
        said = {"connectorId": 1, "errorCode": error, "status": self._status, "timestamp": _wire(self.now)}
        await wire.ask("StatusNotification", said)

    async def _transact(self, wire: OcppWire) -> None:
        """Start or end a transaction, when it is time."""
        if self._stops or (self.point.car is None and self.transaction is not None):
            await self._stop(wire, "Remote" if self._stops else "EVDisconnected")
        if self.point.car is None:
            self._ended, self.wanted_by = False, None
            return
        starts = self.wanted_by is not None or (self.quirks.starts_itself and not self._ended)
        if self.transaction is not None or self.point.fault or not starts:
            return
        if self._status != self.status:
            await self._tell_status(wire)
        tag = self.wanted_by or "free"
        await wire.ask("Authorize", {"idTag": tag})
        begin = {"connectorId": 1, "idTag": tag, "meterStart": self.point.total_wh, "timestamp": _wire(self.now)}
        answer = await wire.ask("StartTransaction", begin)
        self.wanted_by = None
        self.transaction = transaction = int(answer["transactionId"])
        self.memory.begin(transaction)
        self.look()

    async def _stop(self, wire: OcppWire, reason: str) -> None:
        """End the transaction, and with it what was for it alone."""
        transaction, self.transaction, self._stops = self.transaction, None, False
        self._ended = self.point.car is not None
        self.memory.end()
        self.look()
        if transaction is not None:
            end = {"meterStop": self.point.total_wh, "timestamp": _wire(self.now), "reason": reason}
            await wire.ask("StopTransaction", {"transactionId": transaction, **end})

    def _answer(self, action: str, said: Payload) -> Payload | None:
        """What a question gets. Raises CannotError."""
        self.told.append((action, said))
        del self.told[:-KEPT]
        if self.quirks.mute:
            return None
        if action in self.quirks.cannot:
            raise CannotError("NotImplemented", f"{action} is not supported")
        match action:
            case "SetChargingProfile":
                taken = self.memory.take(said["csChargingProfiles"], self.transaction)
                self.look()
                return {"status": "Accepted" if taken else "Rejected"}
            case "ClearChargingProfile":
                cleared = self.memory.clear(said.get("id"))
                self.look()
                return {"status": "Accepted" if cleared else "Unknown"}
            case "RemoteStartTransaction":
                return {"status": self._start(said)}
            case "RemoteStopTransaction":
                self._stops = self.transaction is not None and said["transactionId"] == self.transaction
                return {"status": "Accepted" if self._stops else "Rejected"}
            case "TriggerMessage":
                return {"status": self._trigger(said)}
            case "GetConfiguration":
                return self.memory.tell(said.get("key", []))
            case "ChangeConfiguration":
                written = self.memory.write(said["key"], said["value"])
                return {"status": "Accepted" if written else "NotSupported"}
            case _:
                raise CannotError("NotImplemented", f"{action} is not supported")

    def _start(self, said: Payload) -> str:
        profile = said.get("chargingProfile")
        if self.status not in {"Preparing", "Finishing"}:
            return "Rejected"
        if profile and not self.memory.take_early(profile):
            return "Rejected"
        self.look()
        self.wanted_by = str(said["idTag"])
        return "Accepted"

    def _trigger(self, said: Payload) -> str:
        match said["requestedMessage"]:
            case "StatusNotification":
                self._status = ""
            case "MeterValues":
                self._was_asked = True
            case _:
                return "NotImplemented"
        return "Accepted"

    def _is_metering(self) -> bool:
        if self._was_asked:
            return True
        every_s = float(self.memory.config["MeterValueSampleInterval"])
        is_due = self._metered is None or (self.now - self._metered).total_seconds() >= every_s
        return self.transaction is not None and is_due

    async def _tell_meter(self, wire: OcppWire) -> None:
        self._metered, self._was_asked = self.now, False
        said: Payload = {"connectorId": 1}
        if self.transaction is not None:
            said["transactionId"] = self.transaction
        if samples := self._samples():
            values = [{"timestamp": _wire(self.now), "sampledValue": samples}]
            await wire.ask("MeterValues", {**said, "meterValue": values})

    def _samples(self) -> list[dict[str, str]]:
        """What its meter tells; energy as the standard lets it, without a measurand and, in Wh, without a unit."""
        point, unit, by = self.point, "kW" if self.quirks.kilo else "W", 1000 if self.quirks.kilo else 1
        energy = {"value": f"{point.total_wh / by:.10g}"} | ({"unit": "kWh"} if self.quirks.kilo else {})
        power = {"value": f"{point.power_w / by:g}", "measurand": "Power.Active.Import", "unit": unit}
        current = [
            {"value": f"{amperes:.1f}", "measurand": "Current.Import", "phase": f"L{phase}", "unit": "A"}
            for phase, amperes in enumerate(point.phases_a, 1)
            if phase in self.quirks.names
        ]
        known = {"energy": [energy], "power": [power], "current": current}
        return [one for kind in self.quirks.tells for one in known[kind]]


def _wire(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def open_ocpp_box(point: ChargePoint, url: str, *, name: str = "CP_1", **known: Any) -> OcppBox:
    """A box that dials in at `url`, ws://host:port, from now on. known: other attributes of OcppBox."""
    box = OcppBox(point=point, url=url, name=name, **known)
    await box.open()
    return box
