"""The HTTP side: the newest states, the page that tries them out, and the address itself."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from lib.commands.picture_plan import outlook, planned
from lib.core.modes import Mode
from lib.hub import answers
from lib.hub.gate import Role
from lib.hub.server import Hub
from lib.hub.states import CAR_STATES, STORE_STATES
from lib.messages import Message, Refused, parse_message, to_json
from lib.messages.orders import Boost, Done, SetMode
from tests.panels.words import a_bill, some_events

from .builders import RATES, TELEGRAM, USAGE, a_house, get, open_hub
from .cellar import a_storage
from .garage import SESSIONS, a_charging
from .raw import request

STATES: list[tuple[str, Message]] = [
    ("house", a_house()),
    ("rates", RATES),
    ("usage", USAGE),
    ("bill", a_bill()),
    ("events", some_events()),
    ("telegram", TELEGRAM),
    ("plan", planned()),
    ("outlook", outlook()),
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


async def test_the_states_of_ev_are_served_too() -> None:
    """Each program has its own."""
    async with open_hub(states=CAR_STATES) as hub:
        for message in (a_charging(), SESSIONS, planned()):
            hub.say(message)
            assert to_json(message) == (await get(hub, f"/api/{message.type}"))[2].decode()
        assert 404 == (await get(hub, "/api/house"))[0]


async def test_the_state_of_bs_is_served_too() -> None:
    """With what is unknown left out; beside it the plan of dm that it heard."""
    async with open_hub(states=STORE_STATES) as hub:
        hub.say(planned())
        assert to_json(planned()) == (await get(hub, "/api/plan"))[2].decode()
        hub.say(a_storage(soc_pct=None))
        body = (await get(hub, "/api/storage"))[2].decode()
        assert to_json(a_storage(soc_pct=None)) == body
        assert "soc_pct" not in json.loads(body)
        assert 404 == (await get(hub, "/api/charging"))[0]


def set_mode(order: SetMode) -> Done | Refused:
    """There is a garage, and nothing else."""
    if order.charger != "garage":
        return Refused(why=f"there is no charger {order.charger}; there is garage")
    return Done(what=f"garage is set to {order.mode}")


async def post(hub: Hub, kind: str, body: str, headers: Mapping[str, str | bytes] | None = None) -> tuple[int, Message]:
    """What is answered to an order over REST: the status, and the message."""
    where = ("127.0.0.1", hub.port)
    answer = await request(where, f"/api/orders/{kind}", headers, method="POST", body=body.encode())
    return answer.status, parse_message(answer.body)


async def test_an_order_over_rest_is_carried_out() -> None:
    """Its type is in the address, so the body needs none; what the program answers comes back."""
    async with open_hub(orders={SetMode: set_mode}) as hub:
        for body in (
            '{"charger": "garage", "mode": "max"}',
            '{"charger": "garage", "mode": "max", "type": "set_mode"}',
        ):
            assert (200, Done(what="garage is set to max")) == await post(hub, "set_mode", body)
        refused = await post(hub, "set_mode", '{"charger": "boat", "mode": "max"}')
        assert (409, Refused(why="there is no charger boat; there is garage")) == refused


async def test_an_order_that_the_program_does_not_take_is_409() -> None:
    """With the one that does."""
    async with open_hub(orders={SetMode: set_mode}) as hub:
        why = "dm takes no boost here: ev does, so send it there"
        assert (409, Refused(why=why)) == await post(hub, "boost", '{"charger": "garage"}')


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            '{"charger": "garage", "mode": "turbo"}',
            "mode is one of off, pv_only, pv_all, max, manual, auto, and not 'turbo'",
        ),
        ('{"mode": "max"}', "set_mode needs charger: the name of a charger"),
        ('{"charger": "garage", "mode": "max", "type": "boost"}', "type is 'set_mode', and not 'boost'"),
        ("[]", 'this is no JSON object; one looks like {"charger": "garage", "mode": "pv_only"}'),
    ],
)
async def test_an_order_that_is_not_understood_is_422_with_our_sentence(body: str, why: str) -> None:
    """And not with a list of what a checker found."""
    async with open_hub(orders={SetMode: set_mode}) as hub:
        assert (422, Refused(why=why)) == await post(hub, "set_mode", body)


@pytest.mark.parametrize("body", ["", "{", "\x00", '{"a":' * 10_000])
async def test_an_order_that_is_no_json_is_422(body: str) -> None:
    """Whatever it is."""
    async with open_hub() as hub:
        status, said = await post(hub, "set_mode", body)
    assert isinstance(said, Refused)
    assert (422, True) == (status, said.why.startswith("this is no JSON object ("))


async def test_an_order_that_nobody_knows_is_404_with_those_there_are() -> None:
    """Who wrote the client sees them."""
    async with open_hub() as hub:
        status, said = await post(hub, "explode", "{}")
    assert isinstance(said, Refused)
    assert (404, True) == (status, said.why.startswith("'explode' is no order; there are set_mode, "))


async def test_an_order_from_elsewhere_needs_the_control_token() -> None:
    """This machine is trusted; a token that may look may not tell."""
    far, body = {"X-Forwarded-For": "203.0.113.7"}, '{"charger": "garage", "mode": "off"}'
    tokens = {Role.VIEW: "look" * 10, Role.CONTROL: "steer" * 10}
    told = Done(what=f"garage is set to {Mode.OFF}")
    async with open_hub(orders={SetMode: set_mode}, tokens=tokens) as hub:
        assert (200, told) == await post(hub, "set_mode", body)
        found = {None: 401, "wrong" * 10: 401, tokens[Role.VIEW]: 403, tokens[Role.CONTROL]: 200}
        for token, status in found.items():
            headers = far | ({"Authorization": f"Bearer {token}"} if token else {})
            assert status == (await post(hub, "set_mode", body, headers))[0]
        foreign = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
        assert 403 == (await post(hub, "set_mode", body, foreign))[0]


async def test_openapi_lists_the_orders_that_the_program_takes() -> None:
    """With their fields, without the type, and with what is answered."""
    async with open_hub(orders={SetMode: set_mode, Boost: set_mode}, states=CAR_STATES) as hub:
        api = json.loads((await get(hub, "/openapi.json"))[2])
    orders = {path: way["post"] for path, way in api["paths"].items() if "post" in way}
    assert {"/api/orders/set_mode", "/api/orders/boost"} == set(orders)
    order = orders["/api/orders/set_mode"]
    schema = order["requestBody"]["content"]["application/json"]["schema"]
    assert {"charger", "mode"} == set(schema["properties"])
    assert list(Mode) == schema["properties"]["mode"]["enum"]
    assert {"200", "401", "403", "409", "422", "429"} == set(order["responses"])
    done = order["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"$ref": "#/components/schemas/Done"} == done
    assert "What a charger shall do from now on." == order["summary"]
