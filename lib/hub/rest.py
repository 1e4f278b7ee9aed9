"""REST: the newest state of each type under /api, and a page that tries it out at /docs, all from this machine."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi_offline import FastAPIOffline

from lib.hub.newest import Newest
from lib.messages import PROTOCOL, Bill, Events, House, Message, Rates, Refused, Telegram, Usage, to_json

HOUSE_STATES: Final[Mapping[str, type[Message]]] = MappingProxyType(
    {"house": House, "rates": Rates, "usage": Usage, "bill": Bill, "events": Events, "telegram": Telegram}
)
FRESH: Final = MappingProxyType({"Cache-Control": "no-store"})
UNSAID: Final[Mapping[int | str, dict[str, Any]]] = MappingProxyType(
    {503: {"model": Refused, "description": "Nothing was said yet"}}
)
WHERE = """\
ask in words   python -m websockets ws://{host}/ws   and type help
for programs   http://{host}/docs
"""


def open_api(
    program: str, newest: Newest, *, states: Mapping[str, type[Message]], glance: Callable[[], str]
) -> FastAPI:
    """The HTTP side of a program: GET /api/NAME for each of `states`, /docs, and `glance()` as text at /.

    What is answered under /api is the very frame that went to the listeners; what is unknown has no key.
    """
    api = FastAPIOffline(
        title=f"Digital Meter, {program}",
        version=str(PROTOCOL),
        description="What the program said last. Powers in W, energy in Wh, + is drawn from the grid, times in UTC; "
        "a field that is missing is unknown. The same states come by themselves at /ws.",
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},  # the validator is on the internet
        telemetry=dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False),  # nor told to anyone there
    )

    @api.get("/", include_in_schema=False, response_class=PlainTextResponse)
    async def glance_at(request: Request) -> Response:
        host = request.headers.get("host", "")
        return PlainTextResponse(f"{glance()}\n\n{WHERE.format(host=host)}", headers=FRESH)

    for name, kind in states.items():
        _add(api, program, newest, name, kind)
    return api


def _add(api: FastAPI, program: str, newest: Newest, name: str, kind: type[Message]) -> None:
    async def read() -> Response:
        frame = newest.frame(name)
        if frame is None:
            refused = Refused(why=f"{program} has not said its {name} yet: try again in a few seconds")
            return Response(to_json(refused), 503, FRESH, "application/json")
        return Response(frame, 200, FRESH, "application/json")

    api.get(
        f"/api/{name}",
        name=name,
        tags=["states"],
        summary=(kind.__doc__ or name).partition("\n")[0],
        response_model=kind,
        responses=dict(UNSAID),
    )(read)
