"""Sources over real HTTP on loopback: what they ask, and what becomes of every kind of answer."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from lib.clock import TurnedClock
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.slope import Slope
from lib.forecasts import ALLOWED, QUARTER, ForecastError, SunSource, forecast_solar, open_forecast, open_meteo
from lib.forecasts.watch import Watch
from lib.sim.http_box import Trouble
from lib.sim.sun_box import SunBox
from tests.conftest import local
from tests.forecasts.skies import BRUSSELS, LIMITED, NOW, OPEN_METEO, SOUTH, answer
from tests.prices.stranger import Say, http, raw, silence, stranger
from tests.waiting import LIMIT_S

MAKES = ["open-meteo", "forecast-solar"]
EAST = Slope(name="east", kwp=2.5, tilt_deg=20, facing_deg=90)


async def fetched(make: str, url: str, *slopes: Slope, now: datetime = NOW) -> list[tuple[datetime, float]]:
    """The starts and watts that a source at `url` gives."""
    source = open_forecast(make, BRUSSELS, slopes or [SOUTH], url=url)
    try:
        return [(slot.start, slot.value) for slot in await source.fetch(now)]
    finally:
        await source.close()


async def refused(make: str, url: str) -> ForecastError:
    """Why a source at `url` gives nothing."""
    with pytest.raises(ForecastError) as error:
        await fetched(make, url)
    assert "\n" not in str(error.value)
    return error.value


async def test_open_meteo_is_asked_for_each_slope_in_its_own_way() -> None:
    """In UTC, to a kilometre, with directions from the south; the answers are summed."""
    async with stranger(http(200, OPEN_METEO)) as there:
        slots = await fetched("open-meteo", there.url, SOUTH, EAST)
    paths = [urlsplit(asked) for asked in there.asked]
    assert ["/v1/forecast"] * 2 == [path.path for path in paths]
    first, second = ({name: value for name, [value] in parse_qs(path.query).items()} for path in paths)
    assert ("50.85", "4.35", "UTC", "4") == tuple(
        first[name] for name in ("latitude", "longitude", "timezone", "forecast_days")
    )
    assert "global_tilted_irradiance,shortwave_radiation,diffuse_radiation,temperature_2m" == first["minutely_15"]
    assert [("35", "0"), ("20", "-90")] == [(one["tilt"], one["azimuth"]) for one in (first, second)]
    one = open_meteo.parse(answer("open-meteo", OPEN_METEO), SOUTH, BRUSSELS)
    assert {at: pytest.approx(watts * 1.5) for at, watts in one.items() if at in dict(slots)} == dict(slots)


async def test_forecast_solar_is_asked_for_each_slope_in_its_own_way() -> None:
    """Place, slope and size stand in the path; twelve such questions an hour are free."""
    clock = TurnedClock(NOW)
    box = SunBox(clock)
    await box.listen()
    try:
        await fetched("forecast-solar", box.url, SOUTH, EAST)
        async with stranger(http(500)) as there:
            await refused("forecast-solar", there.url)
    finally:
        await box.close()
    assert ["/estimate/50.85/4.35/35/0/5?time=utc"] == there.asked


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("at", ["2026-06-20 12:05", "2026-12-20 23:55", "2026-03-28 23:50", "2026-10-24 00:00"])
async def test_the_running_quarter_and_all_of_tomorrow_are_foreseen(make: str, at: str) -> None:
    """Without a hole, on days of any length; at night nothing is made, at noon something."""
    now = local(at)
    box = SunBox(TurnedClock(now))
    await box.listen()
    try:
        slots = await fetched(make, box.url, now=now)
    finally:
        await box.close()
    starts = [start for start, _ in slots]
    assert starts == [starts[0] + place * QUARTER for place in range(len(starts))]
    assert starts[0] <= now < starts[0] + QUARTER
    assert starts[-1] + QUARTER >= midnight(local_day(now) + timedelta(days=2))
    hours: dict[int, float] = {}
    for start, watts in slots:
        hours[start.hour] = max(hours.get(start.hour, 0.0), watts)
    assert 0 == max(hours[22], hours[23], hours[0], hours[1])
    assert 100 < max(hours[11], hours[12]) < 5000


async def test_both_services_foresee_the_same_sky() -> None:
    """Their energies of tomorrow are alike, though one says light and the other watts."""
    now = local("2026-05-10 06:00")
    box = SunBox(TurnedClock(now))
    await box.listen()
    try:
        days = []
        for make in MAKES:
            slots = await fetched(make, box.url, SOUTH, EAST, now=now)
            tomorrow = local("2026-05-11 00:00"), local("2026-05-12 00:00")
            days.append(sum(watts for start, watts in slots if tomorrow[0] <= start < tomorrow[1]) / 4)
    finally:
        await box.close()
    assert days[0] == pytest.approx(days[1], rel=0.1)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize(
    ("say", "sentence"),
    [
        (http(500), "has trouble of its own (HTTP 500)"),
        (http(429), "was asked too often"),
        (http(404), "has nothing at this address (HTTP 404): is it written right?"),
        (http(302, Location="http://192.0.2.1/secret"), "sends us on to http://192.0.2.1, which is not followed"),
        (http(200, b"<html>"), "answers with no JSON, but '<html>'"),
        (http(200, b"x" * 1_100_000), "answers with more than 1 MB"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "hangs up in the middle of the answer"),
        (raw(b"220 smtp\r\n\r\n"), "answers, but not in HTTP"),
    ],
)
async def test_every_kind_of_answer_is_a_sentence(make: str, say: Say, sentence: str) -> None:
    """That begins with who it was."""
    async with stranger(say) as there:
        assert str(await refused(make, there.url)).startswith(f"{make} {sentence}")


@pytest.mark.parametrize("make", MAKES)
async def test_nobody_there(make: str) -> None:
    """A closed port and a name that nobody knows."""
    async with stranger(silence) as there:
        url = there.url
    assert "refuses the connection" in str(await refused(make, url))
    assert "is not found: is the name right, and this house online?" in str(
        await refused(make, "http://nobody.invalid")
    )


@pytest.mark.parametrize("make", MAKES)
async def test_who_never_answers_is_given_up(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifteen seconds; a part of one here."""
    for module in (open_meteo, forecast_solar):
        monkeypatch.setattr(module, "PATIENCE_S", 0.1)
    async with stranger(silence) as there:
        assert "does not answer within 0 s" in str(await refused(make, there.url))


