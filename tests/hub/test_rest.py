"""The HTTP side: the newest states, the page that tries them out, and the address itself."""

import json
from html.parser import HTMLParser
from urllib.parse import urlsplit

from lib.hub import answers
from lib.messages import Message, to_json
from tests.panels.words import a_bill, some_events

from .builders import RATES, TELEGRAM, USAGE, a_house, get, open_hub

STATES: list[tuple[str, Message]] = [
    ("house", a_house()),
    ("rates", RATES),
    ("usage", USAGE),
    ("bill", a_bill()),
    ("events", some_events()),
    ("telegram", TELEGRAM),
]


class Links(HTMLParser):
    """Every address that a page has its browser fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Scripts, styles, pictures."""
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]


async def test_a_state_is_the_frame_that_was_said() -> None:
    """The same bytes as on the websocket, so unknown fields are absent here too."""
    async with open_hub() as hub:
        for name, message in STATES:
            hub.say(message)
            status, headers, body = await get(hub, f"/api/{name}")
            assert (200, "application/json", "no-store") == (status, headers["content-type"], headers["cache-control"])
            assert to_json(message) == body.decode()


async def test_before_it_was_said_a_state_is_503_with_a_sentence() -> None:
    """Not an empty object: nothing is known."""
    async with open_hub() as hub:
        for name, _ in STATES:
            status, _, body = await get(hub, f"/api/{name}")
            why = f"dm has not said its {name} yet: try again in a few seconds"
            assert (503, {"type": "refused", "why": why}) == (status, json.loads(body))


async def test_the_newest_state_is_answered() -> None:
    """And not the first."""
    async with open_hub() as hub:
        for seq in range(3):
            hub.say(a_house(seq=seq))
        assert 2 == json.loads((await get(hub, "/api/house"))[2])["seq"]


async def test_openapi_lists_the_states_with_their_fields() -> None:
    """Made from the message types; who writes a client needs nothing else."""
    async with open_hub() as hub:
        status, _, body = await get(hub, "/openapi.json")
    api = json.loads(body)
    assert (200, {f"/api/{name}" for name, _ in STATES}) == (status, set(api["paths"]))
    answered = api["paths"]["/api/house"]["get"]["responses"]
    assert {"$ref": "#/components/schemas/House"} == answered["200"]["content"]["application/json"]["schema"]
    assert {"$ref": "#/components/schemas/Refused"} == answered["503"]["content"]["application/json"]["schema"]
    assert {"grid_w", "quarter", "months", "notices"} <= set(api["components"]["schemas"]["House"]["properties"])


async def test_the_docs_page_needs_no_internet() -> None:
    """All that it fetches comes from this machine and is there."""
    async with open_hub() as hub:
        status, _, body = await get(hub, "/docs")
        page = body.decode()
        assert (200, []) == (status, [word for word in ("http:", "https:", "//cdn") if word in page])
        links = Links(page).found
        assert {".js", ".css", ".png"} == {link[link.rindex(".") :] for link in links}
        for link in links:
            assert ("", "") == urlsplit(link)[:2]
            status, _, asset = await get(hub, link)
            assert (200, True) == (status, len(asset) > 1000)
        assert "url: '/openapi.json'" in page


async def test_the_address_alone_shows_the_house_and_where_things_are() -> None:
    """What an owner types into a browser."""
    async with open_hub() as hub:
        hub.say(a_house())
        status, headers, body = await get(hub, "/")
        address = f"127.0.0.1:{hub.port}"
    assert (200, "text/plain; charset=utf-8") == (status, headers["content-type"])
    shown = body.decode()
    assert shown.startswith(answers.status(a_house()))
    assert f"python -m websockets ws://{address}/ws" in shown
    assert f"http://{address}/docs" in shown
