"""The house itself: its prices and what it draws, config.py and rates.json → the core's rules."""

import json
from pathlib import Path

from lib.core.house import Rules
from lib.core.power import connection_w, without_neutral_w
from lib.core.rates import parse_rates
from lib.core.tariff import RatesError, Tariffs
from lib.settings.config import Amps, Config, SettingsError
from lib.settings.wiring import Connection
from lib.tilde import filled

MARGIN_PCT = 4.0
KNOWN_SOURCES = ("energy-charts", "entsoe", "elia", "nordpool")


def parse_rules(config: Config, rates: Path, connection: Connection) -> Rules:
    """What dm counts and decides by; rates: the file of prices. Raises SettingsError."""
    tariffs = _tariffs(rates, config)
    target_kw = config.number("peak_target_kw", 0.1, 100, missing=None)
    capacity_tariff = config.one_of("capacity_tariff", (True, False), missing=True)
    if not capacity_tariff and any(tariff.capacity for tariff in tariffs.versions):
        raise SettingsError(
            f"{config.where}: capacity_tariff is False, but rates.json has a price for peaks: "
            "set it to True, or take Electricity.capacity out of rates.json"
        )
    carries_w = connection_w(current_a=connection.current_a, phases=connection.phases)
    return Rules(
        tariffs=tariffs,
        connection_w=carries_w if connection.neutral else without_neutral_w(carries_w),
        capacity_tariff=capacity_tariff,
        owner_target_w=None if target_kw is None else target_kw * 1000,
        margin=config.amount("margin_pct", 0, 30, missing=MARGIN_PCT) / 100,
    )


def parse_other_load(config: Config) -> Amps | None:
    """The worst that the house may draw on L1, L2, L3 beside its chargers; None: its owner does not say."""
    return config.amps("other_load_worst_a", least=0, such="None, or such as 10, or (10, 10, 16) for L1, L2, L3")


def parse_price_sources(config: Config, home: Path) -> tuple[str, ...]:
    """Who tells the day-ahead price; a file's path counts from the home. Raises SettingsError."""
    found = []
    for word in config.words("price_sources", KNOWN_SOURCES[:2]):
        kind, colon, path = word.partition(":")
        if colon and kind == "file" and path.strip():
            found.append(f"file:{home / filled(path.strip())}")
        elif word in KNOWN_SOURCES:
            found.append(word)
        else:
            raise config.slip("price_sources", f'some of {", ".join(KNOWN_SOURCES)} and "file:prices.csv"')
    return tuple(found)


def _tariffs(path: Path, config: Config) -> Tariffs:
    day_hours = config.hours("day_hours", ("07:00", "22:00"))
    try:
        return parse_rates(json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_group), day_hours=day_hours)
    except FileNotFoundError:
        raise SettingsError(f"{path}: is missing; git restore rates.json brings it back") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"rates.json: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"rates.json: line {error.lineno}: {error.msg}") from None
    except RatesError as error:
        raise SettingsError(f"rates.json: {error}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets in brackets
        raise SettingsError("rates.json: is no JSON that can be read") from None


def _group(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A group of the rates; JSON itself would let the last of two equal keys win without a word."""
    group = dict(pairs)
    if len(group) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise RatesError(f"{twice}: stands twice in one group; each key stands once")
    return group
