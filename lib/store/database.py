"""A database file: made whole or not at all, opened for writing by its one program and for reading by anybody.

In: a path and the steps of a schema. Out: a connection, or one sentence why there is none. It knows no table.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

from lib.core.stamp import BRUSSELS

BUSY_S = 5.0
CHECK_S = 5.0  # a check of some 100 MB on a card; what it has not reached by then is noticed when it is read
STEPS_BETWEEN = 10_000  # of SQLite's machine, between two looks at the time
LOG = "-wal"
SIDES = (LOG, "-shm")
DAMAGED_KEPT = 3
MEMORY = Path("/dev/shm")  # noqa: S108 - of Linux; what is made in it has a name that nobody can guess

Steps = Sequence[Sequence[str]]

WEATHER = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the disk, the folder or the file is read-only",
    sqlite3.SQLITE_PERM: "this user may not use it",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_IOERR: "the disk does not take it or does not give it back",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: is its folder there, and may this user write in it?",
    sqlite3.SQLITE_NOMEM: "no memory is left",
    sqlite3.SQLITE_PROTOCOL: "another program keeps it locked",
}
UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}  # what the disk lost is damage too


class StoreError(Exception):
    """The store cannot be used now; one sentence for the owner."""


class NewerError(StoreError):
    """A newer version of the program made it: this one would do harm."""


class DamagedError(StoreError):
    """What the file holds cannot be a store."""


def side(path: Path, ending: str) -> Path:
    """A file that stands beside the database under its name and more."""
    return path.with_name(path.name + ending)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of the disk and of SQLite as sentences: StoreError while it may pass, DamagedError when it will not."""
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(path, error) from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _sentence(path: Path, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    why = WEATHER.get(code & 0xFF)
    if why is None or code in UNREADABLE:
        return DamagedError(f"{path}: is damaged: {error}")
    return StoreError(f"{path}: {_seen(path) or why} ({error})")


def _seen(path: Path) -> str | None:
    """What the file system itself says, where SQLite only knows that a write failed."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return None
    if disk.f_flag & os.ST_RDONLY:
        return "the disk is read-only"
    return "the disk is full" if disk.f_bavail == 0 and disk.f_blocks else None


def open_writing(path: Path, steps: Steps) -> sqlite3.Connection:
    """The database at `path`, which must be there, brought to its newest form. Not bound to a thread.

    Raises NewerError, DamagedError, StoreError.
    """
    with told(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _known(path, _version(connection), len(steps))
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")  # with NORMAL a power cut takes commits back
            _migrate(connection, steps)
        except BaseException:
            connection.close()
            raise
    return connection


def open_checked(path: Path, steps: Steps) -> sqlite3.Connection:
    """As `open_writing`, and looked through for damage. Raises NewerError, DamagedError, StoreError."""
    connection = open_writing(path, steps)
    try:
        check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def open_damaged(path: Path) -> Iterator[sqlite3.Connection]:
    """A damaged file, as far as it can be read. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def open_reading(path: Path, steps: Steps, *, comes: str = "the first reading of the meter") -> sqlite3.Connection:
    """The database at `path` for looking only, whether its program runs or not. Raises StoreError.

    comes: with what it is first written.
    """
    if not path.exists():
        raise StoreError(f"{path}: is not there yet; it comes with {comes}")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with told(path):
        try:
            connection = _looking(uri)
        except sqlite3.OperationalError:
            if side(path, LOG).exists():
                raise
            connection = _looking(f"{uri}&immutable=1")  # nobody writes: there is no log, and no place to begin one
        version = _version(connection)
        if version != len(steps):
            connection.close()
            raise StoreError(
                f"{path}: has the form {version}, and this program reads {len(steps)}: "
                + ("update the program" if version > len(steps) else "start the program once, which brings it up")
            )
    return connection


def _looking(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _known(path: Path, version: int, newest: int) -> None:
    """Nothing, when `version` is one this program knows. Raises NewerError, DamagedError."""
    if version > newest:
        raise NewerError(
            f"{path}: was made by a newer version of this program (form {version}, and this one knows {newest}): "
            "update the program, or move the file away to begin anew"
        )
    if not version:
        raise DamagedError(f"{path}: is damaged: it holds no tables of this program")


def _migrate(connection: sqlite3.Connection, steps: Steps) -> None:
    """Go the steps that this file has not gone yet, all of them or none."""
    version = _version(connection)
    if version == len(steps):
        return
    with transaction(connection):
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(steps)}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled back by itself
            connection.execute("ROLLBACK")
        raise


def check(connection: sqlite3.Connection, path: Path, *, longest_s: float = CHECK_S) -> None:
    """Look through the file for damage, for `longest_s` at most. Raises DamagedError."""
    end_s = monotonic() + longest_s
    connection.set_progress_handler(lambda: monotonic() > end_s, STEPS_BETWEEN)
    with told(path):
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return
        finally:
            connection.set_progress_handler(None, 0)
    if found != "ok":
        raise DamagedError(f"{path}: is damaged: {str(found).splitlines()[-1]}")


def build(path: Path, steps: Steps, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make a new database beside `path`, filled and whole; `settle` puts it in place. Raises StoreError."""
    part, new = side(path, ".part"), side(path, ".new")
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in (part, new):
            old.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=MEMORY")
                connection.execute("PRAGMA synchronous=OFF")
                _migrate(connection, steps)
                fill(connection)
            _to_disk(part)
            part.rename(new)
        finally:
            part.unlink(missing_ok=True)


def settle(path: Path) -> None:
    """Put a database that was built into an empty place, also where a crash came between. Raises StoreError."""
    new = side(path, ".new")
    with told(path):
        if path.exists():
            return
        for ending in SIDES:  # of a database that is gone: they would be taken for this one's
            side(path, ending).unlink(missing_ok=True)
        if new.exists():
            new.rename(path)
            _to_disk(path.parent)


def set_aside(path: Path, at: datetime) -> str:
    """Take a damaged database and its log out of the way, and let go of old ones; its new name. Raises StoreError."""
    stamp = f".damaged-{at.astimezone(BRUSSELS):%Y%m%d-%H%M%S}"
    with told(path):
        path.rename(side(path, stamp))
        for ending in SIDES:
            if side(path, ending).exists():
                side(path, ending).rename(side(path, f"{stamp}{ending}"))
        for old in sorted(path.parent.glob(f"{path.name}.damaged-*[0-9]"))[:-DAMAGED_KEPT]:
            for ending in ("", *SIDES):
                side(old, ending).unlink(missing_ok=True)
    return f"{path.name}{stamp}"


@contextmanager
def copied(path: Path) -> Iterator[Path]:
    """A copy elsewhere, with the last minutes that stand in its log only: to be read where nothing can be written.

    On a machine with one card the folder of temporary files lies on it too: then it is made in memory.
    """
    with told(path), ExitStack() as stack:
        try:
            copy = stack.enter_context(_copied(path, None))
        except OSError:
            copy = stack.enter_context(_copied(path, MEMORY))
        yield copy


@contextmanager
def _copied(path: Path, place: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dm-", dir=place) as folder:
        copy = Path(folder) / path.name
        for ending in ("", LOG):
            if side(path, ending).exists():
                shutil.copyfile(side(path, ending), side(copy, ending))
        yield copy


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def replace_file(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner alone. Raises OSError, which names it."""
    part = side(path, ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - a Path opens with no mode of its own
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _to_disk(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
