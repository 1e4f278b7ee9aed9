"""A site of three levels for the allocator: groups of rows of chargers that ask by chance, and how groups share."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from lib.core.circuits import Circuit, Limits, Row, conductors, rows
from lib.core.sharing import Ask, Party

IN_ROW, IN_GROUP = 10, 50
FINE_A, LEAST_A, MOST_A = 0.1, 6.0, 32.0
UNEVEN = (0.7, 1.3)  # of the same part of what hangs below it, each row and group has so much


class Plenty(StrEnum):
    """How much of what all could take there is room for."""

    LITTLE = "little room"
    HALF = "half the room"
    PLENTY = "plenty"

    @property
    def part(self) -> float:
        """Of all."""
        return {Plenty.LITTLE: 0.12, Plenty.HALF: 0.5, Plenty.PLENTY: 2.0}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carpark:
    """The site: its circuits with what they come to as rows, what chargers ask, the groups that share differently."""

    circuits: tuple[Circuit, ...]
    rows: tuple[Row, ...]
    asks: tuple[Ask, ...]
    parties: tuple[Party, ...]


def carpark(chargers: int, plenty: Plenty, *, is_mixed: bool, seed: int) -> Carpark:
    """So many chargers; another seed is other demands and other limits."""
    chance = Random(f"{chargers} {seed}")
    asks = tuple(_ask(at, chance) for at in range(chargers))
    groups = [asks[at : at + IN_GROUP] for at in range(0, chargers, IN_GROUP)]
    circuits = [Circuit(name="site", limits_a=_limits(asks, plenty.part))]
    for number, group in enumerate(groups):
        circuits.append(_circuit(f"group {number}", "site", group, plenty, chance))
        for at in range(0, len(group), IN_ROW):
            row = group[at : at + IN_ROW]
            circuits.append(_circuit(f"row {number} {at // IN_ROW}", f"group {number}", row, plenty, chance))
    parties = [party for number, group in enumerate(groups) if (party := _party(number, group, chance))]
    return Carpark(
        circuits=tuple(circuits),
        rows=rows(circuits, {}, {}),
        asks=asks,
        parties=tuple(parties) if is_mixed else (),
    )


def plain(park: Carpark) -> list[float]:
    """A loop that only sums what all chargers could take, by row: what going once through them costs."""
    below: dict[str, list[int]] = {}
    everywhere = []
    for index, row in enumerate(park.rows):
        if row.chargers is None:
            everywhere.append(index)
        else:
            for charger in row.chargers:
                below.setdefault(charger, []).append(index)
    taken = [0.0] * len(park.rows)
    for ask in park.asks:
        for index in (*everywhere, *below[ask.charger]):
            if park.rows[index].phase in ask.conductors:
                taken[index] += ask.most_a
    return taken


def _ask(at: int, chance: Random) -> Ask:
    wired = chance.choice("123") if at % 3 == 2 else ("123", "231", "312")[at // 3 % 3]
    return Ask(
        charger=f"place_{at}",
        conductors=conductors(wired, len(wired)),
        least_a=LEAST_A,
        most_a=round(chance.uniform(LEAST_A, MOST_A), 1),
        step_a=FINE_A if at % 2 else 1.0,
        rank=at,
        runs=chance.random() < 0.5,
    )


def _circuit(name: str, above: str, asks: tuple[Ask, ...], plenty: Plenty, chance: Random) -> Circuit:
    limits_a = _limits(asks, plenty.part * chance.uniform(*UNEVEN))
    return Circuit(name=name, above=above, limits_a=limits_a, chargers=frozenset(ask.charger for ask in asks))


def _limits(asks: tuple[Ask, ...], part: float) -> Limits:
    one, two, three = (part * sum(ask.most_a for ask in asks if phase in ask.conductors) for phase in (1, 2, 3))
    return one, two, three


def _party(number: int, asks: tuple[Ask, ...], chance: Random) -> Party | None:
    """How a group shares what it comes to: as all do, by percentage, by place in the line, by priority."""
    match number % 4:
        case 1:
            return Party(turns={ask.charger: 0 for ask in asks}, weights={ask.charger: ask.most_a for ask in asks})
        case 2:
            return Party(turns={ask.charger: at for at, ask in enumerate(chance.sample(asks, len(asks)))})
        case 3:
            return Party(turns={ask.charger: -chance.randrange(3) for ask in asks})
        case _:
            return None
