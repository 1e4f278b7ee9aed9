"""Sources over real HTTP on loopback: what they ask, and what becomes of every kind of answer."""

import asyncio
import gzip
import json
import sys
from datetime import UTC, date, datetime

import pytest

from lib.clock import TurnedClock
from lib.core.slots import Series
from lib.prices import ALLOWED, AnswerError, PriceError, PriceSource, SourceError, open_prices, web
from lib.prices.day import whole
from lib.prices.watch import Watch
from lib.sim.price_box import PriceBox, published
from tests.conftest import folders, local
from tests.prices.stranger import Say, http, raw, silence, stranger
from tests.waiting import LIMIT_S

DAY = date(2026, 2, 10)
OWN = folders()[0] / "prices"
GOOD = (OWN / "energy_charts_price_BE_2026-02-10_qh.json").read_bytes()
TOKEN = "0c0ffee0-1234-4567-89ab-0123456789ab"
MAKES = ["energy-charts", "entsoe", "elia", "nordpool"]


def opened(make: str, url: str) -> PriceSource:
    """A source at a server of the test."""
    return open_prices(make, token=TOKEN if make == "entsoe" else None, url=url)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("day", [DAY, date(2026, 3, 29), date(2025, 10, 26), date(2025, 9, 30)])
async def test_a_day_comes_whole(make: str, day: date) -> None:
    """Four services, one market: the same day, whole, whatever its length and resolution."""
    async with PriceBox(TurnedClock(local("2026-06-01 12:00")), token=TOKEN) as box:
        slots = await opened(make, box.url).fetch(day)
    assert whole(day, slots)
    assert published(1, day) == [(slot.start, slot.value) for slot in slots]


@pytest.mark.parametrize("make", MAKES)
async def test_tomorrow_is_published_at_12_55(make: str) -> None:
    """Before, there is nothing, which is no error; after, it is whole."""
    clock = TurnedClock(local("2026-02-09 12:54"))
    async with PriceBox(clock, token=TOKEN) as box:
        source = opened(make, box.url)
        assert () == await source.fetch(DAY)
        clock.turn(60)
        assert whole(DAY, await source.fetch(DAY))


async def test_questions_are_those_of_the_services() -> None:
    """Each service is asked as its documentation says, for one local day."""
    async with stranger(http(500)) as there:
        for make in MAKES:
            with pytest.raises(PriceError):
                await opened(make, there.url).fetch(DAY)
    entsoe = (
        "documentType=A44&in_Domain=10YBE----------2&out_Domain=10YBE----------2&periodStart=202602092300"
        f"&periodEnd=202602102300&contract_MarketAgreement.type=A01&securityToken={TOKEN}"
    )
    assert [
        "/price?bzn=BE&start=2026-02-10&end=2026-02-10",
        f"/api?{entsoe}",
        "/eliabecontrols.prod/interface/Interconnections/daily/auctionresultsqh/2026-02-10",
        "/api/DayAheadPrices?market=DayAhead&date=2026-02-10&deliveryArea=BE&currency=EUR",
    ] == there.asked


