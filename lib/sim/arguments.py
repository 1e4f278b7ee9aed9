"""What the simulated house is told on its command line. A slip is one sentence with what would be right."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from lib.sim.brussels import ZONE
from lib.sim.garage import Make


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line's values; chargers are pairs of make and port. Exits with 2 after a slip."""
    parser = argparse.ArgumentParser(
        prog="python -m lib.sim",
        description="A simulated house whose meter speaks P1 and which obeys typed lines.",
        epilog="Another work has its word in front, and a --help of its own: replay, what your stored past would have "
        "cost with something else; year, what strategies come to over homes' years; headroom, what could be saved "
        "there at best; sweep, many homes and settings on all cores.",
    )
    parser.set_defaults(chargers=[])
    parser.add_argument("--p1-port", type=_port, default=8083, help="TCP port of the telegrams (default 8083)")
    parser.add_argument("--line-port", type=_port, default=8084, help="TCP port of the typed lines (default 8084)")
    titles = {Make.NRGKICK: "an NRGkick", Make.GOE: "a go-eCharger", Make.OPENEVSE: "an OpenEVSE"}
    for make, title in titles.items():
        parser.add_argument(
            f"--{make}-port",
            type=partial(_charger, make),
            dest="chargers",
            action="append",
            metavar="PORT",
            help=f"TCP port of {title} with a car on its cable; once for each (default none)",
        )
    parser.add_argument("--announce", action="store_true", help="NRGkicks say by mDNS, on loopback, where they are")
    parser.add_argument("--calendar-port", type=_port, help="TCP port of the family's calendar (default none)")
    parser.add_argument("--cars-port", type=_port, help="TCP port where the cars tell how full they are (default none)")
    parser.add_argument("--victron-port", type=_port, help="TCP port of a Victron GX with a battery (default none)")
    parser.add_argument("--fronius-port", type=_port, help="TCP port of the roof's Fronius inverter (default none)")
    parser.add_argument("--pty", action="store_true", help="telegrams on a pseudo-terminal instead of the TCP port")
    parser.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds per second (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another house (default 1)")
    parser.add_argument("--start", type=_start, help="2026-01-15T18:00 in Brussels time, or with +00:00 (default now)")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: take 1 to 65535, or 0 for a free one")
    return int(text)


def _charger(make: Make, text: str) -> tuple[Make, int]:
    return make, _port(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is no speed: take 1 for real time, 60 for a minute a second")
    return speed


def _start(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no time: write it as 2026-01-15T18:00") from error
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)
