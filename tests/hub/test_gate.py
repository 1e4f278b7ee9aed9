"""Whom the door lets in, asked over real connections."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Mapping

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from lib.clock import WallClock
from lib.hub.gate import BEARER, Gate, Role
from lib.hub.server import Hub
from lib.messages import Hello, Refused, parse_message
from tests.waiting import eventually

from .builders import a_house, get, listening, open_hub, recv
from .raw import Answer, request

LOOK, STEER = "look-" + "a" * 40, "steer-" + "b" * 40
TOKENS = {Role.VIEW: LOOK, Role.CONTROL: STEER}
FAR = {"X-Forwarded-For": "203.0.113.7"}  # what makes a connection of this machine one from elsewhere


def bearer(token: str) -> dict[str, str]:
    """The header of a program."""
    return {"Authorization": f"Bearer {token}"}


def basic(token: str, user: str = "me") -> dict[str, str]:
    """The header of a browser, and of `ws://me:TOKEN@host/ws`."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()}


async def ask(
    hub: Hub, path: str = "/openapi.json", headers: Mapping[str, str | bytes] | None = None, **options: str
) -> Answer:
    """What a hub answers."""
    return await request(("127.0.0.1", hub.port), path, headers, **options)  # type: ignore[arg-type]


def why(answer: Answer) -> str:
    """The sentence of a refusal."""
    refused = parse_message(answer.body)
    assert isinstance(refused, Refused)
    return refused.why


async def test_this_machine_needs_no_token() -> None:
    """Under each of its own names, and whether there are tokens or not."""
    for tokens in ({}, TOKENS):
        async with open_hub(tokens=tokens) as hub:
            for host in ("localhost", f"localhost:{hub.port}", "127.0.0.1", "127.0.0.9:80", f"[::1]:{hub.port}"):
                assert 200 == (await ask(hub, headers={"Host": host})).status
            async with listening(hub) as ws:
                assert Hello(program="dm", boot="b1") == parse_message(await recv(ws))


@pytest.mark.parametrize(
    "headers",
    [
        FAR,
        {"X-Forwarded-Host": "localhost"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "evil.example"},
        {"Host": "0.0.0.0"},
        {"Host": "localhost@evil.example"},
    ],
    ids=str,
)
async def test_what_is_not_from_this_machine_needs_a_token(headers: dict[str, str]) -> None:
    """On every path, and with any of the two tokens it is let in, under any name."""
    async with open_hub(tokens=TOKENS) as hub:
        hub.say(a_house())
        for path in ("/api/house", "/docs", "/openapi.json", "/nothing", "/static-offline-docs/swagger-ui.css"):
            turned = await ask(hub, path, headers)
            assert (401, "application/json") == (turned.status, turned.headers["content-type"])
            assert why(turned)
            assert BEARER in turned.headers.get_all("www-authenticate", [])
        for token in TOKENS.values():
            assert 200 == (await ask(hub, "/api/house", headers | bearer(token))).status
        glance = await ask(hub, "/", headers)
        assert (401, "text/plain; charset=utf-8") == (glance.status, glance.headers["content-type"])
        with pytest.raises(InvalidStatus) as refused:
            async with listening(hub, additional_headers={"X-Real-IP": "203.0.113.7"}):
                pytest.fail("it was let in")
        assert 401 == refused.value.response.status_code
        assert b"a token is needed" in (refused.value.response.body or b"") or b"needs a token" in (
            refused.value.response.body or b""
        )


async def test_a_request_without_a_host_is_not_from_here() -> None:
    """HTTP/1.0 needs none, so it says nothing of whom was asked."""
    async with open_hub(tokens=TOKENS) as hub:
        assert 401 == (await ask(hub, headers={"Host": b""}, version="1.0")).status
        assert 400 == (await ask(hub, headers={"Host": b""})).status
        assert 200 == (await ask(hub, headers={"Host": b"", **bearer(LOOK)}, version="1.0")).status


async def test_what_speaks_http_1_0_is_taken_for_a_proxy() -> None:
    """Some pass on with it and say nothing else of it, under the very name of this machine; its own programs do not."""
    async with open_hub(tokens=TOKENS) as hub:
        turned = await ask(hub, headers={"Host": f"127.0.0.1:{hub.port}"}, version="1.0")
        assert (401, True) == (turned.status, why(turned).startswith("what a proxy passes on needs a token"))
        assert 200 == (await ask(hub, headers=bearer(LOOK), version="1.0")).status
        assert 200 == (await ask(hub)).status


