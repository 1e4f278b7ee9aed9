"""The tables of dm's database. `detail` is the whole truth; the other columns are for looking, sorting and adding up.

Times of columns are UTC seconds, cut to whole ones; the exact instants stand in `detail`. Steps are only ever added.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_SLOT_S = 90_000  # no price holds for longer than the longest day

ROWS = """
CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    provisional INTEGER NOT NULL,
    open INTEGER NOT NULL,
    average_w REAL,
    import_wh INTEGER NOT NULL,
    export_wh INTEGER NOT NULL,
    gas_l INTEGER,
    water_l INTEGER,
    eur REAL,
    detail TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT
"""
DAYS = """
CREATE TABLE days (
    day TEXT PRIMARY KEY,
    open INTEGER NOT NULL,
    import_wh INTEGER NOT NULL,
    export_wh INTEGER NOT NULL,
    gas_l INTEGER,
    water_l INTEGER,
    eur REAL NOT NULL,
    unpriced_wh INTEGER NOT NULL,
    peak_w REAL,
    counters TEXT GENERATED ALWAYS AS (json_extract(detail, '$.counters')) VIRTUAL,
    detail TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT
"""
MONTHS = """
CREATE TABLE months (
    month TEXT PRIMARY KEY,
    peak_w REAL,
    billed_w REAL,
    eur REAL NOT NULL,
    detail TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT
"""
PEAKS = "CREATE TABLE peaks (month TEXT PRIMARY KEY, peak_w REAL NOT NULL, at INTEGER) STRICT"
MINUTES = """
CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY,
    mean_w INTEGER NOT NULL,
    least_w INTEGER NOT NULL,
    most_w INTEGER NOT NULL,
    quarter_w INTEGER
) STRICT
"""
TRACES = """
CREATE TABLE traces (
    month TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    peak_w REAL NOT NULL,
    watts TEXT NOT NULL
) STRICT
"""
EVENTS = """
CREATE TABLE events (
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (at, kind, text)
) STRICT, WITHOUT ROWID
"""
PRICES = """
CREATE TABLE prices (
    start INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    eur_mwh REAL NOT NULL,
    source TEXT NOT NULL
) STRICT
"""
ABOVE = """
CREATE TABLE above (
    start INTEGER PRIMARY KEY,
    average_w REAL NOT NULL,
    target_w REAL NOT NULL,
    cause TEXT NOT NULL
) STRICT
"""
PARTS = """
CREATE TABLE parts (
    start INTEGER PRIMARY KEY,
    load_wh REAL NOT NULL,
    sun_wh REAL,
    cars_wh REAL NOT NULL,
    battery_wh REAL NOT NULL,
    held INTEGER NOT NULL
) STRICT
"""
NOTES = """
CREATE TABLE notes (
    made INTEGER PRIMARY KEY,
    told_w REAL,
    load_w TEXT NOT NULL,
    sun_w TEXT NOT NULL
) STRICT
"""
SAVED = """
CREATE TABLE saved (
    day TEXT PRIMARY KEY,
    eur REAL NOT NULL,
    naive_eur REAL NOT NULL,
    peak_w REAL NOT NULL,
    naive_peak_w REAL NOT NULL,
    planned_eur REAL,
    quarters INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    detail TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT
"""
ACCEPTED = "CREATE TABLE accepted (month TEXT PRIMARY KEY, peak_w REAL NOT NULL) STRICT"

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE store (born TEXT NOT NULL) STRICT",
        ROWS,
        "CREATE INDEX rows_by_time ON rows (since)",
        "CREATE UNIQUE INDEX rows_open ON rows (open) WHERE open = 1",
        "CREATE INDEX rows_waiting ON rows (number) WHERE open = 0 AND (eur IS NULL OR provisional = 1)",
        DAYS,
        "CREATE UNIQUE INDEX days_open ON days (open) WHERE open = 1",
        MONTHS,
        PEAKS,
        MINUTES,
        TRACES,
        EVENTS,
        PRICES,
    ),
    (ABOVE, ACCEPTED),
    (PARTS, NOTES),
    (SAVED,),
)


def seconds(at: datetime) -> int:
    """An instant as whole UTC seconds."""
    return int(at.timestamp())


def instant(at_s: int) -> datetime:
    """The instant of UTC seconds. Raises OverflowError."""
    return EPOCH + timedelta(seconds=at_s)
