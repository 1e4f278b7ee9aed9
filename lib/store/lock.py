"""One program per home: a lock that ends with the process, however it ends."""

import fcntl
import os
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another process holds the lock."""


def hold(path: Path) -> int:
    """Take the lock at `path` until the process ends; its file descriptor. Raises AlreadyRunningError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)  # nothing is written: a full disk has a lock
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise AlreadyRunningError(f"{path.stem} runs already for {path.parent.parent}") from None
    return lock
