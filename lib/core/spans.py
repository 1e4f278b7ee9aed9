"""An interval's amounts → stretches within one version of the rates and one local month. Knows no price.

Energy is taken as evenly spread over the interval.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from lib.core.bands import DAY, midnight
from lib.core.charges import Used
from lib.core.counters import Amounts
from lib.core.netting import Netting, carried
from lib.core.stamp import BRUSSELS
from lib.core.tariff import Tariff, Tariffs


@dataclass(frozen=True, slots=True)
class Flow:
    """Amounts that need not be whole: registers in Wh, gas and water in litres."""

    import_wh: Mapping[str, float] = field(default_factory=dict)
    export_wh: Mapping[str, float] = field(default_factory=dict)
    gas_l: float | None = None
    water_l: float | None = None

    def part(self, share: float) -> "Flow":
        """A share of them."""
        return Flow(
            {register: wh * share for register, wh in self.import_wh.items()},
            {register: wh * share for register, wh in self.export_wh.items()},
            None if self.gas_l is None else self.gas_l * share,
            None if self.water_l is None else self.water_l * share,
        )

    def plus(self, more: "Flow") -> "Flow":
        """Both together, of the water what there is of it."""
        return Flow(
            {
                key: self.import_wh.get(key, 0) + more.import_wh.get(key, 0)
                for key in {**self.import_wh, **more.import_wh}
            },
            {
                key: self.export_wh.get(key, 0) + more.export_wh.get(key, 0)
                for key in {**self.export_wh, **more.export_wh}
            },
            water_l=(self.water_l or 0) + (more.water_l or 0),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """What was used from `start` to `end`, and in its local year before; an instant where both are the same."""

    tariff: Tariff
    start: datetime
    end: datetime
    used: Flow
    before: Flow


def spans(amounts: Amounts, since: datetime, until: datetime, used: Used, tariffs: Tariffs) -> Iterator[Span]:
    """An interval cut where a local month or a version begins; used: in the local year before it."""
    whole = Flow(amounts.import_wh, amounts.export_wh, amounts.gas_l, amounts.water_l)
    before = Flow(used.import_wh, used.export_wh, water_l=used.water_l)
    edges = [since, *_cuts(since, until, tariffs), until]
    for start, end in pairwise(edges):
        day = start.astimezone(BRUSSELS).date()
        tariff = tariffs.on(day)
        if start > since and day.timetuple().tm_yday == 1:
            before = Flow(*carried(before.import_wh, before.export_wh, tariff.netting or Netting()))
        part = whole if len(edges) == 2 else whole.part((end - start) / (until - since))
        yield Span(tariff, start, end, part, before)
        before = before.plus(part)


def _cuts(since: datetime, until: datetime, tariffs: Tariffs) -> list[datetime]:
    """The midnights in an interval at which a local month or a version begins."""
    day, last = since.astimezone(BRUSSELS).date(), until.astimezone(BRUSSELS).date()
    cuts = []
    while day < last:
        before, day = day, day + DAY
        if day.day == 1 or tariffs.on(day) is not tariffs.on(before):
            cuts.append(midnight(day))
    return [cut for cut in cuts if since < cut < until]
