"""Many runs at once, on the cores of this machine: each in a process, which ends with ours.

In: runs. Out: run and outcome, as they come. When all shall stop, a year under way is put on its shelf; a process that
does not listen, because it solves, is ended. Knows no screen.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path

from lib.sim.year.board import Board, pinned
from lib.sim.year.keep import Keep
from lib.sim.year.runs import Outcome, Run, outcome
from lib.solver.errors import SolverError

LOOK_S = 0.2
PATIENCE_S = 1.3  # whoever asks us to end waits two seconds


def crew(
    runs: Sequence[Run],
    *,
    jobs: int,
    keep: Keep,
    watch: Callable[[Sequence[int]], None],
    is_stopped: Callable[[], bool],
) -> Iterator[tuple[Run, Outcome | SolverError]]:
    """Each run that comes to its end or cannot be solved, until all have or all shall stop; watch: how far each is.

    Raises BrokenProcessPool when a process was ended from outside.
    """
    if not runs:
        return
    with pinned(len(runs)) as board:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(min(jobs, len(runs)), mp_context=spawn, initializer=_settle)
        left = {pool.submit(_work, run, n, board.path, keep): run for n, run in enumerate(runs)}
        patience_s = PATIENCE_S
        try:
            while left and not is_stopped():
                yield from _over(left, LOOK_S)
                watch(board.quarters)
            board.stop()
            left = {future: run for future, run in left.items() if not future.cancel()}
            until = time.monotonic() + patience_s
            while left and time.monotonic() < until:
                yield from _over(left, LOOK_S / 2)
            patience_s = 0.0
        except BrokenProcessPool:
            _end_children()  # the pool asks the others to end, and waits: they do not listen to signals
            raise
        finally:  # also when one failed: the others are put away
            board.stop()
            # it forgets what is left, or would report its end as an error; its thread is over before the interpreter
            # wakes it in the end
            pool.shutdown(wait=not left, cancel_futures=True)
            under_way = [future for future in left if not future.cancel()]
            if wait(under_way, timeout=patience_s).not_done:
                _end_children()
                wait(under_way)


def _over(left: dict[Future[Outcome | None], Run], for_s: float) -> Iterator[tuple[Run, Outcome | SolverError]]:
    done, _ = wait(left, timeout=for_s, return_when=FIRST_COMPLETED)
    for future in done:
        run = left.pop(future)
        if future.cancelled():
            continue
        try:
            found = future.result()
        except SolverError as error:
            yield run, error
        else:
            if found is not None:
                yield run, found


def _work(run: Run, number: int, board_path: Path, keep: Keep) -> Outcome | None:
    board = Board(board_path)
    try:
        if board.is_stopped:
            return None
        return outcome(
            run, keep, tell=lambda quarters: board.tell(number, quarters), is_stopped=lambda: board.is_stopped
        )
    finally:
        board.close()


def _settle() -> None:
    """A process of the pool: whoever started it says when it ends, and it never outlives that one."""
    for name in (signal.SIGINT, signal.SIGTERM):  # a terminal sends them to us all
        signal.signal(name, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent
    threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _end_children() -> None:
    for child in multiprocessing.active_children():
        with suppress(ValueError):  # it is over and forgotten
            child.kill()
