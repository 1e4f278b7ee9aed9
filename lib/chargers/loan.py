"""A charger in our hands: what its owner had set, and what of its settings is ours. Pure.

In: what it is set to, each time somebody looks, and what we write. Out: what goes back to its owner. A setting is a key
and a value, as the make writes them. Time is an argument: seconds of any one clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lib.core.charger import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """One charger's loan.

    Attributes:
        owner: what it was set to when we first came; None: nobody looked yet.
        kept: `owner` is from a run that gave nothing back, and what it is set to counts as ours: when somebody looks
            first, at `since_s`, and until the last write of that run must have shown.
        ours: what each key may be by our hand; several values while nobody knows which of them it took.

    """

    owner: Found | None = None
    kept: bool = False
    since_s: float | None = None
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether there may be something to give back."""
        return self.kept or bool(self.ours)

    def back(self, now: Mapping[str, str], owner: Mapping[str, str]) -> dict[str, str]:
        """What is still as we left it and differs from the owner's; what he changed meanwhile stays his.

        While a write of an earlier run may not show yet, also what does not differ.
        """
        ours = {key for key, values in self.ours.items() if now.get(key) in values}
        return {key: value for key, value in owner.items() if key in ours and (self.kept or value != now[key])}


def seen(loan: Loan, found: Found, now: Mapping[str, str], *, at_s: float = 0.0, shows_s: float = 0.0) -> Loan:
    """Somebody looked: it is set to `found`, written as `now`. Another unit has another owner, whose it stays.

    shows_s: so long a write may not show.
    """
    if loan.owner is None or found.is_of_another(loan.owner):
        return Loan(owner=found)
    if not loan.kept:
        return loan
    since_s = at_s if loan.since_s is None else loan.since_s
    return replace(sent(loan, now), kept=at_s < since_s + shows_s, since_s=since_s)


def sent(loan: Loan, keys: Mapping[str, str]) -> Loan:
    """We write these: it takes them or not."""
    values = {key: loan.ours.get(key, frozenset()) | value for key, value in _each(keys).items()}
    return replace(loan, ours={**loan.ours, **values})


def taken(loan: Loan, keys: Mapping[str, str]) -> Loan:
    """It took these."""
    return replace(loan, ours={**loan.ours, **_each(keys)})


def _each(keys: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {key: frozenset({value}) for key, value in keys.items()}
