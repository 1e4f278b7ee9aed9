"""REST: the newest state of each type under /api, history, orders, and /docs, a page that tries it out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline

from lib.hub.history import MOST_ROWS, Historian, Step
from lib.hub.newest import Newest
from lib.hub.orders import Orders
from lib.messages import PROTOCOL, Message, Refused, to_json
from lib.messages.orders import ORDERS, Done, Order, OrderError, no_order, order_of, order_schema, parse_fields

FRESH: Final = MappingProxyType({"Cache-Control": "no-store"})
UNSAID: Final[Mapping[int | str, dict[str, Any]]] = MappingProxyType(
    {503: {"model": Refused, "description": "Nothing was said yet"}}
)
TURNED: Final[Mapping[int | str, dict[str, Any]]] = MappingProxyType(
    {
        401: {"model": Refused, "description": "A token is needed from another machine, or this one is wrong"},
        429: {"model": Refused, "description": "Too many wrong tokens"},
    }
)
TOLD: Final[Mapping[int | str, dict[str, Any]]] = MappingProxyType(
    {
        **TURNED,
        403: {"model": Refused, "description": "This token may only look"},
        409: {"model": Refused, "description": "Understood, and not carried out"},
        422: {"model": Refused, "description": "Not understood; the sentence says what is allowed"},
    }
)
TOKEN: Final = HTTPBearer(auto_error=False, description="needed from another machine; lib/hub/gate.py asks for it")


def open_api(program: str, newest: Newest, *, states: Mapping[str, type[Message]]) -> FastAPI:
    """REST of a program: GET /api/NAME for each of `states`, and /docs.

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
    for name, kind in states.items():
        _add(api, program, newest, name, kind)
    return api


def _add(api: FastAPI, program: str, newest: Newest, name: str, kind: type[Message]) -> None:
    async def read() -> Response:
        frame = newest.frame(name)
        if frame is None:
            return _told(Refused(why=f"{program} has not said its {name} yet: try again in a few seconds"), 503)
        return Response(frame, 200, FRESH, "application/json")

    api.get(
        f"/api/{name}",
        name=name,
        tags=["states"],
        summary=(kind.__doc__ or name).partition("\n")[0],
        response_model=kind,
        responses={**TURNED, **UNSAID},
        dependencies=[Depends(TOKEN)],
    )(read)


def add_orders(api: FastAPI, orders: Orders) -> None:
    """Add POST /api/orders/NAME for each kind of order; /docs lists those that the program takes."""
    for name, kind in ORDERS.items():
        _add_order(api, orders, name, kind)

    @api.post("/api/orders/{name}", include_in_schema=False)
    async def unknown(name: str) -> Response:
        return _told(Refused(why=no_order(name)), 404)


def _add_order(api: FastAPI, orders: Orders, name: str, kind: type[Order]) -> None:
    async def tell(request: Request) -> Response:
        try:
            order = order_of(kind, parse_fields(await request.body()))
        except OrderError as error:
            return _told(Refused(why=str(error)), 422)
        answer = await orders.carry_out(order, by_token=request.state.by_token)
        return _told(answer, 409 if isinstance(answer, Refused) else 200)

    api.post(
        f"/api/orders/{name}",
        name=name,
        tags=["orders"],
        summary=(kind.__doc__ or name).partition("\n")[0],
        response_model=Done,
        responses=dict(TOLD),
        dependencies=[Depends(TOKEN)],
        include_in_schema=orders.takes(kind),
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": order_schema(kind)}}}
        },
    )(tell)


def _told(answer: Done | Refused, status: int) -> Response:
    return Response(to_json(answer), status, FRESH, "application/json")


def add_history(api: FastAPI, historian: Historian) -> None:
    """Add GET /api/history, which `historian` answers."""
    first = Query(alias="from", description="first day or time, such as 2026-11-01 or 2026-11-01T18:00; in Brussels")
    last = Query(description="day or time at which it ends, itself left out; now when missing")
    long = Query(json_schema_extra={"enum": list(Step)}, description="how long a row lasts; by the span when missing")

    async def read(
        request: Request,
        start: Annotated[str | None, first] = None,
        to: Annotated[str | None, last] = None,
        step: Annotated[str | None, long] = None,
    ) -> Response:
        del start, to, step  # named for the page; what is wrong with them is said in our own words
        return await historian.answer(request.query_params)

    api.get(
        "/api/history",
        name="history",
        tags=["history"],
        summary="What was used, produced, paid and peaked",
        description=f"The rows that begin at `from` or later and before `to`, {MOST_ROWS} at most.",
        response_class=Response,
        responses={
            **TURNED,
            200: {"description": "The rows", "content": {"application/json": {}}},
            422: {"model": Refused, "description": "What is asked for is not understood, or too much"},
            503: {"model": Refused, "description": "The history cannot be read now"},
        },
        dependencies=[Depends(TOKEN)],
    )(read)
