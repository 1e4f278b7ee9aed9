"""The answer to /api/history, from the database that dm writes."""

from pathlib import Path

from lib.hub.history import History, HistoryError, HistoryQuery
from lib.store.database import StoreError
from lib.store.listing import history


def history_of(database: Path) -> History:
    """What answers queries about the past."""

    async def answer(query: HistoryQuery) -> bytes:
        try:
            return await history(database, query.start, query.end, query.step)
        except StoreError as error:
            raise HistoryError(str(error)) from error

    return answer
