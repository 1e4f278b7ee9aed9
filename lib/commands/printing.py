"""What a command prints, whole; its reader may go away meanwhile, as `head` does. It knows no command."""

import os
import sys
from typing import TextIO

from lib.commands import SLIP


def printed(text: str, out: TextIO, *, who: str, what: str) -> int:
    """Print it; the exit code. who: the program that says so when it cannot be written; what: what that is."""
    try:
        out.write(text)
        out.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes what is still held back for it
        if isinstance(error, BrokenPipeError):  # the reader of our output, `head` perhaps, has seen enough
            return 0
        print(f"{who}: {what} cannot be written: {error.strerror}", file=sys.stderr)
        return SLIP
    return 0