async def test_how_long_to_wait_is_told_on() -> None:
    """By the header, by the words in the answer, or an hour where open-meteo says nothing."""
    async with stranger(http(429, Retry_After="77")) as there:
        assert [77.0, 77.0] == [(await refused(make, there.url)).again_s for make in MAKES]
    async with stranger(http(429, LIMITED)) as there:
        assert 35 * 60 == (await refused("forecast-solar", there.url)).again_s
    async with stranger(http(429, b'{"error": true, "reason": "Hourly API request limit exceeded."}')) as there:
        assert 3600 == (await refused("open-meteo", there.url)).again_s


async def test_the_thirteenth_question_of_an_hour_is_refused() -> None:
    """And says when to come back, which is not before that."""
    clock = TurnedClock(NOW)
    box = SunBox(clock)
    await box.listen()
    try:
        for _ in range(12):
            await fetched("forecast-solar", box.url)
            clock.turn(10)
        error = await refused("forecast-solar", box.url)
        assert error.again_s == pytest.approx(3600 - 120 + 120, abs=121)
        clock.turn(3600)
        assert await fetched("forecast-solar", box.url, now=clock.now())
    finally:
        await box.close()


async def test_a_slip_of_the_question_is_told_in_their_words() -> None:
    """Nobody should lean that far, and the box says so."""
    steep = Slope(name="steep", kwp=5, tilt_deg=120, facing_deg=180)
    box = SunBox(TurnedClock(NOW))
    await box.listen()
    try:
        with pytest.raises(ForecastError, match="open-meteo refuses the question: 'tilt goes from 0 to 90"):
            await fetched("open-meteo", box.url, steep)
    finally:
        await box.close()


async def test_the_watch_asks_over_the_wire() -> None:
    """The first source is broken, the second answers; then the first is well again."""
    clock = TurnedClock(NOW)
    broken, well = SunBox(clock), SunBox(clock)
    await broken.listen()
    await well.listen()
    broken.trouble = Trouble.BROKEN
    sources: list[SunSource] = [
        open_forecast(make, BRUSSELS, [SOUTH], url=box.url) for make, box in zip(MAKES, (broken, well), strict=True)
    ]
    heard: asyncio.Queue[str] = asyncio.Queue()
    watch = Watch(sources, clock=clock, hear=lambda forecast: heard.put_nowait(forecast.by), chance=lambda: 0.5)
    try:
        for wanted in ("forecast-solar", "open-meteo"):
            running = asyncio.create_task(watch.run())
            async with asyncio.timeout(LIMIT_S):
                while await heard.get() != wanted:
                    assert "open-meteo" == wanted, "what it heard before is told again"
            running.cancel()
            await asyncio.wait({running})
            broken.trouble = Trouble.WELL
            clock.turn(120)
    finally:
        for source in sources:
            await source.close()
        for box in (broken, well):
            await box.close()


def test_only_those_that_are_known() -> None:
    """The sentence says which."""
    with pytest.raises(ForecastError, match=f"'crystal-ball' foresees no sun; it can be {ALLOWED}"):
        open_forecast("crystal-ball", BRUSSELS, [SOUTH])


async def test_a_make_that_is_not_used_is_not_loaded() -> None:
    """Nor the HTTP library, where nobody is asked."""
    code = "import sys; import lib.forecasts, lib.forecasts.watch; print('aiohttp' in sys.modules)"
    ran = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(LIMIT_S):
        said, _ = await ran.communicate()
    assert b"False" == said.strip()


def test_now_is_in_the_summer() -> None:
    """So that the stories above have sun."""
    assert datetime(2026, 6, 20, 10, 5, tzinfo=UTC) == NOW
