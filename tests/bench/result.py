"""What a bench found: a figure, its goal, and whether it is reached. Knows no bench."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured figure. `reached` is None where there is no goal; `beside` says what else was seen in that run."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None
    beside: str = ""

    @property
    def verdict(self) -> str:
        """The goal and whether it is reached, in words."""
        if self.reached is None:
            return self.goal or "no goal"
        return f"{self.goal}: {'reached' if self.reached else 'MISSED'}"


def at_least(what: str, value: float, goal: float, form: str, beside: str = "") -> Result:
    """A figure that is good when it is high. form: how numbers are written, such as `"{:.1f} ×"`."""
    return Result(
        what=what, measured=form.format(value), goal=f"≥ {form.format(goal)}", reached=value >= goal, beside=beside
    )


def at_most(what: str, value: float, goal: float, form: str, beside: str = "") -> Result:
    """A figure that is good when it is low, as `at_least`."""
    return Result(
        what=what, measured=form.format(value), goal=f"≤ {form.format(goal)}", reached=value <= goal, beside=beside
    )


def percentile(values: Iterable[float], share_pct: float) -> float:
    """The value that `share_pct` % of `values` do not pass (nearest rank). Raises IndexError when there are none."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * share_pct / 100) - 1)]


def as_text(results: Sequence[Result]) -> str:
    """The results for a terminal, a line or two each."""
    lines = []
    for result in results:
        lines.append(f"  {result.what}: {result.measured}   ({result.verdict})")
        if result.beside:
            lines.append(f"      {result.beside}")
    return "\n".join(lines)


def as_table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    rows = ["| what | measured | goal | in the same run |", "|---|---|---|---|"]
    rows += [
        f"| {result.what} | **{result.measured}** | {result.verdict} | {result.beside} |".replace("|  |", "| |")
        for result in results
    ]
    return "\n".join(rows)
