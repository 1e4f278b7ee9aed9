"""How a battery is kept: how often it is asked and told, and how long one waits. Pure numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, in seconds; how far, in W.

    Attributes:
        read_s: between two reads, or as the battery's own politeness has it.
        patience_s: so long after it was asked a read is waited for when a setpoint wants its place, and up to
            slowest_s where it always takes long: to hang up costs the connection, which some makes are slow to mend.
        hang_ups: so many in a row, then one is let finish, or nobody would ever know how the battery is.
        first_s, longest_s: the pauses after failures: 1, 2, 4, 8, 15.
        misses, missed_s: it is said to be silent after so many in a row, or so long.
        shows_s: a setpoint is read back by then; same_w: within which it is the same.
        meddled_s: for so long it is left to whoever else steers it.
        stored_s, stored_w: before a setpoint that goes to flash and draws more, and by how much each must differ.

    """

    read_s: float = 2.0
    patience_s: float = 0.05
    slowest_s: float = 1.0
    hang_ups: int = 2
    first_s: float = 1.0
    longest_s: float = 15.0
    misses: int = 3
    missed_s: float = 10.0
    shows_s: float = 10.0
    same_w: float = 50.0
    meddled_s: float = 600.0
    stored_s: float = 30.0
    stored_w: float = 50.0

    def pause_s(self, failures: int) -> float:
        """After so many failures in a row."""
        return min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 20))

    def wait_s(self, usual_s: float) -> float:
        """How long a read may take, where the last one took `usual_s`, when a setpoint wants its place."""
        return min(self.slowest_s, max(self.patience_s, 1.5 * usual_s))
