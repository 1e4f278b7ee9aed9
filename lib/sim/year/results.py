"""Runs → their scores: what is kept is taken from there, the rest is run, here or on a cluster, and kept in turn.

In: runs. Out: a score by key, as far as it came; shares are worked out here. Says on standard error what it must.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import NamedTuple

from lib.sim.year.crew import crew
from lib.sim.year.grid import Maker, naive_of
from lib.sim.year.keep import Keep
from lib.sim.year.progress import Watch, watching
from lib.sim.year.runs import Outcome, Run
from lib.sim.year.score import Score
from lib.sim.year.stopping import Stopping, stopping
from lib.sim.year.strategies import LIMIT
from lib.solver.errors import SolverError

LEAST_EUR = 0.005  # a head-room that rounds to nothing has no shares


class Result(NamedTuple):
    """A run and what it came to, beside naive charging without a battery, and the limit where there is a solver."""

    run: Run
    score: Score
    naive: Score | None
    limit: Score | None


class EndedError(Exception):
    """Not all runs came to their end; code: the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def results(runs: Sequence[Run], asked: argparse.Namespace, keep: Keep, *, courses: bool) -> dict[str, Score]:
    """Each run's score by its key; one that cannot be solved has none, and is said.

    courses: also keep their quarters. Raises EndedError, KeepError, ClusterError.
    """
    each = {run.key: run for run in runs}
    if asked.fresh:
        for key in each:
            keep.forget(key)
    found = {
        key: score for key in each if (score := keep.score(key)) is not None and (not courses or keep.has_course(key))
    }
    paces = {one.strategy: one.took_s / one.quarters for one in found.values() if one.took_s is not None}
    # the limits first: each is one long piece, with which nobody wants to wait in the end
    todo = sorted((run for key, run in each.items() if key not in found), key=lambda run: run.strategy != LIMIT)
    unsolved = 0
    with stopping() as stop, watching(todo, jobs=asked.jobs, paces=paces) as watch:
        try:
            for run, outcome in _outcomes(todo, asked, keep, watch, stop):
                if isinstance(outcome, SolverError):
                    unsolved += 1
                    sys.stderr.write(f"{run.label}: {outcome}; it is left out\n")
                    continue
                keep.put(run.key, outcome.score, outcome.course if courses else None)
                found[run.key] = outcome.score
        except BrokenProcessPool:
            raise EndedError(
                f"a process was ended from outside, perhaps for want of memory; {len(found)} of {len(each)} runs are "
                f"kept in {keep.folder}: try again with fewer --jobs",
                1,
            ) from None
    if len(found) + unsolved < len(each):
        raise EndedError(
            f"stopped: {len(found)} of {len(each)} runs are done and kept in {keep.folder}; the same command goes on"
            + (" without --fresh" if asked.fresh else ""),
            stop.code,
        )
    return found


def _outcomes(
    todo: Sequence[Run], asked: argparse.Namespace, keep: Keep, watch: Watch, stop: Stopping
) -> Iterator[tuple[Run, Outcome | SolverError]]:
    if not todo:
        return iter(())
    if scheduler := getattr(asked, "scheduler", None):
        from lib.sim.year.cluster import cluster

        return cluster(todo, scheduler=scheduler, watch=watch, is_stopped=stop)
    return crew(todo, jobs=asked.jobs, keep=keep, watch=watch, is_stopped=stop)


def shared(runs: Iterable[Run], scores: Mapping[str, Score], made: Maker) -> list[Result]:
    """These runs, in their order, each score with its share of the head-room where that is known; no unsolved one."""
    found: list[Result] = []
    for run in runs:
        if run.key not in scores:
            continue
        score = replace(scores[run.key], conditions=run.conditions)
        naive = scores.get(naive_of(run, made).key)
        limit = scores.get(made.limit(run.home.name, run.tariff, battery=run.frame.battery).key)
        if naive and limit and naive.bill_eur - limit.bill_eur > LEAST_EUR:
            share = (naive.bill_eur - score.bill_eur) / (naive.bill_eur - limit.bill_eur)
            score = replace(score, headroom_share=share)
        found.append(Result(run, score, naive, limit))
    return found
