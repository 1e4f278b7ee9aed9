"""When the tests of the toy world begin."""

from datetime import UTC, datetime

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)  # a Wednesday in June, 12:00 in Brussels