@pytest.mark.parametrize("token", [LOOK, STEER], ids=["view", "control"])
async def test_a_token_is_taken_in_three_ways(token: str) -> None:
    """As a program, a browser and a person at a terminal give it; the user's name is free."""
    async with open_hub(tokens=TOKENS) as hub:
        hub.say(a_house())
        for headers in (bearer(token), basic(token), basic(token, "")):
            assert 200 == (await ask(hub, "/api/house", {**FAR, **headers})).status
        assert 200 == (await ask(hub, f"/api/house?token={token}", FAR)).status
        for where in (
            f"ws://127.0.0.1:{hub.port}/ws?token={token}",
            f"ws://anybody:{token}@127.0.0.1:{hub.port}/ws",
        ):
            async with listening(hub, where=where, additional_headers=FAR) as ws:
                assert Hello(program="dm", boot="b1") == parse_message(await recv(ws))


@pytest.mark.parametrize(
    "wrong",
    [
        {"Authorization": "Bearer " + LOOK[:-1]},
        {"Authorization": f"Bearer {LOOK}x"},
        {"Authorization": f"Bearer {LOOK.upper()}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Digest {LOOK}"},
        {"Authorization": "Basic !!!"},
        {"Authorization": b"Bearer \xe9\xff\x80"},
        {"Authorization": f"Basic {base64.b64encode(b'me').decode()}"},
    ],
    ids=lambda headers: str(headers)[:40],
)
async def test_a_wrong_token_is_refused_also_here(wrong: dict[str, str | bytes], fast: None) -> None:
    """Who shows one means to use it; that it would not have been needed here does not matter."""
    async with open_hub(tokens=TOKENS) as hub:
        for headers in (wrong, FAR | wrong):
            turned = await ask(hub, headers=headers)
            assert 401 == turned.status
            assert "this token opens nothing here" in why(turned)
        turned = await ask(hub, f"/openapi.json?token={LOOK}", wrong)
        assert 401 == turned.status


async def test_of_two_tokens_the_lesser_counts_and_both_must_be_right(fast: None) -> None:
    """A page that was opened with one token and is asked again with another does not get more."""
    async with open_hub(tokens=TOKENS) as hub:
        assert 405 == (await ask(hub, f"/openapi.json?token={STEER}", bearer(STEER), method="POST")).status
        assert 403 == (await ask(hub, f"/openapi.json?token={LOOK}", bearer(STEER), method="POST")).status
        assert 401 == (await ask(hub, "/openapi.json?token=x", bearer(STEER))).status


async def test_a_token_that_is_not_ascii_is_only_another_one(fast: None) -> None:
    """Neither as the right one nor as a wrong one."""
    own = "geheim-" + "é€" * 20
    async with open_hub(tokens={Role.VIEW: own}) as hub:
        quoted = "".join(f"%{byte:02x}" for byte in own.encode())
        for headers, query in (
            ({"Authorization": b"Bearer " + own.encode()}, ""),
            (basic(own), ""),
            ({}, f"?token={quoted}"),
        ):
            assert 200 == (await ask(hub, f"/openapi.json{query}", {**FAR, **headers})).status
        assert 401 == (await ask(hub, "/openapi.json?token=%e9%80%00", FAR)).status


async def test_a_door_without_tokens_is_shut_for_all_others(fast: None) -> None:
    """Also for who brings one, and for who brings none at all."""
    async with open_hub() as hub:
        for headers in (FAR, FAR | bearer(""), FAR | bearer(LOOK), bearer(LOOK)):
            turned = await ask(hub, headers=headers)
            assert 401 == turned.status
            assert why(turned).startswith(("this door has no tokens", "what a proxy passes on"))


@pytest.mark.parametrize("tokens", [{Role.VIEW: ""}, {Role.VIEW: LOOK, Role.CONTROL: LOOK}], ids=["empty", "the same"])
def test_tokens_that_would_open_too_much_are_a_bug(tokens: dict[Role, str]) -> None:
    """An empty one would open to everybody, the same one would make who looks steer."""
    with pytest.raises(ValueError, match="texts, each another one"):
        Hub("dm", boot="b1", host="127.0.0.1", port=0, tokens=tokens)


