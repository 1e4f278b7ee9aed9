"""One box that is asked over HTTP, over real sockets: whatever comes back is an answer or one kind of error."""

from collections.abc import Iterable

import pytest
from aiohttp import web

from lib.http import Answer, Box
from lib.sim.http_box import HttpBox


class SlipError(Exception):
    """What the owner wrote can be no box."""


class SilentError(Exception):
    """It does not answer as it should."""


class Saying(HttpBox):
    """It answers every question with the same text, and remembers what it was told."""

    def __init__(self, said: str = "{}") -> None:
        super().__init__()
        self.said = said
        self.told: list[object] = []

    def routes(self) -> Iterable[web.RouteDef]:
        """All there may be."""
        return [web.route("*", "/{path:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """That."""
        if request.method == "POST":
            self.told.append(await request.json())
        return web.Response(text=self.said)


def a_box(address: str, *, user: str | None = None) -> Box:
    """A box of no make."""
    return Box(address, kind="a box", slip=SlipError, silent=SilentError, user=user, password="secret")


@pytest.mark.parametrize(
    ("address", "where", "port"),
    [
        ("192.168.1.9", "192.168.1.9", 80),
        (" http://box.local:8080/ ", "box.local:8080", 8080),
        ("[fe80::1]:80", "[fe80::1]", 80),
    ],
)
def test_an_address_is_said_as_its_owner_would(address: str, where: str, port: int) -> None:
    """Without the usual port."""
    assert (where, port) == (a_box(address).where, a_box(address).port)


@pytest.mark.parametrize("address", ["", "a b", "host:0", "host:http", "host/path", "[::1", "a..b", "me@host"])
def test_what_is_no_address_is_a_slip(address: str) -> None:
    """Said before anything is asked, and so is a user that can be none."""
    with pytest.raises(SlipError, match="is no address of a box"):
        a_box(address)
    with pytest.raises(SlipError, match="holds a colon"):
        a_box("host", user="a:b")


def test_a_slip_with_a_password_in_it_does_not_show_it() -> None:
    """The log keeps the sentence."""
    with pytest.raises(SlipError, match=r"'…@192\.168\.1\.60' is no address of a box"):
        a_box("http://admin:PRECIOUS@192.168.1.60")


@pytest.mark.parametrize("said", ["[" * 60_000, "<html>", "[]", '{"half": ', "3"])
async def test_what_is_no_object_is_an_answer_without_one(said: str) -> None:
    """Also a text that no reader of JSON gets to the end of."""
    shelf = Saying(said)
    await shelf.listen()
    box = a_box(shelf.where)
    assert Answer(200, None) == await box.ask("status", within_s=5.0)
    await box.close()
    await shelf.close()


async def test_half_a_letter_in_its_words_breaks_nothing() -> None:
    """As where it cut them in the middle of an emoji."""
    shelf = Saying(r'{"msg": "not now \ud83d"}')
    await shelf.listen()
    box = a_box(shelf.where)
    assert Answer(200, {"msg": "not now ?"}) == await box.ask("status", within_s=5.0)
    await box.close()
    await shelf.close()


async def test_an_answer_without_an_end_is_given_up() -> None:
    """64 kB are more than any box has to say."""
    shelf = Saying(" " * 100_000)
    await shelf.listen()
    box = a_box(shelf.where)
    with pytest.raises(SilentError, match="without an end"):
        await box.ask("status", within_s=5.0)
    await box.close()
    await shelf.close()


async def test_what_it_is_told_survives_a_connection_that_it_closed() -> None:
    """A box that was restarted between two words is told the second one too."""
    shelf = Saying('{"ok": 1}')
    await shelf.listen()
    box = a_box(shelf.where)
    assert Answer(200, {"ok": 1}) == await box.ask("set", told={"power": 1}, within_s=5.0)
    port = shelf.port
    await shelf.close()
    await shelf.listen(port)
    assert Answer(200, {"ok": 1}) == await box.ask("set", told={"power": 2}, within_s=5.0)
    assert [{"power": 1}, {"power": 2}] == shelf.told
    await box.close()
    await shelf.close()
    with pytest.raises(SilentError, match="refuses the connection"):
        await box.ask("status", within_s=5.0)
    await box.close()
