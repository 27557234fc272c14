-- What happened to walks: rows that are added and never changed. See runbooks/journal/chain.py.
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,    -- rises by one
    walk TEXT NOT NULL,         -- this column and the next two only find rows; the body is what counts
    kind TEXT NOT NULL,         -- which event
    runbook TEXT NOT NULL,      -- of the row that opens a walk; else empty
    body BLOB NOT NULL,         -- runbooks.events.Entry as JSON, the very bytes that are hashed
    hash BLOB NOT NULL          -- SHA-256 of the hash of the row before and the body
) STRICT;
CREATE INDEX entry_walk ON entry (walk);
CREATE INDEX entry_kind ON entry (kind, walk);
CREATE INDEX entry_runbook ON entry (runbook) WHERE kind = 'WalkOpened';

CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE (ABORT, 'rows of the journal never change');
END;

CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry
BEGIN
    SELECT RAISE (ABORT, 'rows of the journal are never deleted');
END;

-- Also keeps INSERT OR REPLACE from taking the place of a row.
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
BEGIN
    SELECT RAISE (ABORT, 'a row of the journal can only follow the last one');
END;

-- Who may change what. A row stays when its lease is given back: the fence must never be lost.
CREATE TABLE lease (
    target TEXT PRIMARY KEY,
    fence INTEGER NOT NULL,     -- rises with every take and take-over
    walk TEXT NOT NULL,         -- empty when nobody holds it
    holder BLOB NOT NULL,       -- runbooks.events.Operator as JSON
    reason TEXT NOT NULL,       -- why it was taken over
    pid INTEGER NOT NULL,       -- of the process that holds it
    started INTEGER NOT NULL,   -- when that was started, in ticks since boot
    space TEXT NOT NULL,        -- the namespace in which the pid means something
    boot TEXT NOT NULL,         -- the kernel's boot id
    renewed REAL NOT NULL,      -- seconds of the monotonic clock of that boot
    since REAL NOT NULL         -- UTC seconds
) STRICT;

CREATE TRIGGER lease_fence_never_falls BEFORE UPDATE ON lease WHEN NEW.fence < OLD.fence
BEGIN
    SELECT RAISE (ABORT, 'a fence never goes back');
END;

CREATE TRIGGER lease_never_goes BEFORE DELETE ON lease
BEGIN
    SELECT RAISE (ABORT, 'leases are given back, not deleted');
END;

-- What no fence of this journal may be at or below: above 0 when it takes the place of one that was damaged.
CREATE TABLE fence_floor (
    fence INTEGER NOT NULL
) STRICT;
