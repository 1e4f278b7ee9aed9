"""What goes wrong in the solver; each says in a sentence what to do. Knows no solver."""


class SolverError(Exception):
    """No schedule: the root of the others."""


class MissingError(SolverError):
    """There is no highspy on this machine."""


class UnsolvedError(SolverError):
    """HiGHS found no optimum, or not in time."""
