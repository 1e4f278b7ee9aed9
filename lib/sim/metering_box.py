"""What the boxes have in common that measure a circuit: a log-in to order, and words that take the place of their own.

In: what flows through each clamp, + to the loads; quirks as attributes. Out: answers of whoever inherits.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from lib.sim.digest import Digest
from lib.sim.http_box import HttpBox

Flows = Callable[[], Sequence[float]]  # amperes of each clamp, as often as it is asked
VOLTS = 230.0


class MeteringBox(HttpBox):
    """A box on the shelf that measures; who inherits says its routes.

    Attributes:
        volts: of each phase. factor: the power factor of what flows.
        digest: who may ask, by digest; login: by user and password, as they are. None: anybody.
        instead: names in its answers → what it says there instead, such as None for what it does not measure.
        garbage: it answers with this text; None: as it should.

    """

    def __init__(self, flows: Flows) -> None:
        super().__init__()
        self.volts = VOLTS
        self.factor = 1.0
        self.digest: Digest | None = None
        self.login: tuple[str, str] | None = None
        self.instead: Mapping[str, Any] = {}
        self.garbage: str | None = None
        self.flows = flows

    def power_w(self, current_a: float) -> float:
        """Of a clamp, with its sign."""
        return current_a * self.volts * self.factor

    def answer(self, request: web.Request, said: Mapping[str, Any], *, status: int = 200) -> web.Response:
        """`said` to who may know it."""
        given = request.headers.get("Authorization", "")
        if self.digest and not self.digest.proves(request.method, request.path_qs, given):
            return web.Response(status=401, headers={"WWW-Authenticate": self.digest.challenge})
        if self.login and given != f"Basic {base64.b64encode(':'.join(self.login).encode()).decode()}":
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="box"'})
        return self.open_answer(said, status=status)

    def open_answer(self, said: Mapping[str, Any], *, status: int = 200) -> web.Response:
        """`said` to anybody."""
        text = json.dumps(replaced(said, self.instead)) if self.garbage is None else self.garbage
        return web.Response(status=status, text=text, content_type="application/json")


def replaced(said: Any, instead: Mapping[str, Any]) -> Any:
    """`said` with other words for some names, however deep they stand."""
    match said:
        case dict():
            return {name: instead[name] if name in instead else replaced(one, instead) for name, one in said.items()}
        case list():
            return [replaced(one, instead) for one in said]
    return said
