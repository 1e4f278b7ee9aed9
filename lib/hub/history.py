"""GET /api/history: what is asked for → a checked query, and the answer of whoever keeps the history.

In: the texts behind the `?`. Out: JSON. It does not know where the history is kept, nor what stands in a row.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lib.clock import YEARS, Clock
from lib.messages import Refused, to_json

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
MOST_ROWS = 40_000  # 416 days of quarters
ANSWER_S = 30.0
AT_ONCE = 4  # answers that are made or sent; each may have some MB
PIECE_BYTES = 65_536
PARAMETERS: Final = frozenset({"from", "to", "step", "token"})
LOST_PLUS: Final = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$")  # a + that was not written %2B arrives as a space


class Step(StrEnum):
    """How long a row lasts."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


LENGTH: Final = {
    Step.QUARTER: timedelta(minutes=15),
    Step.HOUR: timedelta(hours=1),
    Step.DAY: timedelta(hours=23),  # the shortest
    Step.MONTH: timedelta(days=28) - timedelta(hours=1),
}
UP_TO: Final = (
    (timedelta(days=3, hours=1), Step.QUARTER),
    (timedelta(days=32), Step.HOUR),
    (timedelta(days=800), Step.DAY),
)


class QueryError(ValueError):
    """A query that cannot be answered, in a sentence for who wrote it."""


class HistoryError(Exception):
    """The history cannot be read now; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """The rows that begin in [start, end), aware UTC; days and months are those of Brussels."""

    start: datetime
    end: datetime
    step: Step


History = Callable[[HistoryQuery], Awaitable[bytes | str]]  # JSON; it waits in a thread of its own, if at all


def parse_query(asked: Mapping[str, str], now: datetime) -> HistoryQuery:
    """The query of `from`, `to` and `step`; without `to` until `now`, without `step` some hundred rows.

    Raises QueryError.
    """
    for name in asked.keys() - PARAMETERS:
        raise QueryError(f"{name[:40]!r} is no parameter: there are from, to and step")
    if not asked.get("from"):
        raise QueryError("from is missing: give the first day, such as from=2026-11-01")
    start = _instant("from", asked["from"])
    end = _instant("to", asked["to"]) if asked.get("to") else now
    if end <= start:
        raise QueryError(f"to is not after from: the rows begin at {start:%Y-%m-%dT%H:%MZ} or later, and before to")
    step = _step(asked.get("step"), end - start)
    rows = -((start - end) // LENGTH[step])
    if rows > MOST_ROWS:
        raise QueryError(
            f"that is some {rows} rows of a {step}, and {MOST_ROWS} is the most: ask for less, or a longer step"
        )
    return HistoryQuery(start=start, end=end, step=step)


def _step(text: str | None, span: timedelta) -> Step:
    if not text:
        return next((step for most, step in UP_TO if span <= most), Step.MONTH)
    try:
        return Step(text)
    except ValueError:
        raise QueryError(f"step is {text[:40]!r}; allowed is {', '.join(Step)}") from None


def _instant(name: str, text: str) -> datetime:
    """A date is its midnight, a time without an offset one of Brussels, the first of two in the autumn night."""
    try:
        said = LOST_PLUS.sub(r"\1+\2", text)
        found = datetime.fromisoformat(said)
    except ValueError:
        raise QueryError(
            f"{name} is {text[:40]!r}; allowed is a day such as 2026-11-20, or a time such as 2026-11-20T18:00"
        ) from None
    if found.year not in YEARS:
        raise QueryError(f"{name} is in the year {found.year}; allowed is {YEARS[0]} to {YEARS[-1]}")
    return (found.replace(tzinfo=BRUSSELS) if found.tzinfo is None else found).astimezone(UTC)


class Historian:
    """Answers queries, only so many at once, and none for longer than it may take."""

    def __init__(self, history: History, clock: Clock) -> None:
        """Nothing is asked yet."""
        self._history = history
        self._clock = clock
        self._asking: set[asyncio.Future[bytes | str]] = set()
        self._sending = 0

    def close(self) -> None:
        """Ask no longer."""
        for asking in self._asking:
            asking.cancel()

    async def answer(self, asked: Mapping[str, str]) -> Response:
        """The answer to the texts behind the `?`."""
        try:
            query = parse_query(asked, self._clock.now())
        except QueryError as error:
            return _refusal(422, str(error))
        if len(self._asking) + self._sending >= AT_ONCE:
            return _refusal(503, "others ask for history just now: try again in some seconds")
        asking = asyncio.ensure_future(self._history(query))
        self._asking.add(asking)
        try:
            done, _ = await asyncio.wait({asking}, timeout=ANSWER_S)
        finally:
            self._asking.discard(asking)
            asking.cancel()
        if not done:
            return _refusal(503, f"the history was not read within {ANSWER_S:g} s: ask for less")
        if asking.cancelled():
            return _refusal(503, "the program is stopping")
        try:
            found = asking.result()
        except HistoryError as error:
            return _refusal(503, str(error))
        return _Pieces(found.encode() if isinstance(found, str) else found, self._sent)

    def _sent(self, change: int) -> None:
        self._sending += change


class _Pieces(Response):
    """An answer that goes out as its client takes it, so that few of its bytes wait in memory twice."""

    media_type = "application/json"

    def __init__(self, body: bytes, count: Callable[[int], None]) -> None:
        super().__init__(body, headers={"Cache-Control": "no-store"})
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        self._count(1)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            body = bytes(self.body)
            for at in range(0, len(body), PIECE_BYTES):
                await send({"type": "http.response.body", "body": body[at : at + PIECE_BYTES], "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._count(-1)


def _refusal(status: int, why: str) -> Response:
    return Response(to_json(Refused(why=why)), status, {"Cache-Control": "no-store"}, "application/json")
