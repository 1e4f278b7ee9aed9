"""How ours, the rivals and the limit stand in each place. In: results. Out: scores by strategy, place by place."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from lib.sim.year.results import Result as Ran
from lib.sim.year.score import Score
from lib.sim.year.strategies import LIMIT, OURS, RIVALS


class Place(NamedTuple):
    """A home with a contract, with a battery or without."""

    home: str
    tariff: str
    battery: bool

    @property
    def cells(self) -> tuple[str, str, str]:
        """As the first cells of a row."""
        return self.home, self.tariff, "yes" if self.battery else "no"


class Standing(NamedTuple):
    """A place with its clean scores by strategy; naive: without a battery, by which shares are worked out."""

    place: Place
    scores: Mapping[str, Score]
    naive: Score

    @property
    def rival(self) -> Score:
        """The cheapest of all but ours and the limit."""
        return min((self.scores[name] for name in RIVALS), key=lambda one: one.bill_eur)

    @property
    def ours(self) -> Score:
        """Ours."""
        return self.scores[OURS]

    @property
    def limit(self) -> Score:
        """Of who knew everything."""
        return self.scores[LIMIT]


def place_of(score: Score) -> Place:
    """Where it was run."""
    return Place(score.home, score.tariff, score.battery)


def standings(ran: Iterable[Ran]) -> list[Standing]:
    """Place by place."""
    found: list[Standing] = []
    for place, group in groupby(ran, lambda one: place_of(one.score)):
        ones = list(group)
        naive = ones[0].naive
        assert naive is not None
        found.append(Standing(place, {one.score.strategy: one.score for one in ones}, naive))
    return found


def leads_of(found: Iterable[Standing]) -> dict[Place, tuple[float, str]]:
    """Of ours over the best rival, in € and its name."""
    return {one.place: (one.rival.bill_eur - one.ours.bill_eur, one.rival.strategy) for one in found}
