"""One browser for the tests of a worker, a page of its own for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.waiting import LIMIT_S

from .browser import Tab, a_tab, chromium


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the browser is driven from."""
    with chromium(tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def tab(devtools: str) -> AsyncIterator[Tab]:
    """A page on a phone, at whose end nothing may have gone wrong in it."""
    async with asyncio.timeout(LIMIT_S):
        async with a_tab(devtools) as tab:
            yield tab
            assert [] == tab.complaints
