"""Rounds of start, run and kill -9 at speed: the simulated house goes on, the program dies and comes back.

After each round what stands on the disk is held against the simulated meter's own counters. In: a home, rates, how many
rounds and the dice. Out: a `Toll`, or an AssertionError.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from lib.core.bands import midnight
from lib.sim.brussels import ZONE
from tests.programs.fast_house import FastHouse
from tests.programs.lives import DIARY, Life
from tests.programs.living import Lives
from tests.programs.reckoning import SIMPLE, Kept, damaged_days, dynamic_eur, shown, simple_eur
from tests.waiting import LIMIT_S

PACES_S = (1, 10, 60, 240)  # simulated seconds from one telegram to the next, another in each life
LONGEST_LIFE_S = 0.3
SLOWER = 1.5
MOST_TOUCHES = 120
AIMS = (("COMMIT", 10), ("history/", 8))  # what a touch names, and the last one that may be deadly
RESCUES = (("dm.db", 12), ("INSERT", 300))  # the same for a database that is made anew
CENT = Decimal("0.0005")  # the euro of thousands of rows are binary fractions, and still this close
DAMAGED, DAMAGE_BYTES = 0.06, 600  # how often, and how much of it
WHERE = {"begun": "running", "ends": "ending", "ended": "ended"}  # by the last line of the diary


@dataclass(slots=True)
class Toll:
    """What the rounds were.

    Attributes:
        deaths: by where the program stood: starting, rescuing a damaged database, running, ending; ended: it was
            quicker than the kill.
        touches: by what it was doing to the disk, of those that died at a touch of it.
        checked: how often there was something to hold against the meter.
        damages: how often the database was damaged on purpose; each time it came back from the history.
        seconds: that the house lived; rows, gaps, days, eur: what there is in the end.

    """

    deaths: Counter[str] = field(default_factory=Counter)
    touches: Counter[str] = field(default_factory=Counter)
    checked: int = 0
    damages: int = 0
    seconds: float = 0.0
    rows: int = 0
    gaps: int = 0
    days: int = 0
    eur: Decimal = Decimal(0)


class Rounds:
    """A home and its house, round after round."""

    def __init__(self, home: Path, house: FastHouse, lives: Lives, rates: Mapping[str, Any], dice: Random) -> None:
        self.home, self.house, self.lives, self.rates, self.dice = home, house, lives, rates, dice
        self.database = home / "data" / "dm.db"
        self.toll = Toll()
        self._start = house.world.at
        self._first: datetime | None = None
        self._tip: datetime | None = None
        self._damaged = self._begun = False
        self._checked_ns = 0
        self._longest_s = LONGEST_LIFE_S

    async def go(self, rounds: int) -> Toll:
        """So many rounds, and a last life that nobody kills; what there is then is all that the meter counted."""
        for _ in range(rounds):
            self.house.world.step(self._gap())
            if self._days_written() > 1 and self.dice.random() < DAMAGED:
                self._damage()
            await self._round()
            self._check()
            if not self.toll.checked:
                self._longest_s *= SLOWER  # nothing was ever written: this machine is busy
        kept = await self._last_life()
        assert self.house.shown[max(self.house.shown)] == shown(self.house.world.show())
        assert max(self.house.shown) == kept.at
        assert kept.priced == tuple(row for row in kept.rows if not row.is_open)
        log = (self.home / "log" / "log_info.log").read_text("utf-8")
        assert not [line for line in log.splitlines() if " ERROR " in line or line.startswith("Traceback")]
        self.toll.seconds = (self.house.world.at - self._start).total_seconds()
        self.toll.rows, self.toll.days = len(kept.rows), len(kept.days)
        self.toll.gaps = sum(row.is_gap for row in kept.rows)
        self.toll.eur = sum((-eur if part == "export" else eur for part, eur in kept.eur.items()), Decimal(0))
        return self.toll

    async def _round(self) -> None:
        """Start, and kill: after a random time, at a random touch of the disk, or while it ends in order."""
        kind = self.dice.choice(("aimed", "time") if self._damaged else ("time", "touch", "aimed", "end"))
        aim, most = "", MOST_TOUCHES
        if kind == "aimed":
            aim, most = self.dice.choice(RESCUES if self._damaged else AIMS)
        life = Life(
            home=str(self.home),
            source=self.house.source,
            rates=self.rates,
            touches=self.dice.randint(1, most) if kind in {"touch", "aimed"} else None,
            aim=aim,
            after_s=self.dice.choice((0.0, self.dice.uniform(0, 0.002))),
        )
        life_s = self.dice.uniform(0, self._longest_s) if kind == "time" else self._longest_s
        async with self.house.talking(self.dice.choice(PACES_S)), self.lives.lived(life) as living:
            if not await living.end_within(life_s) and kind == "end":
                living.send(signal.SIGTERM)
                await living.end_within(self.dice.uniform(0, 0.02))
        self._note()

    async def _last_life(self) -> Kept:
        """Live until the last telegram of the meter is booked and all is priced; then end in order."""
        self._checked_ns = 0
        async with self.lives.lived(Life(home=str(self.home), source=self.house.source, rates=self.rates)) as living:
            async with self.house.talking(60):
                await living.end_within(1.0)
            async with asyncio.timeout(LIMIT_S):
                while True:
                    assert not await living.end_within(0.05)
                    kept = Kept.read(self.database)
                    if kept.at == max(self.house.shown) and all(row.eur is not None for row in kept.rows):
                        break
            living.send(signal.SIGTERM)
            assert await living.end_within(LIMIT_S)
        self._check()
        return Kept.read(self.database)

    def _gap(self) -> timedelta:
        """How long nobody watches: at times until shortly before midnight, at times for days."""
        at, kind = self.house.world.at, self.dice.random()
        if kind < 0.35:
            return timedelta(seconds=self.dice.randint(0, 120))
        if kind < 0.55:
            return timedelta(seconds=self.dice.randint(120, 3 * 3600))
        if kind < 0.75:
            night = midnight(at.astimezone(ZONE).date() + timedelta(days=1))
            return max(timedelta(0), night - timedelta(seconds=self.dice.randint(0, 1200)) - at)
        if kind < 0.97:
            return timedelta(seconds=self.dice.randint(3600, 86_400))
        return timedelta(seconds=self.dice.randint(86_400, 6 * 86_400))

    def _days_written(self) -> int:
        return len(list((self.home / "history").glob("*.json")))

    def _damage(self) -> None:
        """Noise over the head of the database and its middle, and over the head of its log, which would mend it."""
        if self._damaged or not self.database.exists():
            return
        for file in (self.database, self.database.with_name("dm.db-wal")):
            if file.exists():
                with file.open("r+b") as opened:
                    for at in (0, file.stat().st_size // 2):
                        opened.seek(at)
                        opened.write(self.dice.randbytes(DAMAGE_BYTES))
        self._damaged = True
        self.toll.damages += 1

    def _note(self) -> None:
        """Read in the diary how the life was."""
        diary = self.home.with_name(f"{self.home.name}.{DIARY}")
        lines = diary.read_text("utf-8").splitlines() if diary.exists() else []
        diary.unlink(missing_ok=True)
        stood = [line for line in lines if not line.startswith("touch")]
        self._begun = bool(stood)
        self.toll.deaths[WHERE[stood[-1]] if stood else "rescuing" if self._damaged else "starting"] += 1
        for line in lines:
            if line.startswith("touch"):
                self.toll.touches[self._kind(line)] += 1

    def _kind(self, touch: str) -> str:
        if "history/" in touch:
            return "day files"
        if any(word in touch for word in ("dm.db.damaged", "dm.db.part", "dm.db.new")):
            return "making a database"
        return "commits" if "COMMIT" in touch else "other touches of the disk"

    def _check(self) -> None:
        """Hold what stands there against the meter; nothing is there before the first commit."""
        aside = list(self.database.parent.glob("*.damaged-*"))
        assert self._damaged or not aside
        if self._damaged and (not aside or not self.database.exists()):
            assert not self._begun  # the rescue was killed, or did not come so far
            return
        self._damaged = False
        for file in aside:
            file.unlink()
        assert [] == list(damaged_days(self.home / "history", since_ns=self._checked_ns))
        if not self.database.exists():
            return
        self._checked_ns = self.database.stat().st_mtime_ns
        kept = Kept.read(self.database)
        assert kept.state == "ok"
        if kept.at is None:
            assert not kept.rows
            return
        assert sum(row.is_open for row in kept.rows) == 1
        if not aside:
            assert self._tip is None or self._tip <= kept.at
        self._tip = kept.at
        self._first = self._first or kept.rows[0].since
        assert self._first == kept.rows[0].since
        self.toll.checked += 1
        check(kept, self.house, self.rates)


def check(kept: Kept, house: FastHouse, rates: Mapping[str, Any]) -> None:
    """Rows, days and euro are what the meter counted from its first telegram to the last one that was kept."""
    first = house.shown[kept.rows[0].since]
    for begun, gained, least, most in zip(first, kept.sums, *house.bounds(kept), strict=True):
        assert least <= begun + gained <= most
    in_days = kept.day_sums()
    for day, (sums, eur) in kept.days.items():
        rows_sums, rows_eur = in_days.pop(day, ((0,) * len(sums), Decimal(0)))
        assert rows_sums == sums, day
        assert abs(rows_eur - eur) < CENT, day
    assert not in_days
    assert list(kept.days) == [
        min(kept.days) + timedelta(days=at) for at in range((max(kept.days) - min(kept.days)).days + 1)
    ]
    priced = kept.priced
    if rates is SIMPLE:
        running = next(row for row in kept.rows if row.is_open).sums
        expected = simple_eur(tuple(all_ - open_ for all_, open_ in zip(kept.sums, running, strict=True)))
    elif len(priced) == len(kept.rows) - 1:
        expected = dynamic_eur(priced)
    else:
        return  # what waits for its price is looked at when it has one
    booked = kept.eur
    for part, eur in expected.items():
        assert abs(booked.get(part, Decimal(0)) - eur) < CENT, part
    peaks_w = months_of(house)
    for month, peak_w in kept.months.items():
        assert peaks_w[month] == peak_w, month


def months_of(house: FastHouse) -> dict[date, int]:
    """The peaks of the months that are over, as the meter has them."""
    return {
        (row.captured - timedelta(days=1)).astimezone(ZONE).date().replace(day=1): row.peak.power_w
        for row in house.world.show().history
    }


async def killed(home: Path, rates: Mapping[str, Any], *, rounds: int, start: datetime, seed: int) -> Toll:
    """So many rounds in a home, from a start of the house's time."""
    async with FastHouse.open(start=start, seed=seed) as house, Lives.open() as lives:
        return await Rounds(home, house, lives, rates, Random(seed)).go(rounds)
