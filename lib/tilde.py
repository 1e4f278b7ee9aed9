"""A path as its owner writes it down, with ~ for his home: text → path. It opens nothing."""

from pathlib import Path


def filled(written: str) -> Path:
    """The path; of somebody who has no home here, as in ~trips.ics, it stays as it was written: no file is there."""
    path = Path(written)
    try:
        return path.expanduser()
    except RuntimeError:
        return path
