"""How the phone page finds its program again, and whom the door lets in with it."""

import pytest

from lib.commands.picture_cars import NOW
from lib.commands.picture_plan import planned
from lib.core.modes import Mode
from lib.hub.gate import Role
from lib.messages.orders import SetMode
from tests.hub.builders import RATES, a_house
from tests.hub.cellar import a_storage
from tests.hub.garage import a_charger, a_charging
from tests.waiting import eventually

from .browser import Tab, needs_chromium
from .house import GARAGE, LOOK, QUOTED, TOKENS, Owner, at, door

pytestmark = needs_chromium


async def test_a_lost_connection_is_said_and_comes_back_by_itself(tab: Tab) -> None:
    """What is seen then is old, and says of when; orders are refused in words."""
    async with door("ev", a_charging(), owner=Owner()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        port = hub.port
    await tab.shows("connection lost", "#line")
    await tab.shows("the program does not answer", "#line")
    await tab.shows("what you see is of 12:05:00; the line went", "#old")
    assert "charges at 2.3 kW" in await tab.text(GARAGE)
    await tab.press(f"{GARAGE} button[value=max]")
    await tab.shows("not done: no answer came, so nobody knows whether it was carried out", f"{GARAGE} output")
    async with door("ev", a_charging(boot="b2", chargers=(a_charger(why="is back"),)), port=port):
        await tab.shows("is back", GARAGE)
        await tab.until("document.getElementById('line').hidden && document.getElementById('old').hidden")
        assert not await tab.value("document.body.classList.contains('lost')")


async def test_what_an_earlier_start_said_stays_old_until_the_new_one_says_more(tab: Tab) -> None:
    """A program that was started anew greets at once, but may wait for seconds until it knows anything."""
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        port = hub.port
    await tab.shows("connection lost", "#line")
    async with door("ev", boot="b2", port=port) as hub:
        await tab.shows("connected again; nothing was said since", "#line")
        assert "what you see is of 12:05:00" == await tab.text("#old")
        assert await tab.value("document.body.classList.contains('lost')")
        hub.say(a_charging(boot="b2", chargers=(a_charger(why="is back"),)))
        await tab.shows("is back", GARAGE)
        await tab.until("document.getElementById('line').hidden && document.getElementById('old').hidden")
        assert not await tab.value("document.body.classList.contains('lost')")


async def test_a_line_on_which_nothing_comes_is_none(tab: Tab) -> None:
    """A phone that slept holds a socket that is dead: who looks again is connected anew."""
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        for wakes in ("door.watch()", "dispatchEvent(new Event('pageshow'))"):
            await tab.value(f"window.before = door.socket; door.heardAt.own -= 16_000; {wakes}")
            await tab.until("door.isOpen && door.socket !== before")
        fresh = "window.before = door.socket; door.heardAt = mark(); dispatchEvent(new Event('pageshow'))"
        assert await tab.value(f"{fresh}; door.socket === before")
        await eventually(lambda: hub.listeners == 1)


@pytest.mark.parametrize(
    "wakes",
    [
        "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))",
        "dispatchEvent(new Event('pageshow'))",
        "door.watch()",
        "door.socket.onmessage({data: JSON.stringify(newest.charging)})",  # it lay on the line all the while
    ],
)
async def test_what_stood_there_while_the_phone_slept_is_old_at_once(tab: Tab, wakes: str) -> None:
    """The page's own clock stands still in sleep, so the phone's counts too; old is what nobody has said anew."""
    seen = "[document.body.className, ...['line', 'old'].map(one => document.getElementById(one).textContent)]"
    now = "{ const real = Date.now; window.slept = 0; Date.now = () => real() + slept * 1000; }"
    await tab.command("Page.addScriptToEvaluateOnNewDocument", source=now)
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        found = await tab.value(f"slept = 8 * 3600; {wakes}; {seen}")
        assert ["lost", "connection lost"] == found[:2]
        assert found[2].startswith("what you see is of 12:05:00; the line went 8\u00a0h\u00a000\u00a0min")
        await tab.until("document.body.className === '' && document.getElementById('old').hidden")
        await tab.value("slept = 0")  # the phone's clock is set back
        assert 0 <= await tab.value("door.silentS")


async def test_the_pauses_between_attempts_grow_and_are_bounded(tab: Tab) -> None:
    """A program that is off is not asked each second by every phone of the house."""
    async with door("ev", a_charging()) as hub:
        await tab.go(at(hub))
        await tab.shows("charges at 2.3 kW", GARAGE)
        pauses = await tab.value("[...Array(8)].map(() => { door.lose('a test'); return door.pauseS })")
    assert [2, 4, 8, 16, 30, 30, 30, 30] == pauses


async def test_a_page_of_another_version_says_so(tab: Tab) -> None:
    """The program was changed while the page stood open."""
    async with door("dm", a_house()) as hub:
        await tab.go(at(hub))
        await tab.shows("1.53 kW", "#house")
        await tab.value("hear({type: 'hello', program: 'dm', boot: 'b2', protocol: 2})")
        await tab.shows("this page is of another version than the program: open it anew", "#line")


async def test_a_token_in_the_address_opens_all_and_leaves_the_address_bar(tab: Tab) -> None:
    """Page, websocket and orders, also after a reload, for which the browser has kept it as a password."""
    owner = Owner()
    async with door("ev", a_charging(), owner=owner, tokens=TOKENS, names=["pi.test"]) as hub:
        await tab.go(at(hub, "pi.test", f"?token={QUOTED}"))
        await tab.shows("charges at 2.3 kW", GARAGE)
        assert ["/phone", ""] == await tab.value("[location.pathname, location.search]")
        await tab.press(f"{GARAGE} button[value=max]")
        await tab.shows("garage: max", f"{GARAGE} output")
        await tab.value("window.earlier = true")
        await tab.command("Page.reload")
        await tab.until("window.earlier === undefined && document.readyState === 'complete'")
        await tab.shows("charges at 2.3 kW", GARAGE)
        await tab.press(f"{GARAGE} button[value=off]")
        await tab.shows("garage: off", f"{GARAGE} output")
    assert [SetMode(charger="garage", mode=mode) for mode in (Mode.MAX, Mode.OFF)] == owner.told


async def test_a_tablet_of_years_ago_draws_all_and_gives_orders(tab: Tab) -> None:
    """Chrome 106, the last for Android 6, and Safari 15.4: without what browsers learned after them."""
    later = """
        for (const name of ["toReversed", "toSorted", "toSpliced", "with"]) delete Array.prototype[name];
        for (const name of ["isWellFormed", "toWellFormed"]) delete String.prototype[name];
        for (const name of ["union", "intersection", "difference", "isSubsetOf"]) delete Set.prototype[name];
        for (const name of ["any", "timeout"]) delete AbortSignal[name];
        for (const name of ["try", "withResolvers"]) delete Promise[name];
        delete Array.fromAsync; delete Object.groupBy; delete Map.groupBy; delete URL.canParse; delete URL.parse;
        delete window.Iterator; delete RegExp.escape; delete window.scheduler; delete window.requestIdleCallback;
        delete Element.prototype.setHTML;"""
    owner = Owner()
    said = {"dm": (a_house(at=NOW, said=NOW), RATES, planned()), "ev": (a_charging(),), "bs": (a_storage(),)}
    await tab.command("Page.addScriptToEvaluateOnNewDocument", source=later)
    for program, states in said.items():
        async with door(program, *states, owner=owner) as hub:
            await tab.go(at(hub))
            place = {"dm": "#house svg", "ev": "#trips", "bs": "#gains"}[program]
            await tab.until(f"document.querySelector('{place}')?.textContent.trim()")
            if program == "ev":
                await tab.press(f"{GARAGE} button[value=max]")
                await tab.shows("garage: max", f"{GARAGE} output")
    assert [SetMode(charger="garage", mode=Mode.MAX)] == owner.told


async def test_a_password_opens_all(tab: Tab) -> None:
    """The token as Basic's password: Chromium gives it to a websocket too, iPhones do not, so its address has it."""
    owner = Owner()
    bare = """new Promise((done) => {
        const bare = new WebSocket(`ws://${location.host}/ws`);
        bare.onopen = () => done(true);
    })"""
    async with door("ev", a_charging(), owner=owner, tokens=TOKENS, names=["pi.test"]) as hub:
        await tab.go(at(hub, f"me:{QUOTED}@pi.test"))
        await tab.shows("charges at 2.3 kW", GARAGE)
        assert await tab.value(bare)
        assert await tab.value("door.socket.url.endsWith('/ws' + WAY_IN) && WAY_IN.startsWith('?token=')")
        await tab.press(f"{GARAGE} button[value=max]")
        await tab.shows("garage: max", f"{GARAGE} output")


async def test_a_token_that_may_only_look_is_refused_in_words(tab: Tab) -> None:
    """It sees all and changes nothing."""
    owner = Owner()
    async with door("ev", a_charging(), owner=owner, tokens=TOKENS, names=["pi.test"]) as hub:
        await tab.go(at(hub, "pi.test", f"?token={LOOK}"))
        await tab.shows("charges at 2.3 kW", GARAGE)
        await tab.press(f"{GARAGE} button[value=max]")
        await tab.shows("not done: this token may only look", f"{GARAGE} output")
    assert [] == owner.told


async def test_a_token_that_was_changed_is_said(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is told no reason for a websocket that is refused, so it asks."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.01)
    async with door("ev", a_charging(), tokens=TOKENS, names=["pi.test"]) as hub:
        await tab.go(at(hub, "pi.test", f"?token={LOOK}"))
        await tab.shows("charges at 2.3 kW", GARAGE)
        port = hub.port
    other = {Role.VIEW: "another" * 6}
    async with door("ev", a_charging(), tokens=other, names=["pi.test"], port=port):
        await tab.shows("connection lost: the token opens nothing any more: open the page anew", "#line")


async def test_a_page_of_another_site_gives_no_order_and_hears_nothing(tab: Tab) -> None:
    """In the browser of somebody who is at home, or has typed the password: the door knows its origin."""
    owner = Owner()
    tries = """async (host, query) => {
        const body = '{"charger": "garage", "mode": "max"}';
        const order = {method: "POST", body, mode: "no-cors", credentials: "include"};
        await fetch(`http://${host}/api/orders/set_mode${query}`, order);
        return await new Promise((done) => {
            const socket = new WebSocket(`ws://${host}/ws${query}`);
            socket.onmessage = ({data}) => done(data);
            socket.onclose = () => done("refused");
        });
    }"""
    async with (
        door("dm") as other,
        door("ev", a_charging(), owner=owner, tokens=TOKENS, names=["pi.test"]) as hub,
    ):
        await tab.go(at(hub, f"me:{QUOTED}@pi.test"))
        await tab.shows("charges at 2.3 kW", GARAGE)
        await tab.go(f"http://127.0.0.1:{other.port}/")  # a page without rules of its own about what it may reach
        await tab.shows("ask in words")
        for host in ("127.0.0.1", "pi.test"):
            for query in ("", f"?token={QUOTED}"):
                assert "refused" == await tab.value(f"({tries})('{host}:{hub.port}', '{query}')")
    assert [] == owner.told
