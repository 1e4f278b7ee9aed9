"""Proposals over real sockets: in JSON, over REST, typed; and who must show a token."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from lib.hub.gate import Role
from lib.messages import Message, Refused, parse_message
from lib.messages.orders import Done, Propose, Withdraw, order_to_json
from lib.messages.proposals import Proposals, TargetNow
from tests.commands.live_plant import STEER, TOKENS, LivePlant, open_plant
from tests.hub.builders import listening, recv
from tests.hub.raw import Answer, request
from tests.waiting import LIMIT_S, eventually

WISH = Propose(target="garage", source="vpp", priority=40, wish_w=6_000.0, high_w=7_000.0)
HIGH = Propose(target="garage", source="vpp", priority=101, wish_w=6_000.0)
FAR = {"X-Forwarded-For": "203.0.113.7"}
SHOWN = {"Authorization": f"Bearer {STEER}"}


async def post(plant: LivePlant, name: str, headers: dict[str, str] | None = None, **fields: Any) -> Answer:
    """What is answered over REST."""
    body = json.dumps(fields).encode()
    return await request(("127.0.0.1", plant.hub.port), f"/api/orders/{name}", headers or {}, method="POST", body=body)


async def answer(ws: ClientConnection, frame: str) -> Message:
    """What becomes of an order at /ws."""
    await ws.send(frame)
    while not isinstance(said := parse_message(await recv(ws)), Done | Refused):
        pass
    return said


async def said_of(plant: LivePlant, name: str = "garage") -> TargetNow:
    """A target, as the state is served."""
    got = await request(("127.0.0.1", plant.hub.port), "/api/proposals", {})
    said = parse_message(got.body)
    assert isinstance(said, Proposals)
    return next(one for one in said.targets if one.name == name)


async def comes_to(plant: LivePlant, target_w: float) -> TargetNow:
    """The garage, as soon as it comes to that: dm grants it with its next telegram."""
    async with asyncio.timeout(LIMIT_S):
        while (found := await said_of(plant)).target_w != target_w:  # noqa: ASYNC110 - it lies behind a socket
            await asyncio.sleep(0.05)
    return found


async def typed(ws: ClientConnection, line: str) -> str:
    """The answer to a line, once states are no longer said, up to its last line."""
    await ws.send(line)
    await ws.send("quit")
    lines: list[str] = []
    while "Ctrl-D" not in (frame := await recv(ws)):
        lines += [] if frame.startswith("{") else [frame]
    return " ".join(" ".join(lines).split())


async def test_a_proposal_over_the_socket_changes_the_state_at_once(tmp_path: Path) -> None:
    """It is answered on its socket, the report follows there and at /api, and it is taken back."""
    async with open_plant(tmp_path) as plant, listening(plant.hub) as ws:
        await ws.send(order_to_json(WISH))
        seen: set[str] = set()
        async with asyncio.timeout(LIMIT_S):
            while not seen >= {"done", "proposals"}:
                said = parse_message(await recv(ws))
                if not isinstance(said, Proposals) or said.targets[0].decided == "vpp":
                    seen.add(said.type)
        known = await comes_to(plant, 6_000.0)
        [theirs] = [one for one in known.proposals if one.for_s is not None]
        assert ("vpp", 40, 6_000.0, 7_000.0) == (theirs.source, theirs.priority, theirs.wish_w, theirs.high_w)
        [below] = [one for one in known.rungs if one.priority == 0]
        assert ("vpp", 7_000.0) == (below.high_by, below.high_w)
        assert isinstance(await answer(ws, order_to_json(Withdraw(target="garage", source="vpp", priority=40))), Done)
        assert {} == plant.charging.outside


async def test_a_proposal_over_rest_and_what_is_wrong_with_one(tmp_path: Path) -> None:
    """200, 409 for what is understood and not done, 422 for what is not understood."""
    async with open_plant(tmp_path) as plant:
        told = await post(plant, "propose", target="carport", source="script", priority=40, high_w=0.0, low_w=0.0)
        assert (200, "done") == (told.status, json.loads(told.body)["type"])
        assert ("circuit", 0.0) == ((await said_of(plant, "carport")).kind, (await said_of(plant, "carport")).target_w)
        wrongs: tuple[tuple[dict[str, Any], int, str], ...] = (
            ({"low_w": 9.0, "high_w": 1.0}, 409, "the lower bound 9 W is above the upper one 1 W"),
            ({"priority": 4_000}, 422, "a whole number from 0 to 3999"),
            ({"wish_w": "much"}, 422, "a number of watts, + goes into the device, or null"),
            ({"for_s": 61}, 422, "a number of seconds up to 60"),
            ({"target": "boat"}, 409, "there is no charger or circuit 'boat'"),
        )
        for fields, status, says in wrongs:
            wanted: dict[str, Any] = {"target": "garage", "source": "s", "priority": 40} | fields
            refused = await post(plant, "propose", **wanted)
            assert status == refused.status
            assert says in json.loads(refused.body)["why"]
        told = await post(plant, "withdraw", target="carport", source="script", priority=40)
        assert 200 == told.status
        assert {} == plant.charging.outside


async def test_what_is_not_renewed_ends_and_that_is_said(tmp_path: Path) -> None:
    """By itself, at the next tick."""
    async with open_plant(tmp_path) as plant:
        told = await post(plant, "propose", target="garage", source="s", priority=40, wish_w=5_000, for_s=1)
        assert 200 == told.status
        assert "s" == (await said_of(plant)).decided
        await eventually(lambda: not plant.charging.outside)
        assert "s" != (await said_of(plant)).decided


async def test_a_person_types_it(tmp_path: Path) -> None:
    """And reads who wants what."""
    async with open_plant(tmp_path) as plant, listening(plant.hub) as ws:
        assert "me wishes 6.00 kW, no more because of budget; priority 40 may have" in await typed(
            ws, "propose Garage 40 wish 6 kW high 7000W by me"
        )
        [held] = plant.charging.outside["garage"]
        assert ("me", 6_000.0, None, 7_000.0) == (held.source, held.wish_w, held.low_w, held.high_w)
        assert "40 me: wishes 6.00 kW and no more than 7.00 kW" in await typed(ws, "proposals")
        assert "not done: above priority 100 the control token" in await typed(ws, "propose garage 400 pause by me")
        assert "as me wishes" not in await typed(ws, "withdraw garage 40 me")
        assert {} == plant.charging.outside


@pytest.mark.parametrize("headers", [{}, FAR | SHOWN, SHOWN], ids=["here", "elsewhere, token", "here, token"])
async def test_above_the_free_priorities_it_must_be_shown(tmp_path: Path, headers: dict[str, str]) -> None:
    """Over each way in; who asks from this machine needs it too."""
    async with open_plant(tmp_path) as plant:
        may = bool(headers)
        async with listening(plant.hub, additional_headers=headers) as ws:
            assert may == isinstance(await answer(ws, order_to_json(HIGH)), Done)
            line = await typed(ws, "propose garage 102 pause by me")
            assert may == ("not done" not in line)
        fields: dict[str, Any] = {"target": "garage", "source": "script", "priority": 103, "wish_w": 6_000.0}
        told = await post(plant, "propose", headers, **fields)
        assert (200 if may else 409) == told.status
        assert may or "also on this machine" in json.loads(told.body)["why"]
        held = [one.priority for one in plant.charging.outside.get("garage", ())]
        assert ([101, 102, 103] if may else []) == sorted(held)


async def test_who_is_elsewhere_needs_it_for_any_and_who_may_look_proposes_nothing(tmp_path: Path) -> None:
    """The door says so before the order is read."""
    async with open_plant(tmp_path) as plant:
        fields: dict[str, Any] = {"target": "garage", "source": "script", "priority": 10, "wish_w": 6_000.0}
        assert 401 == (await post(plant, "propose", FAR, **fields)).status
        looks = {"Authorization": f"Bearer {TOKENS[Role.VIEW]}"}
        assert 403 == (await post(plant, "propose", looks, **fields)).status
        async with listening(plant.hub, additional_headers=looks) as ws:
            assert isinstance(await answer(ws, order_to_json(WISH)), Refused)
        assert {} == plant.charging.outside
