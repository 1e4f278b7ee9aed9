BEGIN TRANSACTION;
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
;
INSERT INTO "days" VALUES('2026-11-20',1,270,18,30,6,0.18108,0,540.0,'{"day":"2026-11-20","since":"2026-11-20T11:00:00+00:00","counters":{"at":"2026-11-20T11:39:00+00:00","serial":"1TST0000000001","import_wh":{"1":3794914,"2":3397457},"export_wh":{"1":279491,"2":0},"gas_l":{"7A":475819},"water_l":{"8B":93663},"gas_at":"2026-11-20T11:39:00+00:00","water_at":"2026-11-20T11:39:00+00:00"},"watched":{"amounts":{"import_wh":{"1":180,"2":90},"export_wh":{"1":18,"2":0},"gas_l":30,"water_l":6},"charges":[["import","energy","Day","1",180.0,0.072],["import","energy","Night","2",90.0,0.027],["export","injection","Day","1",18.0,0.0018],["gas","gas","","",30,0.04728],["water","water","","",6,0.0366]]},"peak_w":540,"peak_start":"2026-11-20T11:00:00+00:00"}',1357568833);
CREATE TABLE events (
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (at, kind, text)
) STRICT, WITHOUT ROWID
;
INSERT INTO "events" VALUES(1795173600,'production','production started: 0.60 kW injected');
CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY,
    mean_w INTEGER NOT NULL,
    least_w INTEGER NOT NULL,
    most_w INTEGER NOT NULL,
    quarter_w INTEGER
) STRICT
;
INSERT INTO "minutes" VALUES(1795172400,360,350,370,24);
CREATE TABLE months (
    month TEXT PRIMARY KEY,
    peak_w REAL,
    billed_w REAL,
    eur REAL NOT NULL,
    detail TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT
;
CREATE TABLE peaks (month TEXT PRIMARY KEY, peak_w REAL NOT NULL, at INTEGER) STRICT;
INSERT INTO "peaks" VALUES('2026-11-01',540.0,1795173300);
CREATE TABLE prices (
    start INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    eur_mwh REAL NOT NULL,
    source TEXT NOT NULL
) STRICT
;
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
;
INSERT INTO "rows" VALUES(1,1795172400,1795173300,1795172400,0,0,0,0,540.0,135,9,15,3,0.09054,'{"number":1,"since":"2026-11-20T11:00:00+00:00","until":"2026-11-20T11:15:00+00:00","amounts":{"import_wh":{"1":90,"2":45},"export_wh":{"1":9,"2":0},"gas_l":15,"water_l":3},"average_w":540,"charges":[["import","energy","Day","1",90.0,0.036],["import","energy","Night","2",45.0,0.0135],["export","injection","Day","1",9.0,0.0009],["gas","gas","","",15,0.02364],["water","water","","",3,0.0183]]}',1725836636);
INSERT INTO "rows" VALUES(2,1795173300,1795174200,1795173300,0,0,0,0,540.0,135,9,15,3,0.09054,'{"number":2,"since":"2026-11-20T11:15:00+00:00","until":"2026-11-20T11:30:00+00:00","amounts":{"import_wh":{"1":90,"2":45},"export_wh":{"1":9,"2":0},"gas_l":15,"water_l":3},"used":{"import_wh":{"1":90,"2":45},"export_wh":{"1":9,"2":0},"water_l":3},"average_w":540,"charges":[["import","energy","Day","1",90.0,0.036],["import","energy","Night","2",45.0,0.0135],["export","injection","Day","1",9.0,0.0009],["gas","gas","","",15,0.02364],["water","water","","",3,0.0183]]}',2403742394);
INSERT INTO "rows" VALUES(3,1795174200,1795174740,1795174200,0,0,0,1,NULL,81,5,9,1,NULL,'{"number":3,"since":"2026-11-20T11:30:00+00:00","until":"2026-11-20T11:39:00+00:00","amounts":{"import_wh":{"1":54,"2":27},"export_wh":{"1":5,"2":0},"gas_l":9,"water_l":1},"used":{"import_wh":{"1":180,"2":90},"export_wh":{"1":18,"2":0},"water_l":6}}',3856658860);
CREATE TABLE store (born TEXT NOT NULL) STRICT;
INSERT INTO "store" VALUES('2026-11-20T11:00:00+00:00');
CREATE TABLE traces (
    month TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    peak_w REAL NOT NULL,
    watts TEXT NOT NULL
) STRICT
;
CREATE INDEX rows_by_time ON rows (since);
CREATE UNIQUE INDEX rows_open ON rows (open) WHERE open = 1;
CREATE INDEX rows_waiting ON rows (number) WHERE open = 0 AND (eur IS NULL OR provisional = 1);
CREATE UNIQUE INDEX days_open ON days (open) WHERE open = 1;
COMMIT;
PRAGMA user_version=1;
