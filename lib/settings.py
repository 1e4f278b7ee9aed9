"""config.py + rates.json + the environment → frozen, checked settings. The only reader of all three.

An owner's slip is one sentence: the file, the key, the value and what is allowed.
"""

import json
import runpy
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from lib.core.house import Rules
from lib.core.power import connection_w
from lib.core.rates import parse_rates
from lib.core.tariff import RatesError
from lib.secrets import secrets_path

T = TypeVar("T", int, bool)

CHECKOUT = Path(__file__).parent.parent
LOOPBACK = "127.0.0.1"
PROGRAMS = ("dm", "ev", "bs")
SETTINGS = frozenset(
    {
        *("serial_port", "socket_info", "capacity_tariff", "peak_target_kw"),
        *("connection_phases", "connection_a", "day_hours"),
        *("price_sources", "tls", "door_names"),
    }
)
FIRST_PORT = 8080
SIM_P1, SIM_LINES = 3, 4  # the simulated house's ports, counted from the first


class SettingsError(Exception):
    """A setting that cannot be used, in one sentence for the owner."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a program listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner set, checked.

    Attributes:
        home: the folder that holds data, log and history.
        source: where telegrams come from, see lib/meters.
        doors: where each program listens; empty: no door at all.
        secrets: the file of tokens and passwords; the demo has one of its own.
        price_sources: who is asked for the day-ahead price, in this order; none where no price follows it.
        tls: certificate and key of the doors; None: not encrypted.
        door_names: names by which browsers may call this machine, besides its own.
        sim_lines: where the simulated house takes typed lines; only in the demo.

    """

    home: Path
    source: str
    doors: Mapping[str, Door]
    rules: Rules
    secrets: Path
    price_sources: tuple[str, ...] = ()
    tls: tuple[Path, Path] | None = None
    door_names: tuple[str, ...] = ()
    demo: bool = False
    sim_lines: Door | None = None

    @property
    def log(self) -> Path:
        """The folder of the log files."""
        return self.home / "log"

    @property
    def store(self) -> Path:
        """The folder of what a program keeps."""
        return self.home / "data"

    def database(self, program: str) -> Path:
        """What a program writes, and the others only read."""
        return self.store / f"{program}.db"

    @property
    def history(self) -> Path:
        """The folder of the days that are over, a file for people and one for programs each."""
        return self.home / "history"


def load(environ: Mapping[str, str], *, demo: bool = False, source: str | None = None) -> Settings:
    """The settings of this start. Raises SettingsError.

    environ: `DM_HOME` moves the folder of data and log (and of config.py and rates.json, where it has its own);
    `DM_PORTS` is the first of the ports; `DM_SECRETS` names the file of secrets instead of ~/secrets.json. demo: the
    simulated house, with a folder of its own; nothing of config.py's devices is used.
    source: telegrams from here instead of `serial_port`.
    """
    home = Path(environ.get("DM_HOME") or (CHECKOUT / "demo" if demo else CHECKOUT))
    config = Config("config.py", _config(home))
    first = _first_port(environ.get("DM_PORTS"))
    doors: Mapping[str, Door]
    if demo:
        first = first or FIRST_PORT
        doors = {program: Door(LOOPBACK, first + at) for at, program in enumerate(PROGRAMS)}
        simulated = f"socket://{LOOPBACK}:{first + SIM_P1}"
        source = simulated if source is None else source
    else:
        doors = config.doors("socket_info", first)
        source = config.text("serial_port") if source is None else source
    rules = _rules(config, home)
    price_sources = config.price_sources(home)
    return Settings(
        home=home,
        source=source,
        doors=doors,
        rules=rules,
        secrets=home / "secrets.json" if demo else secrets_path(environ),
        price_sources=price_sources if rules.tariffs.is_dynamic else (),
        tls=None if demo else config.tls(home),
        door_names=config.words("door_names"),
        demo=demo,
        sim_lines=Door(LOOPBACK, first + SIM_LINES) if demo and first else None,
    )


def _config(home: Path) -> Mapping[str, Any]:
    path = _file(home, "config.py")
    try:
        names = runpy.run_path(str(path))
    except FileNotFoundError:
        raise SettingsError(f"{path}: is missing; git restore config.py brings it back") from None
    except SyntaxError as error:
        raise SettingsError(f"config.py: line {error.lineno} is no Python: {(error.text or '').strip()}") from None
    except (Exception, SystemExit) as error:  # the owner's file may do anything; the sentence names it
        raise SettingsError(f"config.py: {type(error).__name__}: {error}") from error
    for name in names.keys() - SETTINGS:
        meant = get_close_matches(name, SETTINGS, n=1, cutoff=0.8)  # names of the owner's own look like none of ours
        if meant:
            raise SettingsError(f"config.py: {name} is no setting; is {meant[0]} meant?")
    return names


