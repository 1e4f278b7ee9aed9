"""`python -m lib.solver`: a problem as JSON on standard input, a schedule as one line of JSON on standard output.

Exit code 0; on trouble one sentence on standard error, and 2: that is no problem, 3: no solution, 4: no highspy here.
"""

import sys

from pydantic import TypeAdapter, ValidationError

from lib.core.problem import Problem, Schedule
from lib.solver import MissingError, SolverError, solved

LIMIT_S = 6.0  # whoever asks waits ten seconds
NO_PROBLEM, NO_SOLUTION, NO_HIGHSPY = 2, 3, 4


def main() -> int:
    """Read, solve, write; the exit code."""
    try:
        problem = TypeAdapter(Problem).validate_json(sys.stdin.buffer.read())
        found = solved(problem, limit_s=LIMIT_S)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole of it"
        return _failed(f"what came in is no problem: {place}: {first['msg']}", NO_PROBLEM)
    except MissingError as error:
        return _failed(str(error), NO_HIGHSPY)
    except SolverError as error:
        return _failed(str(error), NO_SOLUTION)
    sys.stdout.buffer.write(TypeAdapter(Schedule).dump_json(found) + b"\n")
    return 0


def _failed(why: str, code: int) -> int:
    sys.stderr.write(f"{why}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
