"""What the plan of two days takes: the linear program, whole quarters, the child; and what it saves against greedy."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time
from typing import TypeVar

from pydantic import TypeAdapter

from lib.core.arbitrage import Stretch
from lib.core.greedy import schedule as greedy
from lib.core.outcome import weighed
from lib.core.problem import Problem
from lib.solver import LIMIT_S, solved
from lib.solver.highs import Solver
from lib.solver.model import model
from lib.solver.program import Program
from tests.bench.plan_chain import chain_of
from tests.bench.result import Result, at_least, at_most, percentile
from tests.perfect import perfect
from tests.solver.two_days import two_days

Given = TypeVar("Given")

TITLE = "Plan"
ROOT = Path(__file__).parents[2]
HOMES, QUICK_HOMES, TIMES = 16, 4, 5
THREE_PHASES_W = 4_140.0
LP_MS, ALL_MS, CHAIN_MS, CHILD_S, CHILD_MB = 15.0, 60.0, 8.0, 2.0, 100.0
DAYS = 4
CHILD = """
import atexit, pathlib, runpy, sys
def most():
    lines = pathlib.Path("/proc/self/status").read_text("utf-8").splitlines()
    print(*[line for line in lines if line.startswith("VmHWM")], file=sys.stderr)
atexit.register(most)
runpy.run_module("lib.solver", run_name="__main__", alter_sys=True)
"""
HOW = (
    f"48 hours in 192 quarters, two cars with two trips each, a battery, a connection of three rows: {HOMES} such "
    f"homes, each {TIMES} times. Processor time, of the child wall time from its start to its answer. Beside the first "
    "program the one of the tests (tests/perfect.py), which knows the battery alone. What a plan costs says "
    "lib/core/outcome.py: energy, wear, peak, less what is left; the bound is the program in which chargers take any "
    "power."
)


def results(*, quick: bool) -> Iterator[Result]:
    """Speed, then money."""
    homes = [two_days(seed) for seed in range(QUICK_HOMES if quick else HOMES)]
    yield from _first(homes)
    seeds = range(len(homes))
    yield _whole("one phase from 1.4 kW", homes, ALL_MS)
    yield _whole("a car on three phases", [two_days(seed, least_w=THREE_PHASES_W) for seed in seeds], None)
    yield _quarters(days=1 if quick else DAYS)
    yield from _child(homes)
    yield _money("one phase from 1.4 kW", homes)
    yield _money("a car on three phases, 4.1 kW or nothing", [two_days(seed, least_w=THREE_PHASES_W) for seed in seeds])
    yield _money(
        "the same with 5 kW of peak paid", [two_days(seed, least_w=THREE_PHASES_W, paid_w=5_000.0) for seed in seeds]
    )


def _first(homes: Sequence[Problem]) -> Iterator[Result]:
    """Problem → program → optimum."""
    models_ms, solves_ms, oracle_ms = [], [], []
    for problem in homes:
        for _ in range(TIMES):
            models_ms.append(_ms(model, problem))
            held = model(problem)
            solves_ms.append(_ms(_optimum, held.program))
            oracle_ms.append(_ms(_oracle, problem))
    all_ms = [one + other for one, other in zip(models_ms, solves_ms, strict=True)]
    program = model(homes[0]).program
    yield at_most(
        "the linear program: model + solve, median",
        median(all_ms),
        LP_MS,
        "{:.1f} ms",
        f"model {median(models_ms):.1f} ms, solve {median(solves_ms):.1f} ms; p95 {percentile(all_ms, 95):.1f} ms; "
        f"{len(program.costs)} columns, {len(program.names)} rows; "
        f"{median(all_ms) / median(oracle_ms):.2f} × the program of the tests, {median(oracle_ms):.1f} ms",
    )


def _whole(what: str, homes: Sequence[Problem], goal_ms: float | None) -> Result:
    """With whole quarters, and what the greedy planner takes, which is asked where that may be cheaper."""
    all_ms, greedy_ms = [], []
    for problem in homes:
        for _ in range(TIMES):
            all_ms.append(_ms(solved, problem))
            greedy_ms.append(_ms(greedy, problem))
    beside = f"p95 {percentile(all_ms, 95):.0f} ms; the greedy plan alone {median(greedy_ms):.0f} ms"
    name = f"{what}: with whole quarters and few starts, median"
    if goal_ms is None:
        return Result(what=name, measured=f"{median(all_ms):.0f} ms", beside=beside)
    return at_most(name, median(all_ms), goal_ms, "{:.0f} ms", beside)


def _quarters(*, days: int) -> Result:
    """All that is worked out for one quarter, quarter by quarter: outlook, problem, plan, and the battery's values."""
    quarters = list(chain_of(days))
    parts = [(name, median(one[name] for one in quarters)) for name in quarters[0]]
    all_ms = [sum(one.values()) for one in quarters]
    return at_most(
        "one quarter from the outlook to the battery's values, mean",
        mean(all_ms),
        CHAIN_MS,
        "{:.1f} ms",
        f"p95 {percentile(all_ms, 95):.0f} ms; medians: {', '.join(f'{name} {ms:.1f} ms' for name, ms in parts)}; "
        f"{len(quarters)} quarters of a home with a car on one phase, sun and battery, after two weeks of learning",
    )


