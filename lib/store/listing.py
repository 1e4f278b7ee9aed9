"""Entries of the past → the JSON of /api/history, read in a thread while others get their turn. It writes nothing."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from lib.core.charges import Part
from lib.core.stamp import BRUSSELS
from lib.store.queries import Entry, Step, each

EUR_NAMES = tuple((part.value, f"{part}_eur") for part in Part)


async def history(path: Path, start: datetime, end: datetime, step: str) -> bytes:
    """The entries that begin in [start, end) as a JSON list, read in a thread. Raises StoreError.

    step: quarter, hour, day or month. Each entry has start and end by Brussels time with its offset, Wh in all and by
    register, litres, the highest quarter in W (of a month its peak), euro in all and by part, and how sure all that is.
    """
    return await asyncio.to_thread(lambda: _json(each(path, start, end, Step(step))))


def _json(found: Iterable[Entry]) -> bytes:
    """A list of them, one by one: others get their turn between, and the entries are never in memory all together."""
    text = BytesIO()
    for entry in found:
        text.write(b"," if text.tell() else b"[")
        text.write(json.dumps(_shown(entry), separators=(",", ":")).encode())
    text.write(b"]" if text.tell() else b"[]")
    return text.getvalue()


def _shown(entry: Entry) -> dict[str, Any]:
    total_eur = entry.total_eur
    return {
        "start": entry.start.astimezone(BRUSSELS).isoformat(),
        "end": entry.end.astimezone(BRUSSELS).isoformat(),
        "import_wh": sum(entry.import_wh.values()),
        "export_wh": sum(entry.export_wh.values()),
        "import_registers_wh": entry.import_wh,
        "export_registers_wh": entry.export_wh,
        "gas_l": entry.gas_l,
        "water_l": entry.water_l,
        "peak_w": entry.peak_w,
        "eur": None if total_eur is None else round(total_eur, 6),
        **{name: round(entry.eur[part], 6) if part in entry.eur else None for part, name in EUR_NAMES},
        "unpriced": bool(entry.unpriced_wh),
        "unpriced_wh": entry.unpriced_wh,
        "provisional": entry.provisional,
        "estimated": entry.estimated,
        "gap": entry.gap,
        "running": entry.running,
        "index_eur_mwh": None if entry.index_eur_mwh is None else round(entry.index_eur_mwh, 6),
    }
