"""Options that mean something only with another one: typed alone, a slip would start a program."""

import argparse
from collections.abc import Mapping

from lib.settings import SettingsError


def check_belonging(asked: argparse.Namespace, options: argparse.ArgumentParser, goes_with: Mapping[str, str]) -> None:
    """Raises SettingsError where an option was typed without any of those that it belongs to.

    goes_with: such as {"--as": "--sessions --quarters"}.
    """
    typed = {
        name
        for action in options._actions  # argparse tells its options to nobody else
        if getattr(asked, action.dest, action.default) != action.default
        for name in action.option_strings
    }
    for option, others in goes_with.items():
        if option in typed and typed.isdisjoint(others.split()):
            raise SettingsError(f"{option} goes with {' or '.join(others.split())}")
