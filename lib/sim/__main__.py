"""`python -m lib.sim`: the simulated house; with a word in front what is simulated besides, such as a year.

Each word brings in what it needs and no more: the processes that a long run starts begin here, too.
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """The exit code of what the first word asks for."""
    match arguments:
        case ["replay", *rest]:
            from lib.commands import replay

            return replay.run(rest)
        case ["year", *rest]:
            from lib.sim.year import command

            return command.run(rest)
        case ["sweep", *rest]:
            from lib.sim.year import sweep

            return sweep.run(rest)
        case ["headroom", *rest]:
            from lib.sim.year import headroom_command

            return headroom_command.run(rest)
        case _:
            from lib.sim import program

            return program.run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
