-- Results: what each probe made of its check. Newest whole, older ones only where the level changed.
CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    check_name TEXT NOT NULL,
    seq INTEGER NOT NULL,       -- order of arrival within the check; the wall clock may go back
    at REAL NOT NULL,           -- UTC seconds
    level TEXT NOT NULL,
    changed INTEGER NOT NULL,   -- 1: its level is not that of the result before
    body BLOB NOT NULL,         -- checks.model.Result as msgpack
    UNIQUE (check_name, seq)
) STRICT;

-- One course of one reading.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    check_name TEXT NOT NULL,
    reading TEXT NOT NULL,
    labels TEXT NOT NULL,       -- JSON, pairs in declared order
    unit TEXT NOT NULL,
    seen INTEGER NOT NULL,      -- the last hour known to have a sample, hours since the epoch
    UNIQUE (check_name, reading, labels)
) STRICT;

-- The newest hours: all readings of one result in one row, so that a second's results touch few pages.
CREATE TABLE sample (
    check_name TEXT NOT NULL,
    at INTEGER NOT NULL,        -- UTC milliseconds
    body BLOB NOT NULL,         -- series ids and values, see checks/storage/history.py
    PRIMARY KEY (check_name, at)
) STRICT, WITHOUT ROWID;

-- Complete hours, samples as they were.
CREATE TABLE sample_chunk (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id),
    hour INTEGER NOT NULL,      -- hours since the epoch
    body BLOB NOT NULL,         -- points, see checks/storage/points.py
    UNIQUE (series, hour)
) STRICT;

-- Complete hours by the minute.
CREATE TABLE minute_chunk (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id),
    hour INTEGER NOT NULL,      -- hours since the epoch
    body BLOB NOT NULL,         -- points, see checks/storage/points.py
    UNIQUE (series, hour)
) STRICT;

-- Complete hours by the hour.
CREATE TABLE hourly (
    series INTEGER NOT NULL REFERENCES series (id),
    hour INTEGER NOT NULL,      -- hours since the epoch
    low REAL NOT NULL,
    mean REAL NOT NULL,
    high REAL NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (series, hour)
) STRICT, WITHOUT ROWID;
