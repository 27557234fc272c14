-- What was done about troubles without a person; a row is there before anything is begun.
CREATE TABLE response_run (
    id INTEGER PRIMARY KEY,
    response TEXT NOT NULL,
    runbook TEXT NOT NULL,
    began REAL NOT NULL,          -- UTC seconds
    ended REAL NOT NULL,          -- 0: not that we know
    code INTEGER NOT NULL,        -- exit code of `walkdown run`; -1: not known
    escalated INTEGER NOT NULL    -- 1: left to people after it
) STRICT;

CREATE INDEX response_runs ON response_run (response, began);
