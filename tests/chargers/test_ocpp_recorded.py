"""Conversations of chargers as they were written down, frame by frame over a real socket.

What the charger says is said; what the controller says is what ours must answer, but for numbers and times of its own.
An `expect` tells what the charger's reading is then.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ocpp.messages import get_validator  # type: ignore[import-untyped]  # it has no types
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from lib.chargers import RefusedError
from lib.core.charger import Plug

from .ocpp_bench import GO_10, PAUSE, Bench, until
from .recorded import recorded

CALL, RESULT, ERROR = 2, 3, 4
OWN = {"currentTime", "transactionId"}


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A central system that listens, and expects CP_1."""
    bench = Bench()
    bench.driver("CP_1")
    await bench.central.open()
    yield bench
    await bench.close()


@asynccontextmanager
async def player(bench: Bench, answers: Sequence[list[Any]] = ()) -> AsyncIterator["Player"]:
    """A charger's end of a line, once that is set up."""
    async with connect(f"{bench.url}/CP_1", subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as line:
        player = Player(line, answers)
        playing = asyncio.create_task(player.run())
        try:
            await bench.ready(bench.charger)
            yield player
        finally:
            playing.cancel()
            await asyncio.wait({playing})


class Player:
    """The charger's end of one line. answers: what our questions get, in their order; then: Accepted."""

    def __init__(self, line: ClientConnection, answers: Sequence[list[Any]]) -> None:
        self._line = line
        self._answers = list(answers)
        self._heard: dict[str, list[Any]] = {}
        self.asked: list[list[Any]] = []
        self.transaction = 0

    async def run(self) -> None:
        """Answer what is asked; keep answers to what was said."""
        async for frame in self._line:
            said = json.loads(frame)
            if said[0] != CALL:
                self._heard[said[1]] = said
                continue
            self.asked.append(said)
            is_profile = said[2] == "SetChargingProfile"
            kind, *rest = self._answers.pop(0) if is_profile and self._answers else (RESULT, {"status": "Accepted"})
            await self._line.send(json.dumps([kind, said[1], *rest]))

    async def say(self, frame: list[Any]) -> list[Any]:
        """Say a call of the charger's; what we answer. The transaction has the number that we gave it."""
        _, number, action, said = frame
        if said.get("transactionId") == 1:
            said = said | {"transactionId": self.transaction}
        await self._line.send(json.dumps([CALL, number, action, said]))
        await until(lambda: number in self._heard)
        answer = self._heard.pop(number)
        get_validator(RESULT, action, "1.6").validate(answer[2])
        self.transaction = answer[2].get("transactionId", self.transaction)
        return answer


def without_own(frame: list[Any]) -> list[Any]:
    """An answer without what is each controller's own."""
    return [*frame[:2], {key: value for key, value in frame[2].items() if key not in OWN}]


@pytest.mark.parametrize("name", sorted(recorded("ocpp")))
async def test_a_conversation_goes_as_it_was_written_down(bench: Bench, name: str) -> None:
    """Each call is answered as the controller did, and each state is read as it was."""
    frames = recorded("ocpp")[name]
    async with player(bench) as charger:
        for said in frames:
            if "expect" in said:
                reading = await bench.charger.read()
                found = {key: getattr(reading, key) for key in said["expect"]}
                assert said["expect"] == {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}
            elif said["from"] == "charger" and said["frame"][0] == CALL:
                answer = await charger.say(said["frame"])
                expected = [one["frame"] for one in frames if _answers(one, said["frame"][1])]
                assert [without_own(one) for one in expected[:1] or [answer]] == [without_own(answer)]


@pytest.mark.skipif("frames_v16" not in recorded("ocpp"), reason="needs the recorded cases: set DM_CASES")
async def test_the_recorded_profiles_are_the_form_of_ours(bench: Bench) -> None:
    """Ten amperes, then none, in the same keys; ours lapses, and stands in the transaction."""
    frames = [said["frame"] for said in recorded("ocpp")["frames_v16"]]
    theirs = [frame[3]["csChargingProfiles"] for frame in frames if frame[0] == CALL and "csCharging" in str(frame)]
    async with player(bench) as charger:
        for frame in frames:
            if frame[0] == CALL and frame[2] in {"BootNotification", "StatusNotification", "StartTransaction"}:
                await charger.say(frame)
        await bench.charger.order(GO_10)
        await bench.charger.order(PAUSE)
        ours = [said[3]["csChargingProfiles"] for said in charger.asked if said[2] == "SetChargingProfile"][-2:]
    for their, our in zip(theirs, ours, strict=True):
        their_schedule, our_schedule = their["chargingSchedule"], our["chargingSchedule"]
        assert their_schedule["chargingSchedulePeriod"] == our_schedule["chargingSchedulePeriod"]
        assert {"duration"} == set(our_schedule) - set(their_schedule)
        assert {"transactionId"} == set(our) - set(their)


@pytest.mark.skipif("frames_v16_odd" not in recorded("ocpp"), reason="needs the recorded cases: set DM_CASES")
@pytest.mark.parametrize(("at", "words"), [(-2, "SetChargingProfile is not supported"), (-1, "Rejected")])
async def test_the_recorded_refusals_are_refusals(bench: Bench, at: int, words: str) -> None:
    """An error of the wire, and a Rejected: the order is refused in its words."""
    answer = recorded("ocpp")["frames_v16_odd"][at]["frame"]
    async with player(bench, [[answer[0], *answer[2:]]] * 20) as charger:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
        await charger.say([CALL, "s", "StatusNotification", status])
        with pytest.raises(RefusedError, match=words):
            await bench.charger.order(GO_10)


async def test_half_a_letter_in_its_words_breaks_nothing(bench: Bench) -> None:
    """As where they were cut in the middle of an emoji: of a fault, and of a refusal."""
    answer = [ERROR, "NotSupported", "not now \ud83d", {}]
    async with player(bench, [answer] * 20) as charger:
        status = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "info": "cut \ud83d"}
        await charger.say([CALL, "s", "StatusNotification", status])
        assert "a fault without a name (cut ?)" == (await bench.charger.read()).fault
        await charger.say([CALL, "t", "StatusNotification", status | {"errorCode": "NoError", "status": "Charging"}])
        with pytest.raises(RefusedError, match=r"not now \?$"):
            await bench.charger.order(GO_10)


@pytest.mark.skipif("frames_v16_odd" not in recorded("ocpp"), reason="needs the recorded cases: set DM_CASES")
async def test_the_recorded_oddities_are_read(bench: Bench) -> None:
    """The station's own status is no car's; a fault has words; kW and kWh are W and Wh."""
    async with player(bench) as charger:
        for said in recorded("ocpp")["frames_v16_odd"]:
            if said["frame"][0] == CALL:
                await charger.say(said["frame"])
        reading = await bench.charger.read()
    assert (Plug.FAULT, "residual current (RCD)") == (reading.plug, reading.fault)
    assert (6800.0, 1_234_567.0) == (reading.power_w, reading.total_wh)


def _answers(said: dict[str, Any], number: str) -> bool:
    return said.get("from") == "controller" and said["frame"][0] == RESULT and said["frame"][1] == number
