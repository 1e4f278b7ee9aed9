"""What dm.py can be asked on the command line, and the commands that take the place of the meter."""

import argparse
import os
from types import MappingProxyType
from typing import Final

from lib import settings
from lib.commands import dates
from lib.commands.belonging import check_belonging

GOES_WITH: Final = MappingProxyType({"--no-crc": "--decode", "--from": "--export", "--to": "--export"})


def parser() -> argparse.ArgumentParser:
    """The options of dm.py."""
    options = argparse.ArgumentParser(prog="dm.py", description="The meter: reads, forecasts, counts, shows and tells.")
    options.add_argument("--headless", action="store_true", help="run without a screen")
    options.add_argument("--demo", action="store_true", help="the simulated house instead of config.py's meter")
    options.add_argument("--source", metavar="SOURCE", help="telegrams from here: a device, socket://, a file, - …")
    options.add_argument("--speed", type=float, metavar="N", help="a recording N times as fast; 0: as fast as it goes")
    options.add_argument("--attach", metavar="URL", help="only the screen, of a dm elsewhere: ws://pi:8080/ws")
    options.add_argument("--decode", metavar="FILE", help="print the telegrams of a file (- for stdin) as JSON")
    options.add_argument("--no-crc", action="store_true", help="with --decode: also telegrams that print no CRC")
    options.add_argument("--export", metavar="csv", help="print the quarters that were kept, for a spreadsheet")
    options.add_argument(
        "--from", dest="first", type=dates.day, metavar="DAY", help="with --export: the first day, 2026-11-01"
    )
    options.add_argument("--to", dest="last", type=dates.day, metavar="DAY", help="with --export: the last day")
    options.add_argument(
        "--bill", type=dates.month, metavar="MONTH", help="print the bill of a month that was kept: 2026-10"
    )
    options.add_argument("--pair", metavar="SOURCE", help="ask a HomeWizard box for its token: homewizard2://HOST")
    return options


def instead(asked: argparse.Namespace) -> int | None:
    """Carry out the command that was asked for; its exit code, None when the meter itself shall run.

    Raises SettingsError.
    """
    check_belonging(asked, parser(), GOES_WITH)
    if asked.decode is not None:
        from lib.commands import decode

        return decode.run(asked.decode, no_crc=asked.no_crc)
    if asked.attach is not None:
        from lib.commands import attach

        return attach.run(asked.attach)
    if asked.pair is not None:
        from lib.commands import pair

        return pair.run(asked.pair, settings.load(os.environ, demo=asked.demo).secrets)
    if asked.bill is not None:
        from lib.commands import bill

        config = settings.load(os.environ, demo=asked.demo)
        return bill.run(config.database("dm"), asked.bill, peaks_cost=config.rules.capacity_tariff)
    if asked.export is not None:
        from lib.commands import export

        database = settings.load(os.environ, demo=asked.demo).database("dm")
        return export.run(database, asked.export, asked.first, asked.last)
    return None
