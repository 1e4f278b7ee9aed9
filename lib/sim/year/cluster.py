"""Many runs at once on a Dask cluster; the library is asked for only here, and only when somebody names a scheduler.

In: runs. Out: run and outcome, as they come. Each worker checks that its code is ours: else numbers would differ.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import Any
from uuid import uuid4

from lib.sim.year.board import WAITS
from lib.sim.year.progress import Watch
from lib.sim.year.runs import Outcome, Run
from lib.solver.errors import SolverError

WAIT_S = 0.5
CONNECT_S = 5
INSTALL = "./do_py.sh -m pip install dask==2026.8.0 distributed==2026.8.0"


class ClusterError(Exception):
    """The cluster cannot be used; one sentence for the owner."""


def cluster(
    runs: Sequence[Run], *, scheduler: str, watch: Watch, is_stopped: Callable[[], bool]
) -> Iterator[tuple[Run, Outcome | SolverError]]:
    """Each run that comes to its end or cannot be solved, until all have or all shall stop; watch: hears of those.

    What is under way when all shall stop is given up: a year lies in the memory of its worker. Raises ClusterError.
    """
    try:
        dask: Any = import_module("distributed")
    except ImportError as error:
        raise ClusterError(f"--scheduler needs Dask, which is not installed here: {INSTALL}") from error
    try:
        client: Any = dask.Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"--scheduler {scheduler}: no Dask scheduler answers there ({error})") from error
    stop = dask.Event(f"year-{uuid4().hex}", client=client)
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError(f"--scheduler {scheduler}: no worker is with it; start one: dask worker {scheduler}")
        watch.jobs = threads
        yield from _outcomes(runs, client, stop.name, watch, is_stopped)
    except (OSError, CancelledError, dask.KilledWorker) as error:
        why = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise ClusterError(
            f"--scheduler {scheduler}: the cluster went away ({why}); what is done is kept, and the same command "
            "goes on"
        ) from error
    finally:
        with suppress(OSError, CancelledError):
            stop.set()
        client.close()


def _outcomes(
    runs: Sequence[Run], client: Any, stop: str, watch: Watch, is_stopped: Callable[[], bool]
) -> Iterator[tuple[Run, Outcome | SolverError]]:
    dask: Any = import_module("distributed")
    task: Any = import_module("lib.sim.year.cluster_task")  # it needs the library, too
    homes = {id(run.home): run.home for run in runs}
    sent = {key: client.scatter(home, hash=False) for key, home in homes.items()}  # once each, they are big
    left = {
        client.submit(
            task.work, replace(run, home=run.home.first(0)), sent[id(run.home)], task.LOADED, stop, pure=False
        ): run
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
            quarters[numbers[id(run)]] = run.home.quarters
            try:
                found = future.result()
            except SolverError as error:
                yield run, error
                continue
            if not isinstance(found, Outcome):
                raise ClusterError(found or "a run was stopped on the cluster; the same command goes on")
            yield run, found
            if found.score.took_s is not None:
                watch.took(run.strategy, found.score.took_s / run.home.quarters)
        watch(quarters)
    client.cancel(list(left))
