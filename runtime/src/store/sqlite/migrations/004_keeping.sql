-- What is kept, and for how long. `seen_at`: when a key was last shown again; it is free a while after that, not after the
-- first time. `emptied`: the bodies of the record are gone.
ALTER TABLE events ADD COLUMN seen_at INTEGER;
ALTER TABLE journal ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0;

-- Each step of the forgetting begins at the oldest that can still be forgotten.
CREATE INDEX events_with_bodies ON events (n) WHERE state IN ('routed', 'unrouted', 'dead');
CREATE INDEX events_with_keys ON events (n) WHERE key IS NOT NULL;
CREATE INDEX once_until ON once (until) WHERE until IS NOT NULL;
CREATE INDEX runs_by_version ON runs (version);
CREATE INDEX runs_redriven ON runs (redrive_of) WHERE redrive_of IS NOT NULL;

-- One line about the store itself. `emptying` is set inside a transaction that takes bodies away or erases a person: only
-- then may what is append-only be changed. `clean_due`: an erasure is written, and old pages have not been cleaned yet.
CREATE TABLE keeping (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    emptying  INTEGER NOT NULL,
    clean_due INTEGER NOT NULL
) STRICT;
INSERT INTO keeping (one, emptying, clean_due) VALUES (1, 0, 0);

DROP TRIGGER journal_is_append_only;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal WHEN (SELECT emptying FROM keeping) = 0
BEGIN
    SELECT RAISE(ABORT, 'a journal is never changed');
END;
DROP TRIGGER audit_is_append_only;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit WHEN (SELECT emptying FROM keeping) = 0
BEGIN
    SELECT RAISE(ABORT, 'the audit is never changed');
END;

-- Proof that a person was erased, without who it was: `digest` is SHA-256 of the salt and the text.
CREATE TABLE erasures (
    n      INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    note   TEXT NOT NULL,
    salt   BLOB NOT NULL,
    digest BLOB NOT NULL,
    counts TEXT NOT NULL            -- JSON: {"events":1,"runs":2,…}
) STRICT;
CREATE TRIGGER erasures_are_append_only BEFORE UPDATE ON erasures
BEGIN
    SELECT RAISE(ABORT, 'a proof is never changed');
END;
CREATE TRIGGER erasures_keep_all BEFORE DELETE ON erasures
BEGIN
    SELECT RAISE(ABORT, 'a proof is never taken away');
END;

-- In a copy that `ondo backup` made: when. `recovered_at`: a daemon began to work with it, and looks up first what it sends.
CREATE TABLE copies (
    made_at      INTEGER NOT NULL,
    recovered_at INTEGER
) STRICT;
