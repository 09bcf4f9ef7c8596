-- A run may be made again for the same event: `redrive_of` names the one before it. `check_first`: the store was restored
-- since, so what the run sends may have been sent already.
CREATE TABLE runs_new (
    n           INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    event       TEXT NOT NULL REFERENCES events (id),
    bundle      TEXT NOT NULL,
    rule        TEXT NOT NULL,
    version     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    state       TEXT NOT NULL,
    due         INTEGER,
    reason      TEXT,
    step        TEXT,
    ended_at    INTEGER,
    once_key    TEXT,
    order_key   TEXT,
    redrive_of  TEXT REFERENCES runs (id),
    check_first INTEGER NOT NULL
) STRICT;
INSERT INTO runs_new
    SELECT n, id, event, bundle, rule, version, created_at, state, due, reason, step, ended_at, once_key, order_key, NULL, 0
    FROM runs;
DROP TABLE runs;
ALTER TABLE runs_new RENAME TO runs;
CREATE UNIQUE INDEX runs_of_rule ON runs (event, bundle, rule) WHERE redrive_of IS NULL;
CREATE INDEX runs_by_event ON runs (event);
CREATE INDEX runs_by_time ON runs (created_at);
CREATE INDEX runs_by_rule ON runs (bundle, rule, created_at);
CREATE INDEX runs_by_state ON runs (state, created_at);

-- The effect ledger: who may bring about what cannot be taken back, and whether it happened. One line for each effect, by
-- the author's `key` or the engine's own.
CREATE TABLE effects (
    identity  TEXT NOT NULL,
    action    TEXT NOT NULL,
    key       TEXT NOT NULL,
    run       TEXT NOT NULL,
    step      TEXT NOT NULL,
    iteration TEXT NOT NULL,
    event     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    state     TEXT NOT NULL,        -- claimed, applied, absent, doubt, skipped
    digest    TEXT NOT NULL,
    marker    TEXT,
    PRIMARY KEY (identity, action, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX effects_of_run ON effects (run);
CREATE INDEX effects_by_time ON effects (at);

-- What people decided. Nothing in it is ever changed or taken away.
CREATE TABLE audit (
    n       INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    note    TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is never changed');
END;
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is never shortened');
END;

-- Rules and accounts that a person has stopped for a time. `name`: the rule's name, or the account's.
CREATE TABLE pauses (
    kind   TEXT NOT NULL,           -- rule, account
    bundle TEXT NOT NULL,
    name   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    note   TEXT NOT NULL,
    PRIMARY KEY (kind, bundle, name)
) STRICT, WITHOUT ROWID;
