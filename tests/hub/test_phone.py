"""The phone page as a door serves it; tests/web looks at it in a browser."""

import re
from base64 import b64encode
from collections.abc import Mapping

import pytest

from lib.hub.gate import Role
from lib.hub.phone import WEB
from lib.hub.server import Hub
from lib.messages.orders import Done, SetMode

from .builders import open_hub
from .raw import Answer, request

LOOK, STEER = "look-" + "a" * 40, "steer-" + "b/+ü" * 10
TOKENS = {Role.VIEW: LOOK, Role.CONTROL: STEER}
QUOTED = "steer-" + "b%2F%2B%C3%BC" * 10
FAR = {"Host": "pi.test"}  # another name of this machine, so that who asks is not taken to sit at it
KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


async def ask(hub: Hub, path: str, headers: Mapping[str, str | bytes] | None = None, **options: str) -> Answer:
    """What a hub answers."""
    return await request(("127.0.0.1", hub.port), path, headers, **options)  # type: ignore[arg-type]


def parts(page: str) -> list[str]:
    """What a page has its browser fetch."""
    return re.findall(r'(?:src|href)="([^"]*)"', page)


async def test_every_program_serves_the_page_and_all_its_parts() -> None:
    """Each with its type, from this door alone."""
    async with open_hub() as hub:
        page = await ask(hub, "/phone")
        assert (200, "text/html; charset=utf-8") == (page.status, page.headers["content-type"])
        found = parts(page.body)
        assert {path.name for path in WEB.iterdir()} - {"index.html"} == {part.removeprefix("phone/") for part in found}
        for part in found:
            answer = await ask(hub, f"/{part}")
            kind = KINDS[part.rpartition(".")[2]]
            assert (200, kind, True) == (answer.status, answer.headers["content-type"], len(answer.body) > 100)
            assert (WEB / part.removeprefix("phone/")).read_text("utf-8") == answer.body


async def test_the_page_is_never_kept_and_runs_nothing_of_others() -> None:
    """Also not what somebody would write into a name: only files of this door are run."""
    async with open_hub() as hub:
        for path in ("/phone", "/phone/page.js", "/phone/nothing"):
            headers = (await ask(hub, path)).headers
            assert ("no-store", "nosniff", "DENY", "no-referrer") == (
                headers["cache-control"],
                headers["x-content-type-options"],
                headers["x-frame-options"],
                headers["referrer-policy"],
            )
            rules = headers["content-security-policy"].split("; ")
            assert {"default-src 'self'", "connect-src 'self' ws: wss:", "base-uri 'none'"} <= set(rules)
            assert [] == [rule for rule in rules if "unsafe" in rule or "*" in rule or "http" in rule]
        page = (await ask(hub, "/phone")).body
    assert [] == re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://", page)


@pytest.mark.parametrize("name", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cssText"])
def test_no_part_makes_markup_of_a_text(name: str) -> None:
    """Names come from people."""
    assert [] == [path.name for path in WEB.glob("*.js") if name in path.read_text("utf-8")]


async def test_head_is_answered_without_a_body() -> None:
    """With the length that GET has."""
    async with open_hub() as hub:
        for path in ("/phone", "/phone/style.css"):
            whole, head = await ask(hub, path), await ask(hub, path, method="HEAD")
            assert (200, "", whole.headers["content-length"]) == (
                head.status,
                head.body,
                head.headers["content-length"],
            )
        assert 405 == (await ask(hub, "/phone", method="POST")).status


@pytest.mark.parametrize(
    "path",
    [
        "/phone/index.html",
        "/phone/nothing.js",
        "/phone/../rest.py",
        "/phone/..%2fhub%2frest.py",
        "/phone/%2e%2e/hub/rest.py",
        "/phone/..\\hub\\rest.py",
        "/phone/%2fetc%2fpasswd",
        "/phone//etc/passwd",
        "/phone/style.css/../../../config.py",
        "/phone/style.css%00.js",
        "/phone/.",
        "/phone/..",
    ],
)
async def test_nothing_but_the_parts_is_served(path: str) -> None:
    """No name reaches the disk."""
    async with open_hub() as hub:
        answer = await ask(hub, path)
    assert (404, False) == (answer.status, "import" in answer.body or "root:" in answer.body)


async def test_from_another_machine_the_page_needs_a_token_too() -> None:
    """The page and its parts are behind the door like everything else."""
    async with open_hub(tokens=TOKENS, names=["pi.test"]) as hub:
        for path in ("/phone", "/phone/page.js"):
            for headers in (FAR, FAR | {"Origin": "http://evil.test"}):
                assert (await ask(hub, path, headers)).status in {401, 403}
            assert 200 == (await ask(hub, path, FAR | {"Authorization": f"Bearer {LOOK}"})).status


async def test_who_came_by_a_token_gets_it_in_the_addresses_of_the_parts() -> None:
    """A browser passes neither `?token=` on, nor a password to the websocket of an iPhone."""
    basic = {"Authorization": b"Basic " + b64encode(f"me:{LOOK}".encode())}
    async with open_hub(tokens=TOKENS, names=["pi.test"]) as hub:
        for path, headers, token in (
            (f"/phone?token={QUOTED}", FAR, QUOTED),
            (f"/phone?token={LOOK}", FAR | {"X-Forwarded-For": "192.0.2.1"}, LOOK),
            ("/phone", FAR | basic, LOOK),
        ):
            page = await ask(hub, path, headers)
            found = parts(page.body)
            assert (200, set()) == (page.status, {part for part in found if not part.endswith(f"?token={token}")})
            assert 200 == (await ask(hub, f"/{found[-1]}", FAR)).status
        for headers in ({}, FAR | basic | {"Via": "1.1 a proxy, whose own password it may be"}):
            page = await ask(hub, "/phone", headers)
            assert (200, False) == (page.status, "token=" in page.body or LOOK in page.body)
        page = await ask(hub, "/phone", {**FAR, **basic}, version="1.0")
        assert (200, False) == (page.status, "token=" in page.body or LOOK in page.body)


async def test_the_address_alone_names_the_page() -> None:
    """What an owner reads who types only the address."""
    async with open_hub() as hub:
        glance = (await ask(hub, "/", {"Host": "localhost:8081"})).body
    assert "on a phone     http://localhost:8081/phone\n" in glance


async def test_a_page_of_another_site_gives_no_order() -> None:
    """Whatever way it tries: the browser names its origin."""
    told: list[SetMode] = []

    def set_mode(order: SetMode) -> Done:
        told.append(order)
        return Done(what="done")

    order = b'{"charger": "garage", "mode": "max"}'
    async with open_hub(orders={SetMode: set_mode}, tokens=TOKENS) as hub:
        host = f"127.0.0.1:{hub.port}"
        for origin in ("http://evil.test", "null", f"https://{host}.evil.test", "http://127.0.0.1:1"):
            for path in ("/api/orders/set_mode", f"/api/orders/set_mode?token={QUOTED}"):
                said = {"Host": host, "Origin": origin, "Content-Type": "text/plain"}
                answer = await request(("127.0.0.1", hub.port), path, said, method="POST", body=order)
                assert (403, []) == (answer.status, told)
        ours = {"Host": host, "Origin": f"http://{host}"}
        assert (
            200
            == (await request(("127.0.0.1", hub.port), "/api/orders/set_mode", ours, method="POST", body=order)).status
        )
    assert 1 == len(told)