async def test_who_may_look_changes_nothing() -> None:
    """States, questions and follow; an order and a word that changes something are refused with why."""
    told: list[str] = []

    async def change(rest: str) -> str:
        told.append(rest)
        return f"did {rest}"

    async with open_hub(tokens=TOKENS, words={"sim": change}) as hub:
        hub.say(a_house())
        async with listening(hub, additional_headers=FAR | bearer(LOOK)) as ws:
            assert a_house() == [parse_message(await recv(ws)) for _ in range(2)][1]
            await ws.send('{"type": "set_mode"}')
            refused = parse_message(await recv(ws))
            assert Refused(why="this token may only look: an order needs the control token") == refused
            await ws.send("sim oven on")
            assert (await recv(ws)).startswith("sim: changes something, and this token may only look")
            assert [] == told
            await ws.send("follow")
            assert a_house() == parse_message(await recv(ws))
        for headers in (bearer(STEER), FAR | bearer(STEER), {}):
            async with listening(hub, additional_headers=headers) as ws:
                await ws.send("sim oven on")
                while (said := await recv(ws)).startswith("{"):
                    pass
                assert "did oven on" == said
                await ws.send('{"type": "set_mode"}')
                refused = parse_message(await recv(ws))
                assert isinstance(refused, Refused)
                assert "set_mode needs charger: the name of a charger" == refused.why
        turned = await ask(hub, "/api/house", FAR | bearer(LOOK), method="POST")
        assert (403, True) == (turned.status, "may only look" in why(turned))
        assert 405 == (await ask(hub, "/api/house", FAR | bearer(STEER), method="POST")).status


async def test_a_name_bent_to_our_address_is_no_way_in(fast: None) -> None:
    """A page under such a name is for its browser of the same origin as we; its Origin and Host agree."""
    async with open_hub(tokens=TOKENS) as hub:
        bent = {"Host": f"evil.example:{hub.port}", "Origin": f"http://evil.example:{hub.port}"}
        for headers in (bent, bent | bearer(STEER)):
            turned = await ask(hub, headers=headers)
            assert 403 == turned.status
            assert why(turned).startswith("evil.example is no name of this machine")
        turned = await ask(hub, headers={"Host": f"evil.example:{hub.port}"})
        assert 401 == turned.status
        assert [BEARER] == turned.headers.get_all("www-authenticate")  # its browser asks nobody for a password


async def test_names_of_the_owner_are_ours() -> None:
    """So that a page at https://house.example, behind a proxy of this machine, may talk to its own websocket."""
    async with open_hub(tokens=TOKENS, names=["House.Example"]) as hub:
        headers = FAR | {"Host": "house.example", "Origin": "https://house.example"}
        turned = await ask(hub, headers=headers)
        assert (401, 2) == (turned.status, len(turned.headers.get_all("www-authenticate", [])))
        assert 200 == (await ask(hub, headers=headers | basic(LOOK))).status


async def test_a_page_of_another_site_is_refused_whatever_it_brings() -> None:
    """With and without a token, over HTTP and to the websocket."""
    async with open_hub(tokens=TOKENS) as hub:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            for headers in ({}, bearer(STEER)):
                turned = await ask(hub, headers={"Origin": origin, "Host": f"127.0.0.1:{hub.port}"} | headers)
                assert (403, "a page of another site may not read this house") == (turned.status, why(turned))
                with pytest.raises(InvalidStatus, match="403"):
                    async with listening(hub, origin=Origin(origin), additional_headers=headers):
                        pytest.fail("it was let in")


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong tokens are answered at once, and as many as one likes."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.001)
    monkeypatch.setattr("lib.hub.guesses.MOST", 1000)
    monkeypatch.setattr("lib.hub.guesses.LONGEST_S", 0.001)


