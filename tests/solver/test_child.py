"""The solver as a child: a problem in, a schedule out, and a sentence where that does not go."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from lib.core.outcome import weighed
from lib.core.problem import Problem, Schedule
from lib.solver import solved
from tests.solver.problems import a_problem, a_store, a_want, spans
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
PROBLEM = a_problem(spans(30, 10, 20, load_w=500), a_want(4), store=a_store())
WITHOUT_HIGHSPY = (
    "import runpy, sys; sys.modules['highspy'] = None; runpy.run_module('lib.solver', run_name='__main__')"
)


def asked(question: bytes, *command: str) -> tuple[int, bytes, str]:
    """The exit code, what it said, and its last words."""
    child = subprocess.run(
        [sys.executable, *(command or ("-m", "lib.solver"))],
        input=question,
        capture_output=True,
        cwd=ROOT,
        timeout=LIMIT_S,
        check=False,
    )
    return child.returncode, child.stdout, child.stderr.decode()


def said(problem: Problem) -> bytes:
    """A problem as JSON."""
    return TypeAdapter(Problem).dump_json(problem)


def test_the_child_says_what_the_solver_finds() -> None:
    """One line, the same schedule to the last digit."""
    code, answer, words = asked(said(PROBLEM))
    assert (0, "", 1) == (code, words, answer.count(b"\n"))
    schedule = TypeAdapter(Schedule).validate_json(answer)
    here = solved(PROBLEM)
    assert replace(here, solve_s=0.0) == replace(schedule, solve_s=0.0)
    assert weighed(PROBLEM, here) == weighed(PROBLEM, schedule)


@pytest.mark.parametrize("question", [b"", b"{", b'{"at": "noon"}', said(PROBLEM).replace(b":0.1,", b':"ten",')])
def test_what_is_no_problem_is_refused_in_a_sentence(question: bytes) -> None:
    """Exit code 2, one line, and nothing on standard output."""
    code, answer, words = asked(question)
    assert (2, b"", 1) == (code, answer, words.count("\n"))
    assert words.startswith("what came in is no problem: ")


@pytest.mark.parametrize("price", [b"NaN", b"Infinity"])
def test_a_problem_without_a_solution_says_so(price: bytes) -> None:
    """A price that is no number: exit code 3."""
    code, answer, words = asked(said(PROBLEM).replace(b":0.1,", b":%b," % price))
    assert (3, b"", 1) == (code, answer, words.count("\n"))
    assert "not finite" in words


def test_a_machine_without_highspy_says_so() -> None:
    """Exit code 4: the greedy plan stands."""
    code, answer, words = asked(said(PROBLEM), "-c", WITHOUT_HIGHSPY)
    assert (4, b"", 1) == (code, answer, words.count("\n"))
    assert "highspy is not installed" in words
