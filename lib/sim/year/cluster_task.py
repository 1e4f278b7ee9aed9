"""What a worker of a Dask cluster does, and of which source it is; imported there and here.

In: a run, its home, the source of whoever asks. Out: the outcome, or what speaks against it.
"""

from dataclasses import replace

import distributed

from lib.sim.year.fingerprint import source_prints
from lib.sim.year.home import Home
from lib.sim.year.runs import Outcome, Run, outcome

LOADED = source_prints()  # of what is imported now: its files may change while a worker lives
OTHER = "a worker of the cluster has another version of this program: bring all to the same one, and start it anew"


def work(run: Run, home: Home, sources: dict[str, str], stop: str) -> Outcome | str | None:
    """To its end; None where it was stopped. stop: the name of the event that says so."""
    if sources != LOADED:
        return OTHER
    event = distributed.Event(stop)  # type: ignore[no-untyped-call]
    return outcome(replace(run, home=home), is_stopped=event.is_set)
