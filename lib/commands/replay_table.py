"""The table of a replay, for people and for programs. It knows no database."""

import argparse
import json

from lib.commands.replay import Span
from lib.commands.replay_columns import AS_WAS, Answer, Column, looked
from lib.settings import Settings


def answer(home: Settings, span: Span, asked: argparse.Namespace) -> str:
    """The table, as text or JSON. Raises AskedError, StoreError."""
    found = looked(home, span, asked)
    return as_json(found) if asked.json else as_text(found)


def sentence(column: Column, span: Span, wear_eur_kwh: float) -> str:
    """What a column comes to, in plain words."""
    eur, peak_eur = column.saved_eur, column.saved_peak_eur
    beside = column.beside
    against = "" if beside is None or beside.name == AS_WAS else f', against "{beside.name}"'
    would, more = ("would have saved", "") if eur >= 0 else ("would have cost", " more")
    text = f"{column.subject} {would} {_eur(abs(eur))}{more} in {span.words}{against}"
    if abs(peak_eur) >= 0.005:
        fees = beside is not None and abs(beside.sums.fixed_eur - column.sums.fixed_eur) >= 0.005
        energy = f"{_eur(eur - peak_eur)} of energy{' and fees' if fees else ''}"
        text += f": {energy}, {_eur(peak_eur)} of peak over the bills that count it"
    if column.cycles is not None and column.moved_wh is not None:
        left_eur = eur - wear_eur_kwh * column.moved_wh / 1000
        text += f"; at € {wear_eur_kwh:.2f} wear a kWh that leaves {_eur(left_eur)}"
    if abs(column.left_eur) >= 0.005:
        text += f", with {_eur(column.left_eur)} of it still in the battery"
    return text + "."


def as_text(found: Answer) -> str:
    """For people."""
    width = max(16, *(len(one.name) + 2 for one in found.columns))
    heads = "".join(
        f"{head:>10}" for head in ("energy", "injection", "fixed", "peak €", "total", "peak kW", "kWh moved")
    )
    lines = [f"{found.span.words}, {found.quarters} quarters", "", f"{'':<{width}}{heads}{'cycles':>8}"]
    paid = found.paid
    parts = (paid.import_eur, -paid.export_eur, paid.fixed_eur, paid.capacity_eur)
    lacks = paid.capacity_eur is None and any(one.sums.capacity_eur is not None for one in found.columns)
    total = None if lacks else sum(one or 0.0 for one in parts)
    lines.append(f"{'the bill said':<{width}}{''.join(_cell(one) for one in (*parts, total))}")
    for one in found.columns:
        sums = one.sums
        euro = (sums.import_eur, -sums.export_eur, sums.fixed_eur, sums.capacity_eur, sums.eur)
        kwh = f"{'' if one.moved_wh is None else f'{one.moved_wh / 1000:.1f}':>10}"
        cycles = f"{'' if one.cycles is None else f'{one.cycles:.1f}':>8}"
        row = f"{one.name:<{width}}{''.join(map(_cell, euro))}{sums.peak_w / 1000:>10.2f}{kwh}{cycles}"
        lines.append(row.rstrip())
    lines += ["", *sentences] if (sentences := _sentences(found)) else []
    return "\n".join([*lines, "", *found.notes, ""])


def as_json(found: Answer) -> str:
    """For programs: euro, kW and kWh as numbers, null where nothing is known."""
    told = {
        "from": found.span.first.isoformat(),
        "to": found.span.last.isoformat(),
        "quarters": found.quarters,
        "quarters_without_price": found.unpriced,
        "billed": {
            "import_eur": _round(found.paid.import_eur),
            "export_eur": _round(found.paid.export_eur),
            "fixed_eur": _round(found.paid.fixed_eur),
            "capacity_eur": _round(found.paid.capacity_eur),
        },
        "columns": [_told(one) for one in found.columns],
        "sentences": _sentences(found),
        "notes": list(found.notes),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _told(one: Column) -> dict[str, object]:
    sums = one.sums
    return {
        "name": one.name,
        "against": one.beside.name if one.beside else None,
        "import_wh": round(sum(month.import_wh for month in sums.months)),
        "export_wh": round(sum(month.export_wh for month in sums.months)),
        "import_eur": _round(sums.import_eur),
        "export_eur": _round(sums.export_eur),
        "fixed_eur": _round(sums.fixed_eur),
        "capacity_eur": _round(sums.capacity_eur),
        "eur": _round(sums.eur),
        "peaks_w": {f"{month.month:%Y-%m}": round(month.peak_w) for month in sums.months},
        "moved_wh": None if one.moved_wh is None else round(one.moved_wh),
        "cycles": _round(one.cycles),
        "left_eur": _round(one.left_eur),
        "saved_eur": _round(one.saved_eur) if one.beside else None,
        "saved_peak_eur": _round(one.saved_peak_eur) if one.beside else None,
    }


def _sentences(found: Answer) -> list[str]:
    return [sentence(one, found.span, found.wear_eur_kwh) for one in found.columns if one.beside is not None]


def _cell(eur: float | None) -> str:
    return f"{'—' if eur is None else f'{eur + 0.0:.2f}':>10}"


def _eur(eur: float) -> str:
    return f"€ {eur:.2f}" if eur >= 0 else f"€ -{-eur:.2f}"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
