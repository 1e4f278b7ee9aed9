"""One server, real clients: states, typed lines, orders, the end."""

import asyncio
import json
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.typing import Origin

from lib.core.modes import Mode
from lib.hub import answers
from lib.hub.gate import Role
from lib.hub.listener import TOO_FAST
from lib.hub.server import HubError
from lib.messages import Hello, Refused, parse_message, to_json
from lib.messages.orders import Done, SetMode, order_to_json
from tests.waiting import LIMIT_S, eventually

from .builders import RATES, USAGE, a_house, a_narrow_socket, get, listening, open_hub, recv


async def test_a_client_hears_hello_the_newest_states_and_then_each_one() -> None:
    """States stand alone: whoever comes late knows all from the first frames."""
    async with open_hub() as hub:
        for message in (a_house(seq=1), RATES, a_house(seq=2)):
            hub.say(message)
        async with listening(hub) as ws:
            first = [parse_message(await recv(ws)) for _ in range(3)]
            assert [Hello(program="dm", boot="b1"), a_house(seq=2), RATES] == first
            for seq in range(3, 8):
                hub.say(a_house(seq=seq))
                assert a_house(seq=seq) == parse_message(await recv(ws))


async def test_from_the_first_typed_line_there_are_only_answers() -> None:
    """A person is not drowned in frames; `follow` brings the states back."""
    async with open_hub() as hub:
        hub.say(a_house(seq=1))
        async with listening(hub) as ws:
            for _ in range(2):
                await recv(ws)
            await ws.send("status\n")
            asked = answers.status(a_house()).splitlines()
            assert asked == [await recv(ws) for _ in asked]
            hub.say(a_house(seq=2))
            hub.say(RATES)
            await ws.send("peak")
            peaks = answers.peak(a_house()).splitlines()
            assert peaks == [await recv(ws) for _ in peaks]
            await ws.send("Follow")
            assert [a_house(seq=2), RATES] == [parse_message(await recv(ws)) for _ in range(2)]
            hub.say(a_house(seq=3))
            assert a_house(seq=3) == parse_message(await recv(ws))


async def test_each_line_of_an_answer_is_a_frame() -> None:
    """The client that people have escapes line ends, so that a frame is a line."""
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        await ws.send("help")
        assert "words: help status rates usage bill events telegram follow" == await recv(ws)
        assert "  help      this list" == await recv(ws)


async def test_a_word_of_another_part_is_answered_over_the_socket() -> None:
    """`sim oven on` in the demo."""

    async def forward(rest: str) -> str:
        return f"the house did {rest}"

    async with open_hub(words={"sim": forward}) as hub, listening(hub) as ws:
        await recv(ws)
        await ws.send("sim oven on")
        assert "the house did oven on" == await recv(ws)


async def test_an_order_is_refused_and_the_states_go_on() -> None:
    """JSON and binary frames never end the connection, nor the states that a program listens to."""
    frames: list[str | bytes] = ['{"type": "set_mode"}', "{broken", b"\x00\x01", b""]
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        for seq, frame in enumerate(frames):
            await ws.send(frame)
            assert isinstance(parse_message(await recv(ws)), Refused)
            hub.say(a_house(seq=seq))
            assert a_house(seq=seq) == parse_message(await recv(ws))


async def test_an_order_is_answered_on_its_socket_and_the_states_go_on() -> None:
    """The others hear nothing of it."""
    told: list[SetMode] = []

    async def set_mode(order: SetMode) -> Done:
        told.append(order)
        return Done(what="garage is off")

    order = SetMode(charger="garage", mode=Mode.OFF)
    async with open_hub(orders={SetMode: set_mode}) as hub, listening(hub) as ws, listening(hub) as other:
        for client in (ws, other):
            await recv(client)
        await ws.send(order_to_json(order))
        assert Done(what="garage is off") == parse_message(await recv(ws))
        assert [order] == told
        hub.say(a_house())
        assert [a_house()] * 2 == [parse_message(await recv(client)) for client in (ws, other)]
        await ws.send("mode garage off")
        assert "mode is a word of ev (the cars), not of dm: type it there" == await recv(ws)


async def test_who_may_only_look_gives_no_order_over_a_socket() -> None:
    """The token decides, on the same socket that shows everything."""
    tokens = {Role.VIEW: "look" * 10, Role.CONTROL: "steer" * 10}
    frame = order_to_json(SetMode(charger="garage", mode=Mode.OFF))
    async with open_hub(orders={SetMode: lambda _: Done(what="off")}, tokens=tokens) as hub:
        for role, answer in (
            (Role.VIEW, Refused(why="this token may only look: an order needs the control token")),
            (Role.CONTROL, Done(what="off")),
        ):
            async with listening(hub, additional_headers={"Authorization": f"Bearer {tokens[role]}"}) as ws:
                await recv(ws)
                await ws.send(frame)
                assert answer == parse_message(await recv(ws))


