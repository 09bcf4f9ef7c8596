-- Times are whole microseconds since 1970. `n` is the order of arrival: clocks may step back, it does not.

CREATE TABLE events (
    n           INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    at          INTEGER NOT NULL,
    bundle      TEXT NOT NULL,
    account     TEXT NOT NULL,
    connector   TEXT NOT NULL,
    name        TEXT NOT NULL,
    args        TEXT NOT NULL,      -- JSON: [["path","/orders"]]
    identity    TEXT NOT NULL,
    key         TEXT,
    headers     TEXT NOT NULL,      -- JSON: [["content-type","application/json"]]
    body        BLOB NOT NULL,
    body_digest BLOB,               -- SHA-256, where there is a key: bodies may go earlier than keys
    payload     BLOB,
    enrich      TEXT,
    state       TEXT NOT NULL,
    reason      TEXT,
    repeats     INTEGER NOT NULL,
    conflicts   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_key ON events (identity, key) WHERE key IS NOT NULL;
CREATE INDEX events_unfinished ON events (n) WHERE state IN ('received', 'enriching');

CREATE TABLE runs (
    n          INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    event      TEXT NOT NULL REFERENCES events (id),
    bundle     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    version    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state      TEXT NOT NULL,
    due        INTEGER,
    reason     TEXT,
    step       TEXT,
    ended_at   INTEGER,
    once_key   TEXT,
    order_key  TEXT,
    UNIQUE (event, bundle, rule)
) STRICT;
CREATE INDEX runs_by_time ON runs (created_at);
CREATE INDEX runs_by_rule ON runs (bundle, rule, created_at);
CREATE INDEX runs_by_state ON runs (state, created_at);

-- Who took a key of `once per`, and until when nobody else may. It outlives the run and whatever became of it.
CREATE TABLE once (
    bundle TEXT NOT NULL,
    rule   TEXT NOT NULL,
    key    TEXT NOT NULL,
    run    TEXT NOT NULL,
    until  INTEGER,
    PRIMARY KEY (bundle, rule, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE passed (
    n      INTEGER PRIMARY KEY,
    event  TEXT NOT NULL REFERENCES events (id),
    bundle TEXT NOT NULL,
    rule   TEXT NOT NULL,
    why    TEXT NOT NULL,           -- filtered, duplicate, failed
    detail TEXT NOT NULL,           -- the term, the key, the failure
    first  TEXT,                    -- the run that acted, for duplicates
    UNIQUE (event, bundle, rule)
) STRICT;

CREATE TABLE journal (
    n              INTEGER PRIMARY KEY,
    run            TEXT NOT NULL REFERENCES runs (id),
    seq            INTEGER NOT NULL,
    format         INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    step           TEXT NOT NULL,
    iteration      TEXT NOT NULL,
    attempt        INTEGER NOT NULL,
    digest         TEXT NOT NULL,
    key            TEXT NOT NULL,
    identity       TEXT NOT NULL,
    action         TEXT NOT NULL,
    request_method TEXT,            -- the three of a request are there together or not at all
    request_url    TEXT,
    request_body   BLOB,
    outcome        TEXT,
    verdict        TEXT,
    status         INTEGER,
    answer         BLOB,
    message        TEXT,
    UNIQUE (run, seq)
) STRICT;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'a journal is never changed');
END;

CREATE TABLE rejects (
    n      INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    hook   TEXT NOT NULL,
    reason TEXT NOT NULL,
    body   BLOB NOT NULL
) STRICT;

CREATE TABLE versions (
    version TEXT PRIMARY KEY,
    bundle  TEXT NOT NULL,
    sources TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE active (
    bundle  TEXT PRIMARY KEY,
    version TEXT NOT NULL REFERENCES versions (version),
    at      INTEGER NOT NULL
) STRICT;
