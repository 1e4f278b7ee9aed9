"""What dm.py can be asked on the command line."""

import argparse
from datetime import date


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
        "--from", dest="first", type=_day, metavar="DAY", help="with --export: the first day, 2026-11-01"
    )
    options.add_argument("--to", dest="last", type=_day, metavar="DAY", help="with --export: the last day")
    options.add_argument("--pair", metavar="SOURCE", help="ask a HomeWizard box for its token: homewizard2://HOST")
    return options


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day: write it as 2026-11-20") from None