TROUBLES: dict[str, tuple[Say, str, float | None]] = {
    "asked too often": (http(429), "{} was asked too often", 600.0),
    "asked too often, 90 s": (http(429, Retry_After="90"), "{} was asked too often", 90.0),
    "asked too often, a year": (http(429, Retry_After="31536000"), "{} was asked too often", 86_400.0),
    "asked too often, nonsense": (http(429, Retry_After="soon"), "{} was asked too often", 600.0),
    "asked too often, until": (
        http(429, Retry_After="Tue, 10 Feb 2026 12:05:00 GMT", Date="Tue, 10 Feb 2026 12:00:00 GMT"),
        "{} was asked too often",
        300.0,
    ),
    "its own trouble": (http(500, b"<html>"), "{} has trouble of its own (HTTP 500)", None),
    "closed for a while": (http(503, Retry_After="120"), "{} has trouble of its own (HTTP 503)", 120.0),
    "a teapot": (http(418), "{} refuses the question (HTTP 418)", None),
    "elsewhere": (
        http(301, Location="https://prices.example/x?securityToken=1"),
        "{} has moved to https://prices.example, which is not followed",
        None,
    ),
    "in a circle": (http(302, Location="/again"), "{} sends us on again and again", None),
    "moved to nowhere": (http(302, Location="http://[x"), "{} cannot be asked (ValueError)", None),
    "moved to no host": (http(302, Location="//[]@"), "{} cannot be asked (IndexError)", None),
    "huge": (http(200, b"[" + b" " * 2_000_001), "{} answers with more than 2 MB", None),
    "a bomb": (
        http(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"),
        "{} answers with more than 2 MB",
        None,
    ),
    "endless": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b" " * 65_536 + b"\r\n"),
        "{} hangs up in the middle of the answer",
        None,
    ),
    "cut": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n[1,"),
        "{} hangs up in the middle of the answer",
        None,
    ),
    "mute": (raw(b""), "{} hangs up in the middle of the answer", None),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "{} answers, but not in HTTP", None),
}


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_is_a_sentence_without_the_token(make: str, trouble: str) -> None:
    """Whatever the other end does: one sentence, how long to wait where it said so, and never a token."""
    say, why, again_s = TROUBLES[trouble]
    async with stranger(say) as there:
        with pytest.raises(PriceError) as raised:
            await opened(make, there.url).fetch(DAY)
    assert why.format(make) == str(raised.value)
    assert again_s == raised.value.again_s
    assert not isinstance(raised.value, AnswerError)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None  # no traceback with the address