async def test_wrong_tokens_wait_longer_and_longer_and_are_then_too_many(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also many at once; a right one from the same address and who needs none are not slowed."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.1)
    monkeypatch.setattr("lib.hub.guesses.LONGEST_S", 5.0)
    caplog.set_level(logging.INFO)
    async with open_hub(tokens=TOKENS) as hub:
        assert 200 == (await ask(hub, headers=FAR | bearer(LOOK))).status  # the first question takes longer
        start_s = time.monotonic()

        async def guess() -> tuple[int, float]:
            answer = await ask(hub, headers=FAR | bearer("guess"))
            return answer.status, time.monotonic() - start_s

        guesses = [asyncio.create_task(guess()) for _ in range(40)]
        await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
        assert 200 == (await ask(hub, headers=FAR | bearer(LOOK))).status
        assert not all(one.done() for one in guesses)  # whoever guesses still waits
        assert 200 == (await get(hub, "/openapi.json"))[0]
        answers = await asyncio.gather(*guesses)
        turned = await ask(hub, headers=FAR | bearer("guess"))
    assert 10 == sum(status == 401 for status, _ in answers)
    assert 30 == sum(status == 429 for status, _ in answers)
    assert max(took_s for _, took_s in answers) >= 5.0
    assert (429, "10") == (turned.status, turned.headers["retry-after"])
    assert "too many wrong tokens" in why(turned)
    assert ["a wrong token from 127.0.0.1"] == caplog.messages


async def test_close_does_not_wait_for_who_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer comes at once then."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 30.0)
    monkeypatch.setattr("lib.hub.guesses.LONGEST_S", 30.0)
    async with open_hub(tokens=TOKENS) as hub:
        guess = asyncio.create_task(ask(hub, headers=bearer("guess")))
        await eventually(lambda: hub._gate._waiting == 1)
        start_s = time.monotonic()
        await hub.close()
        assert time.monotonic() - start_s < 15
        assert 401 == (await guess).status


async def test_the_waiting_are_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many addresses together do not take all places either."""
    monkeypatch.setattr("lib.hub.gate.MOST_WAITING", 0)
    async with open_hub(tokens=TOKENS) as hub:
        assert 429 == (await ask(hub, headers=bearer("guess"))).status


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize(("size", "status"), [(65_536, 405), (65_537, 413), (3_000_000, 413)])
async def test_a_request_carries_so_much_and_no_more(size: int, status: int, *, chunked: bool) -> None:
    """More is refused with a sentence that its client can still read; 405 says that it got to the application."""
    async with open_hub() as hub:
        body = b"x" * size
        if chunked:
            said = {"Transfer-Encoding": "chunked"}
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[i : i + 9000] for i in range(0, size, 9000)))
            answer = await request(
                ("127.0.0.1", hub.port), "/openapi.json", said, method="POST", trailer=body + b"0\r\n\r\n"
            )
        else:
            answer = await request(("127.0.0.1", hub.port), "/openapi.json", method="POST", body=body)
    assert status == answer.status
    if status == 413:
        assert "a request may carry 65536 bytes" == why(answer)


@pytest.mark.parametrize(
    "said",
    [
        {"path": "/openapi.json?" + "x" * 20_000},
        {"headers": {"X-Long": "x" * 20_000}},
        {"headers": {f"X-{number}": "x" * 100 for number in range(200)}},
    ],
    ids=["address", "header", "headers"],
)
async def test_the_head_of_a_request_is_bounded(said: dict[str, str]) -> None:
    """Whatever is long in it."""
    async with open_hub() as hub:
        answer = await request(("127.0.0.1", hub.port), **{"path": "/openapi.json"} | said)  # type: ignore[arg-type]
    assert answer.status in {400, 431}


async def test_answers_keep_an_address_with_a_token_to_themselves() -> None:
    """Nothing is stored, and no link tells where it was followed."""
    async with open_hub(tokens=TOKENS) as hub:
        page = await ask(hub, f"/docs?token={LOOK}", FAR)
    assert (200, "no-referrer", "DENY") == (
        page.status,
        page.headers["referrer-policy"],
        page.headers["x-frame-options"],
    )
    assert LOOK not in page.body


def test_own_names_are_those_of_the_machine() -> None:
    """pi, pi.local, and none that is empty."""

    async def nothing(*_: object) -> None:
        """No application."""

    gate = Gate(nothing, clock=WallClock(), names=["Dm.Example"])
    assert "dm.example" in gate._names
    assert any(name.endswith(".local") for name in gate._names)


async def test_the_glance_says_where_to_go_on() -> None:
    """Who needed a token needs one there too; the token itself is not shown."""
    async with open_hub(tokens=TOKENS) as hub:
        near, far = await ask(hub, "/"), await ask(hub, f"/?token={LOOK}", FAR)
    assert "python -m websockets ws://127.0.0.1/ws" in near.body
    assert "python -m websockets ws://me:TOKEN@127.0.0.1/ws" in far.body
    assert LOOK not in far.body


async def test_openapi_says_that_a_token_may_be_needed() -> None:
    """So that the page at /docs has a field for it."""
    async with open_hub() as hub:
        api = json.loads((await get(hub, "/openapi.json"))[2])
    assert {"HTTPBearer"} == set(api["components"]["securitySchemes"])
    assert {"200", "401", "429", "503"} == set(api["paths"]["/api/house"]["get"]["responses"])
