"""`ev_app.py --find`: the chargers that make themselves known on this network, as config.py wants them."""

import asyncio
import sys
from collections.abc import Sequence

from lib.chargers import ChargerSetupError
from lib.chargers.discovery import Found, find_nrgkicks
from lib.commands import SLIP

NONE = "no NRGkick makes itself known here: is it on this network, and its local API switched on in the app?"


def run(interfaces: Sequence[str] | None = None) -> int:
    """Print them; the exit code. interfaces: addresses of this machine to listen on; None: all."""
    try:
        found = asyncio.run(find_nrgkicks(interfaces=interfaces))
    except ChargerSetupError as error:
        print(f"ev: {error}", file=sys.stderr)
        return SLIP
    for box in found:
        print(_line(box))
    if not found:
        print(NONE)
    return 0


def _line(box: Found) -> str:
    off = "" if box.api is not False else "  (its JSON API is off: switch it on in the app, Extended, Local API)"
    return f'{box.name or box.model}: "make": "nrgkick", "address": "{box.address}" or "mdns:{box.serial}"{off}'
