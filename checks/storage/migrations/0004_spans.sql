-- How long each check had which level: one row from the first result of its kind to the last without a gap.
CREATE TABLE level_span (
    id INTEGER PRIMARY KEY,
    check_name TEXT NOT NULL,
    began REAL NOT NULL,        -- UTC seconds
    ended REAL NOT NULL,        -- when its last result was made; it holds until the next one, or `counts_for`
    counts_for REAL NOT NULL,   -- seconds for which the last result counts
    level TEXT NOT NULL,
    planned INTEGER NOT NULL    -- 1: it was in maintenance
) STRICT;

CREATE INDEX level_spans ON level_span (check_name, ended);

-- Up to which row of the journal each route was told what happened.
CREATE TABLE alert_news (
    route TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