def _rules(config: "Config", home: Path) -> Rules:
    path = _file(home, "rates.json")
    day_hours = config.hours("day_hours")
    try:
        tariffs = parse_rates(json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_group), day_hours=day_hours)
    except FileNotFoundError:
        raise SettingsError(f"{path}: is missing; git restore rates.json brings it back") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"rates.json: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"rates.json: line {error.lineno}: {error.msg}") from None
    except RatesError as error:
        raise SettingsError(f"rates.json: {error}") from None
    target_kw = config.number("peak_target_kw", 0.1, 100, missing=None)
    capacity_tariff = config.one_of("capacity_tariff", (True, False), missing=True)
    if not capacity_tariff and any(tariff.capacity for tariff in tariffs.versions):
        raise SettingsError(
            "config.py: capacity_tariff is False, but rates.json has a price for peaks: "
            "set it to True, or take Electricity.capacity out of rates.json"
        )
    return Rules(
        tariffs=tariffs,
        connection_w=connection_w(
            current_a=config.number("connection_a", 6, 250, missing=25.0) or 25.0,
            phases=config.one_of("connection_phases", (1, 3), missing=3),
        ),
        capacity_tariff=capacity_tariff,
        owner_target_w=None if target_kw is None else target_kw * 1000,
    )


def _group(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A group of the rates; JSON itself would let the last of two equal keys win without a word."""
    group = dict(pairs)
    if len(group) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise RatesError(f"{twice}: stands twice in one group; each key stands once")
    return group


def _file(home: Path, name: str) -> Path:
    """A file of the owner: in the home where it has one, else in the checkout."""
    return home / name if (home / name).exists() else CHECKOUT / name


def _first_port(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535 - SIM_LINES:
        raise SettingsError(f"DM_PORTS: {text!r} is no port; a number from 1 to {65535 - SIM_LINES}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Config:
    """The names that a config file set, each read with what is allowed."""

    file: str
    names: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.names.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.slip(name, 'a text such as "/dev/ttyUSB0" or "socket://192.168.1.50:23"')
        return value

    def number(self, name: str, least: float, most: float, *, missing: float | None) -> float | None:
        """A number between two others; None only where that is the value for a missing one."""
        value = self.names.get(name, missing)
        if value is None and missing is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.slip(name, f"a number from {least:g} to {most:g}" + (", or None" if missing is None else ""))
        return float(value)

    def one_of(self, name: str, allowed: tuple[T, ...], *, missing: T) -> T:
        """One of a few values."""
        value = self.names.get(name, missing)
        for one in allowed:
            if type(value) is type(one) and value == one:
                return one
        raise self.slip(name, " or ".join(map(str, allowed)))

    def hours(self, name: str) -> tuple[time, time]:
        """Two times of day, start before end."""
        match self.names.get(name, ("07:00", "22:00")):
            case (str() as starts, str() as ends):
                with suppress(ValueError):
                    hours = time.fromisoformat(starts), time.fromisoformat(ends)
                    if hours[0] < hours[1]:
                        return hours
        raise self.slip(name, '("07:00", "22:00"), the start before the end')

    def words(self, name: str, missing: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Some texts, which may be none."""
        match self.names.get(name, missing):
            case tuple() | list() as words if all(isinstance(word, str) and word.strip() for word in words):
                return tuple(words)
        raise self.slip(name, 'a row of texts such as ("one", "two"), or ()')

    def price_sources(self, home: Path) -> tuple[str, ...]:
        """Who tells the day-ahead price; a file's path counts from the home."""
        known = ("energy-charts", "entsoe", "elia", "nordpool")
        found = []
        for word in self.words("price_sources", known[:2]):
            kind, colon, path = word.partition(":")
            if colon and kind == "file" and path:
                found.append(f"file:{home / path}")
            elif word in known:
                found.append(word)
            else:
                raise self.slip("price_sources", f'some of {", ".join(known)} and "file:prices.csv"')
        return tuple(found)

    def tls(self, home: Path) -> tuple[Path, Path] | None:
        """The files of a certificate and its key; their paths count from the home."""
        match self.names.get("tls"):
            case None:
                return None
            case (str() as certificate, str() as key) if certificate and key:
                return home / Path(certificate).expanduser(), home / Path(key).expanduser()
        raise self.slip("tls", 'None, or ("cert.pem", "key.pem")')

    def doors(self, name: str, first: int | None) -> Mapping[str, Door]:
        """Addresses by program; `first`: these ports instead."""
        value = self.names.get(name, {})
        if not isinstance(value, Mapping):
            raise self.slip(name, '{"dm": ("127.0.0.1", 8080), …}, or {} for dm alone')
        doors: dict[str, Door] = {}
        for program, door in value.items():
            match door:
                case (str() as host, int() as port) if (
                    host and port is not True and 0 < port < 65536 and program in PROGRAMS
                ):
                    doors[program] = Door(host, port if first is None else first + PROGRAMS.index(program))
                case _:
                    raise SettingsError(
                        f"{self.file}: {name}[{program!r}] is {door!r}; "
                        f"a name of {', '.join(PROGRAMS)} with (address, port from 1 to 65535)"
                    )
        return doors

    def slip(self, name: str, allowed: str) -> SettingsError:
        """The sentence for a name whose value cannot be used."""
        said = f"is {self.names[name]!r}" if name in self.names else "is missing"
        return SettingsError(f"{self.file}: {name} {said}; allowed is {allowed}")
