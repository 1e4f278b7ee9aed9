"""P1 bytes in, whole telegrams out. Knows no port, no clock and no OBIS code.

Line and CRC: e-MUCS P1 2.1.1; CRC-16/ARC over "/" to "!", both included, printed as hexadecimal digits.
"""

import re

from fastcrc import crc16

LONGEST = 8 * 1024  # bytes; the longest legal telegram, with a full text message, has 3.4 kB
PIECE = 4 * 1024
STARTS_TRIED = 8  # a body may hold "/abc" in a plain text; more of them is noise

START = re.compile(rb"/\w{3}", re.ASCII)
END = re.compile(rb"!(?:([0-9A-Fa-f]{4})|([0-9A-Fa-f]{0,3})(?=[\r\n\0\xff/]))")  # four digits, fewer or none
ENCRYPTED = re.compile(rb"\xdb\x08.{8}\x82..\x30", re.DOTALL)  # DB 08, title, 82, length, 30: Luxembourg, Austria


class Framer:
    """Cuts a stream of bytes into telegrams, however the stream itself was cut.

    Attributes:
        rejected: telegrams left out so far because their CRC was wrong or, without `no_crc`, missing; a fragment
            without its end, or without its start, is not counted.

    """

    def __init__(self, *, no_crc: bool = False) -> None:
        """`no_crc` also takes telegrams that print no CRC, as DSMR 2 and 3 meters and pasted copies do."""
        self.rejected = 0
        self._no_crc = no_crc
        self._rest = b""
        self._seen = 0  # up to here `_rest` was searched
        self._starts: list[int] = []  # where in `_rest` a telegram may begin
        self._counted = True  # whether the last start is counted, as rejected or by its telegram

    def feed(self, data: bytes) -> list[bytes]:
        """The telegrams, "/" to "!", that `data` completes, in the form their CRC was made over.

        Those with a wrong CRC are only counted. Never raises, keeps 8 kB at most.
        """
        if len(data) <= PIECE:
            return self._feed(data)
        return [one for start in range(0, len(data), PIECE) for one in self._feed(data[start : start + PIECE])]

    def finish(self) -> list[bytes]:
        """The telegram that only lacked its last line end when the source ended, if there was one."""
        return self._feed(b"\r\n")

    @property
    def rest(self) -> bytes:
        """The bytes that are no telegram yet, `LONGEST` at most."""
        return self._rest

    def _feed(self, data: bytes) -> list[bytes]:
        stream = self._rest + data
        found: list[bytes] = []
        floor = 0  # what lies before belongs to a telegram already given
        seen = self._seen
        starts = self._starts
        slash, bang = stream.find(b"/", seen), stream.find(b"!", seen)
        while slash >= 0 or bang >= 0:
            if slash >= 0 and (slash < bang or bang < 0):
                if START.match(stream, slash):
                    starts = [*starts[1 - STARTS_TRIED :], slash]
                    self._counted = False
                elif slash + 4 > len(stream):  # its letters may still come
                    break
                slash = stream.find(b"/", slash + 1)
                continue
            end = END.match(stream, bang)
            if end is None and bang + 5 > len(stream):  # its digits may still come
                break
            if end is not None:
                starts = [start for start in starts if start >= end.end() - LONGEST]
                telegram = self._telegram(stream, starts, end)
                if telegram is not None:
                    found.append(telegram)
                    starts = []
                    floor = end.end()
                elif starts and not self._counted:
                    self.rejected += 1
                    self._counted = True
            bang = stream.find(b"!", bang + 1)
        seen = min((at for at in (slash, bang) if at >= 0), default=len(stream))
        cut = max(floor, len(stream) - LONGEST)
        self._rest = stream[cut:]
        self._seen = seen - cut
        self._starts = [start - cut for start in starts if start >= cut]
        return found

    def _telegram(self, stream: bytes, starts: list[int], end: re.Match[bytes]) -> bytes | None:
        """The telegram that `end` closes: from the last start whose CRC is right."""
        digits = end[1] or end[2]
        if digits or self._no_crc:
            for start in reversed(starts):
                body = stream[start : end.start() + 1]
                if not digits:
                    return body
                crc = int(digits, 16)
                if crc16.arc(body) == crc:
                    return body
                mended = with_crlf(body)  # a bridge may have changed the line ends on the way
                if mended != body and crc16.arc(mended) == crc:
                    return mended
        return None


def with_crlf(body: bytes) -> bytes:
    """`body` with each line end, be it LF or CR CR LF, made CR LF."""
    return body.replace(b"\r", b"").replace(b"\n", b"\r\n")  # a CR stands nowhere else


def cause_of_silence(rest: bytes) -> str | None:
    """Why bytes that keep coming hold no telegram, in the owner's words; None when nothing speaks for itself.

    rest: the last bytes of the stream, some hundreds or more.
    """
    if ENCRYPTED.search(rest):
        return "the meter sends encrypted frames (DB 08): ask the grid operator for an open port or the key"
    if len(rest) < 200:  # too few to judge
        return None
    high = sum(byte > 127 for byte in rest)
    even = sum(byte.bit_count() % 2 == 0 for byte in rest)
    if high > len(rest) // 5 and even > len(rest) * 9 // 10:
        return "the line is set to 8N1 but the meter speaks 7E1 (an old Dutch meter): use another adapter setting"
    if START.search(rest) is None:
        return "bytes arrive, but none look like a P1 telegram: is the cable inverted and the speed 115200?"
    return None
