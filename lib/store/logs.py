"""The log files: `log/log_info.log` is dm's. A full or read-only disk stops no program; it only loses lines."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 1_000_000
FILES_KEPT = 3


class _File(RotatingFileHandler):
    """A log file that says once on stderr that it cannot be written, and goes on when it can again."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        if not self._told:
            self._told = True
            print(f"{self.baseFilename}: cannot be written: {sys.exc_info()[1]}", file=sys.stderr)  # noqa: T201


def open_log(folder: Path, name: str) -> None:
    """Let everything that is logged go to `folder/name`, some MB at most; on stderr where that cannot be written."""
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _File(folder / name, maxBytes=LOG_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    except OSError as error:
        handler = logging.StreamHandler()
        print(f"{folder / name}: cannot be written: {error.strerror}; the log goes here", file=sys.stderr)  # noqa: T201
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%d-%m-%Y %H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
