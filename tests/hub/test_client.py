"""Listening to a peer: two real ends, and peers that misbehave."""

import asyncio
import http
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from lib.clock import TurnedClock
from lib.core.modes import Mode
from lib.hub.client import Peer, PeerError
from lib.hub.gate import Role
from lib.messages import Hello, Message, Refused, to_json
from lib.messages.orders import Done, SetMode
from tests.waiting import LIMIT_S, eventually

from .builders import NOON, RATES, a_house, open_hub, url

HELLO = to_json(Hello(program="dm", boot="b1"))
OFF, MAX = (SetMode(charger="garage", mode=mode) for mode in (Mode.OFF, Mode.MAX))


@asynccontextmanager
async def listen(
    where: str, heard: list[Message], *, clock: TurnedClock | None = None, token: str | None = None
) -> AsyncIterator[Peer]:
    """A peer that is listened to; what it says is added to `heard`."""
    peer = Peer(where, heard.append, clock=clock, token=token)
    listening = asyncio.create_task(peer.listen())
    try:
        yield peer
    finally:
        listening.cancel()
        ends = await asyncio.gather(listening, return_exceptions=True)
    assert isinstance(ends[0], asyncio.CancelledError)


@asynccontextmanager
async def says(frames: Sequence[str | bytes], **options: Any) -> AsyncIterator[str]:
    """A program that says `frames` to each client and then nothing."""

    async def talk(ws: ServerConnection) -> None:
        for frame in frames:
            await ws.send(frame)
        await ws.wait_closed()

    async with serve(talk, "127.0.0.1", 0, compression=None, **options) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"