async def test_a_frame_beyond_the_limit_ends_only_its_own_connection() -> None:
    """64 kB is plenty for an order; more is closed with code 1009."""
    async with open_hub() as hub, listening(hub) as good, listening(hub) as bad:
        await recv(good)
        await recv(bad)
        await bad.send("x" * 65_000)
        assert "no such word: " + "x" * 40 + "; help lists them" == await recv(bad)
        assert answers.status(None) == await recv(bad)
        await bad.send("x" * 70_000)
        with pytest.raises(ConnectionClosedError, match="1009"):
            await recv(bad)
        hub.say(a_house())
        assert a_house() == parse_message(await recv(good))


async def test_a_client_that_types_without_reading_is_told_so_once() -> None:
    """Its answers are bounded; when it reads again it is answered again."""
    typed = 3000
    async with open_hub() as hub, listening(hub, sock=a_narrow_socket(hub)) as ws:
        await recv(ws)
        ws.transport.pause_reading()
        for _ in range(typed):
            await ws.send("help" + " " * 1000)  # more than the system keeps, so the hub must have read most of it
        ws.transport.resume_reading()
        await ws.send("wait")
        frames = [await recv(ws)]
        while not frames[-1].startswith("no such word: wait"):
            frames.append(await recv(ws))
    each = frames.index("  follow    states again, as JSON, until the next line") + 1  # lines of an answer
    assert TOO_FAST in frames
    assert len(frames) < typed * each / 2


async def test_a_page_of_another_site_is_refused_before_the_handshake(caplog: pytest.LogCaptureFixture) -> None:
    """A browser would hand its frames to that page. It may try each second, so nothing of it is logged."""
    async with open_hub() as hub:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            with pytest.raises(InvalidStatus) as refused:
                async with listening(hub, origin=Origin(origin)):
                    pytest.fail("it was let in")
            assert 403 == refused.value.response.status_code
            assert b"a page of another site may not read this house" == refused.value.response.body
        assert 0 == hub.listeners
    assert [] == caplog.records


async def test_our_own_page_may_listen() -> None:
    """The page that this port serves has this port as its origin."""
    async with open_hub() as hub, listening(hub, origin=Origin(f"http://127.0.0.1:{hub.port}")) as ws:
        assert Hello(program="dm", boot="b1") == parse_message(await recv(ws))


async def test_too_many_listeners_are_refused_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The meter and the store need their files open too."""
    monkeypatch.setattr("lib.hub.server.MOST_LISTENERS", 1)
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        with pytest.raises(InvalidStatus) as refused:
            async with listening(hub):
                pytest.fail("it was let in")
        assert 503 == refused.value.response.status_code
        hub.say(a_house())
        assert a_house() == parse_message(await recv(ws))


async def test_who_leaves_is_forgotten_at_once() -> None:
    """Also while nothing is said."""
    async with open_hub() as hub:
        async with listening(hub) as ws:
            await recv(ws)
            assert 1 == hub.listeners
        await eventually(lambda: hub.listeners == 0)


async def test_close_says_goodbye_and_frees_the_port() -> None:
    """Code 1012: the service restarts. Then the same port can be had again, though connections stood on it."""
    async with open_hub() as hub:
        port = hub.port
        async with listening(hub) as ws:
            await recv(ws)
            await hub.close()
            await hub.close()
            with pytest.raises(ConnectionClosed, match="1012"):
                await recv(ws)
        async with open_hub(port=port) as again:
            assert port == again.port


async def test_close_does_not_wait_for_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word may take five seconds; the end of the program may not."""
    asked = asyncio.Event()

    async def endless(_: str) -> str:
        asked.set()
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr("lib.hub.server.END_S", 200)
    async with open_hub(words={"slow": endless}) as hub, listening(hub) as ws:
        await ws.send("slow")
        async with asyncio.timeout(LIMIT_S):
            await asked.wait()
        start_s = time.monotonic()
        await hub.close()
        assert time.monotonic() - start_s < LIMIT_S / 2


async def test_a_hub_that_was_not_started_can_be_closed_and_spoken_to() -> None:
    """The program need not know how far its start came."""
    async with open_hub() as hub:
        await hub.close()
        hub.say(a_house())
        await hub.close()


async def test_a_port_in_use_is_one_sentence() -> None:
    """The second start of the same program."""
    async with open_hub() as hub:
        with pytest.raises(HubError, match=f"^cannot listen on 127.0.0.1:{hub.port}: another program listens there"):
            async with open_hub(port=hub.port):
                pytest.fail("it opened")


async def test_signals_stay_with_the_program() -> None:
    """The server would take SIGTERM for itself and end the process before the battery is handed back."""
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    async with open_hub():
        assert before == [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]


async def test_a_path_that_is_not_there_is_refused() -> None:
    """Only /ws talks."""
    async with open_hub() as hub:
        assert 404 == (await get(hub, "/nothing"))[0]


async def test_a_frame_is_the_message_as_json() -> None:
    """One JSON object with its type; what is unknown has no key."""
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        hub.say(USAGE)
        frame = await recv(ws)
        assert to_json(USAGE) == frame
        unknown = {"name": "day-1", "start": "2026-06-16", "complete": False, "estimated": False}
        assert unknown | {"unpriced_wh": 0, "provisional_wh": 0} == json.loads(frame)["columns"][0]
