"""Answers of meters as they come, each with what flows by it; ours, and those of the folder that DM_CASES names."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from lib.feeds import FeedError
from lib.sim.http_box import HttpBox
from tests.conftest import folders

from .builders import a_meter, flows


def cases() -> Iterator[Any]:
    """Each entry of the indexes, with what its file holds."""
    for root in folders():
        folder = root / "feeds"
        if (index := folder / "index.json").is_file():
            for entry in json.loads(index.read_text("utf-8"))["entries"]:
                answers = json.loads((folder / entry["file"]).read_text("utf-8"))
                yield pytest.param(answers, entry, id=f"{root.name}/{entry['file']}")


class Replay(HttpBox):
    """Answers each address as the recording does."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        self._answers = answers

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [web.get("/{path:.*}", self._say)]

    async def _say(self, request: web.Request) -> web.Response:
        said = self._answers.get(request.path_qs)
        return web.Response(status=404) if said is None else web.json_response(said)


@pytest.mark.parametrize(("answers", "entry"), list(cases()))
async def test_each_recording_is_understood(answers: dict[str, Any], entry: dict[str, Any]) -> None:
    """As its index says: what flows, or why that is not known."""
    box = Replay(answers)
    await box.listen()
    options = {"source": entry["make"], "url": box.url, **entry.get("options", {})}
    try:
        async with a_meter(**options) as meter:
            if "refused" in entry["expected"]:
                with pytest.raises(FeedError, match=entry["expected"]["refused"]):
                    await meter.read()
            else:
                assert tuple(entry["expected"]["phases_a"]) == await flows(meter)
    finally:
        await box.close()