@pytest.mark.parametrize("make", MAKES)
async def test_a_server_that_hangs_is_left(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the question and never answers: the time limit ends it."""
    monkeypatch.setattr(web, "PATIENCE_S", 0.2)
    async with stranger(silence) as there:
        with pytest.raises(PriceError, match=f"{make} does not answer within 0 s"):
            await opened(make, there.url).fetch(DAY)


async def test_nobody_there() -> None:
    """A port that nobody listens on, and a name that is no host."""
    async with stranger(silence) as there:
        pass
    with pytest.raises(PriceError, match="energy-charts cannot be reached: Connection refused"):
        await opened("energy-charts", there.url).fetch(DAY)
    with pytest.raises(PriceError, match="energy-charts is not found: is this house online"):
        await opened("energy-charts", "http://prices.invalid").fetch(DAY)


async def test_a_move_on_the_same_host_is_followed() -> None:
    """A service that puts its prices under another path is still the same service."""
    async with stranger(http(308, Location="/v2/price"), http(200, GOOD)) as there:
        assert whole(DAY, await opened("energy-charts", there.url).fetch(DAY))
    assert "/v2/price" == there.asked[1]


async def test_half_a_day_and_broken_answers() -> None:
    """A part is given as a part; what is broken is refused, and the next answer is looked at afresh."""
    said = json.loads(GOOD)
    half = json.dumps(said | {"price": [*said["price"][:48], *[None] * 48]}).encode()
    zeros = json.dumps(said | {"price": [0.0] * 96}).encode()
    async with stranger(http(200, half), http(200, GOOD[:900]), http(200, zeros), http(200, GOOD)) as there:
        source = opened("energy-charts", there.url)
        assert 48 == len(await source.fetch(DAY))
        with pytest.raises(AnswerError, match="no JSON"):
            await source.fetch(DAY)
        assert () == await source.fetch(DAY)
        assert 96 == len(await source.fetch(DAY))


async def test_a_wrong_token_is_named_and_never_quoted() -> None:
    """ENTSO-E refuses: the owner reads where the token stands, not the token, also when the refusal quotes it."""
    async with PriceBox(TurnedClock(local("2026-02-09 12:54")), token="other") as box:
        with pytest.raises(PriceError, match=r"does not take the token.*secrets\.json"):
            await opened("entsoe", box.url).fetch(DAY)
    quoting = (OWN / "entsoe_refused.xml").read_bytes().replace(b"The requested", f"{TOKEN} The requested".encode())
    async with stranger(http(400, quoting)) as there:
        with pytest.raises(PriceError) as raised:
            await opened("entsoe", there.url).fetch(DAY)
    assert "entsoe refuses the question: (token) The requested period is longer than one year" == str(raised.value)


@pytest.mark.parametrize("word", ["", "nord-pool", "energy-charts:x", "file", "file:", "FILE:/x", "entsoe/x"])
def test_a_source_that_is_none(word: str) -> None:
    """The owner reads what is allowed."""
    with pytest.raises(SourceError) as raised:
        open_prices(word)
    assert f"{word!r} is no source for prices; it can be {ALLOWED}" == str(raised.value)


@pytest.mark.parametrize("token", [None, "", "  "])
def test_entsoe_wants_a_token(token: str | None) -> None:
    """The sentence says where to get one and where to put it."""
    with pytest.raises(SourceError, match=r"transparency\.entsoe\.eu.*~/secrets\.json"):
        open_prices("entsoe", token=token)


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://["])
def test_a_mirror_that_is_no_address(url: str) -> None:
    """A slip in the address stops the start."""
    with pytest.raises(SourceError, match="is no address"):
        open_prices("energy-charts", url=url)


async def test_files_need_no_http_library() -> None:
    """Who has prices in a file does not load aiohttp."""
    code = "import sys; from lib.prices import open_prices; open_prices('file:/x'); print('aiohttp' in sys.modules)"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(child.communicate(), LIMIT_S)
    assert b"False\n" == out


async def test_the_watch_over_real_sockets() -> None:
    """At 13:00 both days are there within a moment, although the first source is out of order."""
    heard: list[Series] = []
    clock = TurnedClock(local("2026-02-09 13:00"))
    whole_days = asyncio.Event()

    def hear(known: Series) -> None:
        heard.append(known)
        if len(known.slots) == 192:
            whole_days.set()

    async with stranger(http(500)) as broken, PriceBox(clock) as box:
        watch = Watch(
            [opened("elia", broken.url), opened("energy-charts", box.url)],
            clock=clock,
            known=Series(),
            needed=tuple,
            keep=lambda *_: None,
            hear=hear,
        )
        running = asyncio.create_task(watch.run())
        async with asyncio.timeout(LIMIT_S):
            await whole_days.wait()
        running.cancel()
        await asyncio.wait({running})
    assert 2 == len(heard)
    assert published(1, DAY) == [(slot.start, slot.value) for slot in heard[-1].slots[96:]]
    assert 1 == len(broken.asked)


async def test_the_box_gives_its_port_back() -> None:
    """Started and closed twice on the same port; closing once more is harmless."""
    box = PriceBox(TurnedClock(datetime(2026, 2, 9, 11, tzinfo=UTC)))
    ports = set()
    for _ in range(2):
        await box.start()
        ports.add(box.port)
        assert whole(date(2026, 2, 9), await opened("energy-charts", box.url).fetch(date(2026, 2, 9)))
        await box.close()
    assert {box.port} == ports
    await box.close()


def test_made_up_prices_look_like_a_market() -> None:
    """A year of them: dear evenings, cheap nights, some negative noons, the same for the same seed."""
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + place) for place in range(0, 365, 3)]
    year = [[price for _, price in published(1, day)] for day in days]
    flat = [price for day in year for price in day]
    assert 50 < sum(flat) / len(flat) < 90
    assert 0.01 < sum(price < 0 for price in flat) / len(flat) < 0.1
    assert -200 < min(flat) < max(flat) < 400
    evening, night = (sum(sum(day[at : at + 8]) for day in year) for at in (72, 12))
    assert evening > 1.3 * night
    assert published(1, days[0]) == published(1, days[0]) != published(2, days[0])
