"""Telegrams and byte streams with the values they hold: our own, and those of the folder that DM_CASES names.

Knows the form of their index.json, and how a telegram is sealed with its CRC.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastcrc import crc16

from tests.conftest import folders

NUMBERS = {"energy_kwh", "power_kw", "quarter_avg_kw", "voltage_v", "current_a", "fuse_a", "value", "kw"}
HEAD = "/FLU5\\253770234_A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Bytes as a cable may bring them, and the telegrams a decoder must deliver of them.

    Attributes:
        no_crc: the telegram prints no CRC, so it is to be read with the setting that allows that.
        rejected: how many telegrams are to be counted as bad; None where that is not said.

    """

    path: Path
    country: str
    raw: bytes
    expected: list[dict[str, Any]]
    no_crc: bool
    rejected: int | None

    @property
    def name(self) -> str:
        """Short, for the list of tests: `fixtures/be/BE_50213_single`."""
        *_, top, _, kind, file = self.path.with_suffix("").parts
        return f"{top}/{kind}/{file}"


def cases(*kinds: str) -> list[Case]:
    """The cases of the kinds `be`, `other`, `malformed`; FileNotFoundError when DM_CASES names no such folder."""
    return [case for root in folders() for kind in kinds for case in _listed(root / "telegrams" / kind)]


def _listed(folder: Path) -> Iterator[Case]:
    for entry in json.loads((folder / "index.json").read_text(encoding="utf-8"))["entries"]:
        path = folder / entry["file"]
        expected = entry["expected"]
        yield Case(
            path=path,
            country=entry["country"],
            raw=path.read_bytes(),
            expected=expected if isinstance(expected, list) else [expected],
            no_crc=entry.get("crc_ok", True) is None,
            rejected=entry.get("rejected"),
        )


def as_numbers(value: Any, *, number: bool = False) -> Any:
    """A decoded telegram with its decimal strings as numbers: 0.00 is 0, and 9087306 Wh is 9087.306 kWh."""
    match value:
        case dict():
            return {key: as_numbers(one, number=number or key in NUMBERS) for key, one in value.items()}
        case list():
            return [as_numbers(one, number=number) for one in value]
        case str() if number:
            return Decimal(value)
    return value


def telegram(*lines: str, ident: str = HEAD) -> bytes:
    """A whole telegram with these lines, its CRC and its last CR LF."""
    return sealed("\r\n".join([ident, "", *lines, "!"]).encode("latin-1"))


def sealed(body: bytes) -> bytes:
    """`body`, "/" to "!", with the CRC that belongs to it."""
    return b"%s%04X\r\n" % (body, crc16.arc(body))