def _child(homes: Sequence[Problem]) -> Iterator[Result]:
    """`python -m lib.solver`, from its start to its answer."""
    runs = [_asked(TypeAdapter(Problem).dump_json(problem)) for problem in homes]
    walls_s, processor_s, most_mb = zip(*runs, strict=True)
    yield at_most(
        "the child, from its start to its answer, median",
        median(walls_s),
        CHILD_S,
        "{:.2f} s",
        f"the longest {max(walls_s):.2f} s; {median(processor_s):.2f} s of processor",
    )
    yield at_most("the child, most memory", max(most_mb), CHILD_MB, "{:.0f} MB")


def _asked(question: bytes) -> tuple[float, float, float]:
    """Seconds, those of the processor, and MB, which the child says itself: of a child they count from its parent's."""
    began_s = perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    with child.stdin, child.stdout, child.stderr:
        child.stdin.write(question)
        child.stdin.close()
        assert child.stdout.read().endswith(b"}\n")
        took_s = perf_counter() - began_s
        memory_mb = int(child.stderr.read().split()[-2]) / 1024
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return took_s, used.ru_utime + used.ru_stime, memory_mb


def _money(what: str, homes: Sequence[Problem]) -> Result:
    """What a plan costs less than the greedy one, of two days."""
    plans = [(solved(problem), weighed(problem, greedy(problem)).eur) for problem in homes]
    eur = [weighed(problem, plan).eur for problem, (plan, _) in zip(homes, plans, strict=True)]
    bounds = [plan.bound_eur or 0.0 for plan, _ in plans]
    saved = [greedy_eur - ours for (_, greedy_eur), ours in zip(plans, eur, strict=True)]
    return at_least(
        f"{what}: cheaper than the greedy plan by, the least",
        min(saved),
        0.0,
        "€ {:.2f}",
        f"mean € {mean(saved):.2f}, most € {max(saved):.2f}; a plan costs € {mean(eur):.2f}, of which "
        f"whole quarters € {mean(eur) - mean(bounds):.2f}",
    )


def _ms(work: Callable[[Given], object], given: Given) -> float:
    began = process_time()
    work(given)
    return 1000 * (process_time() - began)


def _optimum(program: Program) -> object:
    return Solver(program, limit_s=LIMIT_S).solve()


def _oracle(problem: Problem) -> object:
    """The battery of a problem alone, without its cars."""
    assert problem.store is not None
    stretches = [
        Stretch(
            start=span.start,
            end=span.end,
            import_eur_kwh=span.import_eur_kwh,
            export_eur_kwh=span.export_eur_kwh,
            load_w=span.net_w,
            room_w=0.0,
        )
        for span in problem.spans
    ]
    peak = problem.peaks[0]
    return perfect(problem.store, stretches, end_eur_kwh=problem.end_eur_kwh, kw_eur=peak.eur_kw, paid_w=peak.paid_w)
