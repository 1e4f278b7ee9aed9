"""The controller inside an OpenEVSE: it obeys RAPI, and falls to a safe current when its heartbeat stops.

In: a charge point, commands as text. Out: its answers with their checksum. Knows no HTTP.
Source: "RAPI protocol" of the maker's controller firmware.
"""

from functools import reduce

from lib.sim.charge_point import ChargePoint

LEAST_A = 6
ALARM = "heartbeat"
NEVER, ONCE, FALLEN = 0, 1, 2
OK, NO = "$OK", "$NK"


class Controller:
    """One controller.

    Attributes:
        fed: its WiFi module beats for it, as newer ones do each second.
        supervises: whether it knows heartbeat supervision; switches: whether its hardware switches phases.
        automatic: it switches them by itself.
        heartbeat: seconds and amperes, kept over a restart; 0 s: off.
        fallen: whether a beat was missed, and is still.
        asleep: it was put to sleep.

    """

    def __init__(self, point: ChargePoint, *, fed: bool) -> None:
        self.point = point
        self.fed = fed
        self.supervises = True
        self.switches = False
        self.automatic = False
        self.heartbeat = (5, LEAST_A) if fed else (0, 0)
        self.fallen = NEVER

    def obey(self, command: str) -> str:
        """What it answers, with a checksum."""
        words = command.split()
        numbers = [int(word) for word in words[1:] if word.isdigit()]
        said = self._answer(words[0] if words else "", numbers)
        return f"{said}^{reduce(lambda one, other: one ^ other, said.encode(), 0):02X}"

    def restart(self) -> None:
        """What it was told is gone, its heartbeat is not."""
        self.fallen = NEVER
        self._beat()

    def _answer(self, name: str, numbers: list[int]) -> str:
        point = self.point
        match name, numbers:
            case "$GY", []:
                return self._supervision(OK) if self.supervises else NO
            case "$SY", []:
                self._beat()
                return self._supervision(NO if self.fallen == FALLEN else OK) if self.supervises else NO
            case "$SY", [165]:
                if self.fallen == FALLEN:
                    self.fallen = ONCE
                    point.tell(current_a=point.most_a)
                return self._supervision(OK)
            case "$SY", [seconds, amperes] if self.supervises:
                self.heartbeat, self.fallen = (seconds, amperes), NEVER
                self._beat()
                return self._supervision(OK)
            case "$SC", [amperes]:
                took = min(max(LEAST_A, amperes), int(point.most_a))
                point.tell(current_a=float(took))
                return f"{OK if took == amperes else NO} {took}"
            case "$FE" | "$FS" | "$FD", []:
                point.tell(paused=name != "$FE")
                return OK
            case "$G0", []:
                return f"{OK} {int(point.car is not None)}"
            case "$GC", []:
                return f"{OK} {LEAST_A} 80 {int(point.told.current_a)} {int(point.most_a)}"
            case "$G7", [] if self.switches:
                return f"{OK} {int(point.told.phases == 3)}"
            case "$G8", [] if self.switches:
                return f"{OK} {int(self.automatic)}"
            case "$S7", [(0 | 1) as three] if self.switches:
                point.tell(phases=3 if three else 1)
                return OK
            case "$S8", [(0 | 1) as automatic] if self.switches:
                self.automatic = bool(automatic)
                return OK
        return f"{NO} 21" if name in {"$G7", "$G8"} else NO

    def _supervision(self, word: str) -> str:
        return f"{word} {self.heartbeat[0]} {self.heartbeat[1]} {self.fallen}"

    def _beat(self) -> None:
        seconds = self.heartbeat[0]
        self.point.alarm(ALARM, seconds if seconds and not self.fed else None, self._fall)

    def _fall(self) -> None:
        """A beat is missed: down to its current, and again after as long."""
        self.fallen = FALLEN
        safe_a = float(max(LEAST_A, self.heartbeat[1]))
        if self.point.told.current_a > safe_a:
            self.point.tell(current_a=safe_a)
        self._beat()
