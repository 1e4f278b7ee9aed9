"""The box that tells how full the simulated cars are, as the cloud of a maker does: now and then, and some time ago.

In: the charge points where the cars park. Out: a JSON object for each car over HTTP. Knows no make and no password.

    GET /cars/car_1  →  {"name": "car_1", "soc_pct": 45.0, "limit_pct": 100.0, "plugged": true, "charging": false,
                         "measured_at": "2026-11-20T11:20:07+00:00"}
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from aiohttp import web

from lib.sim.charge_point import ChargePoint
from lib.sim.http_box import HttpBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a car said of itself."""

    name: str
    soc_pct: float
    limit_pct: float
    plugged: bool
    charging: bool
    measured_at: datetime


class CarCloudBox(HttpBox):
    """A cloud; made with `open_car_cloud_box`.

    Attributes:
        every_s: a car reports so often, and when it is plugged in or out; in between its last report is repeated.

    """

    def __init__(self, points: Sequence[ChargePoint], *, every_s: float = 900.0) -> None:
        super().__init__()
        self.every_s = every_s
        self._points = points
        self._reports: dict[str, Report] = {}

    def address(self, car: str) -> str:
        """What the owner puts into his settings for a car."""
        return f"{self.url}/cars/{car}"

    def routes(self) -> Iterable[web.RouteDef]:
        """One address for each car."""
        return (web.get("/cars/{name}", self._tell, allow_head=False),)

    async def _tell(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        point = next((point for point in self._points if point.home and point.home.name == name), None)
        if point is None or point.home is None:
            return web.json_response({"error": f"no car {name}"}, status=404)
        report = self._reports.get(name)
        stale = report is None or point.at >= report.measured_at + timedelta(seconds=self.every_s)
        if report is None or stale or report.plugged != (point.car is not None):
            report = self._reports[name] = Report(
                name=name,
                soc_pct=round(point.home.soc_pct, 1),
                limit_pct=point.home.limit_pct,
                plugged=point.car is not None,
                charging=point.power_w > 0,
                measured_at=point.at,
            )
        return web.json_response({**asdict(report), "measured_at": report.measured_at.isoformat()})


async def open_car_cloud_box(points: Sequence[ChargePoint], port: int = 0) -> CarCloudBox:
    """A cloud on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = CarCloudBox(points)
    await box.listen(port)
    return box
