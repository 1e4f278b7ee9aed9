"""GET /api/history: what is asked, and who answers."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from lib.clock import TurnedClock
from lib.hub.history import HistoryError, HistoryQuery, QueryError, Step, parse_query
from lib.hub.server import Hub
from tests.waiting import LIMIT_S, eventually

from .builders import NOON, a_narrow_socket, get, open_hub


class Shelf:
    """A history that remembers what it was asked, and answers with some bytes."""

    def __init__(self, answer: bytes | str = '{"rows": []}') -> None:
        self.asked: list[HistoryQuery] = []
        self._answer = answer

    async def __call__(self, query: HistoryQuery) -> bytes | str:
        """Its bytes."""
        self.asked.append(query)
        return self._answer


async def ask(hub: Hub, **asked: str) -> tuple[int, str]:
    """Status and body; `since` stands for `from`, which is a word of Python."""
    named = {"from" if name == "since" else name: value for name, value in asked.items()}
    status, headers, body = await get(hub, f"/api/history?{urlencode(named)}")
    assert "application/json" == headers["content-type"]
    return status, body.decode()


def parse(**asked: str) -> HistoryQuery:
    """The query, asked at noon of 17 June 2026."""
    return parse_query({"from" if name == "since" else name: value for name, value in asked.items()}, NOON)


async def test_the_history_is_asked_and_its_bytes_are_the_answer() -> None:
    """A span without `to` goes on until now."""
    for answer in ('{"rows": ["é"]}', b'{"rows": []}'):
        shelf = Shelf(answer)
        async with open_hub(history=shelf, clock=TurnedClock(NOON)) as hub:
            status, body = await ask(hub, since="2026-06-17", step="hour")
        assert (200, answer if isinstance(answer, str) else answer.decode()) == (status, body)
        assert [HistoryQuery(start=datetime(2026, 6, 16, 22, tzinfo=UTC), end=NOON, step=Step.HOUR)] == shelf.asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-10", datetime(2026, 1, 9, 23, tzinfo=UTC)),
        ("2026-06-10", datetime(2026, 6, 9, 22, tzinfo=UTC)),
        ("2026-06-10T18:00", datetime(2026, 6, 10, 16, tzinfo=UTC)),
        ("2026-06-10 18:00:30", datetime(2026, 6, 10, 16, 0, 30, tzinfo=UTC)),
        ("2026-06-10T18:00Z", datetime(2026, 6, 10, 18, tzinfo=UTC)),
        ("2026-06-10T18:00+01:00", datetime(2026, 6, 10, 17, tzinfo=UTC)),
        (
            "2026-06-10T18:00 01:00",
            datetime(2026, 6, 10, 17, tzinfo=UTC),
        ),  # the + of an address that was not written %2B
        ("2025-10-26T02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),  # twice that night: the first
    ],
)
def test_times_are_of_brussels_unless_they_say_otherwise(text: str, expected: datetime) -> None:
    """A day is its midnight there."""
    assert expected == parse(since=text).start


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-06-02", Step.QUARTER),
        ("2026-06-04", Step.QUARTER),
        ("2026-07-01", Step.HOUR),
        ("2027-06-01", Step.DAY),
        ("2030-06-01", Step.MONTH),
    ],
)
def test_a_row_lasts_as_the_span_asks_for(end: str, expected: Step) -> None:
    """Some hundred rows, unless it is said."""
    assert expected == parse(since="2026-06-01", to=end).step
    assert Step.DAY == parse(since="2026-06-01", to=end, step="day").step


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "from is missing: give the first day, such as from=2026-11-01"),
        ({"since": ""}, "from is missing: give the first day, such as from=2026-11-01"),
        (
            {"since": "yesterday"},
            "from is 'yesterday'; allowed is a day such as 2026-11-20, or a time such as 2026-11-20T18:00",
        ),
        ({"since": "2026-02-30"}, "from is '2026-02-30'; allowed is a day such as 2026-11-20, or a time"),
        ({"since": "2026-06-01", "to": "x" * 500}, f"to is '{'x' * 40}'; allowed is"),
        ({"since": "0001-01-01"}, "from is in the year 1; allowed is 2000 to 2099"),
        ({"since": "2026-06-01", "to": "9999-12-31T23:59"}, "to is in the year 9999; allowed is 2000 to 2099"),
        ({"since": "2026-06-02", "to": "2026-06-02"}, "to is not after from"),
        ({"since": "2026-06-02", "to": "2026-06-01"}, "to is not after from"),
        ({"since": "2026-12-01"}, "to is not after from"),
        ({"since": "2026-06-01", "step": "week"}, "step is 'week'; allowed is quarter, hour, day, month"),
        ({"since": "2026-06-01", "form": "2026"}, "'form' is no parameter: there are from, to and step"),
        (
            {"since": "2024-01-01", "to": "2026-01-01", "step": "quarter"},
            "that is some 70176 rows of a quarter, and 40000 is the most: ask for less, or a longer step",
        ),
    ],
)
async def test_what_cannot_be_answered_is_422_and_a_sentence(asked: dict[str, str], why: str) -> None:
    """Nobody is asked then."""
    shelf = Shelf()
    async with open_hub(history=shelf, clock=TurnedClock(NOON)) as hub:
        status, body = await ask(hub, **asked)
    assert (422, "refused", []) == (status, json.loads(body)["type"], shelf.asked)
    assert json.loads(body)["why"].startswith(why)


def test_a_year_of_quarters_is_not_too_much_and_the_limit_is_exact() -> None:
    """40 000 quarters are 416 days and 16 hours."""
    parse(since="2025-01-01", to="2026-02-01", step="quarter")
    end = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15) * 40_000
    parse(since="2026-01-01T00:00Z", to=f"{end:%Y-%m-%dT%H:%MZ}", step="quarter")
    with pytest.raises(QueryError, match="40001 rows"):
        parse(since="2026-01-01T00:00Z", to=f"{end + timedelta(minutes=1):%Y-%m-%dT%H:%MZ}", step="quarter")


async def test_a_history_that_cannot_be_read_says_why() -> None:
    """The disk, for example."""

    async def ill(_: HistoryQuery) -> str:
        raise HistoryError("the history is being rebuilt: try again in a minute")

    async with open_hub(history=ill) as hub:
        status, body = await ask(hub, since="2026-06-01")
    assert (503, "the history is being rebuilt: try again in a minute") == (status, json.loads(body)["why"])


async def test_a_slow_history_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many ask at once, none for ever, and the end of the program waits for none of them."""

    async def slow(_: HistoryQuery) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr("lib.hub.history.AT_ONCE", 2)
    monkeypatch.setattr("lib.hub.server.END_S", 200)
    async with open_hub(history=slow, clock=TurnedClock(NOON)) as hub:
        asking = [asyncio.create_task(ask(hub, since="2026-06-01")) for _ in range(2)]
        assert hub._historian
        await eventually(lambda: len(hub._historian._asking) == 2)  # type: ignore[union-attr]
        status, body = await ask(hub, since="2026-06-01")
        assert (503, "others ask for history just now: try again in some seconds") == (status, json.loads(body)["why"])
        start_s = time.monotonic()
        await hub.close()
        assert time.monotonic() - start_s < LIMIT_S / 2
        await asyncio.gather(*asking, return_exceptions=True)
    monkeypatch.setattr("lib.hub.history.ANSWER_S", 0.1)
    async with open_hub(history=slow, clock=TurnedClock(NOON)) as hub:
        status, body = await ask(hub, since="2026-06-01")
    assert (503, "the history was not read within 0.1 s: ask for less") == (status, json.loads(body)["why"])


