"""The command line of ev_app.py, and its commands beside running."""

import argparse
import os
from types import MappingProxyType
from typing import Final

from lib import settings
from lib.commands import dates
from lib.commands.belonging import check_belonging

GOES_WITH: Final = MappingProxyType({"--car": "--sessions", "--eur-kwh": "--sessions", "--as": "--sessions --quarters"})


def parser() -> argparse.ArgumentParser:
    """Its options."""
    options = argparse.ArgumentParser(
        prog="ev_app.py", description="Charges the cars for their trips, under the paid peak."
    )
    options.add_argument("--demo", action="store_true", help="the cars of a simulated house")
    options.add_argument("--headless", action="store_true", help="run without the dashboard")
    options.add_argument("--attach", metavar="URL", help="show the dashboard of another machine: ws://HOST:8081/ws")
    options.add_argument(
        "--connect", choices=("google", "smartcar"), help="log in once: prints a link, takes the answer"
    )
    options.add_argument("--sessions", metavar="MONTH", type=dates.month, help="print what the cars charged: 2026-11")
    options.add_argument("--car", help="with --sessions: of this car alone")
    options.add_argument(
        "--as", dest="form", choices=("text", "csv", "json"), default="text", help="with --sessions, --quarters"
    )
    options.add_argument("--eur-kwh", type=float, help="with --sessions: what an employer pays back for a kWh")
    options.add_argument(
        "--quarters", metavar="MONTH", type=dates.month, help="print what each charger charged in each quarter: 2026-11"
    )
    options.add_argument(
        "--check", action="store_true", help="print the circuits, and whether they carry what hangs on them"
    )
    options.add_argument("--find", action="store_true", help="list the chargers that this network announces")
    return options


def instead(asked: argparse.Namespace) -> int | None:
    """Carry out the command that was asked for; its exit code, None when ev itself shall run. Raises SettingsError."""
    check_belonging(asked, parser(), GOES_WITH)
    if asked.attach is not None:
        from lib.commands import attach

        return attach.run(asked.attach, program="ev")
    if asked.connect is not None:
        from lib.commands import connect

        return connect.run(asked.connect, settings.load(os.environ, demo=asked.demo).secrets)
    if asked.sessions is not None:
        from lib.commands import statement

        database = settings.load(os.environ, demo=asked.demo).database("ev")
        return statement.run(database, asked.sessions, asked.car, asked.form, asked.eur_kwh)
    if asked.quarters is not None:
        from lib.commands import quarters

        return quarters.run(settings.load(os.environ, demo=asked.demo).database("ev"), asked.quarters, asked.form)
    if asked.check:
        from lib.commands import check

        return check.run(settings.load(os.environ, demo=asked.demo))
    if asked.find:
        from lib.commands import find

        return find.run()
    return None