@asynccontextmanager
async def box(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Something that listens and is no hub."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"


async def test_every_state_is_heard() -> None:
    """What one end says is what the other hears; the hello is kept aside."""
    heard: list[Message] = []
    async with open_hub() as hub:
        hub.say(RATES)
        async with listen(url(hub), heard) as peer:
            await eventually(lambda: heard == [RATES])
            for seq in range(1, 6):
                hub.say(a_house(seq=seq))
                await eventually(lambda: len(heard) > seq)  # noqa: B023 - it is waited for within this turn
            assert [RATES, *(a_house(seq=seq) for seq in range(1, 6))] == heard
            assert (True, "", Hello(program="dm", boot="b1"), 0) == (
                peer.connected,
                peer.why,
                peer.hello,
                peer.broken,
            )


async def test_a_peer_that_restarts_on_its_port_is_found_again() -> None:
    """Within a back-off, whoever starts first; a new start counts from one again."""
    heard: list[Message] = []
    async with open_hub() as hub:
        port, where = hub.port, url(hub)
        hub.say(a_house(seq=500))
        async with listen(where, heard) as peer:
            await eventually(lambda: len(heard) == 1)
            await hub.close()
            await eventually(lambda: not peer.connected)
            assert "it is stopping or starts anew" == peer.why
            await eventually(lambda: peer.why == "nobody listens there: is the program running, and the port right?")
            async with open_hub(port=port, boot="b2") as again:
                again.say(a_house(boot="b2", seq=1))
                await eventually(lambda: heard[1:] == [a_house(boot="b2", seq=1)])
                assert (True, "") == (peer.connected, peer.why)


async def test_starting_order_does_not_matter() -> None:
    """Who listens may start before who speaks."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    heard: list[Message] = []
    async with listen(f"ws://127.0.0.1:{port}/ws", heard) as peer:
        await eventually(lambda: peer.why.startswith("nobody listens there"))
        async with open_hub(port=port) as hub:
            hub.say(a_house())
            await eventually(lambda: heard == [a_house()])


async def test_older_states_and_repetitions_are_dropped() -> None:
    """Of one start of a program, in order of `seq`; a repetition after a reconnection would renew a lease."""
    told = [a_house(seq=seq) for seq in (5, 4, 5, 6)] + [a_house(boot="b0", seq=1), a_house(boot="b0", seq=1)]
    heard: list[Message] = []
    async with says([*map(to_json, told), to_json(RATES), to_json(RATES)]) as where, listen(where, heard):
        await eventually(lambda: heard[-2:] == [RATES, RATES])
    assert [told[0], told[3], told[4], RATES, RATES] == heard


async def test_unknown_types_are_passed_over_and_broken_frames_counted() -> None:
    """A newer program may say more; what is no message at all is counted, and the talk goes on."""
    frames: list[str | bytes] = [
        '{"type": "weather"}',
        "",
        "{",
        "no message",
        b"\xff\x00",
        '{"type": "house"}',
        '{"seq": 1}',
        "[]",
    ]
    newer = to_json(RATES).replace("{", '{"news": {"a": 1}, ', 1)
    heard: list[Message] = []
    async with says([HELLO, *frames, newer]) as where, listen(where, heard) as peer:
        await eventually(lambda: heard == [RATES])
        assert len(frames) - 1 == peer.broken


async def test_the_age_of_its_last_word_grows_by_our_own_clock() -> None:
    """Also while it is connected and says nothing; a hello is no state, so it makes nothing younger."""
    clock = TurnedClock(NOON)
    heard: list[Message] = []
    async with open_hub() as hub, listen(url(hub), heard, clock=clock) as peer:
        await eventually(lambda: peer.hello is not None)
        assert peer.age_s is None
        hub.say(a_house(seq=1))
        await eventually(lambda: len(heard) == 1)
        clock.turn(7.5)
        assert 7.5 == peer.age_s
        hub.say(a_house(seq=2))
        await eventually(lambda: len(heard) == 2)
        assert 0 == peer.age_s
        await hub.close()
        await eventually(lambda: not peer.connected)
        clock.turn(60)
        assert 60 == peer.age_s


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (
            http.HTTPStatus.UNAUTHORIZED,
            "it wants a token (HTTP 401): one of secrets.json of its machine, as in ws://me:TOKEN@HOST:PORT/ws",
        ),
        (
            http.HTTPStatus.TOO_MANY_REQUESTS,
            "too many wrong tokens came from here (HTTP 429): give the right one of secrets.json of its machine",
        ),
        (
            http.HTTPStatus.FORBIDDEN,
            "it refuses us (HTTP 403): does the address end in /ws, and may this machine listen?",
        ),
        (http.HTTPStatus.NOT_FOUND, "nothing to listen to there (HTTP 404): the address ends in /ws"),
        (
            http.HTTPStatus.SERVICE_UNAVAILABLE,
            "too many listen to it already (HTTP 503): close some of them, such as pages or scripts left open",
        ),
        (http.HTTPStatus.BAD_GATEWAY, "it answers with HTTP 502: is that the right program?"),
    ],
)
async def test_a_refusal_is_said(status: http.HTTPStatus, why: str) -> None:
    """The owner reads what is wrong."""

    def gate(ws: ServerConnection, _: Request) -> Response:
        return ws.respond(status, "no")

    async with says([], process_request=gate) as where, listen(where, []) as peer:
        await eventually(lambda: peer.why == why)
        assert not peer.connected


async def test_a_refusal_is_tried_again_without_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the longest pause at once; when the other end changes its mind, nobody need restart."""
    monkeypatch.setattr("lib.hub.client.LONGEST_PAUSE_S", 0.8)
    asked: list[float] = []

    def gate(ws: ServerConnection, _: Request) -> Response | None:
        asked.append(asyncio.get_running_loop().time())
        return ws.respond(http.HTTPStatus.FORBIDDEN, "no") if len(asked) == 1 else None

    heard: list[Message] = []
    async with says([to_json(RATES)], process_request=gate) as where, listen(where, heard):
        await eventually(lambda: heard == [RATES])
    assert asked[1] - asked[0] >= 0.8


async def test_the_pauses_grow_to_ten_seconds() -> None:
    """A peer that is away for a day is asked every ten seconds."""
    peer = Peer("ws://127.0.0.1:1/ws", lambda _: None)
    assert [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0] == [peer._pause_s() for _ in range(7)]


async def test_another_version_of_the_protocol_is_not_listened_to() -> None:
    """Its words may mean something else; the sentence says what to do."""
    heard: list[Message] = []
    frames = [to_json(Hello(program="dm", boot="b1", protocol=99)), to_json(RATES)]
    async with says(frames) as where, listen(where, heard) as peer:
        await eventually(lambda: peer.why == "speaks version 99, we speak 1: update the older of the two")
        assert (False, []) == (peer.connected, heard)


async def test_what_is_no_websocket_is_said() -> None:
    """The port of something else."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ready\r\n")
        await writer.drain()

    async with box(talk) as where, listen(where, []) as peer:
        await eventually(lambda: peer.why.startswith("something else listens there"))


@pytest.mark.parametrize("to", ["wss://127.0.0.1:1/ws", "https://127.0.0.1:1/ws", "http://["])
async def test_a_door_that_sends_us_on_is_said(to: str) -> None:
    """A proxy that has http go to https: its owner writes the address that it means."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 301 Moved Permanently\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async with box(talk) as where, listen(where, []) as peer:
        await eventually(lambda: peer.why == "it sends us on to another address: write that one")


async def test_a_name_that_is_none_is_said() -> None:
    """It is no reason to end."""
    async with listen("ws://a..b:8080/ws", []) as peer:
        await eventually(lambda: peer.why.startswith("its name is not known on this network"))


async def test_a_peer_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that hangs takes the connection and says nothing."""
    monkeypatch.setattr("lib.hub.client.OPEN_S", 0.1)

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with box(talk) as where, listen(where, []) as peer:
        await eventually(lambda: peer.why.startswith("no answer within 0.1 s"))


async def test_a_line_that_is_dead_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No error ever comes from a cable that was pulled out; the missing sign of life says it."""
    monkeypatch.setattr("lib.hub.client.PING_S", 0.1)
    monkeypatch.setattr("lib.hub.client.CLOSE_S", 0.1)
    async with open_hub() as hub:

        async def pass_on_the_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            from_hub, to_hub = await asyncio.open_connection("127.0.0.1", hub.port)
            to_hub.write(await reader.readuntil(b"\r\n\r\n"))
            writer.write(await from_hub.readuntil(b"\r\n\r\n"))
            await reader.read()
            to_hub.transport.abort()

        async with box(pass_on_the_handshake) as where, listen(where, []) as peer:
            await eventually(lambda: peer.connected)
            await eventually(lambda: peer.why == "no sign of life for 0.2 s")


async def test_a_frame_beyond_a_megabyte_is_not_taken() -> None:
    """Nothing that a peer sends makes us grow without bound."""
    async with says(["x" * 1_100_000]) as where, listen(where, []) as peer:
        await eventually(lambda: peer.why == "it sent a frame of more than 1048576 bytes")


async def test_what_the_hearer_raises_ends_the_listening_loudly() -> None:
    """A bug of ours is not taken for a lost connection."""

    def fail(_: Message) -> None:
        raise ConnectionError("a bug of the hearer")

    async with says([to_json(RATES)]) as where, asyncio.timeout(LIMIT_S):
        with pytest.raises(ConnectionError, match="a bug of the hearer"):
            await Peer(where, fail).listen()


@pytest.mark.parametrize("where", ["http://pi:8080/ws", "pi:8080", "", "ws://", "ws://pi:port/ws", "ws://pi/ws#x"])
def test_an_address_that_can_never_work_is_an_error_at_once(where: str) -> None:
    """The owner's slip, with an example of what is right."""
    with pytest.raises(PeerError, match="is no address of a program; one looks like ws://"):
        Peer(where, lambda _: None)


async def test_a_trouble_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Not at each attempt, and without the password that the address may hold."""
    caplog.set_level("INFO", logger="lib.hub")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with listen(f"ws://me:secret@127.0.0.1:{port}/ws", []) as peer:
        await eventually(lambda: peer._failures >= 3)
    why = "nobody listens there: is the program running, and the port right?"
    assert [f"127.0.0.1:{port}: {why}"] == caplog.messages


@pytest.mark.parametrize("given", ["as the token", "as a password", "in the query"])
async def test_a_token_opens_the_door_and_is_shown_to_nobody_else(given: str) -> None:
    """However the owner gave it, it goes out as a header, and the address is then without it."""
    token = "t0ken" * 10
    asked: list[Request] = []

    def gate(_: ServerConnection, request: Request) -> None:
        asked.append(request)

    heard: list[Message] = []
    async with says([to_json(RATES)], process_request=gate) as where:
        address = {
            "as the token": where,
            "as a password": where.replace("//", f"//me:{token}@"),
            "in the query": f"{where}?token={token}&a=1",
        }[given]
        async with listen(address, heard, token=token if given == "as the token" else None) as peer:
            await eventually(lambda: heard == [RATES])
    assert [[f"Bearer {token}"], True] == [asked[0].headers.get_all("Authorization"), token not in asked[0].path]
    assert token not in f"{peer!r} {vars(peer)['url']} {peer.why}"


@pytest.mark.parametrize("sign", ["\u2013", "\u00e9", " ", "\n"])
def test_a_token_that_can_be_none_is_not_shown(sign: str) -> None:
    """A dash that a word processor made longer, a line end in its midst."""
    token = f"t0ken{sign}t0ken"
    for address, given in (("ws://pi:8080/ws", token), (f"ws://me:{quote(token)}@pi:8080/ws", None)):
        with pytest.raises(PeerError, match="our token holds a sign that none has: copy it anew") as error:
            Peer(address, lambda _: None, token=given)
        assert "t0ken" not in str(error.value)


async def test_a_line_end_behind_a_token_is_none_of_it() -> None:
    """As a file from Windows leaves one in DM_TOKEN."""
    heard: list[Message] = []
    async with open_hub(tokens={Role.VIEW: "right" * 10}, names=[]) as hub:
        hub.say(RATES)
        async with listen(url(hub), heard, token="right" * 10 + "\r"):
            await eventually(lambda: heard == [RATES])


async def test_a_token_in_the_address_comes_before_the_other() -> None:
    """Who writes it there means it."""
    asked: list[str] = []

    def gate(_: ServerConnection, request: Request) -> None:
        asked.append(request.headers["Authorization"])

    heard: list[Message] = []
    async with (
        says([to_json(RATES)], process_request=gate) as where,
        listen(where.replace("//", "//:mine@"), heard, token="other"),
    ):
        await eventually(lambda: heard == [RATES])
    assert ["Bearer mine"] == asked


async def test_a_wrong_token_is_said_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a missing one to be missing."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.01)
    async with open_hub(tokens={Role.VIEW: "right" * 10}, names=[]) as hub:
        async with listen(url(hub), [], token="wrong" * 10) as peer:
            await eventually(lambda: peer.why.startswith("it does not know our token (HTTP 401)"))
        async with listen(url(hub), [], token="right" * 10) as peer:
            await eventually(lambda: peer.connected)


def set_mode(order: SetMode) -> Done:
    """What ev answers."""
    return Done(what=f"garage is {order.mode}")


async def test_an_order_is_answered_and_no_state_is_disturbed() -> None:
    """States come as before; an answer is none, so it is not heard as one and makes nothing younger."""
    clock, heard = TurnedClock(NOON), list[Message]()
    async with open_hub(orders={SetMode: set_mode}) as hub, listen(url(hub), heard, clock=clock) as peer:
        hub.say(a_house(seq=1))
        await eventually(lambda: len(heard) == 1)
        clock.turn(7.5)
        async with asyncio.timeout(LIMIT_S):
            assert Done(what="garage is off") == await peer.ask(OFF)
        assert 7.5 == peer.age_s
        hub.say(a_house(seq=2))
        await eventually(lambda: len(heard) == 2)
        assert [a_house(seq=1), a_house(seq=2)] == heard
        assert 0 == peer.broken


async def test_orders_that_are_given_together_get_each_their_own_answer() -> None:
    """In turn, as they were sent."""
    async with open_hub(orders={SetMode: set_mode}) as hub, listen(url(hub), []) as peer:
        await eventually(lambda: peer.connected)
        async with asyncio.timeout(LIMIT_S):
            answers = await asyncio.gather(*(peer.ask(order) for order in (OFF, MAX) * 5))
    assert [Done(what="garage is off"), Done(what="garage is max")] * 5 == answers


async def test_an_order_that_the_other_refuses_is_refused() -> None:
    """In its own words."""
    async with open_hub() as hub, listen(url(hub), []) as peer:
        await eventually(lambda: peer.connected)
        assert Refused(why="dm takes no set_mode here: ev does, so send it there") == await peer.ask(OFF)


async def test_an_order_to_nobody_is_refused_at_once() -> None:
    """With the reason why nobody hears it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    peer = Peer(f"ws://127.0.0.1:{port}/ws", lambda _: None)
    assert Refused(why=f"127.0.0.1:{port} does not hear us: not connected yet") == await peer.ask(OFF)
    async with listen(f"ws://127.0.0.1:{port}/ws", []) as lost:
        await eventually(lambda: lost.why.startswith("nobody listens there"))
        why = f"127.0.0.1:{port} does not hear us: nobody listens there: is the program running, and the port right?"
        assert Refused(why=why) == await lost.ask(OFF)


@asynccontextmanager
async def ev_that_answers(answers: asyncio.Queue[str]) -> AsyncIterator[str]:
    """A program that answers when it is told what."""

    async def answer(ws: ServerConnection) -> None:
        while True:
            await ws.send(await answers.get())

    async def talk(ws: ServerConnection) -> None:
        answering = asyncio.create_task(answer(ws))
        await ws.wait_closed()
        answering.cancel()

    async with serve(talk, "127.0.0.1", 0, compression=None, max_queue=None) as server:  # it reads no order
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"


async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """After five seconds nobody waits for it; its turn stays its own."""
    monkeypatch.setattr("lib.hub.client.ASK_S", 0.1)
    answers: asyncio.Queue[str] = asyncio.Queue()
    async with ev_that_answers(answers) as where, listen(where, []) as peer:
        await eventually(lambda: peer.connected)
        late = await peer.ask(OFF)
        assert isinstance(late, Refused)
        assert late.why.endswith(": no answer within 0.1 s, so nobody knows whether the order was carried out")
        monkeypatch.setattr("lib.hub.client.ASK_S", 5.0)
        asking = asyncio.create_task(peer.ask(MAX))
        for what in ("garage is off", "garage is max"):
            answers.put_nowait(to_json(Done(what=what)))
        async with asyncio.timeout(LIMIT_S):
            assert Done(what="garage is max") == await asking


async def test_orders_that_nobody_answers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty wait; the next is refused at once."""
    monkeypatch.setattr("lib.hub.client.ASK_S", 0.05)
    async with ev_that_answers(asyncio.Queue()) as where, listen(where, []) as peer:
        await eventually(lambda: peer.connected)
        await asyncio.gather(*(peer.ask(OFF) for _ in range(20)))
        refused = await peer.ask(OFF)
        assert isinstance(refused, Refused)
        assert refused.why.endswith(" has 20 orders of ours to answer first")


async def test_an_order_whose_connection_breaks_is_refused_then() -> None:
    """Not after five seconds; and the next connection begins with a clean sheet."""
    asked, heard = asyncio.Event(), list[Message]()

    async def endless(_: SetMode) -> Done:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with open_hub(orders={SetMode: endless}) as hub, listen(url(hub), heard) as peer:
        port = hub.port
        await eventually(lambda: peer.connected)
        asking = asyncio.create_task(peer.ask(OFF))
        async with asyncio.timeout(LIMIT_S):
            await asked.wait()
            await hub.close()
            why = "it is stopping or starts anew, so nobody knows whether the order was carried out"
            assert Refused(why=f"127.0.0.1:{port}: {why}") == await asking
        async with open_hub(port=port, orders={SetMode: set_mode}):
            await eventually(lambda: peer.connected)
            async with asyncio.timeout(LIMIT_S):
                assert Done(what="garage is max") == await peer.ask(MAX)


async def test_an_answer_to_nothing_is_passed_over() -> None:
    """It is no state, whoever sends it."""
    heard: list[Message] = []
    async with says([HELLO, to_json(Done(what="nothing")), to_json(RATES)]) as where, listen(where, heard):
        await eventually(lambda: heard == [RATES])
