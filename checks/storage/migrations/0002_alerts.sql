-- What each route was told and is not over yet, so that an end is told to whom the beginning was.
CREATE TABLE alert_told (
    route TEXT NOT NULL,
    check_name TEXT NOT NULL,
    condition TEXT NOT NULL,    -- checks.alerts.alert.Condition
    at REAL NOT NULL,           -- when it was told last, UTC seconds
    PRIMARY KEY (route, check_name)
) STRICT, WITHOUT ROWID;

-- Messages: those that wait to be delivered, and the last of those that do not any more.
CREATE TABLE alert_letter (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,   -- tells it from every other; stands in the message
    route TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created REAL NOT NULL,      -- UTC seconds, as the times below
    due REAL NOT NULL,          -- when it is to be tried next
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,        -- why it was not taken at the last attempt
    sent_at REAL NOT NULL,      -- 0: not taken
    given_up_at REAL NOT NULL   -- 0: not given up
) STRICT;

CREATE INDEX alert_waiting ON alert_letter (id) WHERE sent_at = 0 AND given_up_at = 0;
