"""Many runs at once on a Dask cluster; the library is asked for only here, and only when somebody names a scheduler.

In: runs. Out: run and outcome, as they come. Each worker checks that its code is ours: else numbers would differ.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from lib.sim.year.board import WAITS
from lib.sim.year.fingerprint import source_prints
from lib.sim.year.home import Home
from lib.sim.year.runs import Outcome, Run, outcome

WAIT_S = 0.5
CONNECT_S = 5
INSTALL = "./do_py.sh -m pip install dask==2026.8.0 distributed==2026.8.0"


class ClusterError(Exception):
    """The cluster cannot be used; one sentence for the owner."""


def cluster(
    runs: Sequence[Run],
    *,
    scheduler: str,
    watch: Callable[[Sequence[int]], None],
    is_stopped: Callable[[], bool],
) -> Iterator[tuple[Run, Outcome]]:
    """Each run that comes to its end, until all have or all shall stop; watch: hears of those. Raises ClusterError."""
    try:
        dask: Any = import_module("distributed")
    except ImportError as error:
        raise ClusterError(f"--scheduler needs Dask, which is not installed here: {INSTALL}") from error
    try:
        client: Any = dask.Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"--scheduler {scheduler}: no Dask scheduler answers there ({error})") from error
    try:
        sources = source_prints()
        homes = {id(run.home): run.home for run in runs}
        sent = {key: client.scatter(home, hash=False) for key, home in homes.items()}  # once each, they are big
        left = {
            client.submit(_work, replace(run, home=run.home.first(0)), sent[id(run.home)], sources, pure=False): run
            for run in runs
        }
        numbers = {id(run): number for number, run in enumerate(runs)}
        quarters = [WAITS] * len(runs)
        while left and not is_stopped():
            try:
                done, _ = dask.wait(list(left), timeout=WAIT_S, return_when="FIRST_COMPLETED")
            except TimeoutError:  # none yet
                done = ()
            for future in done:
                run = left.pop(future)
                yield run, _fetched(future)
                quarters[numbers[id(run)]] = run.home.quarters
            watch(quarters)
        client.cancel(list(left))
    finally:
        client.close()


def _fetched(future: Any) -> Outcome:
    found: Outcome | str = future.result()
    if isinstance(found, str):
        raise ClusterError(found)
    return found


def _work(run: Run, home: Home, sources: dict[str, str]) -> Outcome | str:
    if source_prints() != sources:
        return "a worker of the cluster has another version of this program: bring all to the same one"
    found = outcome(replace(run, home=home))
    assert found
    return found
