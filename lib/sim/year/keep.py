"""A folder that keeps what long runs came to: scores as JSON, courses and years under way as sealed bytes.

In: a run's key. Out: what was kept under it, or None. Files are written under another name and then renamed, so that
none is ever half; what is broken, or not of this program and this user, is dropped and said. Knows no run.
"""

import hashlib
import json
import os
import pickle
import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lib.sim.year.course import Course
from lib.sim.year.live import Year
from lib.sim.year.score import Score

FORM = 1
SEAL = b"digital-meter year\n"
SCORE, COURSE, YEAR = "json", "course", "year"
OWN = re.compile(r"[0-9a-f]{32}\.(json|course|year)(\.\d+\.new)?")
MOST_BYTES = 2_000_000_000  # a thousand years of some two megabytes each


class KeepError(Exception):
    """The folder cannot be used; one sentence for the owner."""


class Keep:
    """Results by key; it can be sent to another process, which then works on the same folder."""

    def __init__(self, folder: Path, say: Callable[[str], None] | None = None) -> None:
        """say: hears of what was dropped. Raises KeepError."""
        self.folder = folder
        self._say = say
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
        except OSError as error:
            raise KeepError(
                f"{folder}: runs cannot be kept there ({error.strerror}); name another folder with --keep"
            ) from error

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "_say": None}

    def score(self, key: str) -> Score | None:
        """Of a run that is over."""
        path = self._path(key, SCORE)
        raw = self._read(path)
        if raw is None:
            return None
        try:
            kept = json.loads(raw)
            if kept["form"] != FORM or kept["key"] != key:
                raise ValueError("another form")  # noqa: TRY301 (it is dropped like what cannot be read)
            peaks = tuple(kept["score"].pop("month_peaks_kw"))
            return Score(**kept["score"], month_peaks_kw=peaks)
        except (ValueError, TypeError, KeyError, AttributeError):
            self._drop(path)
            return None

    def has_course(self, key: str) -> bool:
        """Whether there is one, whole."""
        return self._packed(self._path(key, COURSE)) is not None

    def course(self, key: str) -> Course | None:
        """Of a run that is over."""
        course = self._unsealed(self._path(key, COURSE))
        return course if isinstance(course, Course) else None

    def year(self, key: str) -> tuple[Year, float] | None:
        """Under way, and the seconds that it took so far."""
        match self._unsealed(self._path(key, YEAR)):
            case (Year() as year, float() as took_s):
                return year, took_s
            case _:
                return None

    def put(self, key: str, score: Score, course: Course | None) -> None:
        """A run is over."""
        if course is not None:
            self._seal(self._path(key, COURSE), course)
        text = json.dumps({"form": FORM, "key": key, "score": score.as_json()})
        self._write(self._path(key, SCORE), text.encode())
        self._path(key, YEAR).unlink(missing_ok=True)

    def put_year(self, key: str, year: Year, took_s: float) -> None:
        """A run goes on later."""
        self._seal(self._path(key, YEAR), (year, took_s))

    def forget(self, key: str) -> None:
        """As if it had never run."""
        for kind in (SCORE, COURSE, YEAR):
            self._path(key, kind).unlink(missing_ok=True)

    def _make_room(self) -> None:
        """What was not written for longest goes first; what is not of this program stays."""
        held = [(path.stat(), path) for path in self.folder.iterdir() if OWN.fullmatch(path.name)]
        room = MOST_BYTES - sum(about.st_size for about, _ in held)
        for about, path in sorted(held, key=lambda one: one[0].st_mtime):
            if room >= 0:
                break
            path.unlink(missing_ok=True)
            room += about.st_size

    def _path(self, key: str, kind: str) -> Path:
        return self.folder / f"{key}.{kind}"

    def _seal(self, path: Path, value: object) -> None:
        packed = zlib.compress(_pickled(value), level=1)
        self._write(path, SEAL + hashlib.sha256(packed).digest() + packed)

    def _unsealed(self, path: Path) -> object:
        packed = self._packed(path)
        if packed is None:
            return None
        return pickle.loads(zlib.decompress(packed))  # noqa: S301 (whole, this user's own, and nobody else may write it)

    def _packed(self, path: Path) -> bytes | None:
        """What the seal holds, where that is whole."""
        raw = self._read(path)
        if raw is None:
            return None
        seal, digest, packed = raw[: len(SEAL)], raw[len(SEAL) : len(SEAL) + 32], raw[len(SEAL) + 32 :]
        if seal != SEAL or hashlib.sha256(packed).digest() != digest:
            self._drop(path)
            return None
        return packed

    def _read(self, path: Path) -> bytes | None:
        """What stands there; None without it. What another user owns or may write is not even read."""
        try:
            with path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_uid == os.getuid() and not about.st_mode & 0o022:
                    return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeepError(f"{path}: cannot be read ({error.strerror}); delete it, or take --fresh") from error
        self._drop(path)
        return None

    def _write(self, path: Path, content: bytes) -> None:
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:  # noqa: PTH123 (a descriptor)
                file.write(content)
            new.replace(path)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise KeepError(f"{path}: cannot be written ({error.strerror}); make room, or name --keep") from error

    def _drop(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        if self._say:
            self._say(f"{path}: is broken or from elsewhere; it was dropped, and the run begins anew")


def _pickled(value: object) -> bytes:
    packed = BytesIO()
    _Pickler(packed, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return packed.getvalue()


class _Pickler(pickle.Pickler):
    """One that knows a mapping that cannot be changed: a core's state may hold one, where nothing was charged."""

    def reducer_override(self, found: object) -> Any:
        """How it is packed."""
        if isinstance(found, MappingProxyType):
            return _unchanged, (dict(found),)
        return NotImplemented


def _unchanged(found: dict[object, object]) -> Mapping[object, object]:
    return MappingProxyType(found)
