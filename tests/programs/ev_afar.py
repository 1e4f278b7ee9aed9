"""The story of an ev on a machine of its own: grants over the wire with a token, and a sentence for what goes wrong."""

import asyncio
import json
import secrets
from contextlib import AsyncExitStack
from pathlib import Path

from lib.core.modes import Mode
from lib.messages import to_json
from lib.messages.charging import Charging
from tests.programs.far import NETWORK, Far
from tests.programs.home import Home, charger, end, kill, post
from tests.programs.live_house import BOXES, LINES, P1, beginning
from tests.programs.program import running

SETTINGS = """
serial_port = "socket://127.0.0.1:{p1}"
socket_info = {{"dm": ("{dm}", 8080), "ev": ("{ev}", 8081)}}
peak_target_kw = 20
chargers = {{"garage": {{"make": "nrgkick", "address": "127.0.0.1:{box}", "car": "car_1"}}}}
cars = {{"car_1": {{"capacity_kwh": 77}}}}
"""


def a_pair() -> dict[str, str]:
    """Tokens of a door."""
    return {role: secrets.token_urlsafe(32) for role in ("view", "control")}


async def ev_is_afar(folder: Path, ports: int, far: Far) -> None:
    """The meter in one network, the cars in another: a changed address, a wrong token, and then all is well."""
    right, wrong = a_pair(), a_pair()
    of_ev = f"{NETWORK}.2" if far.of_client else far.address
    dm = Home(folder=folder / "dm of afar", ports=ports, far=far, network=far.of_door)
    ev = Home(folder=folder / "ev afar", ports=ports, far=far, network=far.of_client)
    known = {"p1": ports + P1, "box": ports + BOXES, "dm": far.address, "ev": "0.0.0.0"}
    dm.furnish(SETTINGS.format(**known | {"dm": "0.0.0.0", "ev": of_ev}))
    ev.furnish(SETTINGS.format(**known | {"dm": f"{NETWORK}.9"}))
    for home in (dm, ev):
        give(home, right)
    async with AsyncExitStack() as lives:
        for home in (dm, ev) if far.of_door else (dm,):
            await lives.enter_async_context(running(*_house(ports), environ=home.environ, inside=home.inside))
        async with ev.living("ev") as program:
            said = await ev.heard(Charging, lambda said: "dm" in said.notices)
            assert said.notices["dm"].startswith(f"ws://{NETWORK}.9:{ports}/ws: ")
            assert said.notices["dm"].partition("/ws: ")[2] in ev.log("ev")
            assert said.budget
            assert "dm has not been heard yet" == said.budget.trouble
            await end(program)
        ev.furnish(SETTINGS.format(**known))
        give(ev, wrong)
        await lives.enter_async_context(dm.living("dm"))
        async with ev.living("ev") as program:
            said = await ev.heard(Charging, lambda said: "dm" in said.notices and charger(said).plug.is_car)
            assert "it does not know our token (HTTP 401)" in said.notices["dm"]
            assert "it does not know our token (HTTP 401)" in ev.log("ev")
            assert charger(said).granted_w is None
            await end(program)
        give(ev, right)
        async with ev.living("ev") as program:
            await ev.heard(Charging, lambda said: said.budget and said.budget.target_w)
            assert [401, 403, 200] == [await mode_max(far, ev, of_ev, token) for token in ("", *right.values())]
            said = await ev.heard(Charging, lambda said: charger(said).granted_w and charger(said).power_w)
            assert {} == said.notices
            await asyncio.sleep(1)  # what is told here: a second is enough to keep it
            await kill(program)
        async with ev.living("ev"):
            again = await ev.heard(Charging, lambda said: charger(said).granted_w)
            assert Mode.MAX is charger(again).mode
    told = dm.log("dm") + ev.log("ev") + to_json(said) + to_json(again)
    assert [] == [token for token in (*right.values(), *wrong.values()) if token in told]
    assert " ERROR " not in told


def give(home: Home, tokens: dict[str, str]) -> None:
    """Put the tokens of all doors of a house among the secrets of one machine."""
    file = home.folder / "secrets.json"
    file.touch(0o600)
    file.write_text(json.dumps({"door": tokens}), "utf-8")


async def mode_max(far: Far, home: Home, address: str, token: str) -> int:
    """The status of that order over REST, told from the other machine."""
    port = home.port("ev")
    where = await far.dial(port, address=address, at_home=True)
    return (await post(where, "set_mode", {"charger": "garage", "mode": "max"}, token, f"{address}:{port}")).status


def _house(ports: int) -> tuple[str, ...]:
    """The simulated house: a meter for the one, a charger for the other."""
    options = {"p1": P1, "line": LINES, "nrgkick": BOXES}
    words = [word for part, at in options.items() for word in (f"--{part}-port", str(ports + at))]
    return "-m", "lib.sim", *words, "--start", beginning().isoformat()
