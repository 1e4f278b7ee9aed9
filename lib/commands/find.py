"""`ev_app.py --find`: the chargers that make themselves known on this network, as config.py wants them."""

import asyncio
import sys
from collections.abc import Sequence

from lib.chargers import ChargerSetupError, UnreachableError
from lib.chargers.discovery import CALLED, Found, find_chargers
from lib.commands import SLIP

NONE = (
    "no NRGkick, go-eCharger or OpenEVSE makes itself known here: is it on this network, and its local API switched on "
    "in its app?"
)


def run(interfaces: Sequence[str] | None = None) -> int:
    """Print them; the exit code. interfaces: addresses of this machine to listen on; None: all."""
    try:
        found = asyncio.run(find_chargers(interfaces=interfaces))
    except (ChargerSetupError, UnreachableError) as error:
        print(f"ev: {error}", file=sys.stderr)
        return SLIP
    for box in found:
        print(_line(box))
    if not found:
        print(NONE)
    return 0


def _line(box: Found) -> str:
    off = "" if box.api is not False else "  (its JSON API is off: switch it on in the app, Extended, Local API)"
    called = box.name or box.model or CALLED[box.make]
    named = f' or "mdns:{box.serial or box.name}"' if box.serial or box.name else ""
    return f'{called}: "make": "{box.make}", "address": "{box.address}"{named}{off}'