async def test_a_long_answer_arrives_whole_and_waits_for_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not read it takes one of the places, until it is given up."""
    monkeypatch.setattr("lib.hub.history.AT_ONCE", 1)
    long = json.dumps(["x" * 100] * 50_000)
    async with open_hub(history=Shelf(long), clock=TurnedClock(NOON)) as hub:
        assert (200, long) == await ask(hub, since="2026-06-01")
        with a_narrow_socket(hub) as stuck, monkeypatch.context() as patient:
            patient.setattr("lib.hub.wire.ANSWER_S", 2.0)
            stuck.sendall(b"GET /api/history?from=2026-06-01 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert hub._historian
            await eventually(lambda: hub._historian._sending == 1)  # type: ignore[union-attr]
            assert 503 == (await ask(hub, since="2026-06-01"))[0]
            await eventually(lambda: hub._historian._sending == 0)  # type: ignore[union-attr]
        assert (200, long) == await ask(hub, since="2026-06-01")


async def test_openapi_describes_the_parameters() -> None:
    """And only where there is a history."""
    async with open_hub(history=Shelf()) as hub, open_hub() as without:
        route = json.loads((await get(hub, "/openapi.json"))[2])["paths"]["/api/history"]["get"]
        assert "/api/history" not in json.loads((await get(without, "/openapi.json"))[2])["paths"]
        assert 404 == (await get(without, "/api/history?from=2026-06-01"))[0]
    assert ["from", "to", "step"] == [one["name"] for one in route["parameters"]]
    assert {"200", "401", "422", "429", "503"} == set(route["responses"])
    assert "#/components/schemas/Refused" in json.dumps(route["responses"]["422"])
