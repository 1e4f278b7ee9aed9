"""The command line of bs_app.py, and its commands beside running."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Its options."""
    options = argparse.ArgumentParser(
        prog="bs_app.py", description="Stores cheap energy and the sun's, shaves the peak and helps the cars."
    )
    options.add_argument("--demo", action="store_true", help="the battery of a simulated house")
    options.add_argument("--headless", action="store_true", help="run without the dashboard")
    options.add_argument("--attach", metavar="URL", help="show the dashboard of another machine: ws://HOST:8082/ws")
    return options


def instead(asked: argparse.Namespace) -> int | None:
    """Carry out the command that was asked for; its exit code, None when bs itself shall run."""
    if asked.attach is not None:
        from lib.commands import attach

        return attach.run(asked.attach, program="bs")
    return None
